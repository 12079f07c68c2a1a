/** `npm run check`: everything a machine can say about the code without running it. Prints each step as it ends. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readDocument } from './openapi.ts'

const folder = await mkdtemp(join(tmpdir(), 'trochoid-check-'))
const merged = join(folder, 'openapi.json')
await writeFile(merged, JSON.stringify(readDocument()))

const steps: [name: string, command: string, ...args: string[]][] = [
  ['types', 'tsc', '-p', '.'],
  ['types of the console', 'tsc', '-p', 'console'],
  ['types of its tests', 'tsc', '-p', 'console/tsconfig.test.json'],
  ['lint and formatting', 'biome', 'ci', '--colors=off', '--error-on-warnings', '.'],
  ['generated files are fresh', process.execPath, '--import', 'tsx', 'scripts/generate.ts', '--check'],
  ['OpenAPI lint', 'redocly', 'lint', '--config', 'openapi/redocly.yaml', merged],
]

let failed = 0
for (const [name, command, ...args] of steps) {
  const started = performance.now()
  const { code, output } = await run(command, args)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`)
  if (code === 0) continue
  failed++
  console.log(output.trimEnd())
}
await rm(folder, { recursive: true, force: true })
console.log(`\ncheck: ${steps.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function run(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const path = `${join(process.cwd(), 'node_modules', '.bin')}:${process.env.PATH}`
  // The linter must neither report on us nor look for a newer self.
  const env = { ...process.env, PATH: path, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code) => resolve({ code, output }))
  })
}
