/** What is in a commit of a copy: names and contents, as objects. */
import { LRUCache } from 'lru-cache'
import { plainText } from './errors.ts'
import type { Processes, Ran } from './run.ts'
import { GitError, type GitLimits, type TreeEntry } from './types.ts'

/** The copy does not hold what it should; for us alone, since another copy will. */
export class Damaged extends Error {}

export interface Tree {
  /** Sorted by path. */
  readonly entries: readonly TreeEntry[]
  readonly byPath: ReadonlyMap<string, TreeEntry>
}

export interface Trees {
  /** @throws GitError too_large; Damaged */
  tree(folder: string, commit: string): Promise<Tree>
  /** Contents of blobs, in their order. @throws GitError; Damaged */
  contents(folder: string, entries: readonly TreeEntry[]): Promise<Buffer[]>
}

export function openTrees(processes: Processes, limits: GitLimits): Trees {
  // A commit never changes, so what was read once stays true.
  const remembered = new LRUCache<string, Tree>({ maxSize: mostBytes, sizeCalculation: bytesOf })
  const milliseconds = limits.seconds * 1000
  return {
    async tree(folder, commit) {
      const key = `${folder} ${commit}`
      const known = remembered.get(key)
      if (known) return known
      let count = 0
      const inspect = (chunk: Buffer) => {
        for (let at = chunk.indexOf(0); at >= 0; at = chunk.indexOf(0, at + 1)) count++
        return count <= limits.files
      }
      const args = ['--git-dir', folder, 'ls-tree', '-r', '-z', '-l', '--full-tree', commit]
      const ran = await processes.git(args, { milliseconds, inspect, maxOutput: Math.max(64 * 2 ** 20, limits.files * 200) })
      assertEnded(ran, `The repository holds more than ${limits.files} files: this platform does not read so many`)
      const entries = [...entriesOf(ran.output)].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
      const tree = { entries, byPath: new Map(entries.map((entry) => [entry.path, entry])) }
      remembered.set(key, tree)
      return tree
    },
    async contents(folder, entries) {
      if (entries.length === 0) return []
      const input = Buffer.from(`${entries.map(({ object }) => object).join('\n')}\n`)
      const maxOutput = entries.reduce((sum, { size }) => sum + size + 128, 0)
      const ran = await processes.git(['--git-dir', folder, 'cat-file', '--batch', '--buffer'], { milliseconds, input, maxOutput })
      assertEnded(ran, 'The repository holds files that are larger than they seemed')
      return blobsOf(ran.output, entries)
    },
  }
}

/** Of all trees that are remembered. */
const mostBytes = 100 * 2 ** 20

/** About so much for each entry, and its path, which may have thousands of characters. */
const bytesOf = ({ entries }: Tree): number => entries.reduce((sum, { path }) => sum + 250 + 2 * path.length, 1)

/** @throws GitError when we ended it; Damaged when it failed by itself */
export function assertEnded(ran: Ran, tooMuch: string): void {
  if (ran.code === 0) return
  if (ran.ended === 'timeout') throw new GitError('timeout', 'git took too long to read the repository: try again later')
  if (ran.ended === 'closed') throw new GitError('failed', 'The platform is stopping: try again')
  if (ran.ended !== 'itself') throw new GitError('too_large', tooMuch)
  if (/No space left on device|Disk quota/.test(ran.said))
    throw new GitError('failed', 'The disk of this platform is full: an operator has to make room')
  throw new Damaged(plainText(ran.said, 1000))
}

const kinds: Readonly<Record<string, TreeEntry['kind']>> = { '100755': 'executable', '120000': 'link', '160000': 'submodule' }

function* entriesOf(output: Buffer): Iterable<TreeEntry> {
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(0, start)
    const tab = output.indexOf(9, start)
    if (end < 0 || tab < 0 || tab > end) throw new Damaged('the list of files is not complete')
    const [mode = '', , object = '', size = ''] = output.toString('latin1', start, tab).split(/ +/)
    yield { path: output.toString('utf8', tab + 1, end), kind: kinds[mode] ?? 'file', object, size: Number(size) || 0 }
    start = end + 1
  }
}

function blobsOf(output: Buffer, entries: readonly TreeEntry[]): Buffer[] {
  let at = 0
  return entries.map(({ object }) => {
    const end = output.indexOf(10, at)
    const [name, type, size] = output.toString('latin1', at, Math.max(at, end)).split(' ')
    const from = end + 1
    at = from + Number(size) + 1
    if (name !== object || type !== 'blob' || at > output.length) throw new Damaged(`object ${object} is ${type ?? 'missing'}`)
    return output.subarray(from, at - 1)
  })
}
