/** Files that a caller writes into a config repository. */
import { createHash, randomUUID } from 'node:crypto'
import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import type { FileChanges, GitRemote, Snapshot, TreeEntry } from '../../outside/git/types.ts'
import type { Platform } from '../../platform.ts'
import type { CommitAuthor } from '../commit-author.ts'
import { withGit } from '../git.ts'

const mostFiles = 500

/** By path. @throws Invalid naming what cannot be written */
export function readFiles(configs: readonly Schema<'ConfigFile'>[]): Map<string, Buffer> {
  if (configs.length > mostFiles)
    throw invalid(`More than ${mostFiles} files cannot be written at once`, [`body.configs: must be at most ${mostFiles} files`])
  const files = new Map<string, Buffer>()
  for (const [index, { path, content }] of configs.entries()) {
    const refuse = (field: string, detail: string) =>
      invalid(`The file ${path.slice(0, 200)} cannot be written: it ${detail}`, [`body.configs[${index}].${field}: ${detail}`])
    if (!isWritable(path))
      throw refuse(
        'path',
        'must have a path in the repository: relative, at most 1024 bytes and 50 folders, without "..", backslashes and .git',
      )
    if (files.has(path)) throw refuse('path', 'must not be given twice')
    if (!isBase64(content)) throw refuse('content', 'must be encoded in base64')
    files.set(path, Buffer.from(content, 'base64'))
  }
  for (const path of files.keys()) {
    const folder = foldersOf(path).find((above) => files.has(above))
    if (folder !== undefined)
      throw invalid(`${folder} cannot be both a file and a folder`, [`body.configs: ${folder} is a file, and ${path} is below it`])
  }
  return files
}

/** The hash of the commit, null when all files are there already. @throws what withGit throws */
export async function commitFiles(
  { git, config }: Pick<Platform, 'git' | 'config'>,
  { remote, branch, author, files }: { remote: GitRemote; branch: string; author: CommitAuthor; files: ReadonlyMap<string, Buffer> },
): Promise<string | null> {
  if (files.size === 0) return null
  const message = files.size === 1 ? `Write ${[...files.keys()][0]}` : `Write ${files.size} files`
  // As long as one command of git may take, twice: another writer may have been faster.
  const deadline = performance.now() + 2 * config.git.limits.seconds * 1000
  const options = { author, message, change: randomUUID(), deadline }
  const { commit } = await withGit(() => git.commit(remote, branch, options, (tip) => changedIn(tip, files)))
  return commit
}

async function changedIn(tip: Snapshot | null, files: ReadonlyMap<string, Buffer>): Promise<FileChanges> {
  const present = new Map((tip ? await tip.list() : []).map((entry) => [entry.path, entry]))
  return new Map([...files].filter(([path, content]) => !isSame(present.get(path), content)))
}

/** By the name that git gives to the content, so that nothing needs to be read. */
function isSame(entry: TreeEntry | undefined, content: Buffer): boolean {
  if (entry === undefined || (entry.kind !== 'file' && entry.kind !== 'executable')) return false
  const hash = createHash(entry.object.length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${content.length}\0`)
    .update(content)
  return hash.digest('hex') === entry.object
}

const foldersOf = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join('/'))

/** What git and file systems make of a name is looked at again where it is written. */
function isWritable(path: string): boolean {
  const parts = path.split('/')
  return (
    Buffer.byteLength(path) <= 1024 &&
    !/[\p{Cc}\p{Surrogate}\\]/u.test(path) &&
    parts.length <= 50 &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= 255 && !/^\.git[. ]*$/i.test(part))
  )
}

/** With or without padding, as encoders write it; Node would skip whatever else it finds. */
const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1
