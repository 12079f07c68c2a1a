/** Disks by capacity, and some by what they can do. */
import { Decimal } from 'decimal.js'
import { type Attributes, attributesOf, everyMonth, known, units } from '../attributes.ts'
import type { BilledPart, Mapper } from '../types.ts'
import { compute, regionOf } from './google.ts'

const capacities: Record<string, string> = {
  'pd-standard': 'Storage PD Capacity',
  'pd-balanced': 'Balanced PD Capacity',
  'pd-ssd': 'SSD backed PD Capacity',
  'pd-extreme': 'Extreme PD Capacity',
  'hyperdisk-balanced': 'Hyperdisk Balanced Capacity',
  'hyperdisk-extreme': 'Hyperdisk Extreme Capacity',
  'hyperdisk-throughput': 'Hyperdisk Throughput Capacity',
}

/** What can be ordered beyond the capacity, and how much of it every disk has anyway. */
const iops: Record<string, { description: string; included: number }> = {
  'pd-extreme': { description: 'Extreme PD IOPS', included: 0 },
  'hyperdisk-balanced': { description: 'Hyperdisk Balanced IOPS', included: 3000 },
  'hyperdisk-extreme': { description: 'Hyperdisk Extreme IOPS', included: 0 },
}
const throughput: Record<string, { description: string; included: number }> = {
  'hyperdisk-balanced': { description: 'Hyperdisk Balanced Throughput', included: 140 },
  'hyperdisk-throughput': { description: 'Hyperdisk Throughput Throughput', included: 0 },
}

/** @param type may be the address of a type */
export function diskParts(
  type: string,
  gigabytes: Decimal,
  region: string,
  regional: boolean,
  label: string,
  disk?: Attributes,
): readonly BilledPart[] {
  const name = type.split('/').at(-1) ?? type
  const words = known(capacities, name) ?? 'Storage PD Capacity'
  const ordered = (part: string, attribute: string, known: (typeof iops)[string] | undefined): BilledPart[] => {
    const amount = known && disk?.maybeNumber(attribute)?.minus(known.included)
    if (!known || !amount?.gt(0)) return []
    return [
      everyMonth(part, amount, units.month, compute(region, new RegExp(`^${known.description}`)), {
        details: [name, `beyond ${known.included}`],
      }),
    ]
  }
  return [
    everyMonth(label, gigabytes, units.gbMonth, compute(region, new RegExp(`^${regional ? 'Regional ' : ''}${words}`)), {
      details: [name, `${gigabytes} GB`],
    }),
    ...ordered('IOPS', 'provisioned_iops', known(iops, name)),
    ...ordered('Throughput', 'provisioned_throughput', known(throughput, name)),
  ]
}

const disk =
  (regional: boolean): Mapper =>
  (resource, context) => {
    const read = attributesOf(resource)
    const copied = ['image', 'snapshot', 'source_disk'].some((name) => read.maybeText(name) !== undefined)
    const size = read.maybeNumber('size') ?? new Decimal(copied ? 10 : 500)
    return diskParts(read.text('type') ?? 'pd-standard', size, regionOf(resource, context), regional, 'Storage', read)
  }

export const disks: Record<string, Mapper> = { google_compute_disk: disk(false), google_compute_region_disk: disk(true) }
