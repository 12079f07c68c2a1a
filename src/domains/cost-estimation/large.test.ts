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
    const waits: number[] = []
    let over = false
    const others = (async () => {
      while (!over) {
        const started = performance.now()
        await ada.getCostEstimationSettings({ path: { organization_canonical } })
        waits.push(performance.now() - started)
      }
    })()
    const started = performance.now()
    const answer = await ada.costEstimateTfPlan({ path: { organization_canonical }, body: { tfplan } })
    const took = performance.now() - started
    over = true
    await others
    return { answer, took, longest: Math.max(...waits) }
  }
  for (const [count, padding] of [
    [5000, 0],
    [20_000, 1200],
  ] as const) {
    const text = plan(count, padding)
    const { answer, took, longest } = await ask(text)
    console.log(
      count,
      `${(text.length / 2 ** 20).toFixed(1)} MB`,
      answer.status,
      `${Math.round(took)} ms`,
      `others waited ${Math.round(longest)} ms`,
    )
    if (answer.status === 200) expect(answer.body.data.resource_estimates).toHaveLength(count)
    else expect(answer).toHaveStatus(422)
  }
}, 60_000)
