/** `npm run provider-schemas`, as it is run: another process, on the database of a service that goes on. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { createTestDatabase } from './support/database.ts'
import { awsSchemaFile, hasAwsSchema } from './support/provider-schemas.ts'

const folder = mkdtempSync(join(tmpdir(), 'trochoid-schemas-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(args: string[], url: string, input = ''): Promise<{ code: number; out: string }> {
  const { MASTER_KEYS: _, TROCHOID_HOME: __, ...rest } = process.env
  const script = fileURLToPath(new URL('../scripts/provider-schemas.ts', import.meta.url))
  return new Promise((resolve) => {
    const env = { ...rest, DATABASE_URL: url }
    const child = execFile(process.execPath, ['--import', 'tsx', script, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out: stdout + stderr }),
    )
    child.stdin?.end(input)
  })
}

const block = { version: 0, block: { attributes: { name: { type: 'string', optional: true } } } }
const print = (...names: string[]) =>
  JSON.stringify({
    format_version: '1.0',
    provider_schemas: Object.fromEntries(
      names.map((name) => [
        `registry.terraform.io/acme/${name}`,
        { provider: block, resource_schemas: { [`${name}_thing`]: block }, data_source_schemas: {} },
      ]),
    ),
  })

test('imports, lists and removes', { timeout: 60_000 }, async () => {
  const database = await createTestDatabase()
  try {
    const { url } = database
    expect(await run(['list'], url)).toEqual({ code: 0, out: 'Nothing was imported yet.\n' })
    writeFileSync(
      join(folder, '.terraform.lock.hcl'),
      'provider "registry.terraform.io/acme/box" {\n  version = "1.2.3"\n}\nprovider "registry.terraform.io/acme/can" {\n  version = "4.5.6"\n}\n',
    )
    const file = join(folder, 'schemas.json')
    writeFileSync(file, print('box', 'can'))
    expect(await run(['import', file, '--provider-version', 'can=7.0.0'], url)).toEqual({
      code: 0,
      out: 'registry.terraform.io/acme/box 1.2.3: 1 resources and 0 data sources, as box\nregistry.terraform.io/acme/can 7.0.0: 1 resources and 0 data sources, as can\n',
    })
    expect(await run(['import', '-'], url, print('tin'))).toMatchObject({ code: 0, out: expect.stringContaining('acme/tin unknown') })
    expect(await run(['remove', 'box'], url)).toEqual({ code: 0, out: 'box is forgotten.\n' })
    expect((await run(['list'], url)).out).toBe('can  registry.terraform.io/acme/can 7.0.0\ntin  registry.terraform.io/acme/tin unknown\n')
    const refused = await run(['import', file, '--provider-version', '1.0.0'], url)
    expect(refused).toMatchObject({
      code: 1,
      out: expect.stringContaining('The file has 2 providers: say --provider-version <name>=<version>'),
    })
    writeFileSync(file, 'Error: no configuration')
    expect(await run(['import', file], url)).toMatchObject({ code: 1, out: expect.stringContaining('This is not the output of') })
    expect((await run(['import'], url)).code).toBe(2)
    expect((await run(['list', '--nothing'], url)).code).toBe(2)
    expect((await run(['remove', 'box'], url)).code).toBe(1)
    if (hasAwsSchema)
      expect(await run(['import', awsSchemaFile, '--provider-version', '5.100.0'], url)).toEqual({
        code: 0,
        out: 'registry.terraform.io/hashicorp/aws 5.100.0: 1526 resources and 608 data sources, as aws\n',
      })
    else console.log('the schema of AWS is not beside the repository: its import is not tried')
  } finally {
    await database[Symbol.asyncDispose]()
  }
})
