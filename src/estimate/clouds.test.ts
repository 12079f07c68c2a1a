/** What holds for every mapper of Azure and Google, whatever a plan says. */
import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { billed } from '../../test/support/mapping.ts'
import type { JsonMap } from '../formats/json-value.ts'
import { mapperSet as azurerm } from './azurerm/mappers.ts'
import { mapperSet as google } from './google/mappers.ts'
import { UnknownUntilApply } from './types.ts'
import { usageOfAzurerm } from './usage-azurerm.ts'
import { usageOfGoogle } from './usage-google.ts'

const number = (text: string) => new Decimal(text)
const clouds = [
  { name: 'azurerm', set: azurerm, usage: usageOfAzurerm, ...billed(azurerm, usageOfAzurerm, number) },
  { name: 'google', set: google, usage: usageOfGoogle, ...billed(google, usageOfGoogle, number) },
]
const place = { location: 'westeurope', region: 'us-central1' }

/** Attributes that mappers read, so that noise meets them. */
const attributes =
  'size sku sku_name sku_tier os_disk disk_size_gb storage_account_type instances capacity default_node_pool vm_size node_count quota account_tier storage_mb machine_type boot_disk initialize_params guest_accelerator scheduling network_interface access_config type settings tier disk_size memory_size_gb location storage_class node_pool node_config template containers resources limits cpu memory autoscale_settings throughput geo_location georeplications kind target_size version_template worker_count scratch_disk retention_in_days'.split(
    ' ',
  )
const hostile = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    -1,
    1e308,
    1e-308,
    0.1,
    'GP_Gen5_99999',
    '__proto__',
    'constructor',
    'toString',
    '\u0000',
    '\ud800',
    'n1-constructor-1',
    'constructor-standard-1',
    '1e999',
  ),
  fc.string(),
  fc.integer(),
)
const values = fc.letrec<{ map: JsonMap; value: JsonMap | null }>((tie) => ({
  map: fc.dictionary(fc.constantFrom(...attributes, '__proto__', 'constructor'), tie('value'), {
    maxKeys: 12,
    depthIdentifier: 'values',
  }) as fc.Arbitrary<JsonMap>,
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'values' },
    hostile as fc.Arbitrary<null>,
    fc.array(tie('map'), { maxLength: 3 }) as unknown as fc.Arbitrary<null>,
    tie('map'),
  ),
})).map

describe.each(clouds)('mappers of $name', ({ set, usage, mapped }) => {
  test('every type is known once: as billed or as free', () => {
    for (const type of set.free) expect(Object.hasOwn(set.mappers, type), type).toBe(false)
    expect(Object.keys(set.mappers).length).toBeGreaterThanOrEqual(18)
    expect(set.free.size).toBeGreaterThan(150)
  })

  test('every assumed usage belongs to a type that is billed, and is a decimal', () => {
    for (const [type, names] of Object.entries(usage)) {
      expect(Object.hasOwn(set.mappers, type), type).toBe(true)
      for (const text of Object.values(names)) expect(text).toMatch(/^\d+(\.\d+)?$/)
    }
  })

  test.each(Object.keys(set.mappers))(
    '%s: whatever a plan says, parts have amounts that make sense, or it is said what is missing',
    (type) => {
      fc.assert(
        fc.property(values, values, (some, unknown) => {
          try {
            for (const { hourly, monthly, unit, select, label } of mapped(type, { ...place, ...some }, { unknown, region: 'westeurope' })) {
              expect((hourly === undefined) !== (monthly === undefined)).toBe(true)
              const amount = hourly ?? monthly ?? new Decimal(-1)
              expect(amount.isFinite() && amount.gte(0)).toBe(true)
              expect([unit, select.service, label].every((text) => text !== '')).toBe(true)
              // A pattern is ours: what a plan says never becomes one.
              for (const attribute of select.attributes)
                if ('pattern' in attribute) expect(() => new RegExp(attribute.pattern)).not.toThrow()
            }
          } catch (error) {
            if (!(error instanceof UnknownUntilApply)) throw error
          }
        }),
        { seed: 42, numRuns: 60 },
      )
    },
  )

  test('what only apply will tell is said by its name', () => {
    const [type, attribute] =
      set === azurerm ? ['azurerm_managed_disk', 'storage_account_type'] : ['google_compute_instance', 'machine_type']
    expect(() => mapped(type as string, place, { unknown: { [attribute as string]: true } })).toThrow(
      `${attribute} is known only after apply`,
    )
  })

  test('without a place there is no price', () => {
    const type = set === azurerm ? 'azurerm_nat_gateway' : 'google_compute_router_nat'
    expect(() => mapped(type, {})).toThrow(UnknownUntilApply)
  })
})

describe('sustained use', () => {
  test('is told in the details of what it makes cheaper', () => {
    const [vcpu] = clouds[1]?.mapped('google_compute_instance', { zone: 'us-central1-a', machine_type: 'n1-standard-16' }) ?? []
    expect(vcpu?.details).toEqual(['n1-standard-16', '16 vCPUs', 'sustained use discount of 30 % for a full month: 16 billed like 11.2'])
    // 16 vCPUs and 60 GB at list prices of us-central1: 0.76, after the discount 0.532.
    const [, memory] = clouds[1]?.mapped('google_compute_instance', { zone: 'us-central1-a', machine_type: 'n1-standard-16' }) ?? []
    expect(
      vcpu?.hourly
        ?.mul('0.031611')
        .plus(memory?.hourly?.mul('0.004237') ?? 0)
        .toDP(3)
        .toString(),
    ).toBe('0.532')
  })
})

describe('tiers of disks', () => {
  test.each([
    ['Premium_LRS', 1, 'P1'],
    ['Premium_LRS', 32, 'P4'],
    ['Premium_LRS', 33, 'P6'],
    ['Standard_LRS', 1, 'S4'],
    ['StandardSSD_LRS', 1024, 'E30'],
    ['Premium_LRS', 32767, 'P80'],
    ['Premium_LRS', 99999, 'P80'],
  ])('%s with %d GB is billed as %s', (storage_account_type, disk_size_gb, tier) => {
    const [disk] = clouds[0]?.mapped('azurerm_managed_disk', { ...place, storage_account_type, disk_size_gb }) ?? []
    expect(disk?.details).toContain(tier)
  })
})

describe('words of ours that are no words of plans', () => {
  test.each(['constructor', 'n1-constructor-1', 'n2-custom-constructor-1', 'toString-standard-1', '__proto__'])(
    'a machine type %s has no price',
    (machine_type) => {
      const parts = clouds[1]?.mapped('google_compute_instance', { zone: 'us-central1-a', machine_type })
      expect(parts?.map(({ details }) => details.at(-1))).toEqual(['a machine type whose parts are not known'])
    },
  )
})
