import { beforeAll, describe, expect, test } from 'vitest'
import { useRepositories } from '../../../../test/support/repositories.ts'
import { useServer } from '../../../../test/support/server.ts'
import { webStack } from '../../../../test/support/web-stack.ts'
import { gitIn, openWorkshop } from '../../../../test/support/workshop.ts'
import { loadStarterPrices } from '../books/starter.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
beforeAll(() => loadStarterPrices(server.platform.database))

/** The stack of the other tests, with Terraform in it. */
const stack = (more: Record<string, string> = {}) => ({
  ...webStack(),
  'web/terraform/main.tf.sample': `module "web" {
  source        = "./web"
  instance_type = "Filled by stackforms"
  count         = 1
}
`,
  'web/.forms.yml': (webStack()['web/.forms.yml'] ?? '').replace(
    'values: [small, large], default: small',
    'values: [t3.micro, m5.large], default: t3.micro',
  ),
  'web/terraform/provider.tf': `variable "region" {
  default = "us-east-1"
}
provider "aws" {
  region = var.region
}
resource "aws_nat_gateway" "out" {}
`,
  'web/terraform/web/main.tf': `variable "instance_type" {}
variable "servers" {
  default = { a = 20, b = 30 }
}
locals {
  kind = upper("gp") == "GP" ? "gp3" : "gp2"
}
resource "aws_instance" "web" {
  for_each      = var.servers
  instance_type = "\${var.instance_type}"
  credit_specification {
    cpu_credits = "standard"
  }
  root_block_device {
    volume_type = local.kind
    volume_size = each.value + 10
  }
  dynamic "ebs_block_device" {
    for_each = [1, 2]
    content {
      volume_type = "gp2"
      volume_size = ebs_block_device.value * 100
    }
  }
}
module "elsewhere" {
  source = "example/other/aws"
}
`,
  ...more,
})
const open = (files = stack()) => openWorkshop(server, repositories, files)
type Workshop = Awaited<ReturnType<typeof open>>
const estimate = ({ ada, org, at }: Workshop, size: Record<string, unknown> = {}, place: object = {}) =>
  ada.costEstimateForm({
    path: { ...at, ...place },
    body: {
      service_catalog_ref: `${org}:web`,
      component_canonical: 'front',
      use_case: 'default',
      vars: { Server: { Pipeline: { region: 'eu-west-1' }, Size: size } },
    },
  })

describe('the estimate of a form', () => {
  test('follows modules, variables, locals and loops of the stack, with the values of the form', async () => {
    const workshop = await open()
    const answer = await estimate(workshop)
    expect(answer).toHaveStatus(200)
    const [only, ...more] = answer.body.data
    expect(more).toEqual([])
    expect(only?.name).toBe('main')
    expect(only?.resource_estimates.map(({ address, planned_cost }) => [address, planned_cost])).toEqual([
      ['aws_nat_gateway.out', expect.any(String)],
      // 730 hours of 0.0104, 30 GB of gp3, 100 and 200 GB of gp2.
      ['module.web[0].aws_instance.web["a"]', '39.992'],
      ['module.web[0].aws_instance.web["b"]', '40.792'],
    ])
    expect(only?.info).toContain('Terraform was not run')
    expect(only?.info).toContain('module.web[0].module.elsewhere is not in the stack')
  })

  test('changes with the form, before the environment or the component exist', async () => {
    const workshop = await open()
    const costOf = async (size: Record<string, unknown>) =>
      Number((await estimate(workshop, size, { environment_canonical: 'not-yet' })).body.data[0]?.planned_cost)
    const [small, large, two] = [
      await costOf({}),
      await costOf({ 'module.web.instance_type': 'm5.large' }),
      await costOf({ 'module.web.count': 2 }),
    ]
    expect(large - small).toBeCloseTo(2 * 730 * (0.096 - 0.0104), 3)
    expect(two - small).toBeCloseTo(39.992 + 40.792, 3)
  })

  test('of values that the form refuses names them, and of Terraform that is none the file', async () => {
    const workshop = await open()
    expect(await estimate(workshop, { 'module.web.instance_type': 'x1e.huge' })).toHaveStatus(422)
    const broken = await open(stack({ 'web/terraform/broken.tf': 'resource "a" {{' }))
    const answer = await estimate(broken)
    expect(answer).toHaveStatus(422)
    expect(JSON.stringify(answer.body)).toContain('terraform/broken.tf')
  })

  test('of hostile Terraform ends: circles, universes in a few lines, counts beyond everything', async () => {
    const lines = (text: string) => stack({ 'web/terraform/hostile.tf': text })
    const universe = Array.from({ length: 60 }, (_, index) => `  l${index + 1} = [local.l${index}, local.l${index}]`).join('\n')
    const circle = await estimate(
      await open(lines('locals {\n  a = local.b\n  b = local.a\n}\nresource "aws_eip" "x" {\n  count = local.a\n}\n')),
    )
    expect(circle).toHaveStatus(200)
    expect(circle.body.data[0]?.info).toContain('The count of aws_eip.x is known only after apply')
    const large = lines(`locals {\n  l0 = ["x"]\n${universe}\n}\nresource "aws_eip" "x" {\n  tags = local.l60\n}\n`)
    expect(await estimate(await open(large))).toHaveStatus(200)
    expect(await estimate(await open(lines('resource "aws_eip" "x" {\n  count = 1e9\n}\n')))).toHaveStatus(422)
    const around = lines('module "again" {\n  source = "../terraform"\n}\n')
    expect(await estimate(await open(around))).toHaveStatus(422)
  })

  test('of a stack without Terraform is empty, and says so', async () => {
    const files = webStack()
    const definition = (files['web/.cycloid.yml'] ?? '').replace(/ {4}terraform:\n.*\n/, '')
    const form = (files['web/.forms.yml'] ?? '').replace(/ {10}- name: Size\n(.*\n){4}/, '')
    const answer = await estimate(await open({ ...files, 'web/.cycloid.yml': definition, 'web/.forms.yml': form } as never))
    expect(answer).toHaveStatus(200)
    expect(answer.body.data).toEqual([{ name: 'default', info: expect.stringContaining('no Terraform'), resource_estimates: [] }])
  })
})

test('policies judge a filled form as they would a plan, as far as its Terraform says what it makes', async () => {
  const { ada, at, org } = await openWorkshop(server, repositories, stack())
  const path = { organization_canonical: at.organization_canonical }
  const body = `package sizes
import rego.v1
deny contains msg if {
  some change in input.tfplan.resource_changes
  change.change.after.instance_type == "m5.large"
  msg := sprintf("%s is too large for %s", [change.address, input.project_canonical])
}`
  expect(await ada.createInfraPolicy({ path, body: { name: 'Sizes', body, severity: 'critical', owner: 'ada' } })).toHaveStatus(200)
  const judge = (type: string) =>
    ada.validateFormInfraPolicies({
      path: { ...at, environment_canonical: 'not-yet' },
      body: {
        component_canonical: 'front',
        service_catalog_ref: `${org}:web`,
        use_case: 'default',
        vars: { Server: { Pipeline: { region: 'eu-west-1' }, Size: { 'module.web.instance_type': type } } },
      },
    })
  const large = await judge('m5.large')
  expect(large).toHaveStatus(200)
  expect(large.body.data?.criticals?.map(({ reasons }) => reasons)).toEqual([
    expect.arrayContaining([expect.stringMatching(/^module\.web.*aws_instance\.web.* is too large for shop$/)]),
  ])
  expect((await judge('t3.micro')).body.data).toEqual({ criticals: [], warnings: [], advisories: [] })
})
