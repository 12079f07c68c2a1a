/** The part of a full house beside Terraform: states with resources, pools and quotas, policies, settings of estimates, an import. */
import { expect } from 'vitest'
import type { Client } from './client.ts'
import type { House } from './full-house.ts'
import type { Known } from './questions.ts'
import type { TestServer } from './server.ts'
import { must } from './workshop.ts'

/**
 * A state of the component `front` with two versions, locked, and a plan beside it; resources of it in the inventory and one entered
 * by hand; the state of `only-<marker>` has its second token; the pools `rack` and `only-<marker>`, of which the team `core` has quotas; the policies `sizes` and `only-<marker>`.
 */
export async function furnishWithTerraform(
  server: TestServer,
  { admin, canonical, marker }: Pick<House, 'admin' | 'canonical' | 'marker'>,
): Promise<{ shared: Known; own: Known }> {
  const only = `only-${marker}`
  const path = { organization_canonical: canonical }
  const place = { project_canonical: 'web', environment_canonical: 'prod', component_canonical: 'front' }
  await must(admin.createExternalBackend({ path, body: remoteState({}, marker, true) }))
  const backend = (await must(admin.createExternalBackend({ path, body: remoteState(place, marker, false) }))).body.data
  await store(server.url, backend.jwt ?? '', marker)
  const elsewhere = { ...path, ...place, component_canonical: only }
  await must(admin.rotateStateToken({ path: elsewhere }))
  await must(admin.createInventoryResource({ path, body: byHand(marker) }))
  await importProvider(server)
  for (const name of ['rack', only]) await pool(admin, canonical, name, marker)
  for (const name of ['sizes', only])
    await must(
      admin.createInfraPolicy({
        path,
        body: {
          name,
          canonical: name,
          description: marker,
          severity: 'critical',
          enabled: true,
          owner: `ada-${marker}`,
          body: policy(marker),
        },
      }),
    )
  const overrides = [{ match: { provider: 'aws' as const }, kind: 'percent' as const, value: '-10', note: marker }]
  await must(admin.updateCostEstimationSettings({ path, body: { overrides, usage: {} } }))
  await server.database.query(
    `insert into infra_imports (organization_id, project_id, project_canonical, environment_canonical, component_canonical, stack_ref, status, error, logs, request)
     select o.id, p.id, p.canonical, 'prod', 'front', o.canonical || ':web-stack', 'failed', 'Error of ' || $2, 'Logs of ' || $2, jsonb_build_object('marker', $2::text)
     from organizations o join projects p on p.organization_id = o.id and p.canonical = 'web' where o.canonical = $1`,
    [canonical, marker],
  )
  await server.database.query(
    `insert into quota_consumptions (organization_id, component_id, quota_id, cpu, memory, storage)
     select c.organization_id, c.id, q.id, 1, 1, 1 from organizations o join components c on c.organization_id = o.id and c.canonical = 'front'
     join quotas q on q.organization_id = o.id where o.canonical = $1 order by q.id limit 1`,
    [canonical],
  )
  const numbers = async (table: string) =>
    (
      await server.database.query<{ id: string }>(
        `select t.id from ${table} t join organizations o on o.id = t.organization_id where o.canonical = $1 order by t.id`,
        [canonical],
      )
    ).map(({ id }) => Number(id))
  const [backends, resources, quotas, versions] = await Promise.all(
    ['external_backends', 'inventory_resources', 'quotas', 'terraform_state_versions'].map(numbers),
  )
  return {
    shared: {
      resource_pool_canonical: ['rack'],
      infra_policy_canonical: ['sizes'],
      provider_canonical: ['tiny', 'aws'],
      resource_canonical: ['tiny_thing'],
      resources_provider: ['aws'],
      tfplan: [JSON.stringify(plan)],
      body: [policy(marker)],
    },
    own: {
      jwt: [backend.jwt ?? ''],
      external_backend_id: backends ?? [],
      inventory_resource_id: (resources ?? []).slice(-1),
      quota_id: quotas ?? [],
      state_version_id: versions ?? [],
      resource_pool_canonical: [only],
      infra_policy_canonical: [only],
    },
  }
}

const remoteState = (place: object, marker: string, isDefault: boolean) => ({
  purpose: 'remote_tfstate' as const,
  default: isDefault,
  credential_canonical: 'aws',
  configuration: {
    engine: 'AWSRemoteTFState' as const,
    bucket: `bucket-${marker}`,
    region: 'eu-west-1',
    ...(isDefault ? {} : { key: 'front' }),
  },
  ...place,
})

const byHand = (marker: string) => ({
  name: `By hand ${marker}`,
  provider: 'custom_resources',
  type: 'custom_instance',
  label: marker,
  cpu: 64,
  memory: 64_000,
  storage: 640_000,
  custom_attributes: { marker },
})

/** Of the installation, for every house: two resources and two data sources. */
async function importProvider({ database }: TestServer): Promise<void> {
  await database.query(
    `insert into provider_schemas (source, canonical, version, sha256, configuration)
     values ('registry.example.com/tiny/tiny', 'tiny', '1.0.0', '', '{"version": 0, "block": {}}') on conflict do nothing`,
  )
  await database.query(
    `insert into provider_blocks (provider_id, kind, type, schema)
     select p.id, kind, type, '{"version": 0, "block": {"attributes": {"name": {"type": "string", "required": true}}}}'
     from provider_schemas p, unnest(array['resource', 'data']) as kind, unnest(array['tiny_thing', 'tiny_other']) as type
     where p.canonical = 'tiny' on conflict do nothing`,
  )
}

async function pool(admin: Client, canonical: string, name: string, marker: string): Promise<void> {
  const path = { organization_canonical: canonical }
  await must(admin.createResourcePool({ path, body: { name, label: marker } }))
  await must(
    admin.createQuota({ path, body: { resource_pool_canonical: name, team_canonical: 'core', cpu: 8, memory: 8000, storage: 80_000 } }),
  )
}

/** Two versions, a plan and a lock, as Terraform would send them. */
async function store(url: string, jwt: string, marker: string): Promise<void> {
  const send = async (path: string, body: unknown) => {
    const answer = await fetch(`${url}${path}?jwt=${encodeURIComponent(jwt)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answer.status, await answer.text()).toBeLessThan(300)
  }
  await send('/inventory', stateOf(marker, 1, 1))
  await send('/inventory', stateOf(marker, 2, 2))
  await send('/inventory-plan', { planned: marker })
  await send('/inventory/lock', { ID: `lock-${marker}`, Operation: 'OperationTypeApply', Who: `${marker}@laptop`, Version: '1.11.4' })
}

export const stateOf = (marker: string, serial: number, count: number) => ({
  version: 4,
  terraform_version: '1.11.4',
  serial,
  lineage: `lineage-${marker}`,
  outputs: {},
  resources: [
    {
      mode: 'managed',
      type: 'aws_instance',
      name: `name-${marker}`,
      provider: 'provider["registry.terraform.io/hashicorp/aws"]',
      instances: Array.from({ length: count }, (_, index) => ({
        index_key: index,
        schema_version: 1,
        attributes: { id: `i-${marker}-${index}`, instance_type: 't3.micro', tags: { marker } },
      })),
    },
  ],
})

/** `terraform show -json` of a plan without resources. */
const plan = { format_version: '1.2', terraform_version: '1.11.4', planned_values: { root_module: {} }, configuration: { root_module: {} } }

const policy = (marker: string) => `package sizes\n\ndeny[reason] {\n  input.tfplan.marker == true\n  reason := "${marker}"\n}\n`
