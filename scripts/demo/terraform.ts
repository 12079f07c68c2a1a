import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { judgePlans, writeCode } from './plans.ts'
import { call, chapter, serverUrl, step } from './steps.ts'

interface Demo {
  org: string
}

/** What a Terraform run needs of the platform, with Terraform itself where it is installed. Begins and ends with the key. */
export async function besideTerraform({ org }: Demo): Promise<void> {
  await keepState(org)
  await shareOut(org)
  await judgePlans(org)
  await writeCode(org)
}

const component = (org: string) => `/organizations/${org}/projects/web-shop/environments/staging/components/front`

async function keepState(org: string): Promise<void> {
  chapter('Terraform state and inventory')
  const backend = await step(
    'keeps the state of the component here',
    () =>
      call('POST', `/organizations/${org}/external_backends`, {
        purpose: 'remote_tfstate',
        default: false,
        project_canonical: 'web-shop',
        environment_canonical: 'staging',
        component_canonical: 'front',
        credential_canonical: 'git',
        configuration: { engine: 'HTTPStorage', url: 'https://state.example.com/front' },
      }),
    ({ body }) => `a token of ${body.data.jwt.length} characters, good for this state alone`,
  )
  const state = `/inventory?jwt=${encodeURIComponent(backend.body.data.jwt)}`
  const lock = `/inventory/lock?jwt=${encodeURIComponent(backend.body.data.jwt)}`
  await step(
    hasTerraform() ? 'terraform init and apply' : 'stores a state (terraform is not installed here)',
    async () => {
      if (hasTerraform()) return { status: 200, body: await apply(`${serverUrl}${state}`, `${serverUrl}${lock}`) }
      return { ...(await call('POST', state, handMade)), status: 200 }
    },
    ({ body }) => body ?? 'two resources',
  )
  const holder = {
    ID: 'a4f1',
    Operation: 'OperationTypeApply',
    Who: 'ada@laptop',
    Version: '1.11.4',
    Created: new Date().toISOString(),
    Info: '',
    Path: '',
  }
  await step('somebody takes the lock, and is gone', () => call('POST', lock, holder))
  await step('nobody else can write meanwhile', () => call('POST', lock, { ...holder, ID: 'b7c2', Who: 'bob@laptop' }), 423)
  await step(
    'sees who holds it',
    () => call('GET', `${component(org)}/state`),
    ({ body }) => `${body.data.lock.who}, on version ${body.data.newest.serial} with ${body.data.newest.resource_count} resources`,
  )
  await step('breaks the lock', () => call('DELETE', `${component(org)}/state/lock`), 204)
  await step(
    'stores a larger one, as of a shop in a cloud',
    async () => {
      const { body } = await call('GET', state)
      return call('POST', state, { ...body, serial: body.serial + 1, resources: [...body.resources, ...shop] })
    },
    204,
  )
  await step(
    'finds the resources in the inventory',
    () => call('GET', `/organizations/${org}/inventory?page_size=3&order_by=resources_name:asc`),
    ({ body }) =>
      `${body.pagination.total}: ${body.data.map(({ type, name }: { type: string; name: string }) => `${type}.${name}`).join(', ')}`,
  )
  await step(
    'looks how their number changed',
    () => call('GET', `/organizations/${org}/inventory/history`),
    ({ body }) => body.data.map(({ total }: { total: number }) => total).join(' → '),
  )
  await step(
    'draws the infrastructure',
    () => call('GET', `${component(org)}/infrastructure`),
    ({ body: { data } }) => {
      const names = new Map<string, string>(data.graph.nodes.map(({ id, canonical }: Record<string, string>) => [id, canonical]))
      return data.graph.edges
        .map(({ source, target }: Record<string, string>) => `${names.get(source ?? '')} → ${names.get(target ?? '')}`)
        .join(', ')
    },
  )
}

async function shareOut(org: string): Promise<void> {
  chapter('Pools and quotas')
  await step(
    'enters two machines by hand',
    async () => {
      const machine = { provider: 'custom_resources', type: 'custom_instance', label: 'rack', cpu: 32, memory: 131_072, storage: 2_000_000 }
      await call('POST', `/organizations/${org}/inventory/resources`, { name: 'rack-1', ...machine })
      return call('POST', `/organizations/${org}/inventory/resources`, { name: 'rack-2', ...machine })
    },
    204,
  )
  await step(
    'makes a pool of them',
    () => call('POST', `/organizations/${org}/resource_pools`, { name: 'Rack', label: 'rack' }),
    ({ body }) => `${body.data.cpu} cores, ${body.data.memory / 1024} GB of memory`,
  )
  await step(
    'gives a team a part',
    () =>
      call('POST', `/organizations/${org}/quotas`, {
        resource_pool_canonical: 'rack',
        team_canonical: 'shop',
        cpu: 16,
        memory: 65_536,
        storage: 500_000,
      }),
    ({ body }) => `${body.data.cpu} of ${body.data.resource_pool.cpu} cores for ${body.data.team.name}`,
  )
  await step(
    'cannot give away more than there is',
    () =>
      call('POST', `/organizations/${org}/quotas`, {
        resource_pool_canonical: 'rack',
        team_canonical: 'shop',
        cpu: 900,
        memory: 1,
        storage: 1,
      }),
    422,
  )
}

const made = (type: string, name: string, attributes: object, dependencies: string[] = []) => ({
  mode: 'managed',
  type,
  name,
  provider: 'provider["registry.terraform.io/hashicorp/aws"]',
  instances: [{ schema_version: 0, attributes: { id: `${type}-${name}`, ...attributes }, dependencies }],
})

/** Two groups of machines and a database, and who may speak with whom. */
const shop = [
  made('aws_security_group', 'front', {}),
  made('aws_security_group', 'store', {}),
  made('aws_security_group_rule', 'web', { type: 'ingress', security_group_id: 'aws_security_group-front', cidr_blocks: ['0.0.0.0/0'] }),
  made('aws_security_group_rule', 'store', {
    type: 'ingress',
    security_group_id: 'aws_security_group-store',
    source_security_group_id: 'aws_security_group-front',
  }),
  made('aws_instance', 'front', { instance_type: 't3.small', vpc_security_group_ids: ['aws_security_group-front'] }),
  made('aws_db_instance', 'store', { instance_class: 'db.t3.small', vpc_security_group_ids: ['aws_security_group-store'] }),
]

const handMade = {
  version: 4,
  terraform_version: '1.11.4',
  serial: 1,
  lineage: '0f8fad5b-d9cb-469f-a165-70867728950e',
  outputs: {},
  resources: ['a', 'b'].map((name) => ({
    mode: 'managed',
    type: 'terraform_data',
    name,
    provider: 'provider["terraform.io/builtin/terraform"]',
    instances: [{ schema_version: 0, attributes: { id: name, input: null, output: null, triggers_replace: null } }],
  })),
}

function hasTerraform(): boolean {
  try {
    execFileSync('terraform', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function apply(state: string, lock: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'trochoid-demo-'))
  const configuration = { address: state, lock_address: lock, unlock_address: lock, lock_method: 'POST', unlock_method: 'DELETE' }
  const main = `terraform {\n  backend "http" {}\n}\n\nresource "terraform_data" "shop" {\n  count = 3\n  input = "shelf \${count.index}"\n}\n`
  writeFileSync(join(folder, 'main.tf'), main)
  const run = (...args: string[]) =>
    promisify(execFile)('terraform', [...args, '-no-color', '-input=false'], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '/dev/null' },
    })
  try {
    await run('init', ...Object.entries(configuration).map(([name, value]) => `-backend-config=${name}=${value}`))
    const { stdout } = await run('apply', '-auto-approve')
    const [line = ''] = stdout.match(/Apply complete!.*/) ?? []
    return line
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
