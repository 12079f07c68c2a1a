import { Decimal } from 'decimal.js'
import { describe, expect, test } from 'vitest'
import { billed, type Surroundings } from '../../../test/support/mapping.ts'
import type { JsonMap } from '../../formats/json-value.ts'
import { usageOfAzurerm } from '../usage-azurerm.ts'
import { mapperSet } from './mappers.ts'

const { lines } = billed(mapperSet, usageOfAzurerm, (text) => new Decimal(text))

const cases: [what: string, type: string, values: JsonMap, around: Surroundings, lines: string[]][] = [
  [
    'a database by cores',
    'azurerm_mssql_database',
    { sku_name: 'GP_Gen5_4', max_size_gb: 100 },
    { refers: { server_id: ['azurerm_mssql_server', { location: 'West Europe' }] } },
    [
      'Compute: 1 hour an hour of SQL Database @westeurope [productName=SQL Database Single/Elastic Pool General Purpose - Compute Gen5, skuName=4 vCore]',
      'SQL licence: 4 hour an hour of SQL Database @westeurope [productName=SQL Database Single/Elastic Pool General Purpose - SQL License, meterName=vCore]',
      'Storage: 100 GB-month a month of SQL Database @westeurope [productName=SQL Database Single/Elastic Pool General Purpose - Storage, meterName=General Purpose Data Stored]',
    ],
  ],
  [
    'a database by the hours that it computes',
    'azurerm_mssql_database',
    { sku_name: 'GP_S_Gen5_2', zone_redundant: true },
    { region: 'westeurope' },
    [
      'Compute (serverless): 730 hour a month of SQL Database @westeurope [productName=SQL Database Single/Elastic Pool General Purpose - Serverless - Compute Gen5, skuName=1 vCore Zone Redundancy] (assumed)',
      'Storage: 32 GB-month a month of SQL Database @westeurope [productName=SQL Database Single/Elastic Pool General Purpose - Storage, meterName=General Purpose Data Stored]',
    ],
  ],
  [
    'a database by DTUs',
    'azurerm_mssql_database',
    { sku_name: 'S1', max_size_gb: 300 },
    { region: 'westeurope' },
    [
      'Compute: 30.416667 day a month of SQL Database @westeurope [productName=SQL Database Single Standard, skuName=S1]',
      'Storage beyond what is included: 50 GB-month a month of SQL Database @westeurope [productName=SQL Database Standard - Storage, meterName~Data Stored$]',
    ],
  ],
  ['a database whose pool pays', 'azurerm_mssql_database', { sku_name: 'ElasticPool' }, { region: 'westeurope' }, []],
  [
    "a pool by cores, with a licence of one's own",
    'azurerm_mssql_elasticpool',
    { location: 'West Europe', sku: [{ name: 'BC_Gen5', capacity: 8 }], max_size_gb: 200, license_type: 'BasePrice' },
    {},
    [
      'Compute: 1 hour an hour of SQL Database @westeurope [productName=SQL Database Single/Elastic Pool Business Critical - Compute Gen5, skuName=8 vCore]',
      'Storage: 200 GB-month a month of SQL Database @westeurope [productName=SQL Database Single/Elastic Pool Business Critical - Storage, meterName=Business Critical Data Stored]',
    ],
  ],
  [
    'a pool by DTUs',
    'azurerm_mssql_elasticpool',
    { location: 'West Europe', sku: [{ name: 'StandardPool', capacity: 100 }] },
    {},
    ['Compute: 30.416667 day a month of SQL Database @westeurope [productName=SQL Database Elastic Pool - Standard, skuName=100 DTU Pack]'],
  ],
  [
    'PostgreSQL with a standby',
    'azurerm_postgresql_flexible_server',
    { location: 'West Europe', sku_name: 'GP_Standard_D4s_v3', storage_mb: 65536, high_availability: [{ mode: 'ZoneRedundant' }] },
    {},
    [
      'Compute: 8 hour an hour of Azure Database for PostgreSQL @westeurope [productName=Azure Database for PostgreSQL Flexible Server General Purpose Dsv3 Series Compute, meterName=vCore]',
      'Storage: 128 GB-month a month of Azure Database for PostgreSQL @westeurope [productName=Azure Database for PostgreSQL Flexible Server Storage, meterName=Storage Data Stored]',
      'Backups: 50 GB-month a month of Azure Database for PostgreSQL @westeurope [productName=Azure Database for PostgreSQL Flexible Server Backup Storage, meterName=Backup Storage LRS Data Stored] (assumed)',
    ],
  ],
  [
    'a small PostgreSQL',
    'azurerm_postgresql_flexible_server',
    { location: 'West Europe', sku_name: 'B_Standard_B1ms' },
    {},
    [
      'Compute: 1 hour an hour of Azure Database for PostgreSQL @westeurope [productName=Azure Database for PostgreSQL Flexible Server Burstable BS Series Compute, skuName=B1MS]',
      'Storage: 32 GB-month a month of Azure Database for PostgreSQL @westeurope [productName=Azure Database for PostgreSQL Flexible Server Storage, meterName=Storage Data Stored]',
      'Backups: 50 GB-month a month of Azure Database for PostgreSQL @westeurope [productName=Azure Database for PostgreSQL Flexible Server Backup Storage, meterName=Backup Storage LRS Data Stored] (assumed)',
    ],
  ],
  [
    'MySQL with backups elsewhere',
    'azurerm_mysql_flexible_server',
    { location: 'West Europe', sku_name: 'MO_Standard_E4ds_v4', geo_redundant_backup_enabled: true },
    {},
    [
      'Compute: 4 hour an hour of Azure Database for MySQL @westeurope [productName=Azure Database for MySQL Flexible Server Memory Optimized Edsv4 Series Compute, meterName=vCore]',
      'Storage: 20 GB-month a month of Azure Database for MySQL @westeurope [productName=Azure Database for MySQL Flexible Server Storage, meterName=Storage Data Stored]',
      'Backups: 50 GB-month a month of Azure Database for MySQL @westeurope [productName=Azure Database for MySQL Flexible Server Backup Storage, meterName=Backup Storage GRS Data Stored] (assumed)',
    ],
  ],
  [
    'a cache of many nodes',
    'azurerm_redis_cache',
    { location: 'West Europe', sku_name: 'Premium', family: 'P', capacity: 1, shard_count: 3 },
    {},
    ['Cache: 6 hour an hour of Redis Cache @westeurope [productName=Azure Redis Cache Premium, meterName~^P1 Cache]'],
  ],
  [
    'a cache with one replica',
    'azurerm_redis_cache',
    { location: 'West Europe', sku_name: 'Standard', family: 'C', capacity: 3 },
    {},
    ['Cache: 1 hour an hour of Redis Cache @westeurope [productName=Azure Redis Cache Standard, meterName~^C3 Cache]'],
  ],
  [
    'an address',
    'azurerm_public_ip',
    { location: 'West Europe', sku: 'Standard', allocation_method: 'Static' },
    {},
    ['Address: 1 hour an hour of Virtual Network @westeurope [productName=IP Addresses, skuName=Standard, meterName~Static Public IP$]'],
  ],
  [
    'an address that may change',
    'azurerm_public_ip',
    { location: 'West Europe', sku: 'Basic', allocation_method: 'Dynamic' },
    {},
    ['Address: 1 hour an hour of Virtual Network @westeurope [productName=IP Addresses, skuName=Basic, meterName~Dynamic Public IP$]'],
  ],
  [
    'a balancer',
    'azurerm_lb',
    { location: 'West Europe', sku: 'Standard' },
    {},
    ['Data processed: 100 GB a month of Load Balancer @westeurope [meterName=Standard Data Processed] (assumed)'],
  ],
  ['a basic balancer is free', 'azurerm_lb', { location: 'West Europe', sku: 'Basic' }, {}, []],
  [
    'a rule of a balancer',
    'azurerm_lb_rule',
    {},
    { refers: { loadbalancer_id: ['azurerm_lb', { location: 'West Europe', sku: 'Standard' }] } },
    ['Rule: 1 hour an hour of Load Balancer @westeurope [skuName=Standard, meterName~Overage LB Rules and Outbound Rules$]'],
  ],
  [
    'a rule of a basic balancer is free',
    'azurerm_lb_rule',
    {},
    { refers: { loadbalancer_id: ['azurerm_lb', { location: 'West Europe', sku: 'Basic' }] } },
    [],
  ],
  [
    'a gateway that grows',
    'azurerm_application_gateway',
    { location: 'West Europe', sku: [{ name: 'WAF_v2', tier: 'WAF_v2' }], autoscale_configuration: [{ min_capacity: 2 }] },
    {},
    [
      'Gateway: 1 hour an hour of Application Gateway @westeurope [productName=Application Gateway WAF v2, meterName~Fixed Cost$]',
      'Capacity units: 2 hour an hour of Application Gateway @westeurope [productName=Application Gateway WAF v2, meterName~Capacity Units$]',
    ],
  ],
  [
    'a gateway of the first version',
    'azurerm_application_gateway',
    { location: 'West Europe', sku: [{ name: 'WAF_Medium', capacity: 2 }] },
    {},
    ['Gateway: 2 hour an hour of Application Gateway @westeurope [productName=WAF Application Gateway, skuName=Medium]'],
  ],
  [
    'a gateway to the outside',
    'azurerm_nat_gateway',
    { location: 'West Europe' },
    {},
    [
      'Gateway: 1 hour an hour of NAT Gateway @westeurope [meterName=Standard Gateway]',
      'Data processed: 150 GB a month of NAT Gateway @westeurope [meterName=Standard Data Processed] (assumed)',
    ],
  ],
  [
    'a bastion with more units',
    'azurerm_bastion_host',
    { location: 'West Europe', sku: 'Standard', scale_units: 4 },
    {},
    [
      'Host: 1 hour an hour of Azure Bastion @westeurope [meterName=Standard Gateway]',
      'Additional units: 2 hour an hour of Azure Bastion @westeurope [meterName=Standard Additional Gateway]',
      'Data out: 40 GB a month of Azure Bastion @westeurope [meterName=Standard Data Transfer Out] (assumed)',
    ],
  ],
  [
    'a firewall',
    'azurerm_firewall',
    { location: 'West Europe', sku_name: 'AZFW_VNet', sku_tier: 'Premium' },
    {},
    [
      'Deployment: 1 hour an hour of Azure Firewall @westeurope [skuName=Premium, meterName~Deployment$]',
      'Data processed: 100 GB a month of Azure Firewall @westeurope [skuName=Premium, meterName~Data Processed$] (assumed)',
    ],
  ],
  [
    'a gateway of private networks',
    'azurerm_virtual_network_gateway',
    { location: 'West Europe', type: 'Vpn', sku: 'VpnGw2' },
    {},
    [
      'Gateway: 1 hour an hour of VPN Gateway @westeurope [meterName=VpnGw2]',
      'Data out: 150 GB a month of VPN Gateway @westeurope [meterName=Standard Inter-Virtual Network Data Transfer Out] (assumed)',
    ],
  ],
  [
    'a gateway of leased lines',
    'azurerm_virtual_network_gateway',
    { location: 'West Europe', type: 'ExpressRoute', sku: 'Standard' },
    {},
    ['Gateway: 1 hour an hour of ExpressRoute @westeurope [productName=ExpressRoute Gateway, meterName=Standard Gateway]'],
  ],
  [
    'a connection',
    'azurerm_virtual_network_gateway_connection',
    { location: 'West Europe', type: 'IPsec' },
    { refers: { virtual_network_gateway_id: ['azurerm_virtual_network_gateway', { sku: 'VpnGw2' }] } },
    ['Connection: 1 hour an hour of VPN Gateway @westeurope [skuName=VpnGw2, meterName=S2S Connection]'],
  ],
  [
    'a private endpoint',
    'azurerm_private_endpoint',
    { location: 'West Europe' },
    {},
    [
      'Endpoint: 730 hour a month of Virtual Network @westeurope [productName=Virtual Network Private Link, meterName=Standard Private Endpoint] (assumed)',
      'Data in: 10 GB a month of Virtual Network @westeurope [productName=Virtual Network Private Link, meterName=Standard Data Processed - Ingress] (assumed)',
      'Data out: 10 GB a month of Virtual Network @westeurope [productName=Virtual Network Private Link, meterName=Standard Data Processed - Egress] (assumed)',
    ],
  ],
  [
    'a zone of names',
    'azurerm_dns_zone',
    {},
    {},
    [
      'Zone: 1 month a month of Azure DNS @ [skuName=Public, meterName=Public Zone]',
      'Queries: 1000000 request a month of Azure DNS @ [skuName=Public, meterName=Public Queries] (assumed)',
    ],
  ],
  [
    'a private zone',
    'azurerm_private_dns_zone',
    {},
    {},
    [
      'Zone: 1 month a month of Azure DNS @ [skuName=Private, meterName=Private Zone]',
      'Queries: 1000000 request a month of Azure DNS @ [skuName=Private, meterName=Private Queries] (assumed)',
    ],
  ],
  [
    'an endpoint of a content network',
    'azurerm_cdn_endpoint',
    {},
    { refers: { profile_name: ['azurerm_cdn_profile', { sku: 'Standard_Microsoft' }] } },
    ['Data out: 100 GB a month of Content Delivery Network @ [meterName=Standard Data Transfer] (assumed)'],
  ],
]

describe('what databases and networks of Azure are billed by', () => {
  test.each(cases)('%s (%s)', (_, type, values, around, expected) => expect(lines(type, values, around)).toEqual(expected))
})
