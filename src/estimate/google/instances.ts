/** Machines, one or many, with what they start with: disks, accelerators, addresses. */
import { Decimal } from 'decimal.js'
import type { PlanResource } from '../../formats/terraform/plan.ts'
import { type Attributes, attributesOf, everyHour, everyMonth, known, one, times, units } from '../attributes.ts'
import { type BilledPart, type Mapper, type MapperContext, UnknownUntilApply } from '../types.ts'
import { diskParts } from './disks.ts'
import { compute, regionOf } from './google.ts'
import { machineOf, sustainedUse, wordsOf } from './machines.ts'

const running = (words: string, what: string, spot: boolean) => new RegExp(`^${spot ? 'Spot Preemptible ' : ''}${words} ${what} running in`)

/** What runs all month is cheaper. That is said as fewer hours of the listed price: the price stays what the list says. */
function discounted(quantity: Decimal, percent: number): { quantity: Decimal; details: string[] } {
  if (percent === 0) return { quantity, details: [] }
  const billed = quantity.mul(100 - percent).div(100)
  return { quantity: billed, details: [`sustained use discount of ${percent} % for a full month: ${quantity} billed like ${billed}`] }
}

const sharedMachines: Record<string, string> = { 'f1-micro': 'Micro Instance with burstable CPU', 'g1-small': 'Small Instance with 1 VCPU' }

export function machineParts(type: string, region: string, spot: boolean): readonly BilledPart[] {
  const purchaseOption = spot ? 'spot' : undefined
  const shared = known(sharedMachines, type)
  const percent = spot
    ? 0
    : sustainedUse(type.includes('custom') ? (/^([a-z]\d[a-z]?)-custom/.exec(type)?.[1] ?? 'n1') : (type.split('-')[0] ?? ''))
  if (shared !== undefined) {
    const { quantity, details } = discounted(one, percent)
    return [
      everyHour('Instance', quantity, compute(region, new RegExp(`^${spot ? 'Spot Preemptible ' : ''}${shared} running in`)), {
        details: [type, ...details],
        purchaseOption,
      }),
    ]
  }
  const machine = machineOf(type)
  const words = machine && wordsOf(machine)
  if (!machine || words === undefined)
    return [
      everyHour('Instance', one, compute(region, /^Unknown machine type running in/), {
        details: [type, 'a machine type whose parts are not known'],
      }),
    ]
  const core = discounted(machine.cores, percent)
  const ram = discounted(machine.gigabytes, percent)
  return [
    everyHour('vCPU', core.quantity, compute(region, running(words, 'Core', spot)), {
      details: [type, `${machine.cores} vCPUs`, ...core.details],
      purchaseOption,
    }),
    everyHour('Memory', ram.quantity, compute(region, running(words, 'Ram', spot)), {
      details: [type, `${machine.gigabytes} GB`, ...ram.details],
      unit: units.gbHour,
      purchaseOption,
    }),
    ...(machine.extended.gt(0)
      ? [
          everyHour(
            'Extended memory',
            machine.extended,
            compute(region, running(`${machine.family.toUpperCase()} Custom Extended Instance`, 'Ram', spot)),
            {
              details: [type, `${machine.extended} GB`],
              unit: units.gbHour,
              purchaseOption,
            },
          ),
        ]
      : []),
    ...(machine.gpu ? gpuParts(machine.gpu.type, new Decimal(machine.gpu.count), region, spot) : []),
  ]
}

const gpus: Record<string, string> = {
  'nvidia-tesla-k80': 'Nvidia Tesla K80',
  'nvidia-tesla-p100': 'Nvidia Tesla P100',
  'nvidia-tesla-p4': 'Nvidia Tesla P4',
  'nvidia-tesla-v100': 'Nvidia Tesla V100',
  'nvidia-tesla-t4': 'Nvidia Tesla T4',
  'nvidia-tesla-a100': 'Nvidia Tesla A100',
  'nvidia-a100-80gb': 'Nvidia Tesla A100 80GB',
  'nvidia-l4': 'Nvidia L4',
  'nvidia-h100-80gb': 'Nvidia H100 80GB',
}

export function gpuParts(type: string, count: Decimal, region: string, spot: boolean): readonly BilledPart[] {
  const name = known(gpus, type.split('/').at(-1) ?? type)
  if (name === undefined || count.isZero()) return []
  const { quantity, details } = discounted(count, spot || /100 80GB|[AH]100/.test(name) ? 0 : 30)
  const description = new RegExp(`^${name} GPU ${spot ? 'attached to Spot Preemptible VMs ' : ''}running in`)
  return [
    everyHour('GPU', quantity, compute(region, description), { details: [name, ...details], purchaseOption: spot ? 'spot' : undefined }),
  ]
}

/** An address of its own that lasts as long as it does. Reserved ones are billed by themselves. */
function addressParts(machine: Attributes, context: MapperContext, region: string, spot: boolean): readonly BilledPart[] {
  const ephemeral = machine
    .blocks('network_interface')
    .flatMap((card, at) =>
      card
        .blocks('access_config')
        .filter(
          (config, nth) =>
            config.maybeText('nat_ip') === undefined && !context.referred('network_interface', at, 'access_config', nth, 'nat_ip'),
        ),
    ).length
  if (ephemeral === 0) return []
  const description = spot ? /^External IP Charge on a Spot Preemptible VM/ : /^External IP Charge on a Standard VM/
  return [everyHour('External address', new Decimal(ephemeral), compute(region, description))]
}

export function instanceParts(resource: PlanResource, context: MapperContext, place?: string): readonly BilledPart[] {
  const machine = attributesOf(resource)
  const region = place ?? regionOf(resource, context)
  const scheduling = machine.block('scheduling')
  const spot = scheduling?.maybeFlag('preemptible') === true || scheduling?.maybeText('provisioning_model') === 'SPOT'
  const type = machine.text('machine_type')
  if (type === undefined) throw new UnknownUntilApply('machine_type')
  const boot = machine.block('boot_disk')
  const params = boot?.block('initialize_params')
  // One that exists already is billed by itself.
  const existing = boot?.maybeText('source') !== undefined || context.referred('boot_disk', 0, 'source') !== undefined
  const bootParts =
    boot && !existing
      ? diskParts(params?.maybeText('type') ?? 'pd-standard', params?.maybeNumber('size') ?? new Decimal(10), region, false, 'Boot disk')
      : []
  const ofTemplate = machine
    .blocks('disk')
    .filter((disk) => disk.maybeText('source') === undefined && disk.maybeText('type') !== 'SCRATCH')
    .flatMap((disk) =>
      diskParts(disk.maybeText('disk_type') ?? 'pd-standard', disk.maybeNumber('disk_size_gb') ?? new Decimal(10), region, false, 'Disk'),
    )
  const scratch =
    machine.blocks('scratch_disk').length + machine.blocks('disk').filter((disk) => disk.maybeText('type') === 'SCRATCH').length
  return [
    ...machineParts(type.split('/').at(-1) ?? type, region, spot),
    ...machine.blocks('guest_accelerator').flatMap((gpu) => gpuParts(gpu.text('type') ?? '', gpu.number('count') ?? one, region, spot)),
    ...bootParts,
    ...ofTemplate,
    ...(scratch > 0
      ? [
          everyMonth('Local SSD', new Decimal(375 * scratch), units.gbMonth, compute(region, /^SSD backed Local Storage/), {
            details: [`${scratch} × 375 GB`],
          }),
        ]
      : []),
    ...addressParts(machine, context, region, spot),
  ]
}

/** A group is as many machines as it aims at, made from its template. */
const instanceGroup: Mapper = (resource, context) => {
  const group = attributesOf(resource)
  const template = context.referred('version', 0, 'instance_template') ?? context.referred('instance_template')
  if (!template) throw new UnknownUntilApply('version.instance_template')
  const scaler = [...context.referring('google_compute_autoscaler'), ...context.referring('google_compute_region_autoscaler')][0]
  const least = scaler && attributesOf(scaler).block('autoscaling_policy')?.maybeNumber('min_replicas')
  const count = group.maybeNumber('target_size') ?? least ?? one
  return times(count, instanceParts(template, context, regionOf(resource, context)))
}

export const instances: Record<string, Mapper> = {
  google_compute_instance: (resource, context) => instanceParts(resource, context),
  google_compute_instance_group_manager: instanceGroup,
  google_compute_region_instance_group_manager: instanceGroup,
}
