import { describe, expect, it } from 'vitest'
import { type BilledRow, billed } from '../../../test/support/billed-parts.ts'

const rows: readonly BilledRow[] = [
  [
    'a balancer of applications',
    'aws_lb',
    {},
    [
      'Load balancer: 1 hour every hour < AWSELB, Load Balancer-Application, eu-west-1: /LoadBalancerUsage$/',
      'Capacity units: 0 LCU-hour every hour assumed < AWSELB, Load Balancer-Application, eu-west-1: /LCUUsage$/',
    ],
  ],
  [
    'a balancer of connections',
    'aws_alb',
    { load_balancer_type: 'network' },
    [
      'Load balancer: 1 hour every hour < AWSELB, Load Balancer-Network, eu-west-1: /LoadBalancerUsage$/',
      'Capacity units: 0 LCU-hour every hour assumed < AWSELB, Load Balancer-Network, eu-west-1: /LCUUsage$/',
    ],
  ],
  [
    'a classic balancer',
    'aws_elb',
    {},
    [
      'Classic load balancer: 1 hour every hour < AWSELB, Load Balancer, eu-west-1: /LoadBalancerUsage$/',
      'Data processed: 0 GB assumed < AWSELB, Load Balancer, eu-west-1: /DataProcessing-Bytes$/',
    ],
  ],
  [
    'a NAT gateway',
    'aws_nat_gateway',
    {},
    [
      'NAT gateway: 1 hour every hour < AmazonEC2, NAT Gateway, eu-west-1: /NatGateway-Hours$/',
      'Data processed: 10 GB assumed < AmazonEC2, NAT Gateway, eu-west-1: /NatGateway-Bytes$/',
    ],
  ],
  [
    'an idle address',
    'aws_eip',
    {},
    ['Public IPv4 address: 1 hour every hour < AmazonVPC, VpcPublicIPv4Address, eu-west-1: /PublicIPv4:IdleAddress$/'],
  ],
  [
    'an address of a gateway',
    'aws_eip',
    {},
    ['Public IPv4 address: 1 hour every hour < AmazonVPC, VpcPublicIPv4Address, eu-west-1: /PublicIPv4:InUseAddress$/'],
    {
      others: [{ address: 'aws_nat_gateway.n' }],
      expressions: { 'aws_nat_gateway.n': { allocation_id: { references: ['aws_eip.a.id'] } } },
    },
  ],
  [
    'an endpoint in two subnets',
    'aws_vpc_endpoint',
    { vpc_endpoint_type: 'Interface', subnet_ids: ['a', 'b'] },
    [
      'Endpoint: 2 hour every hour < AmazonVPC, eu-west-1: /VpcEndpoint-Hours$/',
      'Data processed: 10 GB assumed < AmazonVPC, eu-west-1: /VpcEndpoint-Bytes$/',
    ],
  ],
  ['an endpoint of the gateway kind', 'aws_vpc_endpoint', {}, ['free']],
  [
    'an endpoint whose subnets are new',
    'aws_vpc_endpoint',
    { vpc_endpoint_type: 'Interface' },
    ['unknown: subnet_ids'],
    { unknown: { subnet_ids: true } },
  ],
  [
    'a VPN',
    'aws_vpn_connection',
    {},
    ['VPN connection: 1 hour every hour < AmazonVPC, Cloud Connectivity, eu-west-1: /VPN-Usage-Hours:ipsec\\.1$/'],
  ],
  [
    'an attachment',
    'aws_ec2_transit_gateway_vpc_attachment',
    {},
    [
      'Transit gateway attachment: 1 hour every hour < AmazonVPC, eu-west-1: /TransitGateway-Hours$/, TransitGatewayVPC',
      'Data processed: 10 GB assumed < AmazonVPC, eu-west-1: /TransitGateway-Bytes$/, TransitGatewayVPC',
    ],
  ],
  [
    'a firewall',
    'aws_networkfirewall_firewall',
    { subnet_mapping: [{}, {}] },
    [
      'Firewall endpoint: 2 hour every hour < AWSNetworkFirewall, AWS Firewall, eu-west-1: /Endpoint-Hour$/',
      'Data processed: 100 GB assumed < AWSNetworkFirewall, AWS Firewall, eu-west-1: /Traffic-GB-Processed$/',
    ],
  ],
  [
    'a public zone',
    'aws_route53_zone',
    {},
    [
      'Hosted zone: 1 month < AmazonRoute53, DNS Zone, everywhere: /HostedZone$/',
      'Queries: 1000000 request assumed < AmazonRoute53, DNS Query, everywhere: /DNS-Queries$/',
    ],
  ],
  [
    'a private zone',
    'aws_route53_zone',
    { vpc: [{ vpc_id: 'v' }] },
    ['Hosted zone: 1 month < AmazonRoute53, DNS Zone, everywhere: /HostedZone$/'],
  ],
  [
    'a health check',
    'aws_route53_health_check',
    { type: 'HTTPS', request_interval: 10 },
    [
      'Health check: 1 month < AmazonRoute53, DNS Health Check, everywhere: /Health-Check-Non-AWS$/',
      'Optional features: 2 month < AmazonRoute53, DNS Health Check, everywhere: /Health-Check-Option-Non-AWS$/',
    ],
  ],
  [
    'a distribution',
    'aws_cloudfront_distribution',
    {},
    [
      'Data transfer out: 100 GB assumed < AmazonCloudFront, Data Transfer, everywhere: CloudFront Outbound, United States',
      'HTTPS requests: 1000000 request assumed < AmazonCloudFront, Request, everywhere: United States, CloudFront-Request-HTTPS-Proxy',
    ],
  ],
  [
    'an accelerator',
    'aws_globalaccelerator_accelerator',
    {},
    ['Global accelerator: 1 hour every hour < AWSGlobalAccelerator, everywhere: /(?:Accelerator-Fixed-Fee|Global-Accelerator-Hours)$/'],
  ],
  [
    'a private line',
    'aws_dx_connection',
    { bandwidth: '10Gbps' },
    ['Port: 1 hour every hour < AWSDirectConnect, Direct Connect, eu-west-1: 10G'],
  ],
  [
    'a firewall of applications',
    'aws_wafv2_web_acl',
    { rule: [{}, {}] },
    [
      'Web ACL: 1 month < awswaf, Web Application Firewall, eu-west-1: /WebACLV2$/',
      'Rules: 2 month < awswaf, Web Application Firewall, eu-west-1: /RuleV2$/',
      'Requests: 1000000 request assumed < awswaf, Web Application Firewall, eu-west-1: /(?:RequestV2-Tier1|Request-V2)$/',
    ],
  ],
]

describe('network of AWS', () => {
  for (const [title, type, values, parts, more] of rows) {
    it(title, () => expect(billed(type, values, more)).toEqual(parts))
  }
})
