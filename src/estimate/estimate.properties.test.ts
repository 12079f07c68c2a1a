import { Decimal } from 'decimal.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planOf, product, type TestResource } from '../../test/support/plans.ts'
import { ratesOf } from '../../test/support/terracost-prices.ts'
import { billingOf } from './billing.ts'
import { estimatePlan } from './estimate.ts'
import { Exact, sum } from './exact.ts'
import { pricePart } from './pricing.ts'
import { mappers } from './registry.ts'
import type { BilledPart, FoundPrice, PriceSource } from './types.ts'
import { usageDefaults } from './usage.ts'

const runs = { seed: 6, numRuns: 100 }

/** Every product has a price that is told by its text, in whichever unit it is wanted. */
const anyPrice = (unitOf: ReadonlyMap<string, string>): PriceSource => {
  const priceOf = (text: string) =>
    new Exact([...text].reduce((hash, letter) => (hash * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7)).div(1e6)
  return async (asked) =>
    asked.map(({ select }) => {
      const key = JSON.stringify(select)
      return {
        sku: key,
        currency: 'USD',
        unit: unitOf.get(key) ?? 'hour',
        rates: [{ from: new Decimal(0), to: null, price: priceOf(key) }],
        notes: [],
      }
    })
}

const anyResource: fc.Arbitrary<Omit<TestResource, 'address'> & { type: string }> = fc.oneof(
  fc.record({
    type: fc.constant('aws_instance'),
    values: fc.record({
      instance_type: fc.constantFrom('t3.micro', 'm5.large'),
      root_block_device: fc.array(fc.record({ volume_size: fc.integer({ min: 1, max: 500 }) }), { maxLength: 1 }),
    }),
  }),
  fc.record({ type: fc.constant('aws_lb'), values: fc.constant({ load_balancer_type: 'network' }) }),
  fc.record({
    type: fc.constant('aws_db_instance'),
    values: fc.constant({ instance_class: 'db.t3.large', engine: 'postgres', allocated_storage: 33 }),
  }),
  fc.record({ type: fc.constantFrom('aws_iam_role', 'aws_unheard_of', 'aws_nat_gateway', 'aws_kms_key'), values: fc.constant({}) }),
)

const anyPlan = fc
  .array(anyResource, { maxLength: 20 })
  .map((resources) => resources.map(({ type, values }, index): TestResource => ({ address: `${type}.r${index}`, values: values ?? {} })))

/** With units as the parts want them: found out by asking twice. */
async function estimateOf(planned: readonly TestResource[]) {
  const unitOf = new Map<string, string>()
  const plan = planOf(planned)
  const billing = billingOf(plan, {})
  for (const resource of plan.planned) {
    const billed = billing(resource)
    for (const { select, unit } of billed.kind === 'billed' ? billed.parts : []) unitOf.set(JSON.stringify(select), unit)
  }
  return estimatePlan(plan, { prices: anyPrice(unitOf), usage: {}, iconOf: () => undefined })
}

describe('an estimate of any plan', () => {
  it('is the sum of its resources, and they of their parts', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, async (planned) => {
        const result = await estimateOf(planned)
        const total = sum(result.resource_estimates.map(({ planned_cost }) => new Exact(planned_cost ?? 0)))
        const parts = sum(
          result.resource_estimates.flatMap(({ components }) => components.map(({ planned }) => new Exact(planned?.cost ?? 0))),
        )
        // Parts are shown with six places, so each may be off by half of the last one.
        const slack = 0.0000005 * (1 + result.resource_estimates.flatMap(({ components }) => components).length)
        expect(
          total
            .minus(result.planned_cost ?? 0)
            .abs()
            .toNumber(),
        ).toBeLessThanOrEqual(slack)
        expect(
          parts
            .minus(result.planned_cost ?? 0)
            .abs()
            .toNumber(),
        ).toBeLessThanOrEqual(slack)
      }),
      runs,
    )
  })

  it('puts every resource into exactly one of the five counts', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, async (planned) => {
        const { info, skipped_resource_addresses } = await estimateOf(planned)
        const [estimated = 0, free = 0, ...skipped] = [...(info.split('\n')[0] ?? '').matchAll(/\d+/g)].map(Number)
        expect(estimated + free + skipped.reduce((all, one) => all + one, 0)).toBe(planned.length)
        expect(skipped.reduce((all, one) => all + one, 0)).toBe(skipped_resource_addresses.length)
      }),
      runs,
    )
  })

  it('never gets lower by one more resource, and does not care about their order', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyResource, async (planned, { type, values = {} }) => {
        const before = await estimateOf(planned)
        const more = await estimateOf([...planned, { address: `${type}.more`, values }])
        expect(new Exact(more.planned_cost ?? 0).gte(before.planned_cost ?? 0)).toBe(true)
        const turned = await estimateOf([...planned].reverse())
        expect(turned.planned_cost).toBe(before.planned_cost)
        expect(new Set(turned.skipped_resource_addresses)).toEqual(new Set(before.skipped_resource_addresses))
      }),
      runs,
    )
  })
})

describe('tiers', () => {
  const anyTiers = fc.array(fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 1_000_000 })), {
    minLength: 1,
    maxLength: 6,
  })
  const select = { provider: 'aws', service: 'x', region: '', attributes: [] } as const
  const part = (quantity: Decimal.Value): BilledPart => ({
    label: 'x',
    unit: 'GB',
    monthly: new Decimal(quantity),
    usage: true,
    details: [],
    select,
  })
  const found = (tiers: readonly [number, number][]): FoundPrice => {
    let from = 0
    const rows = tiers.map(([width, price]): readonly [number, string] => {
      const row = [from, new Exact(price).div(1e9).toFixed()] as const
      from += width
      return row
    })
    const made = product(['x', ''], {}, 'GB', ...rows)
    return { sku: made.sku, currency: made.currency, unit: made.unit, rates: ratesOf(made), notes: [] }
  }

  it('cost more for more, without jumps, however they are cut', () => {
    fc.assert(
      fc.property(anyTiers, fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 1000 }), (tiers, quantity, more) => {
        const price = found(tiers)
        const [less, greater] = [pricePart(part(quantity), price).cost, pricePart(part(quantity + more), price).cost]
        const dearest = Decimal.max(...price.rates.map((rate) => rate.price))
        expect(greater.gte(less)).toBe(true)
        expect(greater.minus(less).lte(dearest.times(more))).toBe(true)
      }),
      runs,
    )
  })

  it('are one price when all of them say the same', () => {
    fc.assert(
      fc.property(anyTiers, fc.integer({ min: 0, max: 100_000 }), (tiers, quantity) => {
        const same = found(tiers.map(([width]) => [width, 12_345]))
        expect(pricePart(part(quantity), same).cost.eq(new Exact(12_345).div(1e9).times(quantity))).toBe(true)
      }),
      runs,
    )
  })
})

describe('any values', () => {
  const hostile = fc.oneof(
    fc.constantFrom<unknown>(null, true, '', 'constructor', '__proto__', `\${x}`, 'NaN', -1, 1e308, 1e-300, [], [[]], [null], {}, [{}]),
    fc.string(),
    fc.double(),
  )
  const nested = fc.oneof(hostile, fc.array(fc.dictionary(fc.constantFrom(...attributeNames()), hostile), { maxLength: 2 }))
  const anyValues = fc.dictionary(fc.constantFrom(...attributeNames()), nested, { maxKeys: 12 })

  it('break no mapper of any type: at worst a resource is unknown until apply', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...mappers.keys()), anyValues, anyValues, async (type, values, unknown) => {
        const result = await estimateOf([{ address: `${type}.a`, values, unknown }])
        expect(result.planned_cost).toMatch(/^\d+(?:\.\d+)?$/)
      }),
      { seed: 6, numRuns: 3000 },
    )
  })

  it('have defaults for every usage, of types that there are', () => {
    for (const [type, names] of Object.entries(usageDefaults)) {
      expect(mappers.has(type), type).toBe(true)
      for (const value of Object.values(names)) expect(value).toMatch(/^\d+(?:\.\d+)?$/)
    }
  })
})

/** Of all mappers, so that what is hostile gets to where it is read. */
function attributeNames(): string[] {
  return `instance_type instance_class node_type engine desired_capacity min_size size type iops throughput root_block_device ebs_block_device
    launch_template mixed_instances_policy instances_distribution override load_balancer_type allocated_storage storage_type multi_az
    cluster_config ebs_options broker_node_group_info number_of_broker_nodes host_instance_type cpu memory task_definition scaling_config
    subnet_ids subnet_mapping vpc_endpoint_type billing_mode replica read_capacity shard_count stream_mode_details metric_query period
    volume_size volume_type location sku_name sku vm_size zone region machine_type tier boot_disk settings disk_size_gb node_count
    availability_zone tenancy credit_specification throughput_capacity storage_capacity architectures instance_types`.split(/\s+/)
}
