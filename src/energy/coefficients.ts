/**
 * Published coefficients of the Cloud Carbon Footprint method (https://www.cloudcarbonfootprint.org/docs/methodology): energy of
 * servers from SPECpower by processor (cloud-carbon-footprint/ccf-coefficients, output/coefficients-*-use.csv), of storage from the U.S.
 * Data Center Usage Report, of memory from Crucial and Micron, of networks from its appendix.
 */

/** Watts of one vCPU, idle and fully loaded; memory per vCPU (GB) that those watts cover already, as tested servers had it. */
export interface Processor {
  readonly min: number
  readonly max: number
  readonly memory: number
}

/** What a machine is made of. Memory in GB; watts of its accelerators together. */
export interface Machine {
  readonly vcpus: number
  readonly memory: number
  readonly processor: Processor
  readonly accelerators?: { readonly min: number; readonly max: number } | undefined
}

// The memory is GB per chip divided by the vCPUs that providers make of a chip: 105.97 / 48 for Cascade Lake.
export const processors = {
  sandyBridge: { min: 2.212, max: 8.631, memory: 17.07 / 16 },
  ivyBridge: { min: 1.707, max: 5.557, memory: 13.33 / 20 },
  haswell: { min: 1.857, max: 5.595, memory: 31.06 / 20 },
  broadwell: { min: 0.713, max: 3.685, memory: 69.65 / 32 },
  skylake: { min: 0.613, max: 4.104, memory: 75.1 / 48 },
  cascadeLake: { min: 0.69, max: 4.063, memory: 105.97 / 48 },
  iceLake: { min: 0.767, max: 3.758, memory: 136 / 64 },
  sapphireRapids: { min: 1.036, max: 4.16, memory: 130.8 / 96 },
  emeraldRapids: { min: 0.814, max: 4.482, memory: 160 / 96 },
  graniteRapids: { min: 0.582, max: 2.527, memory: 221.14 / 192 },
  epyc1: { min: 0.847, max: 2.604, memory: 92.44 / 48 },
  epyc2: { min: 0.474, max: 1.693, memory: 129.78 / 96 },
  epyc3: { min: 0.456, max: 1.957, memory: 137.14 / 96 },
  epyc4: { min: 0.739, max: 2.282, memory: 152.2 / 96 },
  // Nobody measured these; the method takes the second EPYC for them.
  arm: { min: 0.474, max: 1.693, memory: 129.78 / 64 },
  // Averages of a provider, where the processor is not known.
  aws: { min: 0.74, max: 3.5, memory: 80.69 / 48 },
  azure: { min: 0.74, max: 3.54, memory: 80.47 / 48 },
  google: { min: 0.68, max: 4.11, memory: 80 / 48 },
} as const satisfies Record<string, Processor>

/** Watts of one accelerator. */
export const accelerators = {
  t4: { min: 8, max: 71 },
  a10g: { min: 18, max: 153 },
  m60: { min: 35, max: 306 },
  k80: { min: 35, max: 306 },
  v100: { min: 35, max: 306 },
  a100: { min: 46, max: 407 },
  p100: { min: 36, max: 306 },
} as const

/** How busy servers are taken to be. */
const utilization = 0.5
/** kWh of one GB of memory in an hour. */
const memoryKwh = 0.000392
/** kWh of one GB sent over a network. */
export const networkKwh = 0.001
/** Watt hours of one TB in an hour. */
export const storageWatts = { hdd: 0.65, ssd: 1.2 } as const
/** Of a month as providers bill it, 365 × 24 / 12. */
export const hoursOfMonth = 730

const wattsOf = ({ min, max }: { min: number; max: number }): number => min + utilization * (max - min)

/** kWh of a machine in an hour, without what its data center needs besides. */
export function kwhOfMachine({ vcpus, memory, processor, accelerators: extra }: Machine): number {
  const watts = vcpus * wattsOf(processor) + (extra ? wattsOf(extra) : 0)
  return watts / 1000 + memoryKwh * Math.max(0, memory - vcpus * processor.memory)
}

/** kWh of one GB of memory in an hour that is billed apart from the vCPUs of its machine: the part that those do not cover. */
export const kwhOfMemory = (gbOfVcpu: number, processor: Processor): number => memoryKwh * Math.max(0, 1 - processor.memory / gbOfVcpu)

export const kwhOfStorage = (medium: keyof typeof storageWatts, gbHours: number): number => ((gbHours / 1000) * storageWatts[medium]) / 1000
