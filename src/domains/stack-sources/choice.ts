/** Which files of a stack are kept. */
import type { TreeEntry } from '../../outside/git/types.ts'

const mebibyte = 2 ** 20
export const limits = {
  /** Of one repository. */
  stacks: 200,
  repositoryBytes: 48 * mebibyte,
  /** What lists show of the stacks of one repository, in characters of JSON. */
  summaries: 4 * mebibyte,
  /** Of one stack. In an answer of the database a file has two characters for each byte, and 16 MiB are its most. */
  files: 500,
  stackBytes: 6 * mebibyte,
  /** Definition and form of one stack, in characters of JSON. */
  json: 4 * mebibyte,
  fileBytes: mebibyte,
  pathBytes: 1000,
} as const

export const megabytes = (bytes: number): string => `${bytes / mebibyte} MiB`

export class Choice {
  readonly kept: TreeEntry[] = []
  /** `path (reason)` of what is not kept and not needed, and of what is needed. */
  readonly left: string[] = []
  readonly broken: string[] = []
  bytes = 0

  /** What is needed comes first, so that it is not the rest that takes its place. */
  constructor(entries: readonly TreeEntry[], { needed, early }: { needed: readonly string[]; early: readonly string[] }) {
    const [isNeeded, isEarly] = [new Set(needed), new Set([...needed, ...early])]
    const ordered = [...entries.filter(({ path }) => isEarly.has(path)), ...entries.filter(({ path }) => !isEarly.has(path))]
    for (const entry of ordered) {
      const reason = Choice.unusable(entry) ?? this.#beyond(entry)
      if (reason) (isNeeded.has(entry.path) ? this.broken : this.left).push(`${shownPath(entry.path)} (${reason})`)
      else {
        this.kept.push(entry)
        this.bytes += entry.size
      }
    }
  }

  /** Why the file cannot be kept, whatever stands beside it. */
  static unusable({ kind, path, size }: TreeEntry): string | undefined {
    if (kind === 'link') return 'a link'
    if (kind === 'submodule') return 'a submodule'
    if (size > limits.fileBytes) return `larger than ${megabytes(limits.fileBytes)}`
    if (Buffer.byteLength(path) > limits.pathBytes || /[\p{Cc}\p{Surrogate}\uFFFD]/u.test(path)) return 'a name that cannot be stored'
    return undefined
  }

  #beyond({ size }: TreeEntry): string | undefined {
    if (this.kept.length >= limits.files) return `more than ${limits.files} files`
    return this.bytes + size > limits.stackBytes ? `more than ${megabytes(limits.stackBytes)}` : undefined
  }
}

const shownPath = (path: string): string => path.slice(0, 200).replace(/[\p{Cc}\p{Surrogate}]/gu, '\uFFFD')
