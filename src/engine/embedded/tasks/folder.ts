/** Folders of a run: handed to the user that it becomes, kept from others, and gone afterwards. */
import { randomBytes } from 'node:crypto'
import { chmod, chown, lchown, lstat, mkdir, mkdtemp, opendir, realpath, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { scratchFolders } from './launch.ts'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

export interface Scratch extends AsyncDisposable {
  readonly folder: string
  /** Of the folder that the program works in, as it sees it. */
  readonly name: string
}

/** Beside the folder that the run works in, so that both are on one disk and go with the build. */
export async function openScratch(beside: string, owner: Owner | undefined): Promise<Scratch> {
  const folder = await mkdtemp(join(dirname(beside), '.task-'))
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 })
  try {
    const name = randomBytes(4).toString('hex')
    for (const below of scratchFolders(name)) {
      await mkdir(join(folder, below))
      if (owner) await chown(join(folder, below), owner.uid, owner.gid)
    }
    return { folder, name, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/**
 * Everything below becomes the owner's; links themselves do, and nothing that they point to. What is also in another place
 * (a hard link to a file of somebody else) is refused, and so are devices: to own one is to use it.
 * @throws Error with the path below the folder
 */
export async function handOver(folder: string, owner: Owner): Promise<void> {
  const linked = new Map<string, { readonly names: string[]; readonly all: number }>()
  const give = (path: string) => lchown(path, owner.uid, owner.gid)
  const visit = async (path: string): Promise<void> => {
    const { uid, nlink, dev, ino, ...entry } = await lstat(path)
    if (entry.isBlockDevice() || entry.isCharacterDevice()) throw strange(folder, path, 'is a device')
    if (entry.isFile() && nlink > 1 && uid !== owner.uid) {
      const key = `${dev}:${ino}`
      const known = linked.get(key) ?? { names: [], all: nlink }
      linked.set(key, known)
      known.names.push(path)
      return
    }
    if (entry.isDirectory()) for await (const { name } of await opendir(path)) await visit(join(path, name))
    await give(path)
  }
  await visit(folder)
  for (const { names, all } of linked.values()) {
    const [first = folder] = names
    if (names.length < all) throw strange(folder, first, 'is linked to a file outside of the folder')
    await give(first)
  }
}

/** For a run that is kept apart by its group number alone: only who has it gets in, whoever else is the same user. */
export async function closeTo(folder: string, group: number): Promise<void> {
  await chown(folder, process.getuid?.() ?? 0, group)
  await chmod(folder, 0o770)
}

/** @throws Error when users of the machine cannot pass through a folder on the way */
export async function assertPassable(folder: string): Promise<void> {
  for (let at = dirname(await realpath(folder)); ; at = dirname(at)) {
    const { mode } = await stat(at)
    if ((mode & 0o001) === 0)
      throw new Error(
        `The user that tasks run as cannot pass through ${at}: an operator has to give the platform another folder (TROCHOID_HOME), or chmod o+x that one`,
      )
    if (at === dirname(at)) return
  }
}

/** The directory that a task works in. @throws Error when it is outside of the folder or not there */
export async function workingDirectory(folder: string, dir: string): Promise<string> {
  const base = await realpath(folder)
  const at = await realpath(join(base, dir)).catch(() => undefined)
  const inside = at !== undefined && (at === base || at.startsWith(base + sep)) && (await stat(at)).isDirectory()
  if (!inside) throw new Error(`run.dir: there is no directory ${JSON.stringify(dir)} in the task's folder`)
  return relative(base, at) || '.'
}

const strange = (folder: string, path: string, what: string) =>
  new Error(`${relative(folder, path) || '.'} ${what}: the task cannot have it`)
