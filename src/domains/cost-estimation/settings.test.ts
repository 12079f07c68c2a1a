import { beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Schema } from '../../contract/operation.ts'
import { loadStarterPrices } from './books/starter.ts'

const server = useServer()
beforeAll(() => loadStarterPrices(server.platform.database))

const instance = (type: string) => ({
  address: 'aws_instance.web',
  mode: 'managed',
  type: 'aws_instance',
  name: 'web',
  provider_name: 'registry.terraform.io/hashicorp/aws',
  schema_version: 1,
  values: {
    instance_type: type,
    root_block_device: [{ volume_type: 'gp3', volume_size: 10 }],
    credit_specification: [{ cpu_credits: 'standard' }],
  },
})
const gateway = {
  address: 'aws_nat_gateway.out',
  mode: 'managed',
  type: 'aws_nat_gateway',
  name: 'out',
  provider_name: 'registry.terraform.io/hashicorp/aws',
  schema_version: 0,
  values: {},
}
const plan = (...resources: object[]) =>
  JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    planned_values: { root_module: { resources } },
    resource_changes: [],
    configuration: { provider_config: { aws: { name: 'aws', expressions: { region: { constant_value: 'us-east-1' } } } }, root_module: {} },
  })

const open = async () => {
  const organization_canonical = fresh('acme')
  const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
  return { ada, path: { organization_canonical } }
}
const costOf = async (ada: Client, path: { organization_canonical: string }, tfplan: string) => {
  const answer = await ada.costEstimateTfPlan({ path, body: { tfplan } })
  expect(answer).toHaveStatus(200)
  return answer.body.data
}
const compute = (result: Schema<'CostEstimationResult'>) =>
  result.resource_estimates[0]?.components.find(({ label }) => label === 'Compute')

describe('the settings of estimates', () => {
  test('are empty at first: list prices and default usage', async () => {
    const { ada, path } = await open()
    expect((await ada.getCostEstimationSettings({ path })).body.data).toEqual({ overrides: [], usage: {} })
    const result = await costOf(ada, path, plan(instance('t3.micro'), gateway))
    expect(compute(result)).toMatchObject({ rate: '0.0104', planned: { cost: '7.592', quantity: 730 } })
  })

  test('change prices by percent or put own ones in their place; the last that fits counts, and its note is shown', async () => {
    const { ada, path } = await open()
    const overrides: Schema<'PriceOverride'>[] = [
      { kind: 'percent', match: { provider: 'aws' }, value: '-10' },
      { kind: 'absolute', match: { provider: 'aws', attributes: { instanceType: 'm5.large' } }, value: '0.05', note: 'agreement 7' },
      { kind: 'percent', match: { provider: 'azurerm' }, value: '-50' },
    ]
    const saved = await ada.updateCostEstimationSettings({ path, body: { overrides } })
    expect(saved).toHaveStatus(200)
    expect(saved.body.data).toEqual({ overrides, usage: {} })
    expect(compute(await costOf(ada, path, plan(instance('t3.micro'))))).toMatchObject({
      rate: '0.00936',
      planned: { details: expect.arrayContaining(['-10 %']) },
    })
    expect(compute(await costOf(ada, path, plan(instance('m5.large'))))).toMatchObject({
      rate: '0.05',
      planned: { cost: '36.5', details: expect.arrayContaining(['agreement 7']) },
    })
  })

  test('say how much is used, and go back to the defaults when they are left out', async () => {
    const { ada, path } = await open()
    const data = async () =>
      (await costOf(ada, path, plan(gateway))).resource_estimates[0]?.components.find(({ usage }) => usage)?.planned?.quantity
    expect(await data()).toBe(10)
    await ada.updateCostEstimationSettings({ path, body: { usage: { aws_nat_gateway: { monthly_data_processed_gb: '100.5' } } } })
    expect(await data()).toBe(101)
    await ada.updateCostEstimationSettings({ path, body: {} })
    expect(await data()).toBe(10)
  })

  test('are refused with every mistake at once', async () => {
    const { ada, path } = await open()
    const match = { provider: 'aws' } as const
    const answer = await ada.updateCostEstimationSettings({
      path,
      body: {
        overrides: [
          { kind: 'percent', match, value: 'ten' },
          { kind: 'percent', match, value: '-101' },
          { kind: 'absolute', match, value: '-1' },
          { kind: 'absolute', match: { provider: 'aws', service: 'a\u0000b' }, value: '1' },
        ],
        usage: {
          aws_nat_gatway: {},
          aws_nat_gateway: { monthly_data_processed_gb: '-1', gb: '1' },
          ...JSON.parse('{"__proto__": {"x": "1"}, "constructor": {"x": "1"}}'),
        },
      },
    })
    expect(answer).toHaveStatus(422)
    const { details } = (answer.body as unknown as { errors: { details: string[] }[] }).errors[0] ?? { details: [] }
    expect(details).toEqual([
      'body.overrides[0].value: ten is no decimal number; write it like -10 or 0.0416',
      'body.overrides[1].value: a share must be between -100 and 1000 percent',
      'body.overrides[2].value: a price must be between 0 and 1000000000',
      'body.overrides[3]: a text has characters that cannot be stored',
      expect.stringContaining('body.usage.aws_nat_gatway: nothing of this type is billed by usage here; did you mean aws_nat_gateway?'),
      'body.usage.aws_nat_gateway.monthly_data_processed_gb: must be between 0 and 1000000000000000',
      'body.usage.aws_nat_gateway.gb: is no usage of aws_nat_gateway; it has monthly_data_processed_gb',
      ...details.slice(7),
    ])
    expect(details.slice(7).every((detail) => detail.includes('nothing of this type'))).toBe(true)
  })

  test("are one organization's own: what it pays is nowhere in the estimates of another, though prices are remembered", async () => {
    const [one, other] = [await open(), await open()]
    await one.ada.updateCostEstimationSettings({
      path: one.path,
      body: { overrides: [{ kind: 'percent', match: { provider: 'aws' }, value: '-99', note: 'secret agreement' }] },
    })
    const cheap = await costOf(one.ada, one.path, plan(instance('m5.xlarge')))
    const listed = await costOf(other.ada, other.path, plan(instance('m5.xlarge')))
    expect(compute(cheap)?.rate).toBe('0.00192')
    expect(compute(listed)?.rate).toBe('0.192')
    expect(JSON.stringify(listed)).not.toContain('secret')
    expect((await other.ada.getCostEstimationSettings({ path: other.path })).body.data).toEqual({ overrides: [], usage: {} })
    const { bob } = await scenario(server, organization(fresh('else'), member('bob')))
    expect((await bob.getCostEstimationSettings({ path: one.path })).status).toBe(403)
    expect((await bob.updateCostEstimationSettings({ path: one.path, body: {} })).status).toBe(403)
  })

  test('price books say where prices come from', async () => {
    const { ada, path } = await open()
    const { body } = await ada.getPriceBooks({ path })
    expect(body.data.map(({ provider, scope }) => [provider, scope])).toEqual([
      ['aws', 'starter'],
      ['azurerm', 'starter'],
      ['google', 'starter'],
    ])
    expect(body.data[0]?.products).toBeGreaterThan(1400)
  })
})

test('what is no plan is refused in words', async () => {
  const { ada, path } = await open()
  for (const tfplan of ['', '{', '[]', '{"a": 1}', 'null', `${'['.repeat(5000)}`, '{"format_version": "9.0", "planned_values": {}}'])
    expect(await ada.costEstimateTfPlan({ path, body: { tfplan } })).toHaveStatus(422)
})

test('attributes that no price list could have find no price, and break nothing', async () => {
  const { ada, path } = await open()
  for (const type of ['a\u0000b.large', '__proto__', "'; drop table price_books; --", 'x'.repeat(100_000)]) {
    const result = await costOf(ada, path, plan(instance(type)))
    expect(result.skipped_resource_addresses).toEqual(['aws_instance.web'])
  }
})
