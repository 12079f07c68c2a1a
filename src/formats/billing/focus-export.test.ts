import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fileOf, linesOf } from '../../../test/support/read-bill.ts'
import { focusColumns } from './focus-columns.ts'
import { focusCsv, focusHeader } from './focus-export.ts'

test('there are the 57 columns of FOCUS 1.2, once each and in order', () => {
  expect(focusColumns).toHaveLength(57)
  expect([...focusColumns]).toEqual([...new Set(focusColumns)].sort())
  expect(focusHeader).toBe(`${focusColumns.join(',')}\r\n`)
})

test('what is unknown stays empty, and what is no column of FOCUS is left out', () => {
  expect(focusCsv([{ BilledCost: '1', x_Own: 'x' }])).toBe(`,1${','.repeat(55)}\r\n`)
})

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => value !== 'NULL')
const money = fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.nat(10)).map(([digits, scale]) => {
  const plain = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  return `${digits < 0n ? '-' : ''}${scale ? `${plain.slice(0, -scale)}.${plain.slice(-scale)}` : plain}`
})

const row = fc.record({
  ...{ AvailabilityZone: text, BilledCost: money, BillingAccountId: text, BillingCurrency: fc.constant('USD') },
  ...{ BillingPeriodStart: fc.constant('2026-07-01T00:00:00Z'), BillingPeriodEnd: fc.constant('2026-08-01T00:00:00Z') },
  ...{ ChargeCategory: fc.constantFrom('Usage', 'Credit'), ChargeDescription: text, ContractedCost: money, EffectiveCost: money },
  ...{ ChargePeriodStart: fc.constant('2026-07-31T00:00:00Z'), ChargePeriodEnd: fc.constant('2026-08-01T00:00:00Z'), ListCost: money },
  ...{ ProviderName: fc.constant('AWS'), RegionId: text, ResourceId: text, ResourceName: text, ServiceCategory: fc.constant('Compute') },
  ...{ ServiceName: text, SubAccountId: text, Tags: fc.dictionary(text, text).map((tags) => JSON.stringify(tags)) },
  PricingQuantity: money,
})

test('what is exported is read back as what it was, whatever is in it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
      const first = await linesOf(fileOf(focusHeader + focusCsv(rows)))
      expect(first.map(({ billed, effective, list, contracted }) => [billed, effective, list, contracted])).toEqual(
        rows.map(({ BilledCost, EffectiveCost, ListCost, ContractedCost }) => [BilledCost, EffectiveCost, ListCost, ContractedCost]),
      )
      const again = first.map((line, at) => ({
        ...{ ...rows[at], ...line.focus, BilledCost: line.billed, EffectiveCost: line.effective, ListCost: line.list ?? '' },
        ...{ ContractedCost: line.contracted ?? '', PricingQuantity: line.pricingQuantity ?? '', ResourceId: line.resource ?? '' },
        ...{
          ResourceName: line.resourceName ?? '',
          ChargePeriodStart: line.start,
          ChargePeriodEnd: line.end,
          Tags: JSON.stringify(line.tags),
        },
        ...JSON.parse(line.extra ?? '{}'),
      }))
      expect(await linesOf(fileOf(focusHeader + focusCsv(again)))).toEqual(first)
    }),
    { numRuns: 100, seed: 7 },
  )
})

test('a text that a spreadsheet would take for a formula stays what it is', async () => {
  const [line] = await linesOf(
    fileOf(
      focusHeader +
        focusCsv([
          {
            ...{ BilledCost: '-1', EffectiveCost: '-1', BillingCurrency: 'USD', ChargeCategory: 'Usage', ServiceName: '=cmd|"/c"!A0' },
            ...{ BillingPeriodStart: '2026-07-01T00:00:00Z', ChargePeriodStart: '2026-07-01T00:00:00Z', ResourceId: '@a,b' },
          },
        ]),
    ),
  )
  expect([line?.service, line?.resource, line?.billed]).toEqual(['=cmd|"/c"!A0', '@a,b', '-1'])
})
