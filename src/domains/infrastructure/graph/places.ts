/** What others are in, and which way a connection that says nothing about it points. */
import { factsOf } from '../../../formats/terraform/resource-facts.ts'

const subnets = new Set(['aws_subnet', 'azurerm_subnet', 'google_compute_subnetwork'])
const networks = new Set(['aws_vpc', 'azurerm_virtual_network', 'google_compute_network'])

export const isContainer = (type: string): boolean => subnets.has(type) || networks.has(type)

const byCategory: Readonly<Record<string, number>> = {
  DNS: 0,
  Network: 3,
  Messaging: 4,
  Compute: 5,
  Containers: 5,
  Serverless: 5,
  'Machine learning': 6,
  Analytics: 7,
  Database: 8,
  Storage: 8,
  Security: 9,
  Monitoring: 10,
}

/** Who asks whom: what is nearer to people comes first, networks come last. */
export function rankOf(type: string): number {
  if (networks.has(type)) return 21
  if (subnets.has(type)) return 20
  const { category, icon } = factsOf(type)
  if (icon === 'cdn') return 1
  if (icon === 'load-balancer' || icon === 'api') return 2
  return byCategory[category] ?? 6
}
