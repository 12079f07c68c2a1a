import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { call, chapter, serverUrl, step } from './steps.ts'

interface Demo {
  org: string
}

/** What a Terraform run needs of the platform, with Terraform itself where it is installed. Begins and ends with the key. */
export async function besideTerraform({ org }: Demo): Promise<void> {
  await keepState(org)
  await shareOut(org)
  await judge(org)
  await write(org)
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

/** `terraform show -json` of a plan, as short as it can be. */
const plan = {
  format_version: '1.2',
  terraform_version: '1.11.4',
  planned_values: {
    root_module: {
      resources: [
        resource('aws_instance', 'web', { instance_type: 'm5.4xlarge', tenancy: 'default' }),
        resource('aws_instance', 'job', { instance_type: 't3.micro', tenancy: 'default' }),
        resource('aws_iam_role', 'web', { name: 'web' }),
        resource('acme_teapot', 'kitchen', { colour: 'blue' }),
      ],
    },
  },
  resource_changes: [],
  configuration: { provider_config: { aws: { name: 'aws', expressions: { region: { constant_value: 'us-east-1' } } } }, root_module: {} },
}

function resource(type: string, name: string, values: object) {
  const provider = type.split('_')[0]
  return { address: `${type}.${name}`, mode: 'managed', type, name, provider_name: `registry.terraform.io/hashicorp/${provider}`, values }
}

const rule = `package sizes

deny[reason] {
  change := input.tfplan.planned_values.root_module.resources[_]
  change.values.instance_type == "m5.4xlarge"
  reason := sprintf("%s is too large", [change.address])
}

deny[reason] {
  to_number(input.cost.planned_cost) > 300
  reason := sprintf("%s USD a month is more than 300", [input.cost.planned_cost])
}
`

async function judge(org: string): Promise<void> {
  chapter('What a plan costs, and whether it may be')
  const tfplan = JSON.stringify(plan)
  await step(
    'estimates a plan',
    () => call('POST', `/organizations/${org}/cost_estimation/tfplan`, { tfplan }),
    ({ body }) => `${body.data.planned_cost} USD a month. ${body.data.info}`,
  )
  await step(
    'with the discount that was agreed on',
    async () => {
      const overrides = [{ match: { provider: 'aws', service: 'AmazonEC2' }, kind: 'percent', value: '-20', note: 'Enterprise discount' }]
      await call('PUT', `/organizations/${org}/cost_estimation/settings`, { overrides })
      return call('POST', `/organizations/${org}/cost_estimation/tfplan`, { tfplan })
    },
    ({ body }) => `${body.data.planned_cost} USD a month`,
  )
  await step(
    'says where the prices come from',
    () => call('GET', `/organizations/${org}/cost_estimation/price_books`),
    ({ body }) => body.data.map(({ provider, scope, version }: Record<string, string>) => `${provider} ${scope} ${version}`).join(', '),
  )
  await step(
    'writes a policy in Rego',
    () =>
      call('POST', `/organizations/${org}/infra_policies`, {
        name: 'Sizes',
        body: rule,
        severity: 'critical',
        owner: owner(org),
        enabled: true,
      }),
    ({ body }) => `${body.data.canonical}, ${body.data.severity}`,
  )
  await step(
    'checks the plan against it',
    () => call('POST', `/organizations/${org}/projects/web-shop/environments/staging/validate_infra_policies`, { tfplan }),
    ({ body }) => body.data.criticals.flatMap(({ reasons }: { reasons: string[] }) => reasons).join('; '),
  )
  await step(
    'is told where a policy is wrong',
    () =>
      call('POST', `/organizations/${org}/infra_policies`, {
        name: 'Broken',
        body: 'package x\n\ndeny[r] {\n',
        severity: 'warning',
        owner: owner(org),
      }),
    422,
  )
}

/** The demo's people are called after its organization. */
const owner = (org: string) => org.replace(/^acme/, 'ada')

async function write(org: string): Promise<void> {
  chapter('Code')
  await step(
    'turns a drawing into Terraform',
    () =>
      call('POST', `/organizations/${org}/code_generation/terraform/jsontohcl`, {
        config: {
          resource: { aws_instance: { web: { instance_type: `\${var.size}`, tags: { Name: 'web' } } } },
          variable: { size: { default: 't3.micro' } },
        },
      }),
    ({ body }) => `\n${body.data.config.trimEnd().replace(/^/gm, '             ')}`,
  )
  await step(
    'finds a mistake in one',
    () =>
      call('POST', `/organizations/${org}/code_generation/terraform/validate`, {
        config: { resource: { aws_instance: { web: { instance_type: `\${var.sise}` } } }, variable: { size: { default: 't3.micro' } } },
      }),
    ({ body }) => body.data.errors.join('; '),
  )
  await step('is told what an import of what exists would need', () => call('POST', `/organizations/${org}/infra_imports`, importOf), 422)
}

const importOf = {
  credential_canonical: 'git',
  configuration: { type: 'CloudProviderAWSConfiguration', region: 'eu-west-1' },
  stack: {
    name: 'Imported',
    canonical: 'imported',
    author: 'ada',
    description: 'What was there',
    keywords: [],
    service_catalog_source_canonical: 'catalogue',
  },
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
