/** A workshop whose components count: a stack that asks for CPU, memory and storage, a pool, and a team that may use a part of it. */
import { OrgTx } from '../../src/db/organization-tx.ts'
import { insideOf } from '../../src/db/pool.ts'
import type { Client } from './client.ts'
import type { Repositories } from './repositories.ts'
import type { TestServer } from './server.ts'
import { webStack } from './web-stack.ts'
import { must, openWorkshop, type Workshop } from './workshop.ts'

export interface Amounts {
  cpu: number
  memory: number
  storage: number
}

/** `small` consumes nothing; `default` consumes cpu × count, memory and storage. */
export const countedStack: Record<string, string> = {
  ...webStack(),
  'web/.forms.yml': `version: '3'
use_cases:
  - name: default
    sections:
      - name: Server
        groups:
          - name: Size
            technologies: [terraform]
            vars:
              - {name: Cores, key: cores, type: integer, widget: number, default: 0, quota_config: {type: cpu, count_ref: count}}
              - {name: Count, key: count, type: integer, widget: number, default: 1}
              - {name: Memory, key: memory, type: float, widget: number, default: 0, quota_config: {type: memory}}
              - {name: Disk, key: disk, type: integer, widget: number, default: 0, quota_config: {type: storage}}
`,
}

/** What the form of `countedStack` takes. */
export const sized = (size: Partial<Record<'cores' | 'count' | 'memory' | 'disk', number>>) => ({ Server: { Size: size } })

/** Resources as a state or a person would have brought them. */
export async function addResources(
  { platform }: TestServer,
  organizationId: number,
  label: string,
  ...resources: Amounts[]
): Promise<void> {
  await OrgTx.write(platform.database, insideOf(organizationId), (tx) =>
    tx
      .insertInto(
        'inventory_resources',
        resources.map((amounts, index) => ({
          provider: 'custom_resources',
          type: 'custom_instance',
          name: `machine-${index}`,
          mode: 'managed',
          label,
          ...amounts,
        })),
      )
      .execute(),
  )
}

export const organizationId = async (ada: Client, org: string): Promise<number> =>
  (await must(ada.getOrg({ path: { organization_canonical: org } }))).body.data.id

export async function switchQuotas(ada: Client, org: string, quotas: boolean): Promise<void> {
  await must(ada.updateOrg({ path: { organization_canonical: org }, body: { name: org, quotas } }))
}

export interface QuotaWorld extends Workshop {
  path: { organization_canonical: string }
  quotaId: number
  create: (canonical: string, vars?: ReturnType<typeof sized>) => ReturnType<Client['createComponent']>
  used: (quotaId?: number) => Promise<Amounts>
}

/** Quotas are on, and `shop` belongs to the team `ops`, which may use `amounts` of the pool `metal`. */
export async function openQuotaWorld(server: TestServer, repositories: Repositories, amounts: Amounts): Promise<QuotaWorld> {
  const workshop = await openWorkshop(server, repositories, countedStack)
  const { ada, org, at } = workshop
  const path = { organization_canonical: org }
  await addResources(server, await organizationId(ada, org), 'metal', { cpu: 1000, memory: 100_000, storage: 100_000 })
  await must(ada.createTeam({ path, body: { name: 'Ops', canonical: 'ops', roles_canonical: ['organization-member'] } }))
  await must(ada.createResourcePool({ path, body: { name: 'Metal', label: 'metal' } }))
  const quota = await must(ada.createQuota({ path, body: { team_canonical: 'ops', resource_pool_canonical: 'metal', ...amounts } }))
  await giveTeam(ada, org, 'shop', 'ops')
  await switchQuotas(ada, org, true)
  return {
    ...workshop,
    path,
    quotaId: quota.body.data.id,
    create: (canonical, vars = sized({ cores: 1 })) =>
      ada.createComponent({ path: at, body: { name: canonical, canonical, service_catalog_ref: `${org}:web`, use_case: 'default', vars } }),
    used: async (quotaId = quota.body.data.id) => {
      const { data } = (await must(ada.getQuota({ path: { ...path, quota_id: quotaId } }))).body
      return { cpu: data.used_cpu, memory: data.used_memory, storage: data.used_storage }
    },
  }
}

export async function giveTeam(ada: Client, org: string, project: string, team: string): Promise<void> {
  const path = { organization_canonical: org, project_canonical: project }
  const { data } = (await must(ada.getProject({ path }))).body
  await must(ada.updateProject({ path, body: { name: data.name, updated_at: data.updated_at, team_canonical: team } }))
}
