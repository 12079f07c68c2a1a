/** Networks: addresses, rules of balancers, gateways, tunnels, names. */
import { Decimal } from 'decimal.js'
import { attributesOf, everyHour, everyMonth, one, units } from '../attributes.ts'
import type { Mapper } from '../types.ts'
import { compute, google, regionOf } from './google.ts'

const address: Mapper = (resource, context) => {
  if ((attributesOf(resource).text('address_type') ?? 'EXTERNAL') === 'INTERNAL') return []
  const region = resource.type === 'google_compute_global_address' ? '' : regionOf(resource, context)
  const machines = context.referring('google_compute_instance').length
  if (machines > 0)
    return [everyHour('Address in use', one, compute(region, /^External IP Charge on a Standard VM/), { details: ['of a machine'] })]
  // Those of balancers and gateways are part of what these cost.
  const others = [
    'google_compute_forwarding_rule',
    'google_compute_global_forwarding_rule',
    'google_compute_router_nat',
    'google_compute_vpn_gateway',
  ]
  if (others.some((type) => context.referring(type).length > 0)) return []
  return [everyHour('Address', one, compute(region, /^Static Ip Charge/), { details: ['reserved, not in use'] })]
}

const forwardingRule: Mapper = (resource, context) => {
  const rule = attributesOf(resource)
  const scheme = rule.maybeText('load_balancing_scheme') ?? 'EXTERNAL'
  const region = resource.type === 'google_compute_global_forwarding_rule' ? '' : regionOf(resource, context)
  return [
    everyHour('Forwarding rule', one, compute(region, /Forwarding Rule Additional/), { details: [scheme.toLowerCase()] }),
    everyMonth('Data processed', context.usage('processed_gb'), units.gb, compute(region, /Load Balancing: Data Processing/), {
      usage: true,
    }),
  ]
}

const mostMachines = 32

const routerNat: Mapper = (resource, context) => {
  const region = regionOf(resource, context, 'router')
  const machines = Decimal.min(mostMachines, context.usage('machines'))
  return [
    everyHour('Uptime', machines, compute(region, /NAT Gateway: Uptime charge/), { details: [`${machines} machines`], usage: true }),
    everyMonth('Data processed', context.usage('processed_gb'), units.gb, compute(region, /NAT Gateway: Data processing charge/), {
      usage: true,
    }),
  ]
}

const vpnTunnel: Mapper = (resource, context) => [
  everyHour('Tunnel', one, google('Compute Engine', regionOf(resource, context, 'router'), { resourceGroup: 'VPNTunnel' })),
]

const managedZone: Mapper = (_, context) => [
  everyMonth('Zone', one, units.month, google('Cloud DNS', '', { description: /^ManagedZone/ })),
  everyMonth('Queries', context.usage('queries'), units.request, google('Cloud DNS', '', { description: /^DNS Query/ }), { usage: true }),
]

export const network: Record<string, Mapper> = {
  google_compute_address: address,
  google_compute_global_address: address,
  google_compute_forwarding_rule: forwardingRule,
  google_compute_global_forwarding_rule: forwardingRule,
  google_compute_router_nat: routerNat,
  google_compute_vpn_tunnel: vpnTunnel,
  google_dns_managed_zone: managedZone,
}
