/** Disks of EC2, by themselves and inside instances. */
import { Decimal } from 'decimal.js'
import { type Attributes, attributesOf, everyMonth, units, zero } from '../attributes.ts'
import type { BilledPart, Mapper, MapperContext } from '../types.ts'
import { assumed, assumedAs, aws, regionOf, usageType } from './aws.ts'

export interface Volume {
  type: string
  gigabytes: Decimal
  iops: Decimal | undefined
  throughput: Decimal | undefined
}

/**
 * Who says no type gets the one of the image, and images of today say gp3. The size, too, is the image's: 8 GB is that of the usual
 * Linux.
 */
const imageVolume = { type: 'gp3', gigabytes: new Decimal(8) }

/** A block of an instance or of a launch template. */
export const volumeOf = (block: Attributes): Volume => ({
  type: block.maybeText('volume_type') ?? imageVolume.type,
  gigabytes: block.maybeNumber('volume_size') ?? imageVolume.gigabytes,
  iops: block.maybeNumber('iops'),
  throughput: block.maybeNumber('throughput'),
})

/** The first disk of an instance that says nothing of it. */
export const unsaidRoot = (gigabytes: Decimal): Volume => ({ type: imageVolume.type, gigabytes, iops: undefined, throughput: undefined })

/** What is in the price of every gp3. */
const included = { iops: 3000, throughput: 125 }

export function volumeParts({ type, gigabytes, iops, throughput }: Volume, region: string, prefix = ''): BilledPart[] {
  const label = (text: string) => (prefix === '' ? text : `${prefix}: ${text.slice(0, 1).toLowerCase()}${text.slice(1)}`)
  const storage = aws('AmazonEC2', 'Storage', region, { volumeApiName: type })
  const parts = [everyMonth(label('Storage'), gigabytes, units.gbMonth, storage, { details: [type] })]
  for (const { name, quantity } of provisioned(type, iops)) {
    const select = aws('AmazonEC2', 'System Operation', region, { volumeApiName: type, usagetype: usageType(`EBS:VolumeP-IOPS.${name}`) })
    if (quantity.greaterThan(0)) parts.push(everyMonth(label('Provisioned IOPS'), quantity, 'IOPS-month', select, { details: [type] }))
  }
  const more = type === 'gp3' ? Decimal.max(0, (throughput ?? zero).minus(included.throughput)) : zero
  if (more.greaterThan(0)) {
    const select = aws('AmazonEC2', 'Provisioned Throughput', region, { usagetype: usageType('EBS:VolumeP-Throughput.gp3') })
    parts.push(everyMonth(label('Provisioned throughput'), more, 'MiBps-month', select, { details: [type] }))
  }
  return parts
}

/** Those of io2 get cheaper in steps, and every step is a product. */
function provisioned(type: string, iops: Decimal | undefined): { name: string; quantity: Decimal }[] {
  const asked = iops ?? new Decimal(100)
  const between = (from: number, to: number) => Decimal.max(0, Decimal.min(asked, to).minus(from))
  if (type === 'io1') return [{ name: 'piops', quantity: asked }]
  if (type === 'gp3') return [{ name: 'gp3', quantity: Decimal.max(0, (iops ?? zero).minus(included.iops)) }]
  if (type !== 'io2') return []
  return [
    { name: 'io2', quantity: between(0, 32_000) },
    { name: 'io2.tier2', quantity: between(32_000, 64_000) },
    { name: 'io2.tier3', quantity: Decimal.max(0, asked.minus(64_000)) },
  ]
}

const ebsVolume: Mapper = (resource, context) => {
  const volume = attributesOf(resource)
  const type = volume.maybeText('type') ?? 'gp2'
  const region = regionOf(context)
  const gigabytes = volume.maybeNumber('size') ?? imageVolume.gigabytes
  const parts = volumeParts({ type, gigabytes, iops: volume.maybeNumber('iops'), throughput: volume.maybeNumber('throughput') }, region)
  return type === 'standard' ? [...parts, requests(context, region)] : parts
}

const requests = (context: MapperContext, region: string): BilledPart =>
  assumed(
    'I/O requests',
    [context, 'monthly_standard_io_requests'],
    'IO',
    aws('AmazonEC2', 'System Operation', region, { usagetype: usageType('EBS:VolumeIOUsage') }),
  )

/** As large as its volume, or as it says; what has changed since is what is kept, so this is the most that it costs. */
const snapshot: Mapper = (resource, context) => {
  const own = attributesOf(resource).maybeNumber('volume_size')
  const volume = context.referred('volume_id')
  const gigabytes = own ?? (volume && attributesOf(volume).maybeNumber('size')) ?? imageVolume.gigabytes
  const select = aws('AmazonEC2', 'Storage Snapshot', regionOf(context), { usagetype: usageType('EBS:SnapshotUsage') })
  return [assumedAs('Snapshot storage', [gigabytes, 'the whole volume'], units.gbMonth, select)]
}

export const volumes: Readonly<Record<string, Mapper>> = {
  aws_ebs_volume: ebsVolume,
  aws_ebs_snapshot: snapshot,
  aws_ebs_snapshot_copy: snapshot,
}
