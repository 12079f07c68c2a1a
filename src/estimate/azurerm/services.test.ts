import { Decimal } from 'decimal.js'
import { describe, expect, test } from 'vitest'
import { billed, type Surroundings } from '../../../test/support/mapping.ts'
import type { JsonMap } from '../../formats/json-value.ts'
import { usageOfAzurerm } from '../usage-azurerm.ts'
import { mapperSet } from './mappers.ts'

const { lines } = billed(mapperSet, usageOfAzurerm, (text) => new Decimal(text))

const cases: [what: string, type: string, values: JsonMap, around: Surroundings, lines: string[]][] = [
  [
    'a plan for applications',
    'azurerm_service_plan',
    { location: 'West Europe', os_type: 'Linux', sku_name: 'P1v3', worker_count: 2 },
    {},
    ['Instances: 2 hour an hour of Azure App Service @westeurope [productName=Azure App Service Premium v3 Plan - Linux, skuName=P1 v3]'],
  ],
  [
    'a plan on Windows',
    'azurerm_service_plan',
    { location: 'West Europe', os_type: 'Windows', sku_name: 'B1' },
    {},
    ['Instances: 1 hour an hour of Azure App Service @westeurope [productName=Azure App Service Basic Plan, skuName=B1]'],
  ],
  [
    'a plan for functions with machines',
    'azurerm_service_plan',
    { location: 'West Europe', os_type: 'Linux', sku_name: 'EP1' },
    {},
    [
      'vCPU: 1 hour an hour of Functions @westeurope [productName=Premium Functions, meterName~vCPU Duration$]',
      'Memory: 3.5 GB-hour an hour of Functions @westeurope [productName=Premium Functions, meterName~Memory Duration$]',
    ],
  ],
  ['a plan that is paid by the call', 'azurerm_service_plan', { location: 'West Europe', os_type: 'Linux', sku_name: 'Y1' }, {}, []],
  [
    'the older plan',
    'azurerm_app_service_plan',
    { location: 'West Europe', kind: 'Linux', sku: [{ tier: 'Standard', size: 'S1', capacity: 3 }] },
    {},
    ['Instances: 3 hour an hour of Azure App Service @westeurope [productName=Azure App Service Standard Plan - Linux, skuName=S1]'],
  ],
  [
    'functions paid by the call',
    'azurerm_linux_function_app',
    { location: 'West Europe' },
    { refers: { service_plan_id: ['azurerm_service_plan', { sku_name: 'Y1' }] } },
    [
      'Executions: 1000000 request a month of Functions @westeurope [productName=Functions, meterName~Total Executions$] (assumed)',
      'Execution time: 125000 GB-second a month of Functions @westeurope [productName=Functions, meterName~Execution Time$] (assumed)',
    ],
  ],
  [
    'functions whose plan pays',
    'azurerm_linux_function_app',
    { location: 'West Europe' },
    { refers: { service_plan_id: ['azurerm_service_plan', { sku_name: 'EP1' }] } },
    [],
  ],
  [
    'logs kept for three months',
    'azurerm_log_analytics_workspace',
    { location: 'West Europe', sku: 'PerGB2018', retention_in_days: 91 },
    {},
    [
      'Ingestion: 10 GB a month of Log Analytics @westeurope [meterName=Pay-as-you-go Data Ingestion] (assumed)',
      'Retention: 20 GB-month a month of Log Analytics @westeurope [meterName=Pay-as-you-go Data Retention] (assumed)',
    ],
  ],
  [
    'a vault',
    'azurerm_key_vault',
    { location: 'West Europe', sku_name: 'standard' },
    {},
    ['Operations: 100000 request a month of Key Vault @westeurope [skuName=Standard, meterName=Operations] (assumed)'],
  ],
  ['a key in software is free', 'azurerm_key_vault_key', { key_type: 'RSA' }, { region: 'x' }, []],
  [
    'a key in hardware',
    'azurerm_key_vault_key',
    { key_type: 'EC-HSM' },
    { refers: { key_vault_id: ['azurerm_key_vault', { location: 'West Europe' }] } },
    ['Key: 1 month a month of Key Vault @westeurope [skuName=Premium, meterName=Premium HSM-protected Advanced Key]'],
  ],
  [
    'a message bus',
    'azurerm_servicebus_namespace',
    { location: 'West Europe', sku: 'Standard' },
    {},
    [
      'Base: 1 hour an hour of Service Bus @westeurope [skuName=Standard, meterName=Standard Base Unit]',
      'Operations: 1000000 request a month of Service Bus @westeurope [skuName=Standard, meterName=Standard Messaging Operations] (assumed)',
    ],
  ],
  [
    "a message bus of one's own",
    'azurerm_servicebus_namespace',
    { location: 'West Europe', sku: 'Premium', capacity: 2 },
    {},
    ['Messaging units: 2 hour an hour of Service Bus @westeurope [skuName=Premium, meterName=Premium Messaging Unit]'],
  ],
  [
    'a stream of events',
    'azurerm_eventhub_namespace',
    { location: 'West Europe', sku: 'Standard', capacity: 2 },
    {},
    [
      'Throughput units: 2 hour an hour of Event Hubs @westeurope [skuName=Standard, meterName=Standard Throughput Unit]',
      'Events in: 1000000 request a month of Event Hubs @westeurope [skuName=Standard, meterName=Standard Ingress Events] (assumed)',
    ],
  ],
  [
    'documents in two regions',
    'azurerm_cosmosdb_account',
    { location: 'West Europe', geo_location: [{}, {}] },
    {},
    ['Storage: 100 GB-month a month of Azure Cosmos DB @westeurope [productName=Azure Cosmos DB, meterName=Data Stored] (assumed)'],
  ],
  [
    'a container with its throughput',
    'azurerm_cosmosdb_sql_container',
    { throughput: 400 },
    { refers: { account_name: ['azurerm_cosmosdb_account', { location: 'West Europe', geo_location: [{}, {}] }] } },
    ['Throughput: 8 hour an hour of Azure Cosmos DB @westeurope [productName=Azure Cosmos DB, meterName=100 RU/s]'],
  ],
  [
    'a collection whose throughput grows',
    'azurerm_cosmosdb_mongo_collection',
    { autoscale_settings: [{ max_throughput: 4000 }] },
    { region: 'westeurope' },
    ['Throughput: 4 hour an hour of Azure Cosmos DB @westeurope [productName=Azure Cosmos DB autoscale, meterName=100 RU/s]'],
  ],
]

describe('what services of Azure are billed by', () => {
  test.each(cases)('%s (%s)', (_, type, values, around, expected) => expect(lines(type, values, around)).toEqual(expected))
})
