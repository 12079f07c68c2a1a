/** The folders of builds: one each while it runs, watched for size, and gone with it. */
import { execFile } from 'node:child_process'
import { chmod, lstat, mkdir, opendir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** @returns where builds of this runner have their folders, below `workFolder`, after removing what runners left that are gone */
export async function openWorkFolder(workFolder: string, runner: string, alive: ReadonlySet<string>): Promise<string> {
  await mkdir(workFolder, { recursive: true })
  for (const name of await readdir(workFolder)) if (!alive.has(name)) await removeFolder(join(workFolder, name))
  const own = join(workFolder, runner)
  await mkdir(own, { recursive: true, mode: 0o711 })
  return own
}

export async function makeFolder(parent: string, name: string): Promise<string> {
  const folder = join(parent, name)
  await mkdir(folder, { recursive: true, mode: 0o711 })
  return folder
}

/**
 * Programs leave folders behind that nobody may write to, their owner included. Never throws: the next runner tries again.
 * Not fs.rm: it asks again and again by path, so a program that still runs and swaps a folder for a link has it remove what the
 * link points to. `rm` goes by open folders and follows none.
 */
export async function removeFolder(folder: string): Promise<void> {
  const remove = () => run('rm', ['-rf', '--', folder], { env: { PATH: '/usr/bin:/bin' } })
  await remove().catch(async () => {
    // Root needs no rights, and what it gave some it would give through a link.
    if (process.getuid?.() === 0) return
    await open(folder).catch(() => {})
    await remove().catch(() => {})
  })
}

async function open(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  for await (const entry of await opendir(folder)) if (entry.isDirectory()) await open(join(folder, entry.name))
}

/** Calls back once when the files take more than `most` bytes. */
export async function watchSize(folder: string, most: number, signal: AbortSignal, onFull: () => void): Promise<void> {
  let took = 0
  while (!signal.aborted) {
    // A look at many files takes long, and must not be all that this process does.
    await sleep(Math.max(leastPause, 20 * took), undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    const began = Date.now()
    if ((await sizeOf(folder, most)) > most) return onFull()
    took = Date.now() - began
  }
}
const leastPause = 1000

/** Bytes on disk; stops counting past `most`. What vanishes meanwhile counts as nothing. */
export async function sizeOf(folder: string, most: number): Promise<number> {
  let total = 0
  const folders = [folder]
  for (let next = folders.pop(); next !== undefined && total <= most; next = folders.pop())
    try {
      for await (const entry of await opendir(next)) {
        const path = join(next, entry.name)
        if (entry.isDirectory()) folders.push(path)
        const found = await lstat(path).catch(() => undefined)
        total += (found?.blocks ?? 0) * 512
        if (total > most) break
      }
    } catch {}
  return total
}
