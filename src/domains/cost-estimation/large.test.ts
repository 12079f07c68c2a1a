import { beforeAll, expect, test } from 'vitest'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { loadStarterPrices } from './books/starter.ts'

const server = useServer()
beforeAll(() => loadStarterPrices(server.platform.database))

const types = ['t3.micro', 'm5.large', 'c5.xlarge', 'r5.large', 'm6i.large']
const resource = (index: number, padding: string) => ({
  address: `aws_instance.web[${index}]`,
  mode: 'managed',
  type: 'aws_instance',
  name: 'web',
  index,
  provider_name: 'registry.terraform.io/hashicorp/aws',
  schema_version: 1,
  values: {
    instance_type: types[index % types.length],
    root_block_device: [{ volume_type: 'gp3', volume_size: 10 + (index % 50) }],
    user_data: padding,
  },
})
const plan = (count: number, padding = 0) => {
  const text = 'x'.repeat(padding)
  const resources = Array.from({ length: count }, (_, index) => resource(index, text))
  const configuration = {
    provider_config: { aws: { name: 'aws', expressions: { region: { constant_value: 'us-east-1' } } } },
    root_module: {},
  }
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    planned_values: { root_module: { resources } },
    configuration,
  })
}

test('a plan of thousands of resources does not stop the process for others', async () => {
  const organization_canonical = fresh('acme')
  const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
  const ask = async (tfplan: string) => {
    let others = 0
    let over = false
    const meanwhile = (async () => {
      for (; !over; others++) await ada.getCostEstimationSettings({ path: { organization_canonical } })
    })()
    const answer = await ada.costEstimateTfPlan({ path: { organization_canonical }, body: { tfplan } })
    over = true
    await meanwhile
    return { answer, others }
  }
  for (const [count, padding] of [
    [5000, 0],
    [20_000, 1200],
  ] as const) {
    const { answer, others } = await ask(plan(count, padding))
    expect(others).toBeGreaterThan(5)
    // A machine that is busy with other things may not make it in time, and says so.
    if (answer.status === 200) expect(answer.body.data.resource_estimates).toHaveLength(count)
    else expect(JSON.stringify(answer.body)).toContain('took longer than 5 seconds')
  }
}, 60_000)
