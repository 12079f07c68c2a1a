/** Ways in and out: balancers, gateways, addresses, endpoints, names. */
import { Decimal } from 'decimal.js'
import type { PlanResource } from '../../formats/terraform/plan.ts'
import { attributesOf, everyHour, everyMonth, known, one, units, zero } from '../attributes.ts'
import type { BilledPart, Mapper, MapperContext } from '../types.ts'
import { assumed, aws, regionOf, usageType, usageTypes } from './aws.ts'

/** What the capacity units of a balancer are assumed to be, every hour. */
const capacityUnits = (context: MapperContext, family: string, region: string): BilledPart =>
  everyHour('Capacity units', context.usage('capacity_units'), aws('AWSELB', family, region, { usagetype: usageType('LCUUsage') }), {
    unit: 'LCU-hour',
    usage: true,
    details: ['usage: capacity_units'],
  })

const loadBalancer: Mapper = (resource, context) => {
  const region = regionOf(context)
  const type = attributesOf(resource).maybeText('load_balancer_type') ?? 'application'
  const family = `Load Balancer-${known({ network: 'Network', gateway: 'Gateway' }, type) ?? 'Application'}`
  const select = aws('AWSELB', family, region, { usagetype: usageType('LoadBalancerUsage') })
  return [everyHour('Load balancer', one, select, { details: [type] }), capacityUnits(context, family, region)]
}

const classicBalancer: Mapper = (_resource, context) => {
  const select = (name: string) => aws('AWSELB', 'Load Balancer', regionOf(context), { usagetype: usageType(name) })
  return [
    everyHour('Classic load balancer', one, select('LoadBalancerUsage')),
    assumed('Data processed', [context, 'monthly_data_processed_gb'], units.gb, select('DataProcessing-Bytes')),
  ]
}

const natGateway: Mapper = (_resource, context) => {
  const select = (name: string) => aws('AmazonEC2', 'NAT Gateway', regionOf(context), { usagetype: usageType(name) })
  return [
    everyHour('NAT gateway', one, select('NatGateway-Hours')),
    assumed('Data processed', [context, 'monthly_data_processed_gb'], units.gb, select('NatGateway-Bytes')),
  ]
}

/** Public addresses cost the same in use and idle since February 2024; books from before know only idle ones, of which the first is free. */
const elasticAddress: Mapper = (resource, context) => {
  const region = regionOf(context)
  const inUse =
    ['instance', 'network_interface'].some((name) => attributesOf(resource).maybeText(name) !== undefined || context.referred(name)) ||
    context.referring('aws_eip_association').length > 0 ||
    context.referring('aws_nat_gateway').length > 0 ||
    context.referring('aws_lb').length > 0
  const select = aws('AmazonVPC', 'VpcPublicIPv4Address', region, { usagetype: usageType(`PublicIPv4:${inUse ? 'InUse' : 'Idle'}Address`) })
  return [everyHour('Public IPv4 address', one, select, { details: [inUse ? 'in use' : 'idle'] })]
}

const endpoint: Mapper = (resource, context) => {
  const region = regionOf(context)
  const vpc = attributesOf(resource)
  const type = vpc.maybeText('vpc_endpoint_type') ?? 'Gateway'
  if (type === 'Gateway') return []
  const family = type === 'GatewayLoadBalancer' ? 'VpcEndpoint-GWLBE' : 'VpcEndpoint'
  const zones = Decimal.max(1, vpc.length('subnet_ids'))
  const select = (...names: string[]) => aws('AmazonVPC', undefined, region, { usagetype: usageTypes(...names) })
  return [
    everyHour('Endpoint', zones, select(`${family}-Hours`), { details: [`in ${zones} subnets`] }),
    assumed('Data processed', [context, 'monthly_data_processed_gb'], units.gb, select(`${family}-Bytes`)),
  ]
}

const vpnConnection: Mapper = (_resource, context) => {
  const select = aws('AmazonVPC', 'Cloud Connectivity', regionOf(context), { usagetype: usageTypes('VPN-Usage-Hours:ipsec.1') })
  return [everyHour('VPN connection', one, select)]
}

const transitAttachment: Mapper = (_resource, context) => {
  const select = (name: string) =>
    aws('AmazonVPC', undefined, regionOf(context), { usagetype: usageType(name), operation: 'TransitGatewayVPC' })
  return [
    everyHour('Transit gateway attachment', one, select('TransitGateway-Hours')),
    assumed('Data processed', [context, 'monthly_data_processed_gb'], units.gb, select('TransitGateway-Bytes')),
  ]
}

const firewall: Mapper = (resource, context) => {
  const zones = Decimal.max(1, attributesOf(resource).blocks('subnet_mapping').length)
  const select = (name: string) => aws('AWSNetworkFirewall', 'AWS Firewall', regionOf(context), { usagetype: usageType(name) })
  return [
    everyHour('Firewall endpoint', zones, select('Endpoint-Hour'), { details: [`in ${zones} subnets`] }),
    assumed('Data processed', [context, 'monthly_data_processed_gb'], units.gb, select('Traffic-GB-Processed')),
  ]
}

/** The same everywhere. */
const zone: Mapper = (resource, context) => {
  const select = (family: string, name: string) => aws('AmazonRoute53', family, '', { usagetype: usageType(name) })
  const isPrivate = attributesOf(resource).blocks('vpc').length > 0
  return [
    everyMonth('Hosted zone', one, units.month, select('DNS Zone', 'HostedZone')),
    ...(isPrivate ? [] : [assumed('Queries', [context, 'monthly_standard_queries'], units.request, select('DNS Query', 'DNS-Queries'))]),
  ]
}

const healthCheck: Mapper = (resource) => {
  const check = attributesOf(resource)
  const extras = [
    check.maybeText('type')?.startsWith('HTTPS') ?? false,
    check.maybeText('search_string') !== undefined,
    check.maybeNumber('request_interval')?.eq(10) ?? false,
    check.maybeFlag('measure_latency') ?? false,
  ].filter(Boolean).length
  const select = (name: string) => aws('AmazonRoute53', 'DNS Health Check', '', { usagetype: usageType(name) })
  return [
    everyMonth('Health check', one, units.month, select('Health-Check-Non-AWS')),
    ...(extras > 0 ? [everyMonth('Optional features', new Decimal(extras), units.month, select('Health-Check-Option-Non-AWS'))] : []),
  ]
}

const distribution: Mapper = (_resource, context) => {
  const out = aws('AmazonCloudFront', 'Data Transfer', '', { transferType: 'CloudFront Outbound', fromLocation: 'United States' })
  const requests = aws('AmazonCloudFront', 'Request', '', { location: 'United States', requestType: 'CloudFront-Request-HTTPS-Proxy' })
  return [
    assumed('Data transfer out', [context, 'monthly_data_transfer_to_internet_gb'], units.gb, out, ['United States']),
    assumed('HTTPS requests', [context, 'monthly_https_requests'], units.request, requests, ['United States']),
  ]
}

const accelerator: Mapper = () => [
  everyHour(
    'Global accelerator',
    one,
    aws('AWSGlobalAccelerator', undefined, '', { usagetype: usageTypes('Accelerator-Fixed-Fee', 'Global-Accelerator-Hours') }),
  ),
]

const privateConnection: Mapper = (resource, context) => {
  const speed = attributesOf(resource).maybeText('bandwidth') ?? '1Gbps'
  const select = aws('AWSDirectConnect', 'Direct Connect', regionOf(context), { capacity: speed.replace(/bps$/, '') })
  return [everyHour('Port', one, select, { details: [speed] })]
}

/** Names of a firewall of applications: by list, by rule, by request. */
const webFirewall: Mapper = (resource: PlanResource, context) => {
  const region = attributesOf(resource).maybeText('scope') === 'CLOUDFRONT' ? '' : regionOf(context)
  const rules = new Decimal(attributesOf(resource).blocks('rule').length)
  const select = (...names: string[]) => aws('awswaf', 'Web Application Firewall', region, { usagetype: usageTypes(...names) })
  return [
    everyMonth('Web ACL', one, units.month, select('WebACLV2')),
    ...(rules.greaterThan(zero) ? [everyMonth('Rules', rules, units.month, select('RuleV2'))] : []),
    assumed('Requests', [context, 'monthly_requests'], units.request, select('RequestV2-Tier1', 'Request-V2')),
  ]
}

export const network: Readonly<Record<string, Mapper>> = {
  aws_lb: loadBalancer,
  aws_alb: loadBalancer,
  aws_elb: classicBalancer,
  aws_nat_gateway: natGateway,
  aws_eip: elasticAddress,
  aws_vpc_endpoint: endpoint,
  aws_vpn_connection: vpnConnection,
  aws_ec2_transit_gateway_vpc_attachment: transitAttachment,
  aws_networkfirewall_firewall: firewall,
  aws_route53_zone: zone,
  aws_route53_health_check: healthCheck,
  aws_cloudfront_distribution: distribution,
  aws_globalaccelerator_accelerator: accelerator,
  aws_dx_connection: privateConnection,
  aws_wafv2_web_acl: webFirewall,
}
