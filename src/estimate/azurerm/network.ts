/** Networks: addresses, balancers, gateways, firewalls, names. */
import { Decimal } from 'decimal.js'
import { atLeast, attributesOf, capitalized, everyHour, everyMonth, memberOf, one, textOf, units } from '../attributes.ts'
import type { BilledPart, Mapper, MapperContext } from '../types.ts'
import { azure, regionOf } from './azure.ts'

const publicIp: Mapper = (resource, context) => {
  const address = attributesOf(resource)
  const sku = address.text('sku_tier') === 'Global' ? 'Global' : (address.text('sku') ?? 'Standard')
  const allocation = address.text('allocation_method') ?? 'Static'
  const select = azure('Virtual Network', regionOf(resource, context), {
    productName: 'IP Addresses',
    skuName: sku,
    meterName: allocation === 'Dynamic' ? /Dynamic Public IP$/ : /Static Public IP$/,
  })
  return [everyHour('Address', one, select, { details: [sku, allocation.toLowerCase()] })]
}

const gigabytes = (
  label: string,
  context: MapperContext,
  name: string,
  service: string,
  region: string,
  meterName: string,
  productName?: string,
) =>
  everyMonth(label, context.usage(name), units.gb, azure(service, region, { ...(productName && { productName }), meterName }), {
    usage: true,
  })

const loadBalancer: Mapper = (resource, context) =>
  attributesOf(resource).text('sku') === 'Basic'
    ? []
    : [gigabytes('Data processed', context, 'processed_gb', 'Load Balancer', regionOf(resource, context), 'Standard Data Processed')]

/** Of one that is Basic nothing is billed. */
const loadBalancerRule: Mapper = (resource, context) => {
  const balancer = context.referred('loadbalancer_id')
  if (balancer && textOf(memberOf(balancer.values, 'sku')) === 'Basic') return []
  const select = azure('Load Balancer', regionOf(resource, context, 'loadbalancer_id'), {
    skuName: 'Standard',
    meterName: /Overage LB Rules and Outbound Rules$/,
  })
  return [everyHour('Rule', one, select)]
}

const applicationGateway: Mapper = (resource, context) => {
  const gateway = attributesOf(resource)
  const sku = gateway.block('sku')
  const name = sku?.text('name') ?? 'Standard_v2'
  const region = regionOf(resource, context)
  if (!name.endsWith('_v2') && name !== 'Basic') {
    const [tier, size = 'Medium'] = name.split('_')
    const productName = tier === 'WAF' ? 'WAF Application Gateway' : 'Application Gateway'
    return [
      everyHour(
        'Gateway',
        atLeast(0, sku?.number('capacity') ?? one),
        azure('Application Gateway', region, { productName, skuName: size }),
        { details: [name] },
      ),
    ]
  }
  const productName = name === 'WAF_v2' ? 'Application Gateway WAF v2' : `Application Gateway ${name === 'Basic' ? 'Basic' : 'Standard'} v2`
  const fixed = sku?.number('capacity')
  const least = gateway.block('autoscale_configuration')?.number('min_capacity')
  const capacity = fixed ?? least ?? new Decimal(0)
  return [
    everyHour('Gateway', one, azure('Application Gateway', region, { productName, meterName: /Fixed Cost$/ }), { details: [name] }),
    everyHour(
      'Capacity units',
      capacity.isZero() ? context.usage('capacity_units') : capacity,
      azure('Application Gateway', region, { productName, meterName: /Capacity Units$/ }),
      {
        details: [name],
        usage: capacity.isZero(),
      },
    ),
  ]
}

const natGateway: Mapper = (resource, context) => {
  const region = regionOf(resource, context)
  return [
    everyHour('Gateway', one, azure('NAT Gateway', region, { meterName: 'Standard Gateway' })),
    gigabytes('Data processed', context, 'processed_gb', 'NAT Gateway', region, 'Standard Data Processed'),
  ]
}

const bastion: Mapper = (resource, context) => {
  const host = attributesOf(resource)
  const sku = host.text('sku') ?? 'Basic'
  if (sku === 'Developer') return []
  const region = regionOf(resource, context)
  const more = Decimal.max(0, (host.number('scale_units') ?? new Decimal(2)).minus(2))
  return [
    everyHour('Host', one, azure('Azure Bastion', region, { meterName: `${sku} Gateway` }), { details: [sku] }),
    ...(more.isZero()
      ? []
      : [
          everyHour('Additional units', more, azure('Azure Bastion', region, { meterName: `${sku} Additional Gateway` }), {
            details: [sku],
          }),
        ]),
    gigabytes('Data out', context, 'outbound_gb', 'Azure Bastion', region, `${sku} Data Transfer Out`),
  ]
}

const firewall: Mapper = (resource, context) => {
  const read = attributesOf(resource)
  const tier = read.text('sku_tier') ?? 'Standard'
  const sku = read.text('sku_name') === 'AZFW_Hub' ? `${tier} Secured Virtual Hub` : tier
  const region = regionOf(resource, context)
  return [
    everyHour('Deployment', one, azure('Azure Firewall', region, { skuName: sku, meterName: /Deployment$/ }), { details: [sku] }),
    everyMonth(
      'Data processed',
      context.usage('processed_gb'),
      units.gb,
      azure('Azure Firewall', region, { skuName: sku, meterName: /Data Processed$/ }),
      { usage: true },
    ),
  ]
}

const virtualNetworkGateway: Mapper = (resource, context) => {
  const gateway = attributesOf(resource)
  const sku = gateway.text('sku') ?? 'VpnGw1'
  const region = regionOf(resource, context)
  if (gateway.text('type') === 'ExpressRoute')
    return [
      everyHour('Gateway', one, azure('ExpressRoute', region, { productName: 'ExpressRoute Gateway', meterName: `${sku} Gateway` }), {
        details: [sku],
      }),
    ]
  return [
    everyHour('Gateway', one, azure('VPN Gateway', region, { meterName: sku === 'Basic' ? 'Basic Gateway' : sku }), { details: [sku] }),
    gigabytes('Data out', context, 'outbound_gb', 'VPN Gateway', region, 'Standard Inter-Virtual Network Data Transfer Out'),
  ]
}

const gatewayConnection: Mapper = (resource, context) => {
  const connection = attributesOf(resource)
  if (connection.text('type') !== 'IPsec') return []
  const gateway = context.referred('virtual_network_gateway_id')
  const sku = (gateway && textOf(memberOf(gateway.values, 'sku'))) ?? 'VpnGw1'
  // Of the basic gateway they are included.
  if (sku === 'Basic') return []
  const region = regionOf(resource, context, 'virtual_network_gateway_id')
  return [everyHour('Connection', one, azure('VPN Gateway', region, { skuName: sku, meterName: 'S2S Connection' }), { details: [sku] })]
}

const privateEndpoint: Mapper = (resource, context) => {
  const region = regionOf(resource, context)
  const productName = 'Virtual Network Private Link'
  return [
    everyMonth(
      'Endpoint',
      context.usage('hours'),
      units.hour,
      azure('Virtual Network', region, { productName, meterName: 'Standard Private Endpoint' }),
      { usage: true },
    ),
    gigabytes('Data in', context, 'inbound_gb', 'Virtual Network', region, 'Standard Data Processed - Ingress', productName),
    gigabytes('Data out', context, 'outbound_gb', 'Virtual Network', region, 'Standard Data Processed - Egress', productName),
  ]
}

const zone =
  (kind: 'Public' | 'Private'): Mapper =>
  (_, context): readonly BilledPart[] => [
    everyMonth('Zone', one, units.month, azure('Azure DNS', '', { skuName: kind, meterName: `${kind} Zone` })),
    everyMonth(
      'Queries',
      context.usage('queries'),
      units.request,
      azure('Azure DNS', '', { skuName: kind, meterName: `${kind} Queries` }),
      { usage: true },
    ),
  ]

const cdnEndpoint: Mapper = (_resource, context) => {
  const profile = context.referred('profile_name')
  const sku = capitalized(((profile && textOf(memberOf(profile.values, 'sku'))) ?? 'Standard_Microsoft').split('_')[0] ?? 'Standard')
  return [gigabytes('Data out', context, 'outbound_gb', 'Content Delivery Network', '', `${sku} Data Transfer`)]
}

export const network: Record<string, Mapper> = {
  azurerm_public_ip: publicIp,
  azurerm_lb: loadBalancer,
  azurerm_lb_rule: loadBalancerRule,
  azurerm_lb_outbound_rule: loadBalancerRule,
  azurerm_application_gateway: applicationGateway,
  azurerm_nat_gateway: natGateway,
  azurerm_bastion_host: bastion,
  azurerm_firewall: firewall,
  azurerm_virtual_network_gateway: virtualNetworkGateway,
  azurerm_virtual_network_gateway_connection: gatewayConnection,
  azurerm_private_endpoint: privateEndpoint,
  azurerm_dns_zone: zone('Public'),
  azurerm_private_dns_zone: zone('Private'),
  azurerm_cdn_endpoint: cdnEndpoint,
}
