/** Copies and measures folders that a tenant filled, names in any encoding included. Links stay links and are never followed. */
import { constants, createReadStream, createWriteStream, type Stats } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, readdir, readlink, symlink, utimes } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { StepError } from './errors.ts'

export interface CopyOptions {
  signal: AbortSignal
  /** Before a file of that size is written; may throw. */
  spend(bytes: number): void
}

/**
 * Modes and times are kept, owners and the bits that lend their rights are not: our copy would lend ours. Pipes, sockets and
 * devices are left out.
 * @param to a folder that is there
 */
export async function copyTree(from: string, to: string, { signal, spend }: CopyOptions): Promise<void> {
  /** Done last: a folder that nobody may write to has to be filled first. */
  const folders: { path: Buffer; found: Stats }[] = []
  const target = (path: Buffer) => Buffer.concat([Buffer.from(to), path.subarray(Buffer.byteLength(from))])
  const copy = async (path: Buffer, found: Stats): Promise<void> => {
    signal.throwIfAborted()
    const copied = target(path)
    if (found.isSymbolicLink()) await symlink(await readlink(path, 'buffer'), copied)
    else if (found.isDirectory()) {
      if (copied.length > Buffer.byteLength(to)) await mkdir(copied, 0o700)
      folders.push({ path: copied, found })
    } else if (found.isFile()) {
      spend(found.size)
      await copyOne(path, copied, found, signal)
    }
  }
  await walk(from, copy)
  for (const { path, found } of folders.reverse()) {
    await chmod(path, found.mode & 0o777)
    await utimes(path, found.atime, found.mtime)
  }
}

/** In bytes: what its files say they hold, which a copy of them may really need. */
export async function sizeOfTree(folder: string, signal?: AbortSignal): Promise<number> {
  let bytes = 0
  await walk(folder, async (_path, found) => {
    signal?.throwIfAborted()
    if (found.isFile()) bytes += found.size
  })
  return bytes
}

const mostEntries = 500_000
const atOnce = 16
const slash = Buffer.from('/')

/** @throws StepError for what no path can name: shells can make folders in folders without an end */
async function walk(root: string, visit: (path: Buffer, found: Stats) => Promise<void>): Promise<void> {
  try {
    await walkAll(root, visit)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENAMETOOLONG') throw error
    throw new StepError('Directories of this build are nested too deeply to be kept', error)
  }
}

/** The folder, then what is in it; a folder always before what is in it. */
async function walkAll(root: string, visit: (path: Buffer, found: Stats) => Promise<void>): Promise<void> {
  const first = Buffer.from(root)
  await visit(first, await lstat(first))
  let entries = 0
  for (const open = [first]; ; ) {
    const folder = open.pop()
    if (!folder) return
    const names = await readdir(folder, 'buffer')
    entries += names.length
    if (entries > mostEntries) throw new StepError(`A directory of this build has more than ${mostEntries} files`)
    for (let at = 0; at < names.length; at += atOnce) {
      const visited = names.slice(at, at + atOnce).map(async (name) => {
        const path = Buffer.concat([folder, slash, name])
        const found = await lstat(path)
        await visit(path, found)
        return found.isDirectory() ? [path] : []
      })
      open.push(...(await Promise.all(visited)).flat())
    }
  }
}

async function copyOne(from: Buffer, to: Buffer, found: Stats, signal: AbortSignal): Promise<void> {
  const mode = found.mode & 0o777
  // copyFile gives the copy all bits of the original, before anybody could take them off.
  if ((found.mode & 0o7000) === 0) await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  else await pipeline(createReadStream(from), createWriteStream(to, { flags: 'wx', mode: mode & 0o700 }), { signal })
  await chmod(to, mode)
  await utimes(to, found.atime, found.mtime)
}
