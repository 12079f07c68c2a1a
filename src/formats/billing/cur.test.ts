import { describe, expect, test } from 'vitest'
import { fileOf, type Line, linesOf } from '../../../test/support/read-bills.ts'

const base: Record<string, string> = {
  'bill/PayerAccountId': '111111111111',
  'bill/BillingPeriodStartDate': '2026-07-01T00:00:00.000Z',
  'bill/BillingPeriodEndDate': '2026-08-01T00:00:00.000Z',
  'lineItem/UsageAccountId': '222222222222',
  'lineItem/LineItemType': 'Usage',
  'lineItem/UsageStartDate': '2026-07-31T23:00:00Z',
  'lineItem/UsageEndDate': '2026-08-01T00:00:00Z',
  'lineItem/ProductCode': 'AmazonEC2',
  'lineItem/UsageType': 'EUC1-BoxUsage:m5.large',
  'lineItem/UsageAmount': '2.0000000000',
  'lineItem/CurrencyCode': 'USD',
  'lineItem/UnblendedCost': '0.1840000000',
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
const fileWith = (rows: Record<string, string>[]) => {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return fileOf([names, ...rows.map((row) => names.map((name) => row[name] ?? ''))].map((row) => row.map(quoted).join(',')).join('\n'))
}
async function lineWith(columns: Record<string, string>): Promise<Line> {
  const [line] = await linesOf(fileWith([{ ...base, ...columns }]))
  if (!line) throw new Error('nothing was read')
  return line
}

describe('a line of CUR 1.0', () => {
  test('that is of no region names none, so that its part of the bill reads the same', async () => {
    const everywhere = await lineWith({ 'product/location': 'Any' })
    expect([everywhere.dimension.region, everywhere.focus['RegionId'], everywhere.focus['RegionName']]).toEqual([
      'global',
      undefined,
      undefined,
    ])
    const frankfurt = await lineWith({ 'product/location': 'EU (Frankfurt)', 'product/regionCode': 'eu-central-1' })
    expect(frankfurt.focus).toMatchObject({ RegionId: 'eu-central-1', RegionName: 'EU (Frankfurt)' })
  })

  test('becomes a line of FOCUS', async () => {
    const line = await lineWith({
      'bill/InvoiceId': 'INV-1',
      'lineItem/ResourceId': 'i-0abc',
      'lineItem/AvailabilityZone': 'eu-central-1a',
      'product/ProductName': 'Amazon Elastic Compute Cloud',
      'product/vcpu': '2',
      'product/memory': '8 GiB',
      'pricing/publicOnDemandRate': '0.1150000000',
      'pricing/unit': 'Hrs',
      'pricing/term': 'OnDemand',
      'resourceTags/user:Project': 'web',
      'resourceTags/aws:createdBy': 'ada',
      'resourceTags/user:Empty': '',
    })
    expect(line).toMatchObject({
      period: '2026-07-01',
      start: '2026-07-31T23:00:00Z',
      end: '2026-08-01T00:00:00Z',
      resource: 'i-0abc',
      tags: { 'aws:createdBy': 'ada', Project: 'web' },
      billed: '0.1840000000',
      effective: '0.1840000000',
      list: '0.23',
      consumedQuantity: '2.0000000000',
      dimension: {
        ...{ provider: 'aws', master_account: '111111111111', linked_account: '222222222222', service: 'Amazon Elastic Compute Cloud' },
        ...{ category: 'compute', region: 'eu-central-1', instance_type: 'm5.large', record_type: 'usage', currency: 'USD' },
      },
      focus: {
        ...{ InvoiceId: 'INV-1', ChargeCategory: 'Usage', ServiceCategory: 'Compute', ServiceSubcategory: 'Virtual Machines' },
        ...{
          SkuPriceDetails: '{"InstanceType":"m5.large","CoreCount":2,"MemorySize":8}',
          PricingCategory: 'Standard',
          ConsumedUnit: 'Hrs',
        },
      },
    })
    expect(Object.values(line.focus)).not.toContain('')
  })

  test.each<[string, Record<string, string>, string]>([
    ['net of private discounts', { 'lineItem/NetUnblendedCost': '0.1' }, '0.1'],
    ['as it is where nothing is net', { 'lineItem/NetUnblendedCost': '' }, '0.1840000000'],
  ])('is billed %s', async (_, columns, billed) => {
    expect((await lineWith(columns)).billed).toBe(billed)
  })

  const commitments = {
    'savingsPlan/SavingsPlanEffectiveCost': '0.07',
    'savingsPlan/TotalCommitmentToDate': '10.5',
    'savingsPlan/UsedCommitment': '8.25',
    'reservation/EffectiveCost': '0.06',
    'reservation/UnusedAmortizedUpfrontFeeForBillingPeriod': '1.5',
    'reservation/UnusedRecurringFee': '0.25',
  }
  test.each([
    ['Usage', '0.1840000000', 'usage', '2.0000000000'],
    ['SavingsPlanCoveredUsage', '0.07', 'usage', '2.0000000000'],
    ['SavingsPlanNegation', '0', 'usage', null],
    ['SavingsPlanUpfrontFee', '0', 'purchase', null],
    ['SavingsPlanRecurringFee', '2.25', 'purchase', null],
    ['DiscountedUsage', '0.06', 'usage', '2.0000000000'],
    ['RIFee', '1.75', 'purchase', null],
    ['Fee', '0.1840000000', 'purchase', null],
    ['Tax', '0.1840000000', 'tax', null],
    ['Credit', '0.1840000000', 'credit', null],
    ['EdpDiscount', '0.1840000000', 'usage', null],
    ['BundledDiscount', '0.1840000000', 'usage', null],
    ['SomethingNew', '0.1840000000', 'adjustment', null],
  ])('of type %s costs effectively %s, is of the record type %s, and consumed %s', async (type, effective, recordType, consumed) => {
    const line = await lineWith({ ...commitments, 'lineItem/LineItemType': type })
    expect([line.effective, line.dimension.record_type, line.consumedQuantity]).toEqual([effective, recordType, consumed])
  })

  test('for a reservation that was paid for at once costs effectively nothing by itself', async () => {
    const fee = { 'lineItem/LineItemType': 'Fee', 'reservation/ReservationARN': 'arn:aws:ec2:eu-central-1:1:reserved-instances/x' }
    const line = await lineWith(fee)
    expect(line.effective).toBe('0')
    expect(line.focus).toMatchObject({
      CommitmentDiscountType: 'Reserved Instance',
      CommitmentDiscountId: fee['reservation/ReservationARN'],
    })
  })

  test('for a fee of a reservation, all of which was used, costs nothing beside what used it', async () => {
    const fee = { 'lineItem/LineItemType': 'RIFee' }
    expect((await lineWith({ ...fee, 'reservation/EffectiveCost': '' })).effective).toBe('0')
    expect((await lineWith({ ...fee, 'reservation/NetEffectiveCost': '' })).effective).toBe('0')
    // Nobody spreads it over what used it.
    expect((await lineWith(fee)).effective).toBe('0.1840000000')
  })

  test.each<[Record<string, string>, string]>([
    [{}, 'usage'],
    [{ 'lineItem/TaxType': 'VAT' }, 'tax'],
    [{ 'lineItem/UsageType': 'HeavyUsage:m5.large' }, 'purchase'],
    [{ 'lineItem/UsageType': '' }, 'adjustment'],
  ])('that refunds is of the kind of what it refunds (%j: %s)', async (columns, recordType) => {
    const line = await lineWith({ 'lineItem/LineItemType': 'Refund', 'lineItem/UnblendedCost': '-5', ...columns })
    expect([line.dimension.record_type, line.focus['ChargeClass']]).toEqual([recordType, 'Correction'])
  })

  test.each([
    ['AmazonEC2', 'Storage', 'storage'],
    ['AmazonEC2', 'NAT Gateway', 'networking'],
    ['AmazonEC2', 'Compute Instance', 'compute'],
    ['AmazonEKS', 'Compute', 'containers'],
    ['AmazonRDS', 'Database Instance', 'database'],
    ['AmazonSageMaker', 'ML Instance', 'machine_learning'],
    ['awskms', 'Encryption Key', 'security'],
    ['toString', 'constructor', 'other'],
  ])('of %s, %s, is %s', async (code, family, category) => {
    expect((await lineWith({ 'lineItem/ProductCode': code, 'product/productFamily': family })).dimension.category).toBe(category)
  })

  test('lists what one unit costs times units, or what the bill says for all', async () => {
    expect((await lineWith({ 'pricing/publicOnDemandCost': '0.5' })).list).toBe('0.5')
    expect((await lineWith({})).list).toBeNull()
  })

  test('needs few columns, and says which are missing', async () => {
    const { 'lineItem/CurrencyCode': _, ...without } = base
    await expect(linesOf(fileWith([without]))).rejects.toThrow('bill.csv, line 1: the column lineItem/CurrencyCode of AWS CUR is missing')
    await expect(linesOf(fileWith([{ ...base, 'lineItem/UnblendedCost': '' }]))).rejects.toThrow('line 2: lineItem/UnblendedCost is empty')
  })
})

describe('a line of CUR 2.0', () => {
  const snake: Record<string, string> = {
    bill_payer_account_id: '111111111111',
    bill_payer_account_name: 'Acme',
    bill_billing_period_start_date: '2026-07-01 00:00:00',
    line_item_usage_account_id: '222222222222',
    line_item_usage_account_name: 'Web',
    line_item_line_item_type: 'SavingsPlanCoveredUsage',
    line_item_usage_start_date: '2026-07-31 23:00:00',
    line_item_product_code: 'AmazonEC2',
    line_item_currency_code: 'USD',
    line_item_unblended_cost: '1.2E-7',
    line_item_resource_id: 'i-0abc',
    savings_plan_savings_plan_a_r_n: 'arn:aws:savingsplans::1:savingsplan/x',
    savings_plan_savings_plan_effective_cost: '0.5',
    product: '{"product_name":"Amazon Elastic Compute Cloud","region":"eu-west-1","instance_type":"c7g.large"}',
    resource_tags: '{"user_project":"web","aws_created_by":"ada","__proto__":{"x":1}}',
  }

  test('is read from its own columns and from its maps', async () => {
    const [line] = await linesOf(fileWith([snake]))
    expect(line).toMatchObject({
      billed: '0.00000012',
      effective: '0.5',
      end: '2026-07-31T23:00:00Z',
      tags: { project: 'web', aws_created_by: 'ada' },
      dimension: { service: 'Amazon Elastic Compute Cloud', region: 'eu-west-1', instance_type: 'c7g.large', category: 'compute' },
      focus: { BillingAccountName: 'Acme', SubAccountName: 'Web', CommitmentDiscountId: 'arn:aws:savingsplans::1:savingsplan/x' },
    })
    expect(Object.keys(line?.tags ?? {})).toEqual(['aws_created_by', 'project'])
  })

  test('may leave its month to the path', async () => {
    const { bill_billing_period_start_date: _, ...without } = snake
    const [line] = await linesOf(fileWith([without]), { period: '2026-07-01', format: 'cur2' })
    expect(line?.period).toBe('2026-07-01')
    await expect(linesOf(fileWith([without]))).rejects.toThrow('the column bill_billing_period_start_date of AWS CUR is missing')
  })

  test('with tags that are no JSON is refused', async () => {
    await expect(linesOf(fileWith([{ ...snake, resource_tags: '{"a":' }]))).rejects.toThrow(
      'line 2: resource_tags is "{"a":", which is not a JSON object',
    )
  })
})
