/** Where billing exports lie: storages of providers, files. What lies there is described by what `formats/billing` reads. */

/** One month of an export: what its manifest names, or what lies in its folder. */
export interface Statement {
  /** First day of the billing period, `2026-07-01`; undefined: only the lines say. */
  readonly period: string | undefined
  readonly format: 'focus' | 'cur1' | 'cur2' | 'azure' | 'gcp' | undefined
  /** Changes when, and only when, something in it changed. */
  readonly digest: string
  /** As the manifest says. */
  readonly total: string | undefined
  readonly lines: number | undefined
  readonly finalized: boolean | undefined
  readonly files: readonly StatementFile[]
}

export interface StatementFile {
  readonly name: string
  readonly size: number | undefined
  /** Changes with its content (ETag, MD5). */
  readonly digest: string
  bytes(): AsyncIterable<Uint8Array>
  readonly slice?: ((start: number, end: number) => Promise<Uint8Array>) | undefined
}

/** A bill that cannot be used. */
export interface SourceProblem {
  /** First day of its month; undefined: nothing says it. */
  readonly period: string | undefined
  /** For people. */
  readonly message: string
}

/** An object of a bucket, a container or a folder. Keys use `/`. */
export interface ListedObject {
  readonly key: string
  readonly size: number
  /** Whatever changes when the content does. */
  readonly etag: string
  readonly lastModified: Date
}

/** What knows manifests and folders of exports (`formats/billing/manifests.ts`): it is handed in, since nothing here knows formats. */
export type FindStatements = (
  listing: readonly ListedObject[],
  readText: (key: string) => Promise<string>,
) => Promise<{
  statements: readonly {
    period: string | undefined
    format: Statement['format']
    files: readonly ListedObject[]
    digest: string
    statedLines: number | undefined
  }[]
  problems: readonly SourceProblem[]
  remarks: readonly string[]
}>

export interface BillSource {
  /** For people: `s3://bucket/prefix`. */
  readonly name: string
  /** What the last listing found and could not use. */
  readonly problems: readonly SourceProblem[]
  /** What it left out, or has to say beside it: wrong with nothing, one sentence each. */
  readonly remarks: readonly string[]
  /**
   * Statements, the newest month first.
   * @throws SourceError
   */
  list(): Promise<Statement[]>
  close(): Promise<void>
}

/** What keeps a source from being read, for people; it goes onto the account. */
export class SourceError extends Error {}
