/**
 * What a working copy of a tenant holds, taken over into a repository of ours. Its settings, hooks, alternates and links could
 * make git run programs or read other places, so git never works in it: files are copied by their names, packs indexed anew.
 */
import { constants, createWriteStream } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { assertTag } from './paths.ts'
import type { Processes } from './run.ts'
import { GitError, type GitLimits } from './types.ts'

export interface Salvaged {
  readonly head: string
  /** Name, and the object that it stands for. */
  readonly tags: ReadonlyMap<string, string>
}

/** @param into a repository without objects @throws GitError unusable_file, too_large */
export async function salvage(processes: Processes, folder: string, into: string, limits: GitLimits): Promise<Salvaged> {
  const from = join(folder, '.git')
  if (!(await isFolder(folder)) || !(await isFolder(from)))
    throw unusable('There is no git repository in the folder: it must hold a directory .git')
  const budget = { bytes: 4 * limits.repositoryBytes, files: mostObjects }
  await copyLoose(join(from, 'objects'), join(into, 'objects'), budget)
  await copyPacks(processes, { from: join(from, 'objects/pack'), into, limits, budget })
  const shallow = await textOf(join(from, 'shallow'), budget)
  if (shallow !== undefined && /^([0-9a-f]{40}\n)*$/.test(shallow)) await write(join(into, 'shallow'), Buffer.from(shallow))
  const packed = packedRefs((await textOf(join(from, 'packed-refs'), budget)) ?? '')
  const head = await headOf(from, packed, budget)
  return { head, tags: await tagsOf(from, packed, budget) }
}

const mostObjects = 300_000
const mostText = 8 * 2 ** 20
const mostTags = 5000
const unusable = (sentence: string) => new GitError('unusable_file', sentence)

interface Budget {
  bytes: number
  files: number
}

/** The folder itself, not what a link points to. */
async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false
}

async function copyLoose(from: string, into: string, budget: Budget): Promise<void> {
  if (!(await isFolder(from))) throw unusable('There is no git repository in the folder: its objects are missing')
  for (const half of (await readdir(from)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    if (!(await isFolder(join(from, half)))) continue
    await mkdir(join(into, half), { recursive: true })
    for (const rest of (await readdir(join(from, half))).filter((name) => /^[0-9a-f]{38}$/.test(name)))
      await copy(join(from, half, rest), join(into, half, rest), budget)
  }
}

interface Packs {
  readonly from: string
  readonly into: string
  readonly limits: GitLimits
  readonly budget: Budget
}

async function copyPacks(processes: Processes, { from, into, limits, budget }: Packs): Promise<void> {
  if (!(await isFolder(from))) return
  for (const name of (await readdir(from)).filter((one) => /^pack-[0-9a-f]{40}\.pack$/.test(one))) {
    const pack = join(into, 'objects/pack', name)
    if (!(await copy(join(from, name), pack, budget))) continue
    const caps = { file: 4 * limits.repositoryBytes, memory: 4 * limits.repositoryBytes + 2 ** 30 }
    const ran = await processes.git(['--git-dir', into, 'index-pack', pack], { milliseconds: limits.seconds * 1000, caps })
    if (ran.code !== 0)
      throw new GitError('unusable_file', 'The repository in the folder is damaged: check it with git fsck', new Error(ran.said))
  }
}

/** False when it is no plain file. */
async function copy(from: string, to: string, budget: Budget): Promise<boolean> {
  await using file = await plainFile(from, budget)
  if (!file) return false
  if (file.size < 2 ** 20) await write(to, await file.handle.readFile())
  else await pipeline(file.handle.createReadStream({ autoClose: false }), createWriteStream(to, { mode: 0o444 }))
  return true
}

async function plainFile(path: string, budget: Budget): Promise<(AsyncDisposable & { handle: FileHandle; size: number }) | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined)
  if (!handle) return undefined
  const close = () => handle.close()
  const about = await handle.stat()
  budget.bytes -= about.size
  budget.files -= 1
  const isTooMuch = budget.bytes < 0 || budget.files < 0
  if (about.isFile() && !isTooMuch) return { handle, size: about.size, [Symbol.asyncDispose]: close }
  await close()
  if (isTooMuch) throw new GitError('too_large', 'The repository in the folder is larger than this platform pushes')
  return undefined
}

/** What two sources have is the same object. */
async function write(path: string, content: Buffer): Promise<void> {
  await writeFile(path, content, { mode: 0o444, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

async function textOf(path: string, budget: Budget): Promise<string | undefined> {
  await using file = await plainFile(path, budget)
  return file && file.size <= mostText ? (await file.handle.readFile()).toString('utf8') : undefined
}

function packedRefs(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^([0-9a-f]{40}) (refs\/\S+)$/gm)].map(([, object = '', name = '']) => [name, object]))
}

async function headOf(from: string, packed: ReadonlyMap<string, string>, budget: Budget): Promise<string> {
  const head = (await textOf(join(from, 'HEAD'), budget))?.trim() ?? ''
  const [, name] = /^ref: (refs\/heads\/[^\s]+)$/.exec(head) ?? []
  const commit = name === undefined ? hash(head) : ((await loose(from, name, budget)) ?? packed.get(name))
  if (commit === undefined) throw unusable('The repository in the folder has no commit: commit something first')
  return commit
}

/** A reference by its name, when nothing on the way to it is a link. */
async function loose(from: string, name: string, budget: Budget): Promise<string | undefined> {
  const parts = name.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return undefined
  for (let depth = 1; depth < parts.length; depth++) if (!(await isFolder(join(from, ...parts.slice(0, depth))))) return undefined
  return hash((await textOf(join(from, name), budget))?.trim() ?? '')
}

const hash = (text: string) => (/^[0-9a-f]{40}$/.test(text) ? text : undefined)

async function tagsOf(from: string, packed: ReadonlyMap<string, string>, budget: Budget): Promise<Map<string, string>> {
  const tags = new Map<string, string>()
  const add = (name: string, object: string | undefined) => {
    if (object === undefined) return
    assertTag(name)
    tags.set(name, object)
    if (tags.size > mostTags) throw new GitError('too_large', `The repository in the folder has more than ${mostTags} tags`)
  }
  for (const [name, object] of packed) if (name.startsWith('refs/tags/')) add(name.slice('refs/tags/'.length), object)
  const walk = async (below: string): Promise<void> => {
    const folder = join(from, 'refs/tags', below)
    if (!(await isFolder(folder)) || below.split('/').length > 10) return
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) await walk(name)
      else add(name, await loose(from, `refs/tags/${name}`, budget))
    }
  }
  if (await isFolder(join(from, 'refs'))) await walk('')
  return tags
}
