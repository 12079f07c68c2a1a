/**
 * Google's regions and machines. It publishes what the grids of its regions emit (https://cloud.google.com/sustainability/region-carbon) and the
 * efficiency of its data centers; vCPUs and memory: https://cloud.google.com/compute/docs/machine-resource.
 */
import { accelerators, type Machine, type Processor, processors } from './coefficients.ts'

const pues: Readonly<Record<string, number>> = {
  ...{ 'us-east1': 1.102, 'us-central1': 1.11, 'us-west1': 1.095, 'europe-west1': 1.08, 'europe-west4': 1.09, 'europe-north1': 1.09 },
  ...{ 'asia-east1': 1.13, 'asia-southeast1': 1.14, 'southamerica-east1': 1.09 },
}
export const googlePue = (region: string): number => (Object.hasOwn(pues, region) ? pues[region] : undefined) ?? 1.1

const regions: Readonly<Record<string, number>> = {
  ...{ 'us-central1': 0.000454, 'us-central2': 0.000454, 'us-east1': 0.00048, 'us-east4': 0.000361, 'us-west1': 0.000078 },
  ...{ 'us-west2': 0.000253, 'us-west3': 0.000533, 'us-west4': 0.000455, 'asia-east1': 0.00054, 'asia-east2': 0.000453 },
  ...{ 'asia-northeast1': 0.000554, 'asia-northeast2': 0.000442, 'asia-northeast3': 0.000457, 'asia-south1': 0.000721 },
  ...{ 'asia-south2': 0.000657, 'asia-southeast1': 0.000493, 'asia-southeast2': 0.000647, 'australia-southeast1': 0.000727 },
  ...{ 'australia-southeast2': 0.000691, 'europe-central2': 0.000622, 'europe-north1': 0.000133, 'europe-west1': 0.000212 },
  ...{ 'europe-west2': 0.000231, 'europe-west3': 0.000293, 'europe-west4': 0.00041, 'europe-west6': 0.000087 },
  ...{ 'northamerica-northeast1': 0.000027, 'southamerica-east1': 0.000103, asia1: 0.000498, eur4: 0.0002715, nam4: 0.000467 },
  ...{ asia: 0.0005515555556, eu: 0.000284, europe: 0.000284, us: 0.0003734285714 },
}
const average = 0.0004116296296

export function googleGrid(region: string): number | undefined {
  const name = region.toLowerCase()
  return name === '' || name === 'global' ? average : Object.hasOwn(regions, name) ? regions[name] : undefined
}

interface Family {
  readonly processor: Processor
  /** GB for a vCPU of its standard machines. */
  readonly memory: number
}

const families: Readonly<Record<string, Family>> = {
  n1: { processor: processors.skylake, memory: 3.75 },
  n2: { processor: processors.cascadeLake, memory: 4 },
  n2d: { processor: processors.epyc2, memory: 4 },
  n4: { processor: processors.emeraldRapids, memory: 4 },
  e2: { processor: processors.google, memory: 4 },
  t2d: { processor: processors.epyc3, memory: 4 },
  t2a: { processor: processors.arm, memory: 4 },
  c2: { processor: processors.cascadeLake, memory: 4 },
  c2d: { processor: processors.epyc3, memory: 4 },
  c3: { processor: processors.sapphireRapids, memory: 4 },
  c3d: { processor: processors.epyc4, memory: 4 },
  c4: { processor: processors.emeraldRapids, memory: 3.75 },
  c4a: { processor: processors.arm, memory: 4 },
  m1: { processor: processors.broadwell, memory: 24 },
  m2: { processor: processors.cascadeLake, memory: 28.3 },
  m3: { processor: processors.iceLake, memory: 30.5 },
  a2: { processor: processors.cascadeLake, memory: 7.1 },
  g2: { processor: processors.cascadeLake, memory: 4 },
}
/** They have parts of a vCPU only. */
const shared: Readonly<Record<string, readonly [vcpus: number, memory: number]>> = {
  'f1-micro': [0.2, 0.6],
  'g1-small': [0.5, 1.7],
  'e2-micro': [0.25, 1],
  'e2-small': [0.5, 2],
  'e2-medium': [1, 4],
}
/** Otherwise as the family has it; that of those with most of it is their `ultramem`. */
const memoryOfKind: Readonly<Record<string, number>> = {
  ...{ highcpu: 1, highmem: 8, megamem: 14.9, 'n1-highcpu': 0.9, 'n1-highmem': 6.5, 'n4-highcpu': 2, 'c2d-highcpu': 2 },
  ...{ 'c3-highcpu': 2, 'c3d-highcpu': 2, 'c4-highcpu': 2, 'c4a-highcpu': 2 },
}

export function googleMachine(type: string): Machine | undefined {
  const name = type.toLowerCase()
  const part = Object.hasOwn(shared, name) ? shared[name] : undefined
  if (part) return { vcpus: part[0], memory: part[1], processor: processors.google }
  const custom = /^(?:([a-z]\d[a-z]?)-)?custom-(\d{1,3})-(\d{1,8})$/u.exec(name)
  if (custom) {
    const { processor } = familyOf(custom[1] ?? 'n1')
    return Number(custom[2]) > 0 ? { vcpus: Number(custom[2]), memory: Number(custom[3]) / 1024, processor } : undefined
  }
  const gpus = /^a2-(?:high|ultra|mega)gpu-(\d{1,2})g$/u.exec(name)?.[1]
  if (gpus && Number(gpus) > 0) {
    const vcpus = Math.min(96, Number(gpus) * 12)
    const { min, max } = accelerators.a100
    const watts = { min: min * Number(gpus), max: max * Number(gpus) }
    return { vcpus, memory: Number(gpus) * 85, processor: processors.cascadeLake, accelerators: watts }
  }
  const [, family, kind, digits] = /^(?:db-)?([a-z]\d[a-z]?)-([a-z]{4,9})-(\d{1,3})(?:-[a-z]{3,8})?$/u.exec(name) ?? []
  if (family === undefined || kind === undefined || !Object.hasOwn(families, family) || Number(digits) === 0) return undefined
  const { processor, memory } = familyOf(family)
  const own = [`${family}-${kind}`, kind].find((name) => Object.hasOwn(memoryOfKind, name))
  const gbOfVcpu = (own === undefined ? undefined : memoryOfKind[own]) ?? memory
  return { vcpus: Number(digits), memory: Number(digits) * gbOfVcpu, processor }
}

/** `N2 Instance Core running in Belgium`: vCPUs and memory are sold apart. */
export function googlePart(text: string): { part: 'core' | 'ram'; family: Family } | undefined {
  const part = /\bram\b/u.test(text) ? 'ram' : /\b(?:core|vcpu)s?\b/u.test(text) ? 'core' : undefined
  return part && { part, family: familyOf(familyIn(text)) }
}

/** `DB standard Intel N1 4 VCPU`, `Cloud SQL for MySQL: Zonal - 4 vCPU + 15GB RAM`: both at once. */
export function googleWhole(text: string): Machine | undefined {
  if (/\bmicro instance with burstable cpu\b/u.test(text)) return googleMachine('f1-micro')
  const [, count, gb] = /\b(\d{1,3}) ?vcpus?\b(?: ?\+ ?(\d{1,5}(?:\.\d{1,3})?) ?gi?b ram\b)?/u.exec(text) ?? []
  const vcpus = Number(count ?? 0)
  if (vcpus === 0) return undefined
  const { processor, memory } = familyOf(familyIn(text))
  return { vcpus, memory: gb === undefined ? vcpus * memory : Number(gb), processor }
}

/**
 * Compute Engine names the machine on everything that one has: cores and memory, which are counted, and beside them licences,
 * addresses, accelerators, premiums. Others sell machines as a whole.
 */
export const googleBeside = (service: string, text: string): boolean =>
  /compute engine/u.test(service) || /\b[gt]pus?\b|\bfee\b|\bip\b|\bnetwork\b/u.test(text)

const familyIn = (text: string): string => /\b([a-z]\d[ad]?)\b/u.exec(text)?.[1] ?? ''

const familyOf = (name: string): Family =>
  (Object.hasOwn(families, name) ? families[name] : undefined) ?? { processor: processors.google, memory: 4 }

/** How often Google keeps what is stored. */
export function googleReplication(service: string, text: string): number {
  if (/cloud storage/u.test(service)) return /multi-?region/u.test(text) ? 6 : /dual-?region/u.test(text) ? 4 : 2
  if (/spanner/u.test(service)) return /multi-?region/u.test(text) ? 6 : 4
  if (/filestore|memorystore/u.test(service)) return 2
  return /regional|high availability|\bha\b/u.test(text) ? 2 : 1
}
