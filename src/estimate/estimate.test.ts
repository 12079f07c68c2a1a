import { describe, expect, it } from 'vitest'
import { planOf, product, type TestResource } from '../../test/support/plans.ts'
import {
  type Product,
  pricesOf,
  sharedPlan,
  sharedPricesAreThere,
  sharedProducts,
  whyNoSharedPrices,
} from '../../test/support/terracost-prices.ts'
import { readPlan } from '../formats/terraform/plan.ts'
import { type EstimateResult, estimatePlan, estimateSketch } from './estimate.ts'
import type { ProductSelector, UsageSettings } from './types.ts'
import { usageAsTerracost } from './usage-aws.ts'

const large = { instanceType: 'm5.large', tenancy: 'Shared', operatingSystem: 'Linux', preInstalledSw: 'NA' }
const compute = { ...large, licenseModel: 'No License required', capacitystatus: 'Used' }
const products: readonly Product[] = [
  product(['AmazonEC2', 'Compute Instance'], compute, 'hour', [0, '0.1']),
  product(['AmazonEC2', 'Compute Instance'], { ...compute, instanceType: 'm5.xlarge' }, 'hour', [0, '0.2']),
  product(['AmazonEC2', 'Storage'], { volumeApiName: 'gp3', usagetype: 'EU-EBS:VolumeUsage.gp3' }, 'GB-month', [0, '0.08']),
  product(['AmazonEC2', 'NAT Gateway'], { usagetype: 'EU-NatGateway-Hours' }, 'hour', [0, '0.045']),
  product(['AmazonEC2', 'NAT Gateway'], { usagetype: 'EU-NatGateway-Bytes' }, 'GB', [0, '0'], [1, '0.05'], [1000, '0.04']),
]

const estimate = (
  planned: readonly TestResource[],
  { prior = [], usage = {}, from = products }: { prior?: readonly TestResource[]; usage?: UsageSettings; from?: readonly Product[] } = {},
): Promise<EstimateResult> =>
  estimatePlan(planOf(planned, { prior }), { prices: pricesOf(from), usage, iconOf: (type) => `https://x.example/${type}.svg` })

const web = (instance_type: string, volume_size = 10) => ({
  address: 'aws_instance.web',
  values: { instance_type, root_block_device: [{ volume_type: 'gp3', volume_size }] },
})

describe.skipIf(!sharedPricesAreThere)(`the known plans with the known prices (${whyNoSharedPrices})`, () => {
  const all = sharedPricesAreThere ? sharedProducts() : []
  const ties: (readonly [ProductSelector, string[]])[] = []
  const prices = pricesOf(all, (select, skus) => ties.push([select, skus]))
  const known = (name: string, usage: UsageSettings = {}) =>
    estimatePlan(readPlan(sharedPlan(name)), { prices, usage, iconOf: () => undefined })
  const parts = ({ resource_estimates }: EstimateResult) =>
    resource_estimates.map(({ address, planned_cost, components }) => [
      address.replace(/^module\.\w+(?:\[0\])?\./, ''),
      planned_cost,
      ...components.map(({ label, rate, unit, planned }) => `${label}: ${planned?.quantity} × ${rate} ${unit} = ${planned?.cost}`),
    ])

  it('are 31.544 USD a month for one instance whose region is a variable', async () => {
    const result = await known('aws-no-prior-plan')
    expect(result).toMatchObject({
      planned_cost: '31.544',
      planned_hourly_cost: '0.043211',
      prior_cost: '0',
      skipped_resource_addresses: [],
    })
    expect(parts(result)).toEqual([
      [
        'aws_instance.nexus',
        '31.544',
        'Compute: 730 × 0.0408 hour = 29.784',
        'CPU credits: 0 × 0.05 vCPU-hour = 0',
        'Root volume: storage: 20 × 0.088 GB-month = 1.76',
      ],
    ])
    expect(result.info).toBe('estimated 1 · free 2 · unsupported 0 · price missing 0 · unknown until apply 0')
  })

  it('are 665.133 USD for three autoscaling groups, counted as terracost counts them', async () => {
    const result = await known('aws-asg-plan', usageAsTerracost)
    expect(result).toMatchObject({ planned_cost: '665.133', planned_hourly_cost: '0.911141', skipped_resource_addresses: [] })
    expect(parts(result)).toEqual([
      ['aws_autoscaling_group.lc[0]', '273.699', 'Compute: 2190 × 0.1221 hour = 267.399', 'Detailed monitoring: 21 × 0.3 metric = 6.3'],
      [
        'aws_autoscaling_group.lt',
        '143.964',
        'Compute: 1460 × 0.0974 hour = 142.204',
        'CPU credits: 0 × 0.05 vCPU-hour = 0',
        'Root volume: storage: 20 × 0.088 GB-month = 1.76',
      ],
      ['aws_autoscaling_group.mixed', '247.47', 'Compute: 2190 × 0.113 hour = 247.47'],
    ])
  })

  it('differ without that: every machine has its disk, weights count, and a mixed group follows its template', async () => {
    const result = await known('aws-asg-plan')
    expect(result.planned_cost).toBe('513.815')
    expect(parts(result)).toEqual([
      [
        'aws_autoscaling_group.lc[0]',
        '275.811',
        'Compute: 2190 × 0.1221 hour = 267.399',
        'Detailed monitoring: 21 × 0.3 metric = 6.3',
        'Root volume: storage: 24 × 0.088 GB-month = 2.112',
      ],
      [
        'aws_autoscaling_group.lt',
        '145.724',
        'Compute: 1460 × 0.0974 hour = 142.204',
        'CPU credits: 0 × 0.05 vCPU-hour = 0',
        'Root volume: storage: 40 × 0.088 GB-month = 3.52',
      ],
      ['aws_autoscaling_group.mixed', '92.28', 'Compute: 730 × 0.124 hour = 90.52', 'Root volume: storage: 20 × 0.088 GB-month = 1.76'],
    ])
  })

  it('fit exactly one product each', () => {
    expect(ties).toEqual([])
  })
})

describe('an estimate', () => {
  it('sets before and after side by side', async () => {
    const result = await estimate([web('m5.xlarge', 20)], { prior: [web('m5.large'), { address: 'aws_nat_gateway.old' }] })
    expect(result).toMatchObject({ planned_cost: '147.6', prior_cost: '107.1', prior_hourly_cost: '0.146712' })
    expect(result.resource_estimates).toEqual([
      {
        address: 'aws_instance.web',
        provider: 'aws',
        type: 'aws_instance',
        image: 'https://x.example/aws_instance.svg',
        planned_cost: '147.6',
        planned_hourly_cost: '0.202192',
        prior_cost: '73.8',
        prior_hourly_cost: '0.101096',
        components: [
          {
            label: 'Compute',
            rate: '0.2',
            unit: 'hour',
            planned: { cost: '146', hourly_cost: '0.2', quantity: 730, details: ['Linux', 'on-demand', 'm5.xlarge'] },
            prior: { cost: '73', hourly_cost: '0.1', quantity: 730, details: ['Linux', 'on-demand', 'm5.large', 'rate 0.1'] },
          },
          {
            label: 'Root volume: storage',
            rate: '0.08',
            unit: 'GB-month',
            planned: { cost: '1.6', hourly_cost: '0.002192', quantity: 20, details: ['gp3'] },
            prior: { cost: '0.8', hourly_cost: '0.001096', quantity: 10, details: ['gp3'] },
          },
        ],
      },
      expect.objectContaining({ address: 'aws_nat_gateway.old', prior_cost: '33.3' }),
    ])
    expect(result.resource_estimates[1]).not.toHaveProperty('planned_cost')
  })

  it('goes through tiers, and says what it assumed', async () => {
    const result = await estimate([{ address: 'aws_nat_gateway.out' }], {
      usage: { aws_nat_gateway: { monthly_data_processed_gb: '1500.5' } },
    })
    const data = result.resource_estimates[0]?.components[1]
    expect(data).toMatchObject({ label: 'Data processed', usage: true, unit: 'GB', planned: { cost: '69.97', quantity: 1501 } })
    expect(data?.planned?.details).toEqual([
      'usage: monthly_data_processed_gb',
      'exactly 1500.5 GB',
      'tiers: 1 × 0, 999 × 0.05, 500.5 × 0.04',
    ])
  })

  it('tells what is free, unsupported, without a price, and unknown until apply', async () => {
    const result = await estimate([
      web('m5.large'),
      { address: 'aws_iam_role.a' },
      { address: 'random_id.a' },
      { address: 'aws_made_up_thing.a' },
      { address: 'aws_nat_gateway.n', values: { availability_zone: 'us-east-1a' } },
      { address: 'aws_instance.later', unknown: { instance_type: true } },
    ])
    expect(result.info).toBe(
      [
        'estimated 1 · free 2 · unsupported 1 · price missing 1 · unknown until apply 1',
        'Unsupported types: aws_made_up_thing (1)',
        'Not or only partly priced: aws_nat_gateway.n (NAT gateway: no price is known, AmazonEC2 in us-east-1)',
        'Known only after apply: aws_instance.later (instance_type)',
      ].join('\n'),
    )
    expect(result.skipped_resource_addresses).toEqual(['aws_made_up_thing.a', 'aws_nat_gateway.n', 'aws_instance.later'])
    expect(result.planned_cost).toBe('73.8')
  })

  it('stands without the price of what is only assumed, and says so', async () => {
    const hours = products.filter(({ attributes }) => attributes.usagetype !== 'EU-NatGateway-Bytes')
    const result = await estimate([{ address: 'aws_nat_gateway.n' }], { from: hours })
    expect(result).toMatchObject({ planned_cost: '32.85', skipped_resource_addresses: [] })
    expect(result.info).toMatch('estimated 1')
    expect(result.info).toMatch(
      'Priced without an assumed usage: aws_nat_gateway.n (Data processed: no price is known, AmazonEC2 in eu-west-1)',
    )
  })

  it('takes no price in another unit or currency', async () => {
    const changed = (change: Partial<Product>) => products.map((one, place) => (place === 0 ? { ...one, ...change } : one))
    const euros = await estimate([web('m5.large')], { from: changed({ currency: 'EUR' }) })
    expect(euros).toMatchObject({ planned_cost: '0.8', skipped_resource_addresses: ['aws_instance.web'] })
    expect(euros.info).toContain('Compute: its price is in EUR, and currencies are never mixed')
    const days = await estimate([web('m5.large')], { from: changed({ unit: 'day' }) })
    expect(days.info).toContain('Compute: its price is by day, and not by hour')
  })

  it('keeps what has no price of its own apart: instances on a host that is billed elsewhere are free', async () => {
    const result = await estimate([
      { address: 'aws_instance.a', values: { instance_type: 'm5.large', tenancy: 'host', root_block_device: [{ volume_size: 0 }] } },
    ])
    expect(result.info).toMatch('free 1')
    expect(result.skipped_resource_addresses).toEqual([])
  })

  it('asks for every product once', async () => {
    let asked = 0
    const prices = pricesOf(products)
    const resources = Array.from({ length: 50 }, (_, index) => ({ ...web('m5.large'), address: `aws_instance.web[${index}]` }))
    await estimatePlan(planOf(resources), {
      usage: {},
      iconOf: () => undefined,
      prices: (questions) => {
        asked += questions.length
        return prices(questions)
      },
    })
    expect(asked).toBe(2)
  })

  it('never asks for anything when there is nothing to ask', async () => {
    const result = await estimatePlan(planOf([]), { usage: {}, iconOf: () => undefined, prices: () => Promise.reject(new Error('asked')) })
    expect(result).toEqual({
      info: 'There are no resources.',
      planned_cost: '0',
      planned_hourly_cost: '0',
      prior_cost: '0',
      prior_hourly_cost: '0',
      resource_estimates: [],
      skipped_resource_addresses: [],
    })
  })

  it('says so when Terraform failed while it planned', async () => {
    const plan = planOf([web('m5.large')])
    const deps = { usage: {}, iconOf: () => undefined, prices: pricesOf(products) }
    const failed = await estimatePlan({ ...plan, document: { ...plan.document, errored: true } }, deps)
    expect(failed.info).toContain('estimated 1')
    expect(failed.info).toContain('Terraform stopped with an error while it planned this')
    expect((await estimatePlan(plan, deps)).info).not.toContain('stopped')
  })

  it('counts a plan of a form without anything before', async () => {
    const values = { instance_type: 'm5.large', region: 'eu-west-1', root_block_device: [{ volume_size: 10 }] }
    const sketch = [{ address: 'aws_instance.web', provider: 'aws', type: 'aws_instance', values, unknown: {} }]
    const result = await estimateSketch(sketch, { prices: pricesOf(products), usage: {}, iconOf: () => undefined })
    expect(result).toMatchObject({ planned_cost: '73.8', skipped_resource_addresses: [] })
    expect(result).not.toHaveProperty('prior_cost')
  })

  it('asks nobody for what no product can be called', async () => {
    const asked: ProductSelector[] = []
    const names = ['m5\u0000', 'x'.repeat(100_000)]
    const resources = names.map((instance_type, index) => ({ ...web(instance_type), address: `aws_instance.web[${index}]` }))
    const result = await estimatePlan(planOf(resources), {
      usage: {},
      iconOf: () => undefined,
      prices: async (questions) => {
        asked.push(...questions.map(({ select }) => select))
        return questions.map(() => undefined)
      },
    })
    expect(asked.map(({ family }) => family)).toEqual(['Storage'])
    expect(result.info).toMatch('price missing 2')
  })

  it('fits quantities into 32 bits and keeps the exact one', async () => {
    const usage = { aws_nat_gateway: { monthly_data_processed_gb: '900000000000' } }
    const result = await estimate([{ address: 'aws_nat_gateway.out' }], { usage })
    const planned = result.resource_estimates[0]?.components[1]?.planned
    expect(planned).toMatchObject({ quantity: 4_294_967_295, cost: '36000000009.95' })
    expect(planned?.details).toContain('exactly 900000000000 GB')
  })
})
