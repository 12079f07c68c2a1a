import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AwsDouble, doubleKeys, openAwsDouble } from '../../../test/support/aws-double.ts'
import { catalog, stackFiles } from '../../../test/support/catalog.ts'
import type { Client } from '../../../test/support/client.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer } from '../../../test/support/server.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'
import { readConfig } from '../../config.ts'
import { runImport } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'trochoid-tool-'))
const tool = join(folder, 'terracognita')
const goes = join(folder, 'goes')
const script = (body: string) => {
  writeFileSync(tool, `#!/bin/sh\n${body}\n`)
  chmodSync(tool, 0o755)
}
const good = `
for try in $(seq 1 150); do [ -e '${goes}' ] && break; sleep 0.1; done
while [ $# -gt 0 ]; do case "$1" in --hcl) code="$2";; esac; shift; done
printf 'resource "aws_vpc" "main" {}\\n' > "$code/main.tf"`

const repositories = useRepositories()
let aws: AwsDouble
let server: TestServer & AsyncDisposable
beforeAll(async () => {
  aws = await openAwsDouble()
  const { terraform } = readConfig({})
  const imports = { terracognita: tool, terraform: undefined, seconds: 20 }
  server = await openTestServer({
    worker: true,
    config: { ...gitIn(repositories), terraform: { ...terraform, awsEndpoint: aws.url, imports } },
  })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await aws?.[Symbol.asyncDispose]()
})
beforeEach(() => {
  script(good)
  writeFileSync(goes, '')
})

const kinds = ['infra_import', 'service_catalog', 'project', 'environment', 'component', 'external_backend']

async function acme() {
  const home = fresh('acme')
  const path = { organization_canonical: home }
  const rules = kinds.map((kind): [string] => [`organization:${kind}:*`])
  const { ada, bob, cyd } = await scenario(
    server,
    organization(
      home,
      role('importer', ...rules, ['organization:credential:read', `organization:${home}:credential:account`]),
      role('stranger', ...rules),
      member('ada'),
      member('bob', 'importer'),
      member('cyd', 'stranger'),
    ),
  )
  const key = (canonical: string) =>
    must(ada.createCredential({ path, body: { name: canonical, canonical, path: canonical, type: 'aws', raw: doubleKeys } }))
  const anew = async (canonical: string) => {
    expect(await ada.deleteCredential({ path: { ...path, credential_canonical: canonical } })).toHaveStatus(204)
    await key(canonical)
  }
  await key('account')
  await key('root-keys')
  const git = { name: 'Git', canonical: 'git', type: 'basic_auth' as const, path: 'git', raw: { username: 'git', password: 'a-password' } }
  await must(ada.createCredential({ path, body: git }))
  const url = repositories.make(`${home}-config`, { main: { 'README.md': 'x' } })
  await must(
    ada.createConfigRepository({
      path,
      body: { name: 'Config', canonical: 'config', url, branch: 'main', default: true, credential_canonical: 'git' },
    }),
  )
  await catalog(repositories, ada, home, 'catalog', stackFiles('stack-old'))
  const s3 = { engine: 'AWSRemoteTFState' as const, bucket: 'states', region: 'eu-west-3', key: 'net.tfstate' }
  const body = {
    configuration: { type: 'CloudProviderAWSConfiguration' as const, region: 'eu-west-3' },
    credential_canonical: 'account',
    stack: {
      name: 'Found',
      canonical: 'stack-found',
      description: 'What was there.',
      author: 'Ada',
      keywords: ['import'],
      service_catalog_source_canonical: 'catalog',
    },
    project: { name: 'Web', canonical: 'web', config_repository_canonical: 'config' },
    environment: { name: 'Prod', canonical: 'prod' },
    component: { name: 'Net', canonical: 'net', cloud_provider_canonical: 'aws' },
  }
  return { path, ada, bob, cyd, body, s3, anew, subject: { ...path, service_catalog_ref: `${home}:stack-found` } }
}

async function ended(who: Client, path: { organization_canonical: string; service_catalog_ref: string }) {
  for (let tries = 0; tries < 200; tries++) {
    const { data } = (await who.getServiceCatalogImport({ path })).body
    if (data.status !== 'importing') return data
    await new Promise((wake) => setTimeout(wake, 100))
  }
  throw new Error('the import does not end')
}

test('an external backend that could not be made is refused before anything begins', { timeout: 40_000 }, async () => {
  const { path, ada, bob, body, s3, subject } = await acme()
  const begin = (who: Client, configuration: object, credential_canonical = 'root-keys') =>
    who.createInfraImport({
      path,
      body: { ...body, external_backend: { configuration: configuration as typeof s3, credential_canonical } },
    })
  expect(await begin(bob, s3)).toBeError('Unauthorized')
  const { key: _, ...withoutKey } = s3
  const missing = await begin(ada, withoutKey)
  expect(missing).toBeError('Invalid')
  expect(JSON.stringify(missing.body)).toContain('body.external_backend.configuration.key: is missing')
  const unknown = await begin(ada, s3, 'nobody')
  expect(JSON.stringify(unknown.body)).toContain('body.external_backend.credential_canonical: unknown credential')
  expect(await begin(ada, s3, 'git')).toBeError('Invalid')
  expect(await ada.getServiceCatalogImport({ path: subject })).toBeError('NotFoundEntity')
  expect(await begin(bob, s3, 'account')).toHaveStatus(202)
  expect(await ended(ada, subject)).toMatchObject({ status: 'succeeded', error: '' })
  const backends = (await ada.getExternalBackends({ path, query: {} })).body.data
  expect(backends).toMatchObject([{ credential_canonical: 'account', component_canonical: 'net' }])
})

test('a retry needs the rights of whoever retries, and goes on in their name', { timeout: 40_000 }, async () => {
  const { path, ada, bob, cyd, body, subject } = await acme()
  script('exit 3')
  await ada.createInfraImport({ path, body })
  expect((await ended(ada, subject)).status).toBe('failed')
  script(good)
  expect(await cyd.retryServiceCatalogImport({ path: subject })).toBeError('Unauthorized')
  expect(await cyd.retryInfraImport({ path: { ...path, project_canonical: 'web' } })).toBeError('Unauthorized')
  expect((await ended(ada, subject)).status).toBe('failed')
  expect(await bob.retryServiceCatalogImport({ path: subject })).toHaveStatus(202)
  expect(await ended(ada, subject)).toMatchObject({ status: 'succeeded', error: '' })
  const rows = await server.database.query<{ name: string }>(
    `select request->'by'->>'name' as name from infra_imports where stack_ref = '${subject.service_catalog_ref}'`,
  )
  expect(rows[0]?.name).toMatch(/^bob/)
})

test('a credential that was made anew is not the one that the import may use', { timeout: 60_000 }, async () => {
  const { path, ada, body, s3, anew, subject } = await acme()
  const refused = (canonical: string) => ({
    status: 'failed',
    error: expect.stringContaining(`The credential ${canonical} is not the one`),
  })
  writeFileSync(tool, '')
  chmodSync(tool, 0o644)
  await ada.createInfraImport({ path, body: { ...body, external_backend: { configuration: s3, credential_canonical: 'root-keys' } } })
  expect((await ended(ada, subject)).status).toBe('failed')
  script(good)
  await anew('account')
  const [row] = await server.database.query<{ id: string; organization_id: string; attempt: number }>(
    `update infra_imports set status = 'importing', alive_at = null where stack_ref = '${subject.service_catalog_ref}' returning id, organization_id, attempt`,
  )
  await runImport(server.platform, { organizationId: Number(row?.organization_id), importId: Number(row?.id), attempt: row?.attempt ?? 0 })
  expect(await ended(ada, subject)).toMatchObject(refused('account'))
  script(good.replace(goes, `${goes}-on`))
  expect(await ada.retryServiceCatalogImport({ path: subject })).toHaveStatus(202)
  await anew('root-keys')
  writeFileSync(`${goes}-on`, '')
  expect(await ended(ada, subject)).toMatchObject(refused('root-keys'))
  expect((await ada.getExternalBackends({ path, query: {} })).body.data).toEqual([])
  expect(await ada.retryServiceCatalogImport({ path: subject })).toHaveStatus(202)
  expect(await ended(ada, subject)).toMatchObject({ status: 'succeeded', error: '' })
})
