/**
 * `npm run soak`: slow proofs, run before an issue is called resolved.
 *
 * - kill -9 in the middle of writes, restart, and compare: nothing half-written, no event without its change, no change
 *   without its event; again and again on the same data folder
 * - the same while components are written to git: what is in git and what the platform knows agree again after the jobs ran
 * - the tests of `test/soak`: states near the limit, a server that is killed while it stores one, sign-ins that take the same time
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
console.log('\nload, kills and time')
failed += await tests(['--project', 'soak'], { SOAK: '1' })
const fuzzRuns = process.env.FUZZ_RUNS ?? '1000'
console.log(`\nfuzz: ${fuzzRuns} requests for each operation`)
failed += await tests(['test/fuzz.test.ts'], { FUZZ_RUNS: fuzzRuns })
process.exitCode = failed === 0 ? 0 : 1

function tests(which: string[], env: Record<string, string>): Promise<number> {
  const child = spawn('npx', ['vitest', 'run', ...which], { env: { ...process.env, ...env }, stdio: 'inherit' })
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0 ? 0 : 1)))
}
