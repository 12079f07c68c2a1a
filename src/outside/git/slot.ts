/** The folder of one process: `<cache>/0`, `/1` and so on. A second process takes the next, a restart finds its warm cache again. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { claim, processAt } from '../processes.ts'

export interface Slot {
  /** Absolute. */
  readonly folder: string
  /** Of copies of repositories. */
  readonly repositories: string
  /** 0700, empty at the start: what a call leaves here when it is killed is gone with the next start. */
  readonly secrets: string
  /** 0700 and empty: the home of git and ssh. */
  readonly home: string
  /** Names of repositories are made with it, so that they say nothing about credentials. */
  readonly salt: Buffer
  release(): Promise<void>
}

const most = 64

/** @throws Error when the folder cannot be used, or all slots are taken */
export async function openSlot(cacheFolder: string): Promise<Slot> {
  const base = resolve(cacheFolder)
  await mkdir(base, { recursive: true, mode: 0o700 })
  for (let number = 0; number < most; number++) {
    const folder = join(base, String(number))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (await hasOwner(folder)) continue
    let release: () => void
    try {
      release = await claim(folder)
    } catch (error) {
      if (await hasOwner(folder)) continue // somebody was faster
      throw error
    }
    try {
      return await prepared(folder, release)
    } catch (error) {
      release()
      throw error
    }
  }
  throw new Error(`All ${most} places in ${base} are taken by running processes: give some of them another cache folder.`)
}

async function hasOwner(folder: string): Promise<boolean> {
  const owners = (await readdir(folder)).map((name) => /^owner-(\d+)-(.+)$/.exec(name))
  return owners.some((owner) => owner !== null && processAt(Number(owner[1]))?.birth === owner[2])
}

async function prepared(folder: string, release: () => void): Promise<Slot> {
  const [secrets, home, repositories, saltFile] = ['private', 'home', 'repositories', 'salt'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  await Promise.all([secrets, home].map((path) => rm(path, { recursive: true, force: true })))
  for (const path of [secrets, home, repositories]) {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await chmod(path, 0o700)
  }
  await writeFile(saltFile, randomBytes(32), { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const close = async () => {
    await Promise.all([secrets, home].map((path) => rm(path, { recursive: true, force: true })))
    release()
  }
  return { folder, repositories, secrets, home, salt: await readFile(saltFile), release: close }
}
