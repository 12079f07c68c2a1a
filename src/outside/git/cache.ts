/**
 * Copies of repositories, bare and shallow. A copy is never repaired and never collects garbage: one that is damaged, has
 * grown or is in the way is left to those who still read from it, and the next question fetches another.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Branches, openBranches } from './branches.ts'
import { openQueue, openSharing, type Queue } from './queues.ts'
import type { Slot } from './slot.ts'
import type { GitRemote } from './types.ts'

/** A commit that is whole in a copy. */
export interface Tip {
  readonly copy: Copy
  readonly commit: string
}

/** One copy on the disk. */
export interface Copy {
  readonly folder: string
  readonly branches: Branches
  /** Of packs, in bytes, after the last fetch. */
  bytes: number
  users: number
  isLeft: boolean
}

/** One repository of one tenant, seen with one credential. */
export interface Repository {
  readonly key: string
  copy: Copy | undefined
  /** Fetches change one list of shallow commits. */
  readonly fetching: Queue
  readonly writing: Map<string, { readonly queue: Queue; length: number }>
  readonly sharing: ReturnType<typeof openSharing<Tip>>
}

export interface Cache {
  /** @param purpose copies for another one are others: what one shares with itself in depth, another would undo */
  find(remote: GitRemote, purpose?: string): Repository
  /** Until this is disposed `find` answers the same; whoever works on a repository holds it. */
  pin(repository: Repository): Disposable
  create(repository: Repository): Promise<Copy>
  /** Nobody finds the copy again; its folder goes when its last user has. */
  leave(repository: Repository, copy: Copy): Promise<void>
  /** The folder stays until this is disposed. */
  hold(copy: Copy): AsyncDisposable
  /** Measures a copy after a fetch, and leaves others that have not been used for long when all together are too large. */
  settle(repository: Repository): Promise<void>
}

type Entry = { readonly repository: Repository; pins: number }

/** Of all copies of this process together, in bytes. */
const mostBytes = 8 * 1024 ** 3

export async function openCache(slot: Slot): Promise<Cache> {
  const entries = new Map<string, Entry>()
  const known = (key: string, copy: Copy | undefined): Entry => {
    const repository: Repository = { key, copy, fetching: openQueue(), writing: new Map(), sharing: openSharing() }
    const entry = { repository, pins: 0 }
    entries.set(key, entry)
    return entry
  }
  for (const [key, copy] of await foundCopies(slot.repositories)) known(key, copy)

  const remove = (copy: Copy) => rm(copy.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  const leave = async (repository: Repository, copy: Copy) => {
    if (repository.copy === copy) repository.copy = undefined
    if (copy.isLeft) return
    copy.isLeft = true
    if (copy.users === 0) await remove(copy)
  }

  return {
    find(remote, purpose) {
      const key = keyOf(remote, slot.salt, purpose)
      const entry = entries.get(key) ?? known(key, undefined)
      entries.delete(key) // the order of the map is that of their last use
      entries.set(key, entry)
      return entry.repository
    },
    pin({ key }) {
      const entry = entries.get(key)
      if (entry) entry.pins++
      return {
        [Symbol.dispose]() {
          if (!entry) return
          entry.pins--
          // Hostile addresses must not fill the memory either.
          if (entry.pins === 0 && !entry.repository.copy) entries.delete(key)
        },
      }
    },
    async create(repository) {
      const folder = join(slot.repositories, `${repository.key}.${Date.now()}${randomBytes(3).toString('hex')}`)
      await mkdir(join(folder, 'objects/pack'), { recursive: true })
      await mkdir(join(folder, 'refs/tips'), { recursive: true })
      await writeFile(join(folder, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n')
      await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/none\n')
      repository.copy = { folder, branches: openBranches(folder), bytes: 0, users: 0, isLeft: false }
      return repository.copy
    },
    leave,
    hold(copy) {
      copy.users++
      return {
        async [Symbol.asyncDispose]() {
          copy.users--
          if (copy.users === 0 && copy.isLeft) await remove(copy)
        },
      }
    },
    async settle(repository) {
      if (repository.copy) repository.copy.bytes = await packBytes(repository.copy.folder)
      const all = [...entries.values()].flatMap(({ repository: one }) => (one.copy ? [{ one, copy: one.copy }] : []))
      let total = all.reduce((sum, { copy }) => sum + copy.bytes, 0)
      for (const { one, copy } of all) {
        if (total <= mostBytes) return
        if (one === repository || copy.users > 0) continue
        total -= copy.bytes
        await leave(one, copy)
      }
    },
  }
}

/** Of packs, finished and in the making. */
export async function packBytes(folder: string): Promise<number> {
  const packs = join(folder, 'objects/pack')
  const names = await readdir(packs).catch(() => [])
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(packs, name))
        .then(({ size }) => size)
        .catch(() => 0),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** True when reading has become slow, or most of it is of the past. */
export async function isWornOut({ folder, bytes }: Copy, limit: number): Promise<boolean> {
  if (bytes > 3 * limit) return true
  const [packs, sample] = await Promise.all(['objects/pack', 'objects/17'].map((name) => readdir(join(folder, name)).catch(() => [])))
  return (packs?.length ?? 0) > 2 * 60 || (sample?.length ?? 0) > 12
}

/** What a killed fetch left in a copy. */
export async function sweep({ folder }: Copy): Promise<void> {
  const remove = (path: string) => rm(path, { force: true, recursive: true })
  const packs = join(folder, 'objects/pack')
  for (const name of await readdir(packs).catch(() => [])) if (/^(tmp_|\.tmp)/.test(name)) await remove(join(packs, name))
  for (const name of await readdir(folder).catch(() => [])) if (/\.lock$|^shallow_|^tmp_/.test(name)) await remove(join(folder, name))
  const tips = join(folder, 'refs/tips')
  for (const name of await readdir(tips).catch(() => [])) if (name.endsWith('.lock')) await remove(join(tips, name))
}

/** One who has not the credential must not read what another fetched with it, and no tenant what another did. */
function keyOf({ tenant, url, credential }: GitRemote, salt: Buffer, purpose?: string): string {
  const secret = credential?.type === 'ssh' ? [credential.key] : credential ? [credential.username, credential.password] : []
  const parts = [tenant, url, credential?.type ?? null, ...secret, ...(purpose === undefined ? [] : [{ purpose }])]
  return createHmac('sha256', salt).update(JSON.stringify(parts)).digest('hex').slice(0, 40)
}

async function foundCopies(folder: string): Promise<Map<string, Copy>> {
  const found = new Map<string, Copy>()
  for (const name of (await readdir(folder)).sort()) {
    const [, key] = /^([0-9a-f]{40})\.[0-9a-f]+$/.exec(name) ?? []
    const copy = { folder: join(folder, name), branches: openBranches(join(folder, name)), bytes: 0, users: 0, isLeft: false }
    const older = key === undefined ? copy : found.get(key)
    if (older) await rm(older.folder, { recursive: true, force: true }) // left by somebody who was killed
    if (key === undefined) continue
    await sweep(copy)
    found.set(key, { ...copy, bytes: await packBytes(copy.folder) })
  }
  return found
}
