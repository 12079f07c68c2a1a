/** Terraform itself, as far as it is installed; offline: nothing but its built-in provider. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Backend } from './state-world.ts'

export const terraformIsHere =
  spawnSync('terraform', ['version'], { encoding: 'utf8', env: { ...process.env, CHECKPOINT_DISABLE: '1' } }).status === 0

export const withTerraform = terraformIsHere ? '' : ' (skipped: there is no terraform on the PATH)'

export interface Run {
  code: number | null
  /** Both streams. */
  text: string
}

export interface Terraform {
  folder: string
  run(...args: string[]): Promise<Run>
  write(name: string, text: string): void
}

/**
 * A folder with a configuration whose state is kept by `backend`, initialised.
 * @param settings of the backend, instead of the lock by POST and DELETE
 */
export async function openTerraform(backend: Backend, configuration: string, settings?: Record<string, string>): Promise<Terraform> {
  const folder = mkdtempSync(join(tmpdir(), 'trochoid-terraform-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const lock = backend.address('/inventory/lock')
  const all = {
    address: backend.address(),
    ...(settings ?? { lock_address: lock, unlock_address: lock, lock_method: 'POST', unlock_method: 'DELETE' }),
    retry_wait_min: 1,
  }
  const lines = Object.entries(all).map(([name, value]) => `    ${name} = ${JSON.stringify(value)}`)
  writeFileSync(join(folder, 'backend.tf'), `terraform {\n  backend "http" {\n${lines.join('\n')}\n  }\n}\n`)
  writeFileSync(join(folder, 'main.tf'), configuration)
  writeFileSync(join(folder, 'terraformrc'), '')
  const run = (...args: string[]): Promise<Run> =>
    new Promise((resolve) => {
      const child = spawn('terraform', args, {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          CHECKPOINT_DISABLE: '1',
          TF_CLI_CONFIG_FILE: join(folder, 'terraformrc'),
          TF_IN_AUTOMATION: '1',
          TF_INPUT: '0',
          TF_CLI_ARGS: '-no-color',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let text = ''
      child.stdout.on('data', (chunk) => (text += chunk))
      child.stderr.on('data', (chunk) => (text += chunk))
      child.once('close', (code) => resolve({ code, text }))
    })
  const begun = await run('init')
  if (begun.code !== 0) throw new Error(`terraform init failed: ${begun.text}`)
  return { folder, run, write: (name, text) => writeFileSync(join(folder, name), text) }
}
