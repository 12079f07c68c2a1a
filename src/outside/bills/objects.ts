/** Exports that lie as objects: what is listed becomes statements, and reading goes on where a connection broke. */

import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPace, type Pace, partsOf, refusalOf, unreachable } from './connection.ts'
import type { SourceDeps } from './sources.ts'
import { type BillSource, type ListedObject, SourceError, type Statement, type StatementFile } from './types.ts'

export interface ObjectStore {
  /** For people: `s3://bucket`, without what objects must begin with. */
  readonly name: string
  readonly host: string
  readonly prefix: string
  /** Page by page. @throws SourceError for what no repetition heals */
  list(): AsyncIterable<readonly ListedObject[]>
  /** Bytes from `start` up to, and without, `end`, of the version that was listed. @throws SourceError likewise */
  open(object: ListedObject, start: number, end?: number): Promise<Readable>
  close(): Promise<void>
}

export const mostObjects = 100_000
const attempts = 5
/** No storage allows more characters. */
const longestKey = 1024
/** Of a listing. */
const mostMinutes = 15
/** Bytes between two breaks that count as getting on. */
const progress = 2 ** 20
/** Of a text that is read into memory, such as a manifest. */
const largestText = 16 * 2 ** 20

export function objectSource(store: ObjectStore, deps: SourceDeps): BillSource {
  const { statementsOf, period, silence = 60_000, pause = 500 } = deps
  const nameOf = () => (store.prefix === '' ? store.name : `${store.name}/${store.prefix}`)
  let problems: BillSource['problems'] = []
  let remarks: readonly string[] = []

  /** Of a whole object, however often it is asked for: who breaks off does not begin anew. */
  const paces = new WeakMap<ListedObject, Pace>()
  const paceOf = (object: ListedObject): Pace => {
    const pace = paces.get(object) ?? openPace(store.host)
    paces.set(object, pace)
    return pace
  }

  async function* bytes(object: ListedObject, from = 0, end = object.size): AsyncGenerator<Uint8Array> {
    let at = from
    for (let failures = 0; at < end; ) {
      const before = at
      try {
        const body = await store.open(object, at, end === object.size ? undefined : end)
        for await (const part of partsOf(body, silence, paceOf(object))) {
          at += part.length
          yield part
        }
        if (at > end)
          throw new SourceError(`${object.key} is longer than ${nameOf()} said when it was listed: the next import reads it anew`)
        if (at < end) throw new Error('ended before its end')
      } catch (error) {
        const refused = refusalOf(error, store.host)
        if (refused) throw refused
        // Who sends a byte and breaks off does not get on.
        failures = at - before < progress ? failures + 1 : 1
        if (failures >= attempts) throw unreachable(store.host, error)
        await sleep(pause * 2 ** failures)
      }
    }
  }

  async function whole(object: ListedObject, start: number, end: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for await (const part of bytes(object, start, Math.min(end, object.size))) parts.push(part)
    return Buffer.concat(parts)
  }

  const fileOf = (object: ListedObject): StatementFile => ({
    name: object.key,
    size: object.size,
    digest: object.etag,
    bytes: () => bytes(object),
    slice: (start, end) => whole(object, start, end),
  })

  return {
    get name() {
      return nameOf()
    },
    get problems() {
      return problems
    },
    get remarks() {
      return remarks
    },
    async list() {
      const listing = await listed(store, nameOf)
      const byKey = new Map(listing.map((object) => [object.key, object]))
      const found = await statementsOf(listing, async (key) => {
        const object = byKey.get(key)
        if (!object || object.size > largestText) throw new SourceError(`${key} at ${nameOf()} is too large to be a manifest`)
        return Buffer.from(await whole(object, 0, object.size)).toString('utf8')
      })
      const isWanted = (about: { period: string | undefined }) =>
        period === undefined || about.period === undefined || about.period === period
      problems = found.problems.filter(isWanted)
      remarks = found.remarks
      const statements = found.statements.filter(isWanted).map(({ period, format, digest, statedLines, files }) => ({
        period,
        format,
        digest,
        total: undefined,
        lines: statedLines,
        finalized: undefined,
        files: files.map(fileOf),
      }))
      return newestFirst(statements)
    },
    close: () => store.close(),
  }
}

/** Those that do not name their month come last, in their order: each replaces what the ones before it had. */
function newestFirst(statements: readonly Statement[]): Statement[] {
  const dated = statements.filter(({ period }) => period !== undefined)
  const undated = statements.filter(({ period }) => period === undefined)
  return [...dated.sort((a, b) => ((a.period ?? '') < (b.period ?? '') ? 1 : -1)), ...undated]
}

async function listed(store: ObjectStore, nameOf: () => string): Promise<ListedObject[]> {
  const found: ListedObject[] = []
  const deadline = Date.now() + mostMinutes * 60_000
  try {
    for await (const objects of store.list()) {
      if (Date.now() > deadline)
        throw new SourceError(`Listing what lies at ${nameOf()} takes longer than ${mostMinutes} minutes: it is given up`)
      found.push(...objects.filter(({ key, size }) => size > 0 && key.length <= longestKey && !key.endsWith('/')))
      if (found.length > mostObjects)
        throw new SourceError(
          `At ${nameOf()} are more than ${mostObjects.toLocaleString('en')} objects: name the folder of the export more closely, down to the export itself`,
        )
    }
  } catch (error) {
    throw refusalOf(error, store.host) ?? unreachable(store.host, error)
  }
  // `cur/daily` is a folder or the beginning of names; the folder `cur/daily-old` is not meant when there is `cur/daily/`.
  const folder = store.prefix === '' || store.prefix.endsWith('/') ? store.prefix : `${store.prefix}/`
  const inside = found.filter(({ key }) => key.startsWith(folder) || key === store.prefix)
  const meant = inside.length > 0 ? inside : found
  if (meant.length > 0) return meant
  throw new SourceError(
    `No export was found at ${nameOf()}: nothing lies there yet. Looked for a manifest, or for files of a bill (CSV, JSON lines or Parquet). ` +
      'Check the prefix; a provider may take a day until it writes the first export',
  )
}
