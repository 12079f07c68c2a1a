import { call, chapter, step } from './steps.ts'

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

/** What a plan costs, and whether it may be. */
export async function judgePlans(org: string): Promise<void> {
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

/** Terraform from JSON, and a look at it. */
export async function writeCode(org: string): Promise<void> {
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
