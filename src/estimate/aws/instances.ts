/** Machines of EC2, by themselves, and as a launch template or launch configuration describes them. */
import { Decimal } from 'decimal.js'
import type { PlanResource } from '../../formats/terraform/plan.ts'
import { type Attributes, attributesOf, everyHour, everyMonth, known, one, times, zero } from '../attributes.ts'
import { type BilledPart, type Mapper, type MapperContext, UnknownUntilApply } from '../types.ts'
import { assumedAs, aws, regionOf, usageType } from './aws.ts'
import { unsaidRoot, type Volume, volumeOf, volumeParts } from './volumes.ts'

export interface Machine {
  type: string | undefined
  tenancy: string | undefined
  windows: boolean
  monitored: boolean
  unlimitedCredits: boolean
  ebsOptimized: boolean
  spot: boolean
  /** The first is the root. */
  volumes: readonly Volume[]
}

/** What one machine costs. */
export function machineParts(machine: Machine, context: MapperContext, region: string): BilledPart[] {
  const { type, spot } = machine
  if (type === undefined) throw new UnknownUntilApply('instance_type')
  const volumes = machine.volumes.flatMap((volume, place) => volumeParts(volume, region, place === 0 ? 'Root volume' : 'Volume'))
  return [...computeParts({ ...machine, type }, region, spot), ...extraParts({ ...machine, type }, context, region), ...volumes]
}

/** Machines on a dedicated host are paid with the host. */
export function computeParts(machine: Machine & { type: string }, region: string, spot: boolean): BilledPart[] {
  const { type, windows } = machine
  const tenancy = known({ dedicated: 'Dedicated', host: 'Host' }, machine.tenancy ?? '') ?? 'Shared'
  if (tenancy === 'Host') return []
  const operatingSystem = windows ? 'Windows' : 'Linux'
  const select = aws('AmazonEC2', type.includes('.metal') ? 'Compute Instance (bare metal)' : 'Compute Instance', region, {
    instanceType: type,
    tenancy,
    operatingSystem,
    preInstalledSw: 'NA',
    licenseModel: 'No License required',
    capacitystatus: 'Used',
  })
  const details = [operatingSystem, spot ? 'spot' : 'on-demand', type, ...(tenancy === 'Dedicated' ? ['dedicated'] : [])]
  return [everyHour(spot ? 'Compute (spot)' : 'Compute', one, select, { details, purchaseOption: spot ? 'spot' : undefined })]
}

/** EBS optimization is in the price of all newer types. */
const paysForOptimization = /^(?:c1|c3|g2|i2|m1|m2|m3|r3)\./

export function extraParts(machine: Machine & { type: string }, context: MapperContext, region: string): BilledPart[] {
  const { type } = machine
  const [family = ''] = type.split('.')
  const parts: BilledPart[] = []
  if (machine.ebsOptimized && paysForOptimization.test(type)) {
    const select = aws('AmazonEC2', 'Compute Instance', region, { instanceType: type, usagetype: usageType(`EBSOptimized:${type}`) })
    parts.push(everyHour('EBS-optimized usage', one, select, { details: [type] }))
  }
  if (machine.monitored) {
    const select = aws('AmazonCloudWatch', 'Metric', region, { usagetype: usageType('CW:MetricMonitorUsage') })
    parts.push(everyMonth('Detailed monitoring', new Decimal(7), 'metric', select, { details: ['7 metrics of each'] }))
  }
  if (machine.unlimitedCredits && /^t\d/.test(family)) {
    const operatingSystem = machine.windows ? 'Windows' : 'Linux'
    const select = aws('AmazonEC2', 'CPU Credits', region, { operatingSystem, usagetype: usageType(`CPUCredits:${family}`) })
    const hours = context.usage('monthly_cpu_credit_hrs').times(context.usage('vcpu_count'))
    parts.push(assumedAs('CPU credits', [hours, 'monthly_cpu_credit_hrs × vcpu_count'], 'vCPU-hour', select, [family]))
  }
  return parts
}

/** Burstable machines after T2 may use more than their share unless they say otherwise. */
const isUnlimited = (credits: string | undefined, type: string | undefined): boolean =>
  credits === undefined ? /^t(?:3|3a|4g)\./.test(type ?? '') : credits === 'unlimited'

export function machineOfInstance(resource: PlanResource, context: MapperContext): Machine {
  const instance = attributesOf(resource)
  const template = templateOf(context, ['launch_template', 0, 'id'], ['launch_template', 0, 'name'])
  const base = template && machineOfTemplate(template, zero)
  const type = instance.maybeText('instance_type') ?? base?.type ?? instance.text('instance_type')
  const root = instance.maybeBlock('root_block_device')
  const disks = instance.maybeBlocks('ebs_block_device').map(volumeOf)
  const [described, ...others] = base?.volumes ?? []
  const first = root ? volumeOf(root) : (described ?? unsaidRoot(context.usage('root_volume_gb')))
  return {
    type,
    tenancy: instance.maybeText('tenancy') ?? base?.tenancy,
    windows: instance.maybeFlag('get_password_data') ?? false,
    monitored: instance.maybeFlag('monitoring') ?? base?.monitored ?? false,
    unlimitedCredits: isUnlimited(instance.maybeBlock('credit_specification')?.maybeText('cpu_credits'), type),
    ebsOptimized: instance.maybeFlag('ebs_optimized') ?? base?.ebsOptimized ?? false,
    spot: instance.maybeBlock('instance_market_options')?.maybeText('market_type') === 'spot',
    volumes: [first, ...others, ...disks].filter(hasSize),
  }
}

/** Of a template or a configuration; `unsaid` is the size of the root that it does not speak of. */
export function machineOfTemplate(resource: PlanResource, unsaid: Decimal): Machine {
  const template = attributesOf(resource)
  const isTemplate = resource.type === 'aws_launch_template'
  const volumes = isTemplate ? mappedVolumes(template) : configuredVolumes(template)
  const type = template.text('instance_type')
  return {
    type,
    tenancy: isTemplate ? template.maybeBlock('placement')?.maybeText('tenancy') : template.maybeText('placement_tenancy'),
    windows: false,
    monitored: isTemplate
      ? (template.maybeBlock('monitoring')?.maybeFlag('enabled') ?? false)
      : (template.maybeFlag('enable_monitoring') ?? true),
    unlimitedCredits: isUnlimited(template.maybeBlock('credit_specification')?.maybeText('cpu_credits'), type),
    ebsOptimized: template.maybeFlag('ebs_optimized') ?? false,
    spot: isTemplate
      ? template.maybeBlock('instance_market_options')?.maybeText('market_type') === 'spot'
      : template.maybeText('spot_price') !== undefined,
    volumes: (volumes.length > 0 ? volumes : [unsaidRoot(unsaid)]).filter(hasSize),
  }
}

const hasSize = ({ gigabytes }: Volume): boolean => gigabytes.greaterThan(0)

const mappedVolumes = (template: Attributes): Volume[] =>
  template.maybeBlocks('block_device_mappings').flatMap((mapping) => mapping.maybeBlocks('ebs').map(volumeOf))

const configuredVolumes = (configuration: Attributes): Volume[] =>
  [...configuration.maybeBlocks('root_block_device'), ...configuration.maybeBlocks('ebs_block_device')].map(volumeOf)

const templates: ReadonlySet<string> = new Set(['aws_launch_template', 'aws_launch_configuration'])

/** The first of these that is a template in this plan. */
export function templateOf(context: MapperContext, ...paths: (string | number)[][]): PlanResource | undefined {
  for (const path of paths) {
    const found = context.referred(...path)
    if (found && templates.has(found.type)) return found
  }
  return undefined
}

const instance: Mapper = (resource, context) => machineParts(machineOfInstance(resource, context), context, regionOf(context))

const spotRequest: Mapper = (resource, context) =>
  machineParts({ ...machineOfInstance(resource, context), spot: true }, context, regionOf(context))

/** A whole server, however many machines are on it. */
const dedicatedHost: Mapper = (resource, context) => {
  const host = attributesOf(resource)
  const [family] = (host.maybeText('instance_type') ?? '').split('.')
  const name = host.maybeText('instance_family') ?? (family || host.text('instance_family'))
  if (name === undefined) throw new UnknownUntilApply('instance_family')
  const select = aws('AmazonEC2', 'Dedicated Host', regionOf(context), { usagetype: usageType(`HostUsage:${name}`) })
  return times(one, [everyHour('Dedicated host', one, select, { details: [name] })])
}

export const instances: Readonly<Record<string, Mapper>> = {
  aws_instance: instance,
  aws_spot_instance_request: spotRequest,
  aws_ec2_host: dedicatedHost,
}
