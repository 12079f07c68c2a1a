import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Dimension } from '../formats/billing/types.ts'
import { awsMachine } from './aws.ts'
import { azureMachine } from './azure.ts'
import { energyOf } from './energy.ts'
import { googleMachine } from './google.ts'

const dimension = (more: Partial<Dimension> = {}): Dimension => ({
  provider: 'aws',
  master_account: '1',
  linked_account: '2',
  service: 'Amazon Elastic Compute Cloud',
  category: 'compute',
  region: 'eu-west-1',
  instance_type: '',
  record_type: 'usage',
  currency: 'USD',
  ...more,
})

const of = (more: Partial<Dimension>, focus: Record<string, string>) => energyOf({ dimension: dimension(more), focus })

// Each figure is worked out by hand from the published coefficients, so that a changed coefficient or formula shows.
const table: [what: string, more: Partial<Dimension>, focus: Record<string, string>, kwh: number, co2e: number][] = [
  [
    'an m5.large in Ireland: 2 vCPUs of Cascade Lake, 8 GB',
    { instance_type: 'm5.large' },
    { ConsumedUnit: 'Hrs' },
    // 2 × (0.69 + 0.5 × (4.063 − 0.69)) = 4.753 W; memory 8 − 2 × 105.97 / 48 = 3.584583 GB × 0.000392 = 0.001405157 kWh; × 1.135
    (0.004753 + 0.001405157) * 1.135,
    0.0002786,
  ],
  [
    'the same, named by its description only',
    {},
    { ConsumedUnit: 'Hours', ChargeDescription: '$0.107 per On Demand Linux m5.large Instance Hour' },
    (0.004753 + 0.001405157) * 1.135,
    0.0002786,
  ],
  [
    'a c5.large: its memory is what the processor brings anyway',
    { instance_type: 'c5.large' },
    { ConsumedUnit: 'Hrs' },
    // 4 GB < 2 × 2.2077 GB
    0.004753 * 1.135,
    0.0002786,
  ],
  [
    'a t4g.micro in Paris: 2 vCPUs of Arm, 1 GB',
    { instance_type: 't4g.micro', region: 'eu-west-3' },
    { ConsumedUnit: 'Hrs' },
    // 2 × (0.474 + 0.5 × 1.219) = 2.167 W
    0.002167 * 1.135,
    0.0000511,
  ],
  [
    'a p3.2xlarge: 8 vCPUs and a V100',
    { instance_type: 'p3.2xlarge', region: 'us-east-1' },
    { ConsumedUnit: 'Hrs' },
    // 8 × (0.74 + 0.5 × 2.76) = 16.96 W; 35 + 0.5 × 271 = 170.5 W; memory 64 − 8 × 80.69 / 48 = 50.551667 GB × 0.000392 = 0.019816253
    (0.01696 + 0.1705 + 0.019816253) * 1.135,
    0.000379069,
  ],
  [
    'a database machine in two zones',
    { instance_type: 'db.m5.large', category: 'database', service: 'Amazon Relational Database Service' },
    { ConsumedUnit: 'Hrs', ChargeDescription: 'USD 0.38 per db.m5.large Multi-AZ instance hour' },
    (0.004753 + 0.001405157) * 2 * 1.135,
    0.0002786,
  ],
  [
    'a GB month of an SSD volume, kept twice',
    { category: 'storage' },
    {
      ConsumedUnit: 'GB-Mo',
      ServiceName: 'Amazon Elastic Compute Cloud',
      ChargeDescription: '$0.08 per GB-month of General Purpose (gp3)',
    },
    // 730 GB h = 0.73 TB h × 1.2 Wh = 0.000876 kWh; × 2 × 1.135
    0.00198852,
    0.0002786,
  ],
  [
    'a GB month of S3, on disks, kept three times',
    { category: 'storage' },
    { ConsumedUnit: 'GB-Months', ServiceName: 'Amazon Simple Storage Service', ChargeDescription: '$0.023 per GB - first 50 TB / month' },
    // 0.73 × 0.65 Wh = 0.0004745 kWh; × 3 × 1.135
    0.0016156725,
    0.0002786,
  ],
  [
    'a GB sent out',
    { category: 'networking' },
    { ConsumedUnit: 'GB', ChargeDescription: '$0.090 per GB - first 10 TB / month data transfer out beyond the free tier' },
    0.001135,
    0.0002786,
  ],
  [
    'a vCPU hour of Fargate',
    { category: 'containers' },
    { ConsumedUnit: 'vCPU-Hours', ChargeDescription: 'AWS Fargate - vCPU - EU (Ireland)' },
    // 0.74 + 0.5 × 2.76 = 2.12 W
    0.0024062,
    0.0002786,
  ],
  [
    'a GB second of a function',
    { service: 'AWS Lambda' },
    { ConsumedUnit: 'Lambda-GB-Second', ServiceName: 'AWS Lambda' },
    // 2.12 W × 1024 / 1769 = 1.2271792 W; / 1000 / 3600 × 1.135
    (0.0012271792 / 3600) * 1.135,
    0.0002786,
  ],
  [
    'a D4s v3 of Azure, in hundreds of hours',
    { provider: 'azurerm', region: 'westeurope', instance_type: 'Standard_D4s_v3' },
    { ConsumedUnit: '100 Hours' },
    // 4 × (0.613 + 0.5 × 3.491) = 9.434 W; memory 16 − 4 × 75.1 / 48 = 9.741667 GB × 0.000392 = 0.003818733; × 1.185 × 100
    (0.009434 + 0.003818733) * 118.5,
    0.0003284,
  ],
  [
    'a GB month of Azure blobs, kept three times',
    { provider: 'azurerm', region: 'northeurope', category: 'storage' },
    { ConsumedUnit: 'GB/Month', ServiceName: 'Storage Accounts', ChargeDescription: 'Tiered Block Blob - Hot LRS - Data Stored' },
    0.0004745 * 3 * 1.185,
    0.0002786,
  ],
  [
    'a premium disk of 64 GB for a month, kept three times',
    { provider: 'azurerm', region: 'northeurope' },
    { ConsumedUnit: 'Units/Month', ChargeDescription: 'Premium SSD Managed Disks - P6 LRS - EU North' },
    // 64 GB × 730 h = 46.72 TB h × 1.2 Wh = 0.056064 kWh; × 3 × 1.185
    0.056064 * 3 * 1.185,
    0.0002786,
  ],
  [
    'seconds of a function, which are GB seconds',
    { service: 'AWS Lambda' },
    { ConsumedUnit: 'Seconds', ServiceName: 'AWS Lambda', ChargeDescription: 'AWS Lambda - Total Compute - EU (Ireland)-Tier-1' },
    (0.0012271792 / 3600) * 1.135,
    0.0002786,
  ],
  [
    'a core hour of a Google N2, whose cores and memory are billed apart',
    { provider: 'google', region: 'europe-west1', instance_type: 'n2-standard-8' },
    { ConsumedUnit: 'hour', ChargeDescription: 'N2 Instance Core running in Belgium' },
    // 0.69 + 0.5 × 3.373 = 2.3765 W × 1.08
    0.00256662,
    0.000212,
  ],
  [
    'and a GiB hour of its memory: what 4 GB for a vCPU are over 2.2077 GB',
    { provider: 'google', region: 'europe-west1', instance_type: 'n2-standard-8' },
    { ConsumedUnit: 'gibibyte hour', ChargeDescription: 'N2 Instance Ram running in Belgium' },
    // 0.000392 × (1 − 2.20770833 / 4) × 1.073741824 × 1.08
    0.0001756446 * 1.073741824 * 1.08,
    0.000212,
  ],
]

describe('energy of a charge', () => {
  it.each(table)('%s', (_, more, focus, kwh, co2e) => {
    const factors = of(more, focus)
    expect((factors?.kwhPerUnit ?? 0) / kwh).toBeCloseTo(1, 6)
    expect(factors?.co2ePerKwh).toBe(co2e)
  })

  it.each<[string, Partial<Dimension>, Record<string, string>]>([
    ['requests', {}, { ConsumedUnit: 'Requests' }],
    ['a tax', { record_type: 'tax', instance_type: 'm5.large' }, { ConsumedUnit: 'Hrs' }],
    ['a machine nobody knows', { instance_type: 'zzz9.colossal' }, { ConsumedUnit: 'Hrs' }],
    ['hours of a gateway', { category: 'networking' }, { ConsumedUnit: 'Hrs', ChargeDescription: '$0.045 per NAT Gateway Hour' }],
    ['data that comes in', {}, { ConsumedUnit: 'GB', ChargeDescription: '$0.000 per GB - data transfer in per month' }],
    ['software on a machine', { instance_type: 'm5.large' }, { ConsumedUnit: 'Hrs', ChargeDescription: 'AWS Marketplace hourly software' }],
    ['a commitment that nobody used', { instance_type: 'm5.large' }, { ConsumedUnit: 'Hrs', CommitmentDiscountStatus: 'Unused' }],
    ['a region whose grid nobody published', { region: 'mars-north-1', instance_type: 'm5.large' }, { ConsumedUnit: 'Hrs' }],
    ['a provider without coefficients', { provider: 'oracle' }, { ConsumedUnit: 'OCPU Hours' }],
    ['no unit at all', { instance_type: 'm5.large' }, {}],
  ])('is not guessed for %s', (_, more, focus) => {
    expect(of(more, focus)).toBeUndefined()
  })

  it('is never negative, never endless and never not a number, whatever a bill says', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        'm5.large',
        'db.r6g.2xlarge',
        'D4s v3',
        'n2-standard-8',
        'custom-0-0',
        'p4d.24xlarge',
        '__proto__',
        'constructor',
        'm0.0xlarge',
      ),
      fc.constantFrom(
        'gp3',
        'data transfer out',
        'N2 Instance Ram',
        'memory',
        'LRS',
        'multi-az',
        'snapshot',
        '{"InstanceType":"c5.large"}',
      ),
    )
    const unit = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        'Hrs',
        '100 Hours',
        '0 Hours',
        '9999999999999 GB',
        'GB-Mo',
        'byte-seconds',
        'GB',
        'vCPU-Hours',
        '__proto__',
        'hasOwnProperty',
      ),
    )
    const question = fc.record({
      provider: fc.constantFrom('aws', 'azurerm', 'google', 'oracle', '__proto__'),
      region: fc.oneof(
        fc.constantFrom('', 'eu-west-1', 'us-central1', 'US East', '__proto__', 'constructor'),
        fc.string({ maxLength: 20 }),
      ),
      category: fc.constantFrom('compute', 'storage', 'database', 'networking', 'other') as fc.Arbitrary<Dimension['category']>,
      instance_type: word,
      focus: fc.dictionary(
        fc.constantFrom(
          'ConsumedUnit',
          'PricingUnit',
          'SkuMeter',
          'ChargeDescription',
          'ServiceName',
          'SkuPriceDetails',
          'ServiceSubcategory',
        ),
        fc.oneof(unit, word),
      ),
      unit,
    })
    fc.assert(
      fc.property(question, ({ focus, unit: consumed, ...more }) => {
        const factors = of(more, { ...focus, ConsumedUnit: consumed })
        if (!factors) return
        expect(factors.kwhPerUnit).toBeGreaterThanOrEqual(0)
        expect(factors.kwhPerUnit).toBeLessThan(1e15)
        expect(factors.co2ePerKwh).toBeGreaterThan(0)
        expect(factors.co2ePerKwh).toBeLessThan(0.002)
      }),
      { seed: 7, numRuns: 5000 },
    )
  })

  it('grows with the vCPUs of a machine', () => {
    const families: [string, (size: number) => string, (type: string) => { vcpus: number } | undefined][] = [
      ...['m5', 'c6g', 'r6i', 't3', 'm6a', 'x1', 'i3'].map((family): [string, (n: number) => string, typeof awsMachine] => [
        'aws',
        (n) => `${family}.${n === 1 ? 'xlarge' : `${n}xlarge`}`,
        awsMachine,
      ]),
      ['azurerm', (n) => `Standard_D${n}s_v3`, azureMachine],
      ['azurerm', (n) => `Standard_E${n}as_v5`, azureMachine],
      ['google', (n) => `custom-${n}-4096`, googleMachine],
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...families),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        ([provider, type, machine], a, b) => {
          const [small, large] = [type(Math.min(a, b)), type(Math.max(a, b))]
          const kwh = (name: string) =>
            of({ provider, region: '', instance_type: name }, { ConsumedUnit: 'Hours' })?.kwhPerUnit ?? Number.NaN
          expect(machine(small)?.vcpus).toBeLessThanOrEqual(machine(large)?.vcpus ?? 0)
          expect(kwh(small)).toBeLessThanOrEqual(kwh(large))
          if (a !== b) expect(kwh(small)).toBeLessThan(kwh(large))
        },
      ),
      { seed: 7, numRuns: 500 },
    )
  })
})
