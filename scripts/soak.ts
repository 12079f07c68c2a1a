/**
 * `npm run soak`: slow proofs, run before an issue is called resolved.
 *
 * - kill -9 in the middle of writes, restart, and compare: nothing half-written, no event without its change, no change
 *   without its event; again and again on the same data folder

 * - the same while components are written to git: what is in git and what the platform knows agree again after the jobs ran
 * - the fuzz of the whole document with many more requests than the suite takes the time for
 *
 * Everything runs on this machine, counted and timed, and stops by itself.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { componentRounds } from './soak/components.ts'
import { killRounds } from './soak/kill.ts'

const rounds = Number(process.env.SOAK_ROUNDS ?? 10)
const home = await mkdtemp(join(tmpdir(), 'trochoid-soak-'))
let failed = 0
try {
  failed += await killRounds(join(home, 'kill'), rounds)
  failed += await componentRounds(join(home, 'components'), Math.ceil(rounds / 3))
} finally {
  await rm(home, { recursive: true, force: true })
}
console.log(`\nfuzz: ${process.env.FUZZ_RUNS ?? 1000} requests for each operation`)
failed += await fuzz()
process.exitCode = failed === 0 ? 0 : 1

function fuzz(): Promise<number> {
  const env = { ...process.env, FUZZ_RUNS: process.env.FUZZ_RUNS ?? '1000' }
  const child = spawn('npx', ['vitest', 'run', 'test/fuzz.test.ts'], { env, stdio: 'inherit' })
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0 ? 0 : 1)))
}
