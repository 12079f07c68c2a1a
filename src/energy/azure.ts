/** Microsoft's regions and machines. vCPUs and memory: https://learn.microsoft.com/azure/virtual-machines/sizes. */
import { type Machine, type Processor, processors } from './coefficients.ts'
import { regionsOf } from './grid.ts'

export const azurePue = 1.185

const regions = regionsOf({
  mro: 'centralus',
  serc: 'eastus eastus2 eastus3',
  rfc: 'northcentralus',
  tre: 'southcentralus',
  wecc: 'westcentralus westus westus2 westus3',
  hk: 'eastasia',
  sg: 'southeastasia',
  ie: 'northeurope',
  nl: 'westeurope',
  in: 'centralindia southindia westindia jioindiawest jioindiacentral',
  gb: 'uksouth ukwest',
  fr: 'francecentral francesouth',
  de: 'germanywestcentral germanynorth',
  ch: 'switzerlandnorth switzerlandwest',
  it: 'italynorth',
  se: 'swedencentral swedensouth',
  pl: 'polandcentral',
  be: 'belgiumcentral',
  fi: 'finlandcentral',
  au: 'australiaeast australiasoutheast australiacentral australiacentral2',
  jp: 'japaneast japanwest',
  kr: 'koreacentral koreasouth',
  ca: 'canadacentral canadaeast',
  br: 'brazilsouth brazilsoutheast',
  za: 'southafricanorth southafricawest',
  ae: 'uaenorth uaecentral',
  cn: 'chinaeast chinaeast2 chinanorth chinanorth2 chinanorth3',
  id: 'indonesiacentral',
})
const average = 0.0004074

/** `East US 2` and `eastus2` are the same; older bills say `US East 2`. */
export function azureGrid(region: string): number | undefined {
  const name = region.toLowerCase().replace(/[\s_-]/gu, '')
  if (['', 'global', 'unassigned', 'unknown', 'zone1', 'zone2', 'zone3'].includes(name)) return average
  const [, prefix, place] = /^(us|eu|uk|ap|in)((?:north|south|east|west|central)+\d?)$/u.exec(name) ?? []
  const turned =
    prefix && place ? { us: turn(place, 'us'), eu: `${place}europe`, uk: name, ap: `${place}asia`, in: `${place}india` } : undefined
  return regions.get(name) ?? (turned ? regions.get(turned[prefix as keyof typeof turned]) : undefined)
}

const turn = (place: string, country: string): string => place.replace(/^(\D+)(\d?)$/u, `$1${country}$2`)

/** GB for a vCPU, by the letters of the family. */
const memoryOfVcpu: Readonly<Record<string, number>> = {
  ...{
    a: 2,
    b: 4,
    d: 4,
    dc: 4,
    e: 8,
    ec: 8,
    f: 2,
    fx: 21,
    g: 14,
    gs: 14,
    h: 7,
    hb: 3.8,
    hc: 8,
    l: 8,
    m: 16,
    n: 7,
    nc: 7,
    nd: 7,
    ng: 8,
    nv: 7,
  },
}
/** And by a letter behind the number, where that says that they have more or less. */
const memoryOfVariant: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ...{ a: { m: 8 }, b: { l: 2, t: 0.5 }, d: { l: 2 }, m: { m: 28, l: 8, t: 6 } },
}
/** Those whose number is not that of their vCPUs: vCPUs, GB. */
const exceptions: Readonly<Record<string, readonly [number, number]>> = {
  ...{
    b1ls: [1, 0.5],
    b1s: [1, 1],
    b1ms: [1, 2],
    b2s: [2, 4],
    b2ms: [2, 8],
    a0: [1, 0.75],
    a1: [1, 1.75],
    a2: [2, 3.5],
    a3: [4, 7],
    a4: [8, 14],
  },
  ...{
    d1: [1, 3.5],
    d2: [2, 7],
    d3: [4, 14],
    d4: [8, 28],
    d5: [16, 56],
    d11: [2, 14],
    d12: [4, 28],
    d13: [8, 56],
    d14: [16, 112],
    d15: [20, 140],
  },
}

const typeName = /^(?:standard_|basic_)?([a-z]{1,2})(\d{1,3})(?:-(\d{1,3}))?([a-z]{0,6})(?:_(?!v\d$)[a-z0-9]{2,8})?(?:[_ ]?v(\d))?$/u

export function azureMachine(type: string): Machine | undefined {
  // Meters name two that cost the same: `D11 v2/DS11 v2`.
  const name = (type.split('/')[0] ?? '').trim().toLowerCase().replaceAll(' ', '_')
  const [, letters, digits, , variant = '', version = '1'] = typeName.exec(name) ?? []
  if (letters === undefined || digits === undefined) return undefined
  const generation = Number(version)
  // DS2 is a D2 with premium storage.
  const family = letters.length === 2 && letters.endsWith('s') && letters !== 'gs' ? letters.slice(0, 1) : letters
  const ratio = memoryOf(family, variant)
  const count = Number(digits)
  if (ratio === undefined || count === 0) return undefined
  const exception = exceptionOf(family, digits, variant, generation)
  const [vcpus, memory] = exception ?? [count, count * ratio]
  return { vcpus, memory, processor: processorOf(variant, generation, family) }
}

function memoryOf(family: string, variant: string): number | undefined {
  if (!Object.hasOwn(memoryOfVcpu, family)) return undefined
  const letters = Object.hasOwn(memoryOfVariant, family) ? Object.entries(memoryOfVariant[family] ?? {}) : []
  return letters.find(([letter]) => variant.includes(letter))?.[1] ?? memoryOfVcpu[family]
}

function exceptionOf(family: string, digits: string, variant: string, generation: number): readonly [number, number] | undefined {
  const key = family === 'b' ? family + digits + variant : family + digits
  const applies = family === 'b' ? generation === 1 : (family === 'd' && generation <= 2) || (family === 'a' && generation === 1)
  return applies && Object.hasOwn(exceptions, key) ? exceptions[key] : undefined
}

function processorOf(variant: string, generation: number, family: string): Processor {
  if (variant.includes('p')) return processors.arm
  if (variant.includes('a')) return generation <= 4 ? processors.epyc2 : generation === 5 ? processors.epyc3 : processors.epyc4
  if (!['d', 'e', 'f'].includes(family)) return processors.azure
  return (
    {
      1: processors.haswell,
      2: processors.broadwell,
      3: processors.skylake,
      4: processors.cascadeLake,
      5: processors.iceLake,
      6: processors.emeraldRapids,
    }[generation] ?? processors.azure
  )
}

/** A machine in a sentence: `Virtual Machines Dv2/DSv2 Series - D11 v2/DS11 v2 - US East 2`. */
export const azureTypeIn = (text: string): string => /\b[a-z]{1,2}\d{1,3}[a-z]{0,6} v\d\b/u.exec(text)?.[0] ?? ''

/** GB of managed disks, which are billed by the piece: `Premium SSD Managed Disks - P4 LRS`. */
const diskSizes: Readonly<Record<string, number>> = {
  ...{ 1: 4, 2: 8, 3: 16, 4: 32, 6: 64, 10: 128, 15: 256, 20: 512, 30: 1024, 40: 2048, 50: 4096, 60: 8192, 70: 16_384, 80: 32_767 },
}
export function azureDisk(text: string): number | undefined {
  const size = /managed disks?\b.*\b[pes](\d{1,2})\b/u.exec(text)?.[1]
  return size !== undefined && Object.hasOwn(diskSizes, size) ? diskSizes[size] : undefined
}

/** How often Microsoft keeps what is stored. */
export function azureReplication(service: string, text: string): number {
  if (/\b(?:ra-?)?g(?:z)?rs\b/u.test(text)) return 6
  if (/cosmos/u.test(service)) return 4
  if (/redis/u.test(service)) return 2
  return /storage|disk|sql|mysql|postgres|maria/u.test(service) || /\b[lz]rs\b|disk/u.test(text) ? 3 : 1
}
