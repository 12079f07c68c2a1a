/** Groups of machines: autoscaling groups, and the node groups of Kubernetes. */
import { Decimal } from 'decimal.js'
import type { PlanResource } from '../../formats/terraform/plan.ts'
import { type Attributes, attributesOf, one, times, zero } from '../attributes.ts'
import { type BilledPart, type Mapper, type MapperContext, UnknownUntilApply } from '../types.ts'
import { regionOf } from './aws.ts'
import { computeParts, extraParts, type Machine, machineOfTemplate, machineParts, templateOf } from './instances.ts'
import { volumeParts } from './volumes.ts'

const autoscalingGroup: Mapper = (resource, context) => {
  const group = attributesOf(resource)
  const capacity = capacityOf(group)
  if (capacity.isZero()) return []
  const policy = group.block('mixed_instances_policy')
  const asTerracost = context.usage('as_terracost').greaterThan(0)
  if (policy) return mixedParts(policy, capacity, context, asTerracost)
  const template = templateOf(context, ['launch_template', 0, 'id'], ['launch_template', 0, 'name'], ['launch_configuration'])
  if (!template) throw new UnknownUntilApply('launch_template')
  const machine = machineOfTemplate(template, asTerracost ? zero : context.usage('root_volume_gb'))
  const region = regionOf(context)
  if (!asTerracost) return times(capacity, machineParts(machine, context, region))
  const [bare, volumes] = [{ ...machine, volumes: [] }, machine.volumes.slice(0, 1)]
  return [
    ...times(capacity, machineParts(bare, context, region)),
    ...volumes.flatMap((volume) => volumeParts(volume, region, 'Root volume')),
  ]
}

/** As many as are wanted, otherwise as are guaranteed. */
function capacityOf(group: Attributes): Decimal {
  const wanted = group.maybeNumber('desired_capacity')
  const least = group.number('min_size')
  return Decimal.max(wanted ?? zero, least ?? (wanted === undefined ? one : zero))
}

/**
 * Which of its types a mixed group starts is decided by AWS, minute by minute: the first is taken. Capacity counts weights, and what
 * the distribution leaves to spot is priced as such.
 */
function mixedParts(policy: Attributes, capacity: Decimal, context: MapperContext, asTerracost: boolean): BilledPart[] {
  const specification = ['mixed_instances_policy', 0, 'launch_template', 0, 'launch_template_specification', 0]
  const template = templateOf(context, [...specification, 'launch_template_id'], [...specification, 'launch_template_name'])
  const [override] = policy.block('launch_template')?.blocks('override') ?? []
  const region = regionOf(context)
  const base = template && machineOfTemplate(template, context.usage('root_volume_gb'))
  const type = override?.text('instance_type') ?? base?.type
  if (type === undefined) throw new UnknownUntilApply('mixed_instances_policy.launch_template')
  if (asTerracost) return times(capacity, computeParts({ ...plain, type }, region, false))
  const machine = { ...(base ?? plain), type }
  const weight = Decimal.max(1, override?.maybeNumber('weighted_capacity') ?? one)
  const onDemand = onDemandOf(policy.maybeBlock('instances_distribution'), capacity)
  const [ordinary, spot] = [onDemand, capacity.minus(onDemand)].map((units) => units.div(weight).ceil())
  const volumes = machine.volumes.flatMap((volume, place) => volumeParts(volume, region, place === 0 ? 'Root volume' : 'Volume'))
  return [
    ...times(ordinary ?? zero, computeParts(machine, region, false)),
    ...times(spot ?? zero, computeParts(machine, region, true)),
    ...times((ordinary ?? zero).plus(spot ?? zero), [...extraParts(machine, context, region), ...volumes]),
  ]
}

const plain: Machine = {
  type: undefined,
  tenancy: undefined,
  windows: false,
  monitored: false,
  unlimitedCredits: false,
  ebsOptimized: false,
  spot: false,
  volumes: [],
}

function onDemandOf(distribution: Attributes | undefined, capacity: Decimal): Decimal {
  const base = Decimal.min(capacity, distribution?.maybeNumber('on_demand_base_capacity') ?? zero)
  const percentage = Decimal.min(100, distribution?.maybeNumber('on_demand_percentage_above_base_capacity') ?? 100)
  return base.plus(capacity.minus(base).times(percentage).div(100).ceil())
}

const nodeGroup: Mapper = (resource, context) => {
  const group = attributesOf(resource)
  const scaling = group.block('scaling_config')
  const count = scaling?.maybeNumber('desired_size') ?? scaling?.maybeNumber('min_size') ?? context.usage('instances')
  const machine = nodeOf(resource, group, context)
  return times(count, machineParts(machine, context, regionOf(context)))
}

function nodeOf(resource: PlanResource, group: Attributes, context: MapperContext): Machine {
  const template = templateOf(context, ['launch_template', 0, 'id'], ['launch_template', 0, 'name'])
  const [listed] = (Array.isArray(resource.values.instance_types) ? resource.values.instance_types : []).filter(
    (type) => typeof type === 'string',
  )
  const spot = group.maybeText('capacity_type') === 'SPOT'
  const disk = { type: 'gp3', gigabytes: group.maybeNumber('disk_size') ?? new Decimal(20), iops: undefined, throughput: undefined }
  if (!template) return { ...plain, type: listed ?? 't3.medium', spot, volumes: [disk] }
  const described = attributesOf(template).maybeText('instance_type') === undefined && listed !== undefined
  const from: PlanResource = described ? { ...template, values: { ...template.values, instance_type: listed }, unknown: {} } : template
  const base = machineOfTemplate(from, disk.gigabytes)
  return { ...base, type: base.type ?? listed ?? 't3.medium', spot }
}

export const groups: Readonly<Record<string, Mapper>> = { aws_autoscaling_group: autoscalingGroup, aws_eks_node_group: nodeGroup }
