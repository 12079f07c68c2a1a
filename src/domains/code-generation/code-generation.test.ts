import { createReadStream } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { awsSchemaFile, hasAwsSchema } from '../../../test/support/provider-schemas.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { importedProviders, importPrint, removeProvider, versionsOf } from './import.ts'
import { PrintError, readPrint } from './print.ts'

const server = useServer()
const acme = async () => {
  const organization_canonical = fresh('acme')
  const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
  return { ada, path: { organization_canonical } }
}
const bytes = async function* (...parts: (string | Uint8Array)[]) {
  for (const part of parts) yield Buffer.from(part)
}
const printOf = (...sources: string[]) =>
  JSON.stringify({
    format_version: '1.0',
    provider_schemas: Object.fromEntries(
      sources.map((source) => {
        const name = source.split('/').at(-1)
        const block = {
          attributes: { name: { type: 'string', required: true } },
          block_types: { part: { nesting_mode: 'list', block: {} } },
        }
        const all = {
          [`${name}_thing`]: { version: 0, block },
          [`${name}_other`]: { version: 0, block: { description: 'Another.' } },
          Odd: { version: 0, block },
        }
        return [
          source,
          { provider: { version: 0, block }, resource_schemas: all, data_source_schemas: { [`${name}_thing`]: { version: 0, block } } },
        ]
      }),
    ),
  })
const importText = async (text: string, versions: Record<string, string> = {}) =>
  importPrint(server.platform.database, await readPrint(bytes(text)), new Map(Object.entries(versions)))

describe('an import', () => {
  test('names providers as URLs can, and replaces what was there', async () => {
    const sources = ['registry.terraform.io/acme/box', 'registry.terraform.io/other/box', 'registry.terraform.io/hashicorp/ad']
    const imported = await importText(printOf(...sources), { [sources[0] ?? '']: '1.2.3' })
    expect(
      imported.map(({ canonical, version, resources, dataSources, skipped }) => [canonical, version, resources, dataSources, skipped]),
    ).toEqual([
      ['box', '1.2.3', 2, 1, ['Odd']],
      ['other-box', 'unknown', 2, 1, ['Odd']],
      ['hashicorp-ad', 'unknown', 2, 1, ['Odd']],
    ])
    await importText(printOf(sources[1] ?? ''), { [sources[1] ?? '']: '2.0.0' })
    const now = await importedProviders(server.platform.database)
    expect(now.filter(({ source }) => sources.includes(source)).map(({ canonical, version }) => [canonical, version])).toEqual([
      ['box', '1.2.3'],
      ['hashicorp-ad', 'unknown'],
      ['other-box', '2.0.0'],
    ])
    expect(await removeProvider(server.platform.database, 'hashicorp-ad')).toBe(true)
    expect(await removeProvider(server.platform.database, 'hashicorp-ad')).toBe(false)
  })

  test('reads what is packed, in pieces of any size', async () => {
    const packed = gzipSync(printOf('registry.terraform.io/acme/box'))
    const pieces = Array.from({ length: Math.ceil(packed.length / 7) }, (_, at) => packed.subarray(at * 7, at * 7 + 7))
    const { providers, sha256 } = await readPrint(bytes(packed.subarray(0, 1), packed.subarray(1)))
    expect(providers[0]?.blocks.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
      'resource box_thing',
      'resource box_other',
      'resource Odd',
      'data box_thing',
    ])
    expect(await readPrint(bytes(...pieces))).toEqual({ providers, sha256 })
  })

  test.each<[string, string | Buffer, RegExp]>([
    ['nothing', '', /it is empty/],
    ['half of it', printOf('registry.terraform.io/acme/box').slice(0, 200), /ends in the middle/],
    ['no JSON', 'terraform says hello', /is not the output/],
    ['other JSON', '{"a": 1}', /no format_version/],
    ['a list', '[1, 2]', /no format_version/],
    ['another version', '{"format_version": "7.0"}', /its format_version is 7.0/],
    ['a broken archive', gzipSync('{}').subarray(0, 12), /is not the output/],
  ])('refuses %s', async (_, text, message) => {
    await expect(readPrint(bytes(text))).rejects.toThrow(PrintError)
    await expect(readPrint(bytes(text))).rejects.toThrow(message)
  })

  test('finds versions in a lock file', async () => {
    const lock = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n  hashes = ["h1:x="]\n}\n'
    expect([...(await versionsOf(lock))]).toEqual([['registry.terraform.io/hashicorp/aws', '5.100.0']])
    await expect(versionsOf('provider {')).rejects.toThrow(PrintError)
  })
})

test('listings show what was imported, and say how to import what was not', async () => {
  const { ada, path } = await acme()
  await importText(printOf('registry.terraform.io/acme/shelf'))
  const listed = (await ada.getTerraformProviders({ path })).body
  expect(listed.data.find(({ canonical }) => canonical === 'shelf')).toEqual({
    canonical: 'shelf',
    name: 'shelf',
    abbreviation: 'shelf',
    cloud: false,
  })
  const provider = { ...path, provider_canonical: 'shelf' }
  expect((await ada.getTerraformProvider({ path: provider })).body.data.schema).toMatchObject({
    block: { attributes: { name: { type: 'string' } } },
  })
  const resources = (await ada.getTerraformProviderResources({ path: provider, query: { page_size: 1, page_index: 2 } })).body
  expect(resources).toMatchObject({ data: [{ canonical: 'shelf_thing' }], pagination: { index: 2, size: 1, total: 2 } })
  expect((await ada.getTerraformProviderDataSources({ path: provider })).body.data.map(({ canonical }) => canonical)).toEqual([
    'shelf_thing',
  ])
  const other = await ada.getTerraformProviderResource({ path: { ...provider, resource_canonical: 'shelf_other' } })
  expect(other.body.data).toMatchObject({ description: 'Another.', schema: { block: { description: 'Another.' } } })
  const missing = await ada.getTerraformProviderDataSource({ path: { ...provider, resource_canonical: 'shelf_other' } })
  expect(missing).toBeError('NotFoundEntity')
  expect(JSON.stringify(missing.body)).toContain('has none of this name')
  const unknown = await ada.getTerraformProviderResources({ path: { ...path, provider_canonical: 'nobody' } })
  expect(unknown).toBeError('NotFoundEntity')
  expect(JSON.stringify(unknown.body)).toContain('npm run provider-schemas -- import')
})

test('HCL follows the schema that was imported', async () => {
  const { ada, path } = await acme()
  await importText(printOf('registry.terraform.io/acme/crate'))
  const hcl = async (config: Record<string, unknown>) => ada.terraformJSONToHCL({ path, body: { config } })
  const config = { resource: { crate_thing: { a: { name: 'x', part: {} } }, unknown_thing: { b: { part: {} } } } }
  expect((await hcl(config)).body.data.config).toBe(
    'resource "crate_thing" "a" {\n  name = "x"\n\n  part {}\n}\n\nresource "unknown_thing" "b" {\n  part = {}\n}\n',
  )
  const refused = await hcl({ resorce: {} })
  expect(refused).toBeError('Invalid')
  expect(JSON.stringify(refused.body)).toContain('is no block that Terraform knows')
  expect(await hcl({ resource: { 'a\0': { b: {} } }, provider: { '\0': {} } })).toBeError('Invalid')
})

test('validation uses the provider that the configuration means', async () => {
  const { ada, path } = await acme()
  await importText(printOf('registry.terraform.io/first/drum', 'registry.terraform.io/second/drum'))
  const validate = async (config: Record<string, unknown>) => (await ada.terraformValidate({ path, body: { config } })).body.data
  const resource = { drum_thing: { a: { nam: 1 } } }
  expect((await validate({ resource })).errors).toEqual([
    'resource.drum_thing.a: there is no argument "nam"; did you mean "name"?',
    'resource.drum_thing.a: the attribute "name" is missing',
  ])
  const terraform = { required_providers: { tin: { source: 'second/drum' }, drum: { source: 'nobody/drum' } } }
  expect((await validate({ terraform, resource: { drum_thin: { a: { provider: 'tin.x' } } } })).errors).toEqual([
    'resource.drum_thin.a: the provider tin has no resource "drum_thin"; did you mean "drum_thing"?',
  ])
  expect(await validate({ terraform, resource })).toEqual({
    errors: [],
    notices: ['What belongs to the provider "drum" was not checked, because its schema was not imported here'],
  })
  expect(await validate({})).toEqual({ errors: [], notices: [] })
})

test.skipIf(!hasAwsSchema)('all of AWS: imported in one swap, listed, converted', { timeout: 60_000 }, async () => {
  const { ada, path } = await acme()
  const seen: number[] = []
  const print = await readPrint(createReadStream(awsSchemaFile), (_, blocks) => seen.push(blocks))
  const [imported] = await importPrint(server.platform.database, print, new Map([['registry.terraform.io/hashicorp/aws', '5.100.0']]))
  expect(imported).toMatchObject({ canonical: 'aws', version: '5.100.0', resources: 1526, dataSources: 608, skipped: [] })
  expect(seen.length).toBeGreaterThan(10)
  const provider = { ...path, provider_canonical: 'aws' }
  const { data, pagination } = (await ada.getTerraformProviderResources({ path: provider })).body
  expect([data.length, pagination.total]).toEqual([1000, 1526])
  expect((await ada.getTerraformProviders({ path })).body.data).toContainEqual({
    canonical: 'aws',
    name: 'Amazon Web Services',
    abbreviation: 'AWS',
    cloud: true,
  })
  const config = { resource: { aws_instance: { web: { ami: 'ami-1', instance_type: 't3.micro', root_block_device: { volume_size: 8 } } } } }
  const { config: hcl } = (await ada.terraformJSONToHCL({ path, body: { config } })).body.data
  expect(hcl).toContain('  root_block_device {\n    volume_size = 8\n  }')
  const wrong = { resource: { aws_instanc: { web: {} }, aws_instance: { web: { vpc_security_group_id: [] } } } }
  expect((await ada.terraformValidate({ path, body: { config: wrong } })).body.data.errors).toEqual([
    'resource.aws_instanc.web: the provider aws has no resource "aws_instanc"; did you mean "aws_instance"?',
    'resource.aws_instance.web: there is no argument "vpc_security_group_id"; did you mean "vpc_security_group_ids"?',
  ])
})

test('what would become too much is refused, and many lines are not', async () => {
  const { ada, path } = await acme()
  const many = { locals: { a: 'a\n'.repeat(300_000) } }
  expect(await ada.terraformJSONToHCL({ path, body: { config: many } })).toHaveStatus(200)
  expect((await ada.terraformValidate({ path, body: { config: many } })).body.data.errors).toEqual([])
  const wide = { locals: { ['k'.repeat(100_000)]: 1, ...Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, 1])) } }
  expect(await ada.terraformJSONToHCL({ path, body: { config: wide } })).toBeError('Invalid')
  const { errors } = (await ada.terraformValidate({ path, body: { config: wide } })).body.data
  expect(errors[0]).toContain('is longer than a name may be')
})
