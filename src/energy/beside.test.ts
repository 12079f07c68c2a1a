import { describe, expect, it } from 'vitest'
import type { Dimension } from '../formats/billing/types.ts'
import { energyOf } from './energy.ts'

const dimension: Dimension = {
  ...{
    provider: 'google',
    master_account: '1',
    linked_account: '2',
    service: 'Compute Engine',
    category: 'compute',
    region: 'us-central1',
  },
  ...{ instance_type: 'n1-standard-8', record_type: 'usage', currency: 'USD' },
}

type Line = [what: string, unit: string, amount: number, kwh: number]

/** As the export to BigQuery has them: the type of the machine stands on each. */
const windows: Line[] = [
  // 8 × (0.613 + 0.5 × 3.491) W × 1.11
  ['N1 Predefined Instance Core running in Americas', 'seconds', 8 * 3600, 0.0209435],
  // 30 GiB, of which 0.000392 × (1 − 1.564583 / 3.75) kWh are not in the figure of the cores
  ['N1 Predefined Instance Ram running in Americas', 'byte-seconds', 30 * 2 ** 30 * 3600, 0.0081685],
  ['Licensing Fee for Windows Server 2019 Datacenter Edition (CPU cost)', 'seconds', 8 * 3600, 0],
  ['Licensing Fee for Windows Server 2019 Datacenter Edition (RAM cost)', 'byte-seconds', 30 * 2 ** 30 * 3600, 0],
  ['External IP Charge on a Standard VM', 'seconds', 3600, 0],
  ['Nvidia Tesla T4 GPU running in Americas', 'seconds', 3600, 0],
  ['Sole Tenancy Premium for N1 Predefined Instance Core running in Americas', 'seconds', 8 * 3600, 0],
  ['Sole Tenancy Premium for N1 Predefined Instance Ram running in Americas', 'byte-seconds', 30 * 2 ** 30 * 3600, 0],
]

const kwhOf = ([what, ConsumedUnit, amount]: Line, more: Partial<Dimension> = {}): number => {
  const focus = { ConsumedUnit, ChargeDescription: what, SkuMeter: what, ServiceName: more.service ?? dimension.service }
  return amount * (energyOf({ dimension: { ...dimension, ...more }, focus })?.kwhPerUnit ?? 0)
}

describe('an hour of a machine is counted once', () => {
  it.each(windows)('Compute Engine: %s', (...line) => {
    expect(kwhOf(line)).toBeCloseTo(line[3], 6)
  })

  it('and all lines of an n1-standard-8 with Windows are its cores and its memory', () => {
    expect(windows.reduce((sum, line) => sum + kwhOf(line), 0)).toBeCloseTo(0.0209435 + 0.0081685, 6)
  })

  it.each<[string, Line]>([
    // (4 × 2.395 W + (15 − 4 × 80 / 48) GB × 0.000392) × 1.11
    ['Cloud SQL', ['Cloud SQL for MySQL: Zonal - 4 vCPU + 15GB RAM in Americas', 'hour', 1, 0.0142598]],
    // (4 × 2.3585 W + (15 − 4 × 1.564583) GB × 0.000392) × 1.11
    ['Cloud SQL', ['DB standard Intel N1 4 VCPU running in Americas', 'hour', 1, 0.0142754]],
    // Of a type that a label names, 8 vCPUs and 30 GB
    ['Some Service', ['Custom training, n1-standard-8', 'hour', 1, 0.0285508]],
    ['Some Service', ['GPU of custom training, n1-standard-8', 'hour', 1, 0]],
    // One of the vCPUs of the average processor, 2.395 W
    ['Cloud SQL', ['Cloud SQL for PostgreSQL: Zonal - vCPU in Americas', 'hour', 1, 0.00265845]],
    // And in two zones
    ['Cloud SQL', ['Cloud SQL for MySQL: Regional - 4 vCPU + 15GB RAM in Americas', 'hour', 1, 2 * 0.0142598]],
    ['Cloud SQL', ['Cloud SQL for PostgreSQL: Regional - vCPU in Americas', 'hour', 1, 2 * 0.00265845]],
  ])('%s: %s', (service, line) => {
    expect(kwhOf(line, { service, category: 'database', instance_type: service === 'Cloud SQL' ? '' : 'n1-standard-8' })).toBeCloseTo(
      line[3],
      6,
    )
  })

  it.each<[service: string, meter: string, what: string]>([
    ['Amazon Elastic MapReduce', 'EU-BoxUsage:m5.xlarge', '$0.048 per hour for EMR m5.xlarge'],
    ['Amazon EMR', '', '$0.048 per hour for EMR m5.xlarge'],
    ['Amazon Elastic Compute Cloud', 'EU-EBSOptimized:m5.xlarge', '$0.00 for 4750 Mbps per m5.xlarge instance-hour (or partial hour)'],
    ['Amazon Elastic Compute Cloud', '', '$0.00 for 4750 Mbps per m5.xlarge instance-hour (or partial hour)'],
    ['Amazon Elastic Compute Cloud', 'Reservation:m5.xlarge', '$0.00 per Reservation Linux m5.xlarge Instance Hour'],
    ['Amazon Elastic Compute Cloud', 'EU-UnusedBox:m5.xlarge', '$0.214 per Unused Reservation Linux m5.xlarge Instance Hour'],
    ['Amazon Elastic Compute Cloud', 'EU-DedicatedRes:m5.xlarge', '$0.226 per Dedicated Reservation Linux m5.xlarge Instance Hour'],
    ['Amazon Elastic Compute Cloud', 'EU-UnusedDed:m5.xlarge', '$0.226 per Unused Dedicated Linux m5.xlarge Instance Hour'],
    ['Amazon Elastic Container Service for Kubernetes', 'EU-EKS-Auto:m5.xlarge', '$0.02568 per m5.xlarge hour for EKS Auto Mode'],
    ['Amazon Elastic Compute Cloud', 'EU-CPUCredits:t3', '$0.05 per vCPU-Hour of T3 CPU Credits'],
  ])('AWS: nothing for %s %s %s', (service, SkuMeter, ChargeDescription) => {
    const aws = { ...dimension, provider: 'aws', region: 'eu-west-1', service, instance_type: 'm5.xlarge' }
    const unit = /vCPU-Hour/.test(ChargeDescription) ? 'vCPU-Hours' : 'Hrs'
    expect(energyOf({ dimension: aws, focus: { ConsumedUnit: unit, ServiceName: service, SkuMeter, ChargeDescription } })).toBeUndefined()
  })

  it.each([
    ['EU-BoxUsage:m5.xlarge', '$0.214 per On Demand Linux m5.xlarge Instance Hour'],
    ['EU-DedicatedUsage:m5.xlarge', '$0.226 per Dedicated Usage Linux m5.xlarge Instance Hour'],
    ['EU-SpotUsage:m5.xlarge', 'm5.xlarge Linux/UNIX Spot Instance-hour in EU (Ireland)'],
    ['EU-HostBoxUsage:m5.xlarge', '$0.00 per Dedicated Host m5.xlarge Instance Hour'],
    ['EU-BoxUsage:m5.xlarge', 'Linux/UNIX (Amazon VPC), m5.xlarge reserved instance applied'],
  ])('AWS: and the machine for %s', (SkuMeter, ChargeDescription) => {
    const service = 'Amazon Elastic Compute Cloud'
    const aws = { ...dimension, provider: 'aws', region: 'eu-west-1', service, instance_type: 'm5.xlarge' }
    // (4 × 2.3765 W + (16 − 4 × 105.97 / 48) GB × 0.000392) × 1.135
    expect(
      energyOf({ dimension: aws, focus: { ConsumedUnit: 'Hrs', ServiceName: service, SkuMeter, ChargeDescription } })?.kwhPerUnit,
    ).toBeCloseTo(0.0139792, 6)
  })

  it.each([
    // 1 Wh × 1.135
    ['GB', '$0.010 per GB - regional data transfer - in/out/between EC2 AZs or using elastic IPs or ELB', 0.001135],
    ['Hrs', '$0.005 per Elastic IP address not attached to a running m5.xlarge instance', undefined],
  ])('AWS: what is sent through an address, and not the address: a %s of %s', (ConsumedUnit, ChargeDescription, kwh) => {
    const aws = { ...dimension, provider: 'aws', region: 'eu-west-1', service: 'Amazon Elastic Compute Cloud', instance_type: '' }
    expect(energyOf({ dimension: aws, focus: { ConsumedUnit, ChargeDescription } })?.kwhPerUnit).toBe(kwh)
  })
})
