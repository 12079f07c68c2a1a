/** Clusters of Kubernetes and the machines of their pools. */
import { Decimal } from 'decimal.js'
import type { PlanResource } from '../../formats/terraform/plan.ts'
import { type Attributes, attributesOf, everyHour, everyMonth, listOf, memberOf, one, times, units } from '../attributes.ts'
import type { BilledPart, Mapper, MapperContext } from '../types.ts'
import { diskParts } from './disks.ts'
import { google, isZone, regionOf } from './google.ts'
import { gpuParts, machineParts } from './instances.ts'

/** A regional one has its nodes in three zones, unless they are named. */
function zonesOf(resource: PlanResource, cluster: PlanResource | undefined): Decimal {
  const named = [resource, ...(cluster ? [cluster] : [])]
    .map(({ values }) => listOf(memberOf(values, 'node_locations')).length)
    .find((count) => count > 0)
  const place = attributesOf(cluster ?? resource).maybeText('location') ?? attributesOf(resource).maybeText('location') ?? ''
  const zonal = isZone(place)
  return new Decimal(named === undefined ? (zonal ? 1 : 3) : zonal && cluster === undefined ? named + 1 : named)
}

function nodeParts(config: Attributes | undefined, region: string): readonly BilledPart[] {
  const spot = config?.maybeFlag('spot') === true || config?.maybeFlag('preemptible') === true
  const size = config?.maybeNumber('disk_size_gb') ?? new Decimal(100)
  return [
    ...machineParts(config?.maybeText('machine_type') ?? 'e2-medium', region, spot),
    ...diskParts(config?.maybeText('disk_type') ?? 'pd-balanced', size, region, false, 'Boot disk'),
    ...(config?.blocks('guest_accelerator') ?? []).flatMap((gpu) =>
      gpuParts(gpu.text('type') ?? '', gpu.number('count') ?? one, region, spot),
    ),
  ]
}

function poolParts(pool: Attributes, zones: Decimal, region: string): readonly BilledPart[] {
  const scaling = pool.block('autoscaling')
  const whole = scaling?.maybeNumber('total_min_node_count')
  const each = pool.maybeNumber('node_count') ?? scaling?.maybeNumber('min_node_count') ?? pool.maybeNumber('initial_node_count') ?? one
  return times(whole?.gt(0) ? whole : each.mul(zones), nodeParts(pool.block('node_config'), region))
}

function autopilotParts(region: string, context: MapperContext): readonly BilledPart[] {
  const select = (description: RegExp) => google('Kubernetes Engine', region, { description })
  const cpus = context.usage('autopilot_vcpus')
  const gigabytes = context.usage('autopilot_memory_gb')
  return [
    everyMonth('Pods, vCPU', cpus.mul(1000).mul(730), units.hour, select(/^Autopilot Pod mCPU Requests/), {
      usage: true,
      details: [`${cpus} vCPUs, billed by thousandths`],
    }),
    everyMonth('Pods, memory', gigabytes.mul(730), units.gbHour, select(/^Autopilot Pod Memory Requests/), {
      usage: true,
      details: [`${gigabytes} GB`],
    }),
  ]
}

const cluster: Mapper = (resource, context) => {
  const read = attributesOf(resource)
  const region = regionOf(resource, context)
  const autopilot = read.maybeFlag('enable_autopilot') === true
  const kind = autopilot ? 'Autopilot' : isZone(read.maybeText('location') ?? '') ? 'Zonal' : 'Regional'
  const management = everyHour(
    'Cluster management',
    one,
    google('Kubernetes Engine', region, { description: new RegExp(`^${kind} Kubernetes Clusters`) }),
    {
      details: [kind.toLowerCase()],
    },
  )
  if (autopilot) return [management, ...autopilotParts(region, context)]
  const zones = zonesOf(resource, undefined)
  const pools = read.blocks('node_pool')
  const own =
    read.maybeFlag('remove_default_node_pool') === true ? new Decimal(0) : (read.maybeNumber('initial_node_count') ?? new Decimal(0))
  return [
    management,
    ...(pools.length === 0
      ? times(own.mul(zones), nodeParts(read.block('node_config'), region))
      : pools.flatMap((pool) => poolParts(pool, zones, region))),
  ]
}

const nodePool: Mapper = (resource, context) => {
  const parent = context.referred('cluster')
  return poolParts(attributesOf(resource), zonesOf(resource, parent), regionOf(resource, context, 'cluster'))
}

export const kubernetes: Record<string, Mapper> = { google_container_cluster: cluster, google_container_node_pool: nodePool }
