/** What a machine type consists of: Google bills cores and memory, not machines. */
import { Decimal } from 'decimal.js'
import { known } from '../attributes.ts'

export interface Machine {
  family: string
  /** As they are billed: the shared ones of E2 by a part of a core. */
  cores: Decimal
  gigabytes: Decimal
  custom: boolean
  /** Memory beyond what the family allows for so many cores, at another price. */
  extended: Decimal
  gpu?: { type: string; count: number }
}

/** Of descriptions of prices, by family: `N2 Instance Core running in Americas`. */
const words: Record<string, string> = {
  n1: 'N1 Predefined Instance',
  n2: 'N2 Instance',
  n2d: 'N2D AMD Instance',
  n4: 'N4 Instance',
  e2: 'E2 Instance',
  c2: 'Compute optimized',
  c2d: 'C2D AMD Instance',
  c3: 'C3 Instance',
  c3d: 'C3D Instance',
  c4: 'C4 Instance',
  c4a: 'C4A Arm Instance',
  t2d: 'T2D AMD Instance',
  t2a: 'T2A Arm Instance',
  a2: 'A2 Instance',
  a3: 'A3 Instance',
  g2: 'G2 Instance',
  m1: 'Memory-optimized Instance',
  m2: 'Memory-optimized Instance',
  m3: 'M3 Memory-optimized Instance',
}
const customWords: Record<string, string> = {
  n1: 'Custom Instance',
  n2: 'N2 Custom Instance',
  n2d: 'N2D AMD Custom Instance',
  n4: 'N4 Custom Instance',
  e2: 'E2 Custom Instance',
}

export const wordsOf = ({ family, custom }: Pick<Machine, 'family' | 'custom'>): string | undefined =>
  (custom ? customWords : words)[family]

/** Gigabytes of each core, by kind: of all families, and of those that differ. */
const rule = { standard: 4, highmem: 8, highcpu: 1 }
const memory: Record<string, Record<string, number>> = {
  n1: { standard: 3.75, highmem: 6.5, highcpu: 0.9 },
  c2d: { standard: 4, highmem: 8, highcpu: 2 },
  c3: { standard: 4, highmem: 8, highcpu: 2 },
  c3d: { standard: 4, highmem: 8, highcpu: 2 },
  c4: { standard: 3.75, highmem: 7.75, highcpu: 2 },
  c4a: { standard: 4, highmem: 8, highcpu: 2 },
  n4: { standard: 4, highmem: 8, highcpu: 2 },
}

/** Cores and gigabytes of those that follow no rule. */
const special: Record<string, [cores: number, gigabytes: number]> = {
  'e2-micro': [0.25, 1],
  'e2-small': [0.5, 2],
  'e2-medium': [1, 4],
  'm1-megamem-96': [96, 1433.6],
  'm1-ultramem-40': [40, 961],
  'm1-ultramem-80': [80, 1922],
  'm1-ultramem-160': [160, 3844],
  'm2-ultramem-208': [208, 5888],
  'm2-ultramem-416': [416, 11776],
  'm2-megamem-416': [416, 5888],
  'm3-megamem-64': [64, 976],
  'm3-megamem-128': [128, 1952],
  'm3-ultramem-32': [32, 976],
  'm3-ultramem-64': [64, 1952],
  'm3-ultramem-128': [128, 3904],
  'a2-megagpu-16g': [96, 1360],
  'a3-highgpu-8g': [208, 1872],
}

const gpusOfG2: Record<number, number> = { 24: 2, 48: 4, 96: 8 }

/** @returns undefined for a type that is none of those whose parts are known */
export function machineOf(type: string): Machine | undefined {
  const custom = /^(?:([a-z]\d[a-z]?)-)?custom-(\d{1,3})-(\d{1,8})(-ext)?$/.exec(type)
  if (custom) return customMachine(custom[1] ?? 'n1', Number(custom[2]), new Decimal(custom[3] ?? 0).div(1024))
  const [family = '', kind = '', size = ''] = type.split('-')
  const fixed = Object.hasOwn(special, type) ? special[type] : undefined
  if (fixed) return machine(family, fixed[0], new Decimal(fixed[1]), gpuOf(type, family, size))
  if (!Object.hasOwn(words, family)) return undefined
  const accelerated = /^a2-(high|ultra)gpu-([1248])g$/.exec(type)
  if (accelerated) {
    const count = Number(accelerated[2])
    return machine(family, 12 * count, new Decimal(accelerated[1] === 'ultra' ? 170 : 85).mul(count), { type: 'nvidia-tesla-a100', count })
  }
  const each = known(memory[family] ?? rule, kind)
  if (each === undefined || !/^\d{1,3}$/.test(size)) return undefined
  return machine(family, Number(size), new Decimal(each).mul(size), gpuOf(type, family, size))
}

function gpuOf(type: string, family: string, size: string): Machine['gpu'] {
  if (family === 'g2') return { type: 'nvidia-l4', count: gpusOfG2[Number(size)] ?? 1 }
  if (type === 'a2-megagpu-16g') return { type: 'nvidia-tesla-a100', count: 16 }
  return type === 'a3-highgpu-8g' ? { type: 'nvidia-h100-80gb', count: 8 } : undefined
}

const machine = (family: string, cores: number, gigabytes: Decimal, gpu: Machine['gpu']): Machine => ({
  family,
  cores: new Decimal(cores),
  gigabytes,
  custom: false,
  extended: new Decimal(0),
  ...(gpu && { gpu }),
})

function customMachine(family: string, cores: number, gigabytes: Decimal): Machine | undefined {
  if (!Object.hasOwn(customWords, family)) return undefined
  const most = new Decimal(family === 'n1' ? 6.5 : 8).mul(cores)
  const normal = Decimal.min(most, gigabytes)
  return { family, cores: new Decimal(cores), gigabytes: normal, custom: true, extended: gigabytes.minus(normal) }
}

/** Percent that a machine costs less when it runs for the whole month, without being asked for. */
export function sustainedUse(family: string): number {
  if (['n1', 'f1', 'g1', 'm1', 'm2'].includes(family)) return 30
  return ['n2', 'n2d', 'c2'].includes(family) ? 20 : 0
}
