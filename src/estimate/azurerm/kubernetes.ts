/** Clusters of Kubernetes: the promise of uptime, and the machines of their pools. */
import { Decimal } from 'decimal.js'
import { type Attributes, attributesOf, everyHour, times } from '../attributes.ts'
import type { BilledPart, Mapper, MapperContext } from '../types.ts'
import { azure, regionOf } from './azure.ts'
import { diskParts } from './disks.ts'
import { machinePart } from './virtual-machines.ts'

function poolParts(pool: Attributes, region: string, context: MapperContext): readonly BilledPart[] {
  const size = pool.text('vm_size') ?? 'Standard_D2s_v3'
  const windows = pool.text('os_type') === 'Windows'
  const count = pool.maybeNumber('node_count') ?? pool.number('min_count') ?? new Decimal(1)
  const disk =
    pool.maybeText('os_disk_type') === 'Ephemeral'
      ? []
      : diskParts('Premium_LRS', pool.maybeNumber('os_disk_size_gb') ?? new Decimal(128), region, context, 'OS disk')
  return times(count, [machinePart(size, windows ? 'windows' : 'linux', region, pool.text('priority') === 'Spot'), ...disk])
}

const cluster: Mapper = (resource, context) => {
  const read = attributesOf(resource)
  const region = regionOf(resource, context)
  const tier = read.text('sku_tier') ?? 'Free'
  const meterName = tier === 'Premium' ? 'Standard Long Term Support' : 'Standard Uptime SLA'
  const management =
    tier === 'Free'
      ? []
      : [everyHour('Cluster management', new Decimal(1), azure('Azure Kubernetes Service', region, { meterName }), { details: [tier] })]
  const pool = read.block('default_node_pool')
  return [...management, ...(pool ? poolParts(pool, region, context) : [])]
}

const nodePool: Mapper = (resource, context) =>
  poolParts(attributesOf(resource), regionOf(resource, context, 'kubernetes_cluster_id'), context)

export const kubernetes: Record<string, Mapper> = {
  azurerm_kubernetes_cluster: cluster,
  azurerm_kubernetes_cluster_node_pool: nodePool,
}
