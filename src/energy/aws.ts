/** Amazon's regions, machines and what it keeps how often. vCPUs and memory: https://aws.amazon.com/ec2/instance-types. */
import { accelerators, type Machine, type Processor, processors } from './coefficients.ts'
import { regionsOf } from './grid.ts'

export const awsPue = 1.135

const regions = regionsOf({
  serc: 'us-east-1 us-gov-east-1',
  rfc: 'us-east-2',
  wecc: 'us-west-1 us-west-2 us-gov-west-1',
  za: 'af-south-1',
  hk: 'ap-east-1',
  in: 'ap-south-1 ap-south-2',
  jp: 'ap-northeast-1 ap-northeast-3',
  kr: 'ap-northeast-2',
  sg: 'ap-southeast-1',
  au: 'ap-southeast-2 ap-southeast-4',
  id: 'ap-southeast-3',
  ca: 'ca-central-1 ca-west-1',
  cn: 'cn-north-1 cn-northwest-1',
  de: 'eu-central-1',
  ch: 'eu-central-2',
  ie: 'eu-west-1',
  gb: 'eu-west-2',
  fr: 'eu-west-3',
  it: 'eu-south-1',
  se: 'eu-north-1',
  bh: 'me-south-1',
  ae: 'me-central-1',
  br: 'sa-east-1',
})
/** Of all regions that the method knows. */
const average = 0.00039278188

/** Undefined: nothing is published for the region. */
export function awsGrid(region: string): number | undefined {
  return region === '' || region === 'global' || region === 'aws-global' ? average : regions.get(region)
}

/** GB for a vCPU, by what a family is called without its generation. */
const memoryOfVcpu: Readonly<Record<string, number>> = {
  ...{ a: 2, c: 2, d: 8, g: 4, h: 4, i: 8, im: 4, inf: 2, is: 6, m: 4, p: 8, r: 8, t: 4, trn: 16, u: 28, vt: 2, x: 15.25, z: 8, hpc: 4 },
  // Redshift and the old ones.
  ...{ dc: 7.6, ds: 7.75, ra: 8, cc: 1.9, cr: 7.6, hi: 3.8, hs: 6.9 },
}
/** Families that have more of it than others of their letters. */
const memoryOfFamily: Readonly<Record<string, number>> = { p2: 15.25, p4d: 12, p4de: 12, x1e: 30.5, x2iedn: 32, x2iezn: 32 }
const sizes: Readonly<Record<string, number>> = { nano: 1, micro: 1, small: 1, medium: 1, large: 2, xlarge: 4 }
/** Those that share processors have their own memory for each size, and two vCPUs from the third generation on. */
const burstable: Readonly<Record<string, number>> = { nano: 0.5, micro: 1, small: 2, medium: 4, large: 8, xlarge: 16, '2xlarge': 32 }
const exceptions: Readonly<Record<string, number>> = {
  'c4.8xlarge': 36,
  'd2.8xlarge': 36,
  'g2.8xlarge': 32,
  'ra3.xlplus': 4,
  'ra3.4xlarge': 12,
  'ra3.16xlarge': 48,
  'dc2.8xlarge': 32,
}
/** vCPUs of `metal`, where it is not 96. */
const metals: Readonly<Record<string, number>> = {
  ...{ i3: 72, c5n: 72, z1d: 48, a1: 16, g4dn: 96, i4i: 128, x2idn: 128, x2iedn: 128, c6i: 128, m6i: 128, r6i: 128, c6id: 128, m6id: 128 },
  ...{ r6id: 128, m6a: 192, c6a: 192, r6a: 192, c6g: 64, m6g: 64, r6g: 64, c7g: 64, m7g: 64, r7g: 64, x2gd: 64 },
}
type Accelerated = readonly [keyof typeof accelerators, Readonly<Record<string, number>>]
/** How many accelerators the sizes have that have more than one. */
const accelerated: Readonly<Record<string, Accelerated>> = {
  g3: ['m60', { '8xlarge': 2, '16xlarge': 4 }],
  g3s: ['m60', {}],
  g4dn: ['t4', { '12xlarge': 4, metal: 8 }],
  g5: ['a10g', { '12xlarge': 4, '24xlarge': 4, '48xlarge': 8 }],
  p2: ['k80', { '8xlarge': 8, '16xlarge': 16 }],
  p3: ['v100', { '8xlarge': 4, '16xlarge': 8 }],
  p3dn: ['v100', { '24xlarge': 8 }],
  p4d: ['a100', { '24xlarge': 8 }],
  p4de: ['a100', { '24xlarge': 8 }],
}

const typeName =
  /^(?:(?:db|cache|ml|dms|dax|kafka|mq|box)\.)?([a-z]{1,4})(\d{1,2})([a-z-]{0,8})\.([a-z0-9-]{2,12})(?:\.search|\.elasticsearch)?$/u
/** A machine in a sentence: `$0.085 per On Demand Linux c5.large Instance Hour`. */
const typeInText =
  /\b(?:db\.|cache\.|ml\.)?[a-z]{1,4}\d{1,2}[a-z-]{0,8}\.(?:nano|micro|small|medium|large|\d{0,3}xlarge|metal(?:-\d{1,3}xl)?)\b/u

export const awsTypeIn = (text: string): string => typeInText.exec(text)?.[0] ?? ''

export function awsMachine(type: string): Machine | undefined {
  const [, letters, generation, variant, size] = typeName.exec(type.toLowerCase()) ?? []
  if (letters === undefined || generation === undefined || variant === undefined || size === undefined) return undefined
  const family = letters + generation + variant
  const ratio = Object.hasOwn(memoryOfFamily, family)
    ? memoryOfFamily[family]
    : Object.hasOwn(memoryOfVcpu, letters)
      ? memoryOfVcpu[letters]
      : undefined
  const vcpus = vcpusOf(letters, Number(generation), family, size)
  if (ratio === undefined || vcpus === undefined) return undefined
  const shared = letters === 't' && Object.hasOwn(burstable, size) ? burstable[size] : undefined
  const memory = shared ?? vcpus * ratio
  const processor = processorOf(letters, Number(generation), variant)
  const [kind, counts] = (Object.hasOwn(accelerated, family) ? accelerated[family] : undefined) ?? []
  if (!kind || !counts) return { vcpus, memory, processor }
  const count = Object.hasOwn(counts, size) ? (counts[size] ?? 1) : 1
  return { vcpus, memory, processor, accelerators: { min: accelerators[kind].min * count, max: accelerators[kind].max * count } }
}

function vcpusOf(letters: string, generation: number, family: string, size: string): number | undefined {
  const full = `${family}.${size}`
  if (Object.hasOwn(exceptions, full)) return exceptions[full]
  if (letters === 't' && generation > 2 && ['nano', 'micro', 'small', 'medium'].includes(size)) return 2
  if (letters === 't' && size === 'medium') return 2
  if (Object.hasOwn(sizes, size)) return sizes[size]
  const times = /^(?:metal-)?(\d{1,3})xl(?:arge)?$/u.exec(size)?.[1]
  if (times) return Number(times) * 4 || undefined
  return size === 'metal' ? (metals[family] ?? 96) : undefined
}

/** By the generation: the letter behind it says whose processor it is. */
function processorOf(letters: string, generation: number, variant: string): Processor {
  if (variant.includes('g') || letters === 'a') return processors.arm
  if (variant.startsWith('a') && letters !== 'g')
    return generation <= 5
      ? letters === 'c'
        ? processors.epyc2
        : processors.epyc1
      : generation === 6
        ? processors.epyc3
        : processors.epyc4
  if (letters === 't') return generation >= 3 ? processors.skylake : processors.haswell
  if (!['c', 'm', 'r'].includes(letters)) return processors.aws
  const intel = [processors.sandyBridge, processors.sandyBridge, processors.sandyBridge, processors.ivyBridge, processors.broadwell]
  const later = [processors.cascadeLake, processors.iceLake, processors.sapphireRapids, processors.graniteRapids]
  return generation < 5 ? (intel[generation] ?? processors.aws) : (later[generation - 5] ?? processors.aws)
}

/**
 * Fees on machines that have lines of their own (EMR, the automatic mode of EKS), what belongs to their price (throughput to volumes),
 * and capacity that is only held: reservations and hosts.
 */
export const awsBeside = (service: string, text: string): boolean =>
  /elastic ?mapreduce|\bemr\b/u.test(service) ||
  /\bfor emr\b|\bauto ?mode\b|management fee|\bmbps per\b/u.test(text) ||
  /(?:^|[\s-])(?:ebsoptimized|(?:ded(?:icated)?)?res(?:ervation)?|unused(?:box|ded(?:icated)?)|hostusage):/u.test(text) ||
  /\bunused (?:capacity )?reservation/u.test(text)

/** How often Amazon keeps what is stored: by service, then by what it says of the charge. */
export function awsReplication(service: string, text: string): number {
  if (/aurora/u.test(text)) return 6
  if (/snapshot|backup/u.test(text)) return 3
  if (/simple storage|\bs3\b|glacier/u.test(service)) return /one zone|reduced redundancy/u.test(text) ? 2 : 3
  if (/elastic file|\befs\b/u.test(service)) return /one zone/u.test(text) ? 2 : 3
  if (/container registry|\becr\b/u.test(service)) return 3
  if (/dynamodb|documentdb|simpledb/u.test(service)) return 2
  if (/relational|\brds\b/u.test(service)) return /multi-az/u.test(text) ? 2 : 1
  return /elastic compute|\bec2\b|block store/u.test(service) ? 2 : 1
}
