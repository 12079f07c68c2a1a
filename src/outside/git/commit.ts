/** A commit on a tip, made of objects alone and pushed: git's fast-import writes it in one process, without an index or files. */
import { createHash } from 'node:crypto'
import { plainText, remoteWords } from './errors.ts'
import { assertPath, shownPath } from './paths.ts'
import type { Remote } from './remote.ts'
import type { Processes, Ran } from './run.ts'
import { above } from './snapshot.ts'
import { assertEnded, type Tree } from './tree.ts'
import { type CommitOptions, type FileChanges, GitError, type GitLimits, type TreeEntry } from './types.ts'

export interface Person {
  readonly name: string
  readonly email: string
}

export const trailer = 'Trochoid-Change'

/** The changes that change something. @throws GitError refused, unusable_file, too_large: with the path */
export function effective(changes: FileChanges, tree: Tree, limits: GitLimits): Map<string, Buffer | null> {
  const folders = foldersOf(tree.entries.map(({ path }) => path))
  const written = [...changes].flatMap(([path, content]) => (content === null ? [] : path))
  const newFolders = foldersOf(written)
  const deleted = (path: string) => changes.get(path) === null
  const rest = new Map<string, Buffer | null>()
  let bytes = 0
  for (const [path, content] of changes) {
    assertPath(path)
    const there = tree.byPath.get(path)
    const way = above(path, tree.byPath)
    if (folders.has(path)) throw unusable(path, 'is a folder')
    if (there?.kind === 'submodule') throw unusable(path, 'is a submodule')
    if (content === null) {
      if (there) rest.set(path, null)
      continue
    }
    if (newFolders.has(path)) throw unusable(path, 'would be a file and a folder')
    if (there?.kind === 'link') throw unusable(path, 'is a symbolic link')
    if (way && !deleted(way.path)) throw unusable(path, `cannot be made, since ${shownPath(way.path)} is no folder`)
    bytes += content.length
    if (content.length > limits.fileBytes || bytes > limits.repositoryBytes)
      throw new GitError('too_large', `The file ${shownPath(path)} is too large to be written: ${content.length} bytes`)
    if (there?.object !== blobName(content)) rest.set(path, content)
  }
  if (tree.entries.length + written.length > limits.files && written.some((path) => !tree.byPath.has(path)))
    throw new GitError('too_large', `The repository would hold more than ${limits.files} files`)
  return rest
}

export interface NewCommit {
  readonly folder: string
  readonly ref: string
  readonly parent: string | null
  readonly tree: Tree
  readonly changes: ReadonlyMap<string, Buffer | null>
  readonly options: CommitOptions
  readonly committer: Person
}

/** Its name. @throws GitError; Damaged */
export async function writeCommit(processes: Processes, commit: NewCommit, milliseconds: number): Promise<string> {
  const args = ['--git-dir', commit.folder, 'fast-import', '--quiet', '--force', '--done', '--date-format=raw']
  const ran = await processes.git(args, { input: stream(commit), milliseconds })
  assertEnded(ran, 'git said more than it should')
  return ran.output.toString().trim()
}

/** `wasSent`: the remote saw the commit, so it may have taken it, whatever we heard: curl sends again on its own what broke. */
export type Pushed =
  | { readonly how: 'arrived' }
  | { readonly how: 'behind'; readonly wasSent: boolean }
  | { readonly how: 'unknown'; readonly wasSent: true; readonly ran: Ran }
  | { readonly how: 'refused'; readonly wasSent: boolean; readonly error: GitError }

/**
 * The lease is a condition, not force: the remote takes the commit only when its branch is exactly the commit's parent, so it
 * can only go forward, and nothing comes back that somebody removed from the branch on purpose.
 */
export async function push(remote: Remote, folder: string, branch: string, parent: string | null, commit: string, milliseconds: number) {
  const flags = ['--porcelain', '--no-verify', '--no-signed', '--no-follow-tags', '--recurse-submodules=no']
  const lease = `--force-with-lease=refs/heads/${branch}:${parent ?? ''}`
  const ran = await remote.run(folder, ['push', ...flags, lease, '--', '{}', `${commit}:refs/heads/${branch}`], { milliseconds })
  return outcomeOf(ran, remote)
}

function outcomeOf(ran: Ran, remote: Remote): Pushed {
  const [, flag, summary = ''] = /^([ *=+!-])\t[^\t\n]*\t(.*)$/m.exec(ran.output.toString()) ?? []
  if (flag === '!') {
    const [, who = '', reason = ''] = /^\[([a-z ]+)\] ?\(?(.*?)\)?$/.exec(summary) ?? []
    if (who === 'rejected') return { how: 'behind', wasSent: false }
    if (who !== 'remote rejected') return { how: 'unknown', wasSent: true, ran }
    if (behind.test(reason)) return { how: 'behind', wasSent: true }
    const said = remoteWords(ran.said, []) || ` - it says: ${plainText(reason, 300)}`
    const error = new GitError('failed', `${remote.place} does not accept the commit${said}`, new Error(ran.said))
    return { how: 'refused', wasSent: true, error }
  }
  if (flag !== undefined) return { how: 'arrived' }
  const isCertain = ran.ended === 'itself' && (atTheDoor.test(ran.said) || !halfway.test(ran.said))
  return isCertain ? { how: 'refused', wasSent: false, error: remote.failure(ran) } : { how: 'unknown', wasSent: true, ran }
}

/** The remote's branch is not what it was. */
const behind = /failed to update ref|cannot lock ref|incorrect old value|reference already exists|fetch first|non-fast-forward|stale info/
/** What git says when it has not even seen the remote's branches. */
const atTheDoor = /Could not read from remote repository|unable to access/
/** The connection ended when it may have begun to send. */
const halfway =
  /RPC failed|hung up|unexpected disconnect|early EOF|send-pack|pack-objects|Broken pipe|sideband|Connection (reset|closed)|^$/

function stream({ ref, parent, tree, changes, options, committer }: NewCommit): Buffer {
  const parts: (string | Buffer)[] = []
  const now = `${Math.floor(Date.now() / 1000)} +0000`
  const data = (content: Buffer) => parts.push(`data ${content.length}\n`, content, '\n')
  const person = ({ name, email }: Person) => `${identity(name) || 'unknown'} <${identity(email).replace(/\s/g, '')}> ${now}`
  parts.push(parent === null ? `reset ${ref}\n` : '', `commit ${ref}\nmark :1\n`)
  parts.push(`author ${person(options.author)}\ncommitter ${person(committer)}\n`)
  data(Buffer.from(`${messageOf(options.message)}\n\n${trailer}: ${options.change}\n`))
  if (parent !== null) parts.push(`from ${parent}\n`)
  // Files go first, so that a folder can take the place of one.
  for (const [path, content] of changes) if (content === null) parts.push(`D ${quoted(path)}\n`)
  for (const [path, content] of changes) {
    if (content === null) continue
    parts.push(`M ${modeOf(tree.byPath.get(path))} inline ${quoted(path)}\n`)
    data(content)
  }
  parts.push('get-mark :1\ndone\n')
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}

const modeOf = (entry: TreeEntry | undefined) => (entry?.kind === 'executable' ? '100755' : '100644')
const quoted = (path: string) => `"${path.replace(/[\\"]/g, '\\$&')}"`
const identity = (text: string) => plainText(text.replace(/[<>]/g, ''), 200)

/** Of lines of text, without anything that ends a message or looks like our trailer. */
function messageOf(message: string): string {
  const lines = message
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, ' ')
    .slice(0, 10_000)
    .trim()
    .split('\n')
  return lines.map((line) => line.trimEnd().replace(new RegExp(`^(?=${trailer}:)`, 'i'), ' ')).join('\n') || 'Change files'
}

function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>()
  for (const path of paths)
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  return folders
}

const blobName = (content: Buffer) => createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
const unusable = (path: string, why: string) => new GitError('unusable_file', `${shownPath(path)} ${why}: nothing was written`)
