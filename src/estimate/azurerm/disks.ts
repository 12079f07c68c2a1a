/** Managed disks: fixed sizes for the money of the next larger one, or capacity, IOPS and throughput by the hour. */
import { Decimal } from 'decimal.js'
import { type Attributes, attributesOf, everyHour, everyMonth, units } from '../attributes.ts'
import type { BilledPart, Mapper, MapperContext } from '../types.ts'
import { azure, regionOf } from './azure.ts'

const sizes = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767] as const
const numbers = [1, 2, 3, 4, 6, 10, 15, 20, 30, 40, 50, 60, 70, 80] as const

const families = {
  Standard: { letter: 'S', product: 'Standard HDD Managed Disks', smallest: 4, operations: true },
  StandardSSD: { letter: 'E', product: 'Standard SSD Managed Disks', smallest: 1, operations: true },
  Premium: { letter: 'P', product: 'Premium SSD Managed Disks', smallest: 1, operations: false },
} as const

/** `P10` for 100 GB of Premium: what is billed is the size that is large enough. */
export function tierOf(family: keyof typeof families, gigabytes: Decimal): string {
  const { letter, smallest } = families[family]
  const found = sizes.findIndex((size, at) => gigabytes.lte(size) && (numbers[at] ?? 0) >= smallest)
  return `${letter}${numbers[found === -1 ? numbers.length - 1 : found]}`
}

/** @param type such as `Premium_LRS` */
export function diskParts(
  type: string,
  gigabytes: Decimal,
  region: string,
  context: MapperContext,
  label = 'Storage',
): readonly BilledPart[] {
  const [name = 'Standard', redundancy = 'LRS'] = type.split('_')
  if (!Object.hasOwn(families, name)) return []
  const family = name as keyof typeof families
  const { product, operations } = families[family]
  const tier = tierOf(family, gigabytes)
  const disk = everyMonth(
    label,
    new Decimal(1),
    units.month,
    azure('Storage', region, { productName: product, meterName: `${tier} ${redundancy} Disk` }),
    { details: [type, tier, `${gigabytes} GB`] },
  )
  if (!operations) return [disk]
  const selected = azure('Storage', region, { productName: product, meterName: `${tier} ${redundancy} Disk Operations` })
  return [disk, everyMonth('Disk operations', context.usage('disk_operations'), units.request, selected, { details: [tier], usage: true })]
}

/** Those whose performance is bought apart. The second version of Premium has some of it included. */
function performanceParts(type: string, disk: Attributes, gigabytes: Decimal, region: string): readonly BilledPart[] {
  const ultra = type.startsWith('Ultra')
  const productName = ultra ? 'Ultra Disks' : 'Azure Premium SSD v2'
  const meter = ultra ? 'Ultra LRS' : 'Premium LRS'
  const select = (what: string) => azure('Storage', region, { productName, meterName: `${meter} Provisioned ${what}` })
  const iops = Decimal.max(0, (disk.maybeNumber('disk_iops_read_write') ?? new Decimal(ultra ? 2048 : 3000)).minus(ultra ? 0 : 3000))
  const throughput = Decimal.max(0, (disk.maybeNumber('disk_mbps_read_write') ?? new Decimal(ultra ? 8 : 125)).minus(ultra ? 0 : 125))
  return [
    everyHour('Storage', gigabytes, select('Capacity'), { unit: units.gbHour, details: [type] }),
    ...(iops.isZero() ? [] : [everyHour('IOPS', iops, select('IOPS'), { details: [type] })]),
    ...(throughput.isZero() ? [] : [everyHour('Throughput', throughput, select('Throughput (MBps)'), { details: [type, 'MB/s'] })]),
  ]
}

export const managedDisk: Mapper = (resource, context) => {
  const disk = attributesOf(resource)
  const type = disk.text('storage_account_type') ?? 'Standard_LRS'
  const region = regionOf(resource, context)
  // A copy is as large as what it is copied from, which a plan does not say.
  const gigabytes = disk.maybeNumber('disk_size_gb') ?? new Decimal(type.startsWith('Ultra') || type.startsWith('PremiumV2') ? 1024 : 30)
  if (type.startsWith('Ultra') || type.startsWith('PremiumV2')) return performanceParts(type, disk, gigabytes, region)
  return diskParts(type, gigabytes, region, context)
}
