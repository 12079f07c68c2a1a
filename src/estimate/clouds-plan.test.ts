/** Mappers of Azure and Google with a real plan around them: regions, references and what only apply will tell. */
import { expect, test } from 'vitest'
import { readPlan } from '../formats/terraform/plan.ts'
import { billingOf } from './billing.ts'

const nameOf = (address: string) => address.split('.').at(-1)
const r = (address: string, type: string, values: object, provider: string) => ({
  address,
  mode: 'managed',
  type,
  name: nameOf(address),
  provider_name: `registry.example.com/hashicorp/${provider}`,
  schema_version: 0,
  values,
})
const c = (address: string, type: string, expressions: object, provider: string) => ({
  address,
  mode: 'managed',
  type,
  name: nameOf(address),
  provider_config_key: provider,
  expressions,
  schema_version: 0,
})
const ch = (address: string, type: string, after: object, after_unknown: object, provider: string) => ({
  address,
  mode: 'managed',
  type,
  name: nameOf(address),
  provider_name: `registry.example.com/hashicorp/${provider}`,
  change: { actions: ['create'], before: null, after, after_unknown },
})
const list: [string, string, object, object, object, string][] = [
  [
    'google_compute_instance_template.t',
    'google_compute_instance_template',
    { machine_type: 'n2-standard-2', disk: [{ disk_size_gb: 20, disk_type: 'pd-ssd' }] },
    { id: true, self_link: true },
    {},
    'google',
  ],
  [
    'google_compute_instance_group_manager.g',
    'google_compute_instance_group_manager',
    { target_size: 2, zone: 'us-central1-b', version: [{}] },
    { id: true, version: [{ instance_template: true }] },
    { version: [{ instance_template: { references: ['google_compute_instance_template.t.id', 'google_compute_instance_template.t'] } }] },
    'google',
  ],
  ['google_compute_router_nat.n', 'google_compute_router_nat', {}, { id: true, region: true }, {}, 'google'],
  [
    'google_sql_database_instance.s',
    'google_sql_database_instance',
    { database_version: 'POSTGRES_15', settings: [{ tier: 'db-custom-2-7680' }] },
    { id: true, region: true },
    {},
    'google',
  ],
  ['azurerm_resource_group.rg', 'azurerm_resource_group', { name: 'rg', location: 'westeurope' }, { id: true }, {}, 'azurerm'],
  ['azurerm_lb.l', 'azurerm_lb', { sku: 'Standard', location: 'westeurope' }, { id: true }, {}, 'azurerm'],
  [
    'azurerm_lb_rule.r',
    'azurerm_lb_rule',
    {},
    { id: true, loadbalancer_id: true },
    { loadbalancer_id: { references: ['azurerm_lb.l.id', 'azurerm_lb.l'] } },
    'azurerm',
  ],
  [
    'azurerm_storage_account.a',
    'azurerm_storage_account',
    { account_tier: 'Standard', account_replication_type: 'LRS' },
    { id: true, location: true, access_tier: true },
    { location: { references: ['azurerm_resource_group.rg.location', 'azurerm_resource_group.rg'] } },
    'azurerm',
  ],
  [
    'azurerm_linux_virtual_machine.v',
    'azurerm_linux_virtual_machine',
    { size: 'Standard_B1s', location: 'westeurope', os_disk: [{ storage_account_type: 'Standard_LRS' }] },
    { id: true, os_disk: [{ disk_size_gb: true }] },
    {},
    'azurerm',
  ],
  ['azurerm_dns_a_record.d', 'azurerm_dns_a_record', {}, { id: true }, {}, 'azurerm'],
]
const plan = readPlan(
  JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    planned_values: { root_module: { resources: list.map(([a, t, v, , , p]) => r(a, t, v, p)) } },
    resource_changes: list.map(([a, t, v, u, , p]) => ch(a, t, v, u, p)),
    configuration: {
      provider_config: {
        google: { name: 'google', expressions: { region: { constant_value: 'us-central1' } } },
        azurerm: { name: 'azurerm', expressions: { features: [{}] } },
      },
      root_module: { resources: list.map(([a, t, , , e, p]) => c(a, t, e, p)) },
    },
  }),
)

test('what a plan refers to decides region, size and price', () => {
  const bill = billingOf(plan, {})
  const found = plan.planned.flatMap((resource) => {
    const billing = bill(resource)
    if (billing.kind !== 'billed') return [`${resource.address}: ${billing.kind}`]
    return billing.parts.map(
      ({ label, hourly, monthly, unit, select }) => `${resource.address}: ${label}, ${hourly ?? monthly} ${unit} @${select.region}`,
    )
  })
  expect(found).toMatchInlineSnapshot(`
    [
      "google_compute_instance_template.t: free",
      "google_compute_instance_group_manager.g: vCPU, 3.2 hour @us-central1",
      "google_compute_instance_group_manager.g: Memory, 12.8 GB-hour @us-central1",
      "google_compute_instance_group_manager.g: Disk, 40 GB-month @us-central1",
      "google_compute_router_nat.n: Uptime, 4 hour @us-central1",
      "google_compute_router_nat.n: Data processed, 10 GB @us-central1",
      "google_sql_database_instance.s: vCPU, 2 hour @us-central1",
      "google_sql_database_instance.s: Memory, 7.5 GB-hour @us-central1",
      "google_sql_database_instance.s: Storage, 10 GB-month @us-central1",
      "azurerm_resource_group.rg: free",
      "azurerm_lb.l: Data processed, 100 GB @westeurope",
      "azurerm_lb_rule.r: Rule, 1 hour @westeurope",
      "azurerm_storage_account.a: Capacity, 100 GB-month @westeurope",
      "azurerm_storage_account.a: Write operations, 100000 request @westeurope",
      "azurerm_storage_account.a: Read operations, 1000000 request @westeurope",
      "azurerm_linux_virtual_machine.v: Compute, 1 hour @westeurope",
      "azurerm_linux_virtual_machine.v: OS disk, 1 month @westeurope",
      "azurerm_linux_virtual_machine.v: Disk operations, 100000000 request @westeurope",
      "azurerm_dns_a_record.d: free",
    ]
  `)
})
