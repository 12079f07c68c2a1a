/** The opa binary, where there is one: the reference for what policies mean. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const opaBinary = process.env.OPA_BIN ?? 'opa'
export const opaIsThere = spawnSync(opaBinary, ['version']).status === 0
export const whyNoOpa = 'needs the opa binary, as OPA_BIN or on the PATH'

export interface OpaAnswer {
  /** The codes of what was wrong; then there is no value. */
  errors: string[]
  value: unknown
}

/** What OPA says about data.test. */
export async function askOpa(policy: string, input: unknown): Promise<OpaAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'opa-'))
  try {
    writeFileSync(join(folder, 'policy.rego'), policy)
    writeFileSync(join(folder, 'input.json'), JSON.stringify(input))
    const args = ['eval', '--v0-compatible', '-d', join(folder, 'policy.rego'), '-i', join(folder, 'input.json'), '-f', 'json', 'data.test']
    const output = await new Promise<string>((resolve) => {
      execFile(opaBinary, args, (_, stdout, stderr) => resolve(stdout || stderr))
    })
    const answer = JSON.parse(output) as { errors?: { code: string }[]; result?: { expressions: { value: unknown }[] }[] }
    return { errors: (answer.errors ?? []).map(({ code }) => code), value: answer.result?.[0]?.expressions[0]?.value }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
