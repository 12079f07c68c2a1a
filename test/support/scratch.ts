/**
 * Where the files of a run go that need not outlive it. In memory where there is room: a database is a thousand small files,
 * and making and dropping one for each test file kept ext4 looking for free inodes, a tenth of the whole suite's time.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
/** The largest run had 1.1 GB. */
const enough = 6 * 2 ** 30
const prefix = 'trochoid-test-'

/** A new folder of this process. What a killed run left in memory goes first. */
export function scratchFolder(): string {
  if (!hasRoom()) return mkdtempSync(join(tmpdir(), prefix))
  for (const name of readdirSync(memory)) {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? []
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(memory, name), { recursive: true, force: true })
  }
  return mkdtempSync(join(memory, `${prefix}${process.pid}-`))
}

/** Programs must be allowed to run there: Postgres may need a copy of its own beside its data. */
function hasRoom(): boolean {
  try {
    const [, , type, options = ''] =
      readFileSync('/proc/mounts', 'utf8')
        .split('\n')
        .map((line) => line.split(' '))
        .find(([, place]) => place === memory) ?? []
    const { bavail, bsize } = statfsSync(memory)
    return type === 'tmpfs' && !options.split(',').includes('noexec') && bavail * bsize >= enough
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
