/** Folders of a run: handed to the user that it becomes, kept from others, and gone afterwards. */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, lchown, lstat, mkdir, mkdtemp, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { cleanEnvironment, scratchFolders } from './launch.ts'

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
  // Not fs.rm: it gives up where names together are longer than the system takes at once, which a task can make.
  const remove = async () => void (await run('rm', ['-rf', '--', folder], { env: cleanEnvironment }).catch(() => undefined))
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
  const linked = new Map<string, { readonly names: Buffer[]; readonly all: number }>()
  const give = (path: Buffer) => lchown(path, owner.uid, owner.gid)
  const visit = async (path: Buffer): Promise<boolean> => {
    const entry = await lstat(path)
    const { uid, nlink, dev, ino } = entry
    if (entry.isBlockDevice() || entry.isCharacterDevice()) throw strange(folder, path, 'is a device')
    if (!entry.isFile() || nlink === 1 || uid === owner.uid) {
      await give(path)
      return entry.isDirectory()
    }
    const key = `${dev}:${ino}`
    const known = linked.get(key) ?? { names: [], all: nlink }
    linked.set(key, known)
    known.names.push(path)
    return false
  }
  await walk(folder, visit)
  for (const { names, all } of linked.values()) {
    const [first] = names
    if (!first) continue
    if (names.length < all) throw strange(folder, first, 'is linked to a file outside of the folder')
    await give(first)
  }
}

const atOnce = 16
const slash = Buffer.from('/')

/** Names may be in any encoding. @param visit true: what is in it is to be seen too */
async function walk(folder: string, visit: (path: Buffer) => Promise<boolean>): Promise<void> {
  const first = Buffer.from(folder)
  for (const open = (await visit(first)) ? [first] : []; ; ) {
    const at = open.pop()
    if (!at) return
    const paths = (await readdir(at, 'buffer')).map((name) => Buffer.concat([at, slash, name]))
    for (let from = 0; from < paths.length; from += atOnce) {
      const batch = paths.slice(from, from + atOnce)
      const isFolder = await Promise.all(batch.map(visit))
      open.push(...batch.filter((_, index) => isFolder[index]))
    }
  }
}

/** For a run that is kept apart by its group number alone: only who has it gets in, whoever else is the same user. */
export async function closeTo(folder: string, group: number, mode: 0o770 | 0o710): Promise<void> {
  await chown(folder, process.getuid?.() ?? 0, group)
  await chmod(folder, mode)
}

/**
 * Lets a run pass through the folders between ours and its own, and nobody else who is the same user.
 * @param isPrivate false: groups cannot be had, so everybody may pass, but not look around
 * @returns the groups that it needs for that
 * @throws Error when a folder above ours is in the way
 */
export async function makePassable(ours: string, folder: string, isPrivate: boolean): Promise<number[]> {
  const [top, bottom] = [await realpath(ours), await realpath(folder)]
  const isBelow = bottom.startsWith(top + sep)
  await assertPassable(isBelow ? top : bottom)
  if (!isBelow) return []
  await chmod(top, 0o711)
  const groups: number[] = []
  for (let at = dirname(bottom); at !== top; at = dirname(at)) {
    // Always the same for one folder, so that runs beside each other do not shut each other out.
    const group = 2 ** 30 + (createHash('sha256').update(at).digest().readUInt32BE() % 2 ** 29)
    if (isPrivate) await closeTo(at, group, 0o710)
    else await chmod(at, 0o711)
    groups.push(group)
  }
  return isPrivate ? groups : []
}

async function assertPassable(folder: string): Promise<void> {
  for (let at = dirname(folder); ; at = dirname(at)) {
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

const run = promisify(execFile)

const strange = (folder: string, path: Buffer, what: string) =>
  new Error(`${relative(folder, path.toString()) || '.'} ${what}: the task cannot have it`)
