import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AwsDouble, doubleKeys, openAwsDouble } from '../../../test/support/aws-double.ts'
import { below, catalog, stackFiles } from '../../../test/support/catalog.ts'
import type { Client } from '../../../test/support/client.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer } from '../../../test/support/server.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'
import { readConfig } from '../../config.ts'
import { failLost } from './run.ts'

/** Stands for the operator's tool: its parent is ours, what it reads and writes is real. */
const folder = mkdtempSync(join(tmpdir(), 'trochoid-tool-'))
const tool = join(folder, 'terracognita')
const seen = join(folder, 'seen')
const script = (body: string) => {
  writeFileSync(tool, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${seen}'\n${body}\n`)
  chmodSync(tool, 0o755)
}
const state = JSON.stringify({
  version: 4,
  terraform_version: '1.5.0',
  serial: 1,
  lineage: '6b7f3f3c-0000-4000-8000-000000000001',
  outputs: {},
  resources: [],
})
const good = `
if [ "$2" = resources ]; then echo aws_vpc; echo aws_instance; exit 0; fi
env | sort > '${seen}.env'
while [ $# -gt 0 ]; do case "$1" in --hcl) code="$2";; --tfstate) state="$2";; esac; shift; done
echo "Importing with $AWS_SECRET_ACCESS_KEY"
printf 'resource "aws_vpc" "main" {\\n  tags = { Name = "a ($ .project $) b" }\\n}\\n' > "$code/network.tf"
printf 'resource "aws_instance" "web" {\\n  ami = "ami-1"\\n}\\n' > "$code/main.tf"
printf '%s' '${state}' > "$state"
echo done >&2`

const repositories = useRepositories()
let aws: AwsDouble
let server: TestServer & AsyncDisposable
beforeAll(async () => {
  aws = await openAwsDouble()
  const { terraform } = readConfig({})
  const imports = { terracognita: tool, terraform: undefined, seconds: 90 }
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
  writeFileSync(seen, '')
})

const configuration = { type: 'CloudProviderAWSConfiguration' as const, region: 'eu-west-3' }

async function acme() {
  const home = fresh('acme')
  const path = { organization_canonical: home }
  const { ada, bob } = await scenario(
    server,
    organization(home, role('starter', ['organization:infra_import:*']), member('ada'), member('bob', 'starter')),
  )
  await ada.createCredential({ path, body: { name: 'Account', canonical: 'account', path: 'account', type: 'aws', raw: doubleKeys } })
  const { repository } = await catalog(repositories, ada, home, 'catalog', stackFiles('stack-old'))
  const stack = {
    name: 'Found',
    canonical: 'stack-found',
    description: 'What was there.',
    author: 'Ada',
    keywords: ['import'],
    service_catalog_source_canonical: 'catalog',
  }
  const body = { configuration, credential_canonical: 'account', stack }
  return { home, path, ada, bob, repository, body, ref: `${home}:stack-found` }
}

async function ended(who: Client, path: { organization_canonical: string }, service_catalog_ref: string) {
  for (let tries = 0; tries < 200; tries++) {
    const { data } = (await who.getServiceCatalogImport({ path: { ...path, service_catalog_ref } })).body
    if (data.status !== 'importing') return data
    await new Promise((wake) => setTimeout(wake, 100))
  }
  throw new Error('the import does not end')
}

describe('an import', () => {
  test('becomes a stack with the code that the tool has made', async () => {
    const { path, ada, repository, body, ref } = await acme()
    const begun = await ada.createInfraImport({
      path,
      body: { ...body, include: ['aws_vpc', 'aws_instance'], targets: ['aws_instance.i-1'], tags: ['team:core'] },
    })
    expect(begun).toHaveStatus(202)
    const data = await ended(ada, path, ref)
    expect(data).toMatchObject({ status: 'succeeded', error: '', service_catalog_ref: ref })
    expect(data.logs).toContain('Importing with ***\n')
    expect(data.logs).toContain('done')
    expect(data.logs).not.toContain(doubleKeys.secret_key)
    const asked = readFileSync(seen, 'utf8')
    expect(asked).toContain('--include aws_vpc,aws_instance --target aws_instance.i-1 --tags team:core')
    expect(asked).not.toContain(doubleKeys.secret_key)
    const environment = readFileSync(`${seen}.env`, 'utf8')
    expect(environment).toContain(`AWS_SECRET_ACCESS_KEY=${doubleKeys.secret_key}`)
    expect(environment).toContain('AWS_DEFAULT_REGION=eu-west-3')
    expect(environment).not.toMatch(/DATABASE_URL|TROCHOID/)
    const files = below(repositories, repository, 'stack-found')
    expect(Object.keys(files).filter((name) => name.startsWith('terraform/'))).toEqual(['terraform/main.tf', 'terraform/network.tf'])
    const found = (await ada.getServiceCatalog({ path: { ...path, service_catalog_ref: ref } })).body.data
    expect(found).toMatchObject({ name: 'Found', import_status: 'succeeded' })
    const listed = (await ada.listServiceCatalogs({ path })).body.data
    expect(listed.map(({ canonical, import_status }) => [canonical, import_status])).toContainEqual(['stack-old', undefined])
  })

  test('makes a project, an environment and a component with the state', { timeout: 40_000 }, async () => {
    const { home, path, ada, body, ref } = await acme()
    const url = repositories.make(`${home}-config`, { main: { 'README.md': 'x' } })
    const git = {
      name: 'Git',
      canonical: 'git',
      type: 'basic_auth' as const,
      path: 'git',
      raw: { username: 'git', password: 'a-password' },
    }
    await must(ada.createCredential({ path, body: git }))
    const config = { name: 'Config', canonical: 'config', url, branch: 'main', default: true, credential_canonical: 'git' }
    await must(ada.createConfigRepository({ path, body: config }))
    const place = {
      project: { name: 'Web', canonical: 'web', config_repository_canonical: 'config' },
      environment: { name: 'Prod', canonical: 'prod' },
      component: { name: 'Net', canonical: 'net', cloud_provider_canonical: 'aws' },
    }
    expect(await ada.createInfraImport({ path, body: { ...body, ...place } })).toHaveStatus(202)
    expect(await ended(ada, path, ref)).toMatchObject({ status: 'succeeded', error: '' })
    const project = { ...path, project_canonical: 'web' }
    expect((await ada.getInfraImport({ path: project })).body.data).toMatchObject({
      component_canonical: 'net',
      environment_canonical: 'prod',
    })
    const component = { ...project, environment_canonical: 'prod', component_canonical: 'net' }
    const made = (await ada.getComponent({ path: component })).body.data
    expect(made).toMatchObject({ service_catalog: { ref }, use_case: 'default', import_status: 'succeeded' })
    const written = repositories.files(`${home}-config`, 'main')
    expect(written[`${home}/web/prod/net/terraform/network.tf`]).toContain('a ($ .project $) b')
    const kept = await server.database.query<{ author: string }>('select author from terraform_state_versions')
    expect(kept).toEqual([{ author: 'import' }])
    expect(await ada.createInfraImport({ path, body: { ...body, ...place, stack: { ...body.stack, canonical: 'other' } } })).toBeError(
      'AlreadyExists',
    )
  })

  test('that fails says why, and succeeds after a retry', async () => {
    const { path, ada, body, ref } = await acme()
    script('echo "no such region: $AWS_DEFAULT_REGION" >&2\nexit 3')
    await ada.createInfraImport({ path, body })
    const failed = await ended(ada, path, ref)
    expect(failed).toMatchObject({ status: 'failed', error: 'terracognita ended with status 3: the logs say why' })
    expect(failed.logs).toContain('no such region: eu-west-3')
    expect(await ada.createInfraImport({ path, body })).toBeError('AlreadyExists')
    script(good)
    const subject = { ...path, service_catalog_ref: ref }
    expect(await ada.retryServiceCatalogImport({ path: subject })).toHaveStatus(202)
    expect((await ended(ada, path, ref)).status).toBe('succeeded')
    expect(await ada.retryServiceCatalogImport({ path: subject })).toBeError('Conflict')
    expect(await ada.deleteServiceCatalogImport({ path: subject })).toHaveStatus(204)
    expect(await ada.getServiceCatalogImport({ path: subject })).toBeError('NotFoundEntity')
    expect(await ada.getServiceCatalog({ path: subject })).toHaveStatus(200)
  })

  test.each([
    ['that finds nothing', 'exit 0', 'Nothing was found'],
    [
      'of too much code',
      'while [ $# -gt 0 ]; do case "$1" in --hcl) code="$2";; esac; shift; done; head -c 1100000 /dev/zero > "$code/a.tf"',
      'too much code',
    ],
    ['without a tool', '', 'could not be started'],
  ])('%s fails with a sentence', async (name, body, sentence) => {
    const { path, ada, body: wish, ref } = await acme()
    if (name === 'without a tool') writeFileSync(tool, 'no program')
    else script(body)
    if (name === 'without a tool') chmodSync(tool, 0o644)
    await ada.createInfraImport({ path, body: wish })
    expect((await ended(ada, path, ref)).error).toContain(sentence)
  })

  test('that is deleted ends its tool', async () => {
    const { path, ada, body, ref } = await acme()
    script(`echo started; sleep 100 & echo $! > '${seen}.pid'; wait`)
    await ada.createInfraImport({ path, body })
    const subject = { ...path, service_catalog_ref: ref }
    for (let tries = 0; tries < 100; tries++) {
      if ((await ada.getServiceCatalogImport({ path: subject })).body.data.logs.includes('started')) break
      await new Promise((wake) => setTimeout(wake, 100))
    }
    expect(await ada.retryServiceCatalogImport({ path: subject })).toBeError('Conflict')
    expect(await ada.deleteServiceCatalogImport({ path: subject })).toHaveStatus(204)
    const isAlive = () => {
      try {
        const pid = Number(readFileSync(`${seen}.pid`, 'utf8'))
        process.kill(pid, 0)
        // Where nobody asks how it ended it has a number on, and that is all.
        return !existsSync('/proc/self/stat') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
      } catch {
        return false
      }
    }
    // It says that it lives now and then, and hears then that nobody wants it; the time that a tool has is not over.
    for (let tries = 0; tries < 300 && isAlive(); tries++) await new Promise((wake) => setTimeout(wake, 100))
    expect(isAlive()).toBe(false)
  }, 40_000)

  test('whose process is gone is failed by the clock', async () => {
    const { path, ada, body, ref } = await acme()
    script('exit 1')
    await ada.createInfraImport({ path, body })
    await ended(ada, path, ref)
    await server.database.query(
      `update infra_imports set status = 'importing', alive_at = now() - interval '10 minutes' where stack_ref = '${ref}'`,
    )
    await failLost(server.platform)
    expect(await ended(ada, path, ref)).toMatchObject({ status: 'failed', error: expect.stringContaining('retry the import') })
  })
})

test('what cannot be meant is refused before anything begins', async () => {
  const { path, ada, bob, body } = await acme()
  const refusals = async (more: object, who = ada) => {
    const answer = await who.createInfraImport({ path, body: { ...body, ...more } })
    return `${answer.status} ${JSON.stringify(answer.body)}`
  }
  expect(await refusals({ include: ['--help'] })).toMatch(/^422.*body.include\[0\]/)
  expect(await refusals({ include: ['azurerm_subnet'] })).toMatch(/^422.*body.include\[0\]/)
  expect(await refusals({ targets: ['aws_instance'] })).toMatch(/^422.*body.targets\[0\]/)
  expect(await refusals({ tags: ['team'] })).toMatch(/^422.*body.tags\[0\]/)
  expect(await refusals({ configuration: { ...configuration, region: '--x' } })).toMatch(/^422.*body.configuration.region/)
  expect(await refusals({ component: { name: 'Net', cloud_provider_canonical: 'aws' } })).toMatch(/^422.*all three, or none/)
  expect(await refusals({ stack: { ...body.stack, canonical: 'stack-old' } })).toMatch(/^409/)
  expect(await refusals({ stack: { ...body.stack, service_catalog_source_canonical: 'nowhere' } })).toMatch(/^404/)
  expect(await refusals({ credential_canonical: 'nobody' })).toMatch(/^404/)
  await ada.createCredential({
    path,
    body: { name: 'Sphere', canonical: 'sphere', path: 'sphere', type: 'vmware', raw: { username: 'a-user', password: 'a-password' } },
  })
  const inside = { type: 'CloudProviderVMWareVSphereConfiguration', server: '127.0.0.1', allow_unverified_ssl: true }
  expect(await refusals({ configuration: inside, credential_canonical: 'sphere' })).toMatch(/^422.*body.configuration.server/)
  const google = { type: 'CloudProviderGCPConfiguration', project: 'my-project', region: 'europe-west1' }
  expect(await refusals({ configuration: google })).toMatch(/^422.*must be of the type gcp/)
  expect(await refusals({}, bob)).toMatch(/^403/)
})

test('types, ids and presets can be asked for first', async () => {
  const { path, ada } = await acme()
  const provider = { ...path, provider_canonical: 'aws' }
  const body = { configuration, credential_canonical: 'account' }
  const types = (await ada.getInfraImportResources({ path: provider, body })).body
  expect(types.data.map(({ canonical }) => canonical)).toEqual(['aws_instance', 'aws_vpc'])
  aws.world.vpcs = [{ id: 'vpc-1', tags: { team: 'core' } }, { id: 'vpc-2' }]
  const one = { ...provider, resource_canonical: 'aws_vpc' }
  expect((await ada.getInfraImportResource({ path: one, body })).body.data).toEqual([{ id: 'vpc-1' }, { id: 'vpc-2' }])
  expect((await ada.getInfraImportResource({ path: one, body: { ...body, tags: ['team:core'] } })).body.data).toEqual([{ id: 'vpc-1' }])
  expect(await ada.getInfraImportResource({ path: { ...one, resource_canonical: 'aws_iam_role' }, body })).toBeError('Invalid')
  expect(await ada.getInfraImportResources({ path: { ...provider, provider_canonical: 'google' }, body })).toBeError('Invalid')
  const presets = (await ada.getInfraImportPresets({ path: provider })).body
  expect(presets.data.map(({ name }) => name)).toEqual(['Network', 'Compute', 'Databases', 'Storage', 'Kubernetes', 'Everything'])
  expect(await ada.getInfraImportPresets({ path: { ...provider, provider_canonical: 'nobody' } })).toBeError('NotFoundEntity')
})

test('without a tool the answer names the variables', async () => {
  const { path, ada, body } = await acme()
  const { config } = server.platform
  const { terraform } = config
  Object.assign(config, { terraform: { ...terraform, imports: { ...terraform.imports, terracognita: undefined } } })
  try {
    const answer = await ada.createInfraImport({ path, body })
    expect(answer).toBeError('Invalid')
    expect(JSON.stringify(answer.body)).toContain('TERRACOGNITA_BIN')
  } finally {
    Object.assign(config, { terraform })
  }
})
