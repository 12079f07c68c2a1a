import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { bringMonth, type Charge, costAccount, idOf } from '../../../test/support/cost-charges.ts'
import { chargesOf, projectOf, totalOf } from '../../../test/support/cost-world.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { AttributionTooSlow, noRules } from '../../costs/attribution.ts'
import { attributeAll } from '../../costs/import/attribute-all.ts'
import type { Platform } from '../../platform.ts'
import { attributeCosts } from '../cloud-cost-imports/due.ts'

const server = useServer()
const june = chargesOf('2026-06-01', 80, 61)
const july = chargesOf('2026-07-01', 80, 71)
let ada: Client
let path: { organization_canonical: string }
let organizationId: number

beforeEach(async () => {
  path = { organization_canonical: fresh('acme') }
  ;({ ada } = await scenario(server, organization(path.organization_canonical, member('ada'))))
  organizationId = await idOf(server, path.organization_canonical)
})

async function bring(): Promise<void> {
  const account = await costAccount({ database: server.platform.database, organizationId }, 'main-bill')
  await bringMonth(server.platform, organizationId, account, '2026-06-01', june, noRules)
  await bringMonth(server.platform, organizationId, account, '2026-07-01', july, noRules)
}

const costOf = async (project: string) => {
  const query = { begin: '2026-06-01', end: '2026-08-01', currency: 'USD' as const, granularity: 'month' as const, projects: [project] }
  return (await ada.getCloudCostManagementProviders({ path, query })).body.data.cost_histogram.cost
}
const waiting = () =>
  server.database.query<{ payload: unknown }>(
    `select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = 'costs.attribute' and (payload ->> 'organizationId')::bigint = $1`,
    [organizationId],
  )

describe('the tag mapping', () => {
  test('is not there until it is set', async () => {
    expect(await ada.getCloudCostManagementTagMapping({ path })).toHaveStatus(404)
  })

  test('attributes past costs, and says how far that is', async () => {
    await bring()
    expect(await costOf('web-shop')).toBe(0)
    const put = await ada.putCloudCostManagementTagMapping({
      path,
      body: { project_tags: ['Nothing', 'Project'], environment_regex: '^Env$', component_tags: ['Component'] },
    })
    expect(put).toHaveStatus(200)
    expect(put.body.data).toMatchObject({
      project_tags: ['Nothing', 'Project'],
      project_regex: '',
      environment_regex: '^Env$',
      all_tags: ['Component', 'Env', 'Project'],
      attribution: { months_total: 2, months_done: 0, done: false },
    })
    await attributeCosts(server.platform, { organizationId })
    const { data } = (await ada.getCloudCostManagementTagMapping({ path })).body
    expect(data.attribution).toEqual({ months_total: 2, months_done: 2, done: true })
    const mine = (charge: Charge) => projectOf(charge) === 'web-shop'
    expect(await costOf('web-shop')).toBe(totalOf([...june, ...july].filter(mine)))
  })

  test('that is set again as it is changes nothing; another one is a task', async () => {
    const body = { project_tags: ['Project'] }
    const first = (await ada.putCloudCostManagementTagMapping({ path, body })).body.data
    expect(await waiting()).toHaveLength(1)
    const second = (await ada.putCloudCostManagementTagMapping({ path, body })).body.data
    expect(second).toEqual(first)
    expect(await waiting()).toHaveLength(1)
    const third = (await ada.putCloudCostManagementTagMapping({ path, body: { project_tags: ['Project', 'App'] } })).body.data
    expect(third.id).toBe(first.id)
    expect(await waiting()).toHaveLength(2)
    const [row] = await server.database.query('select generation from cost_tag_mappings where organization_id = $1', [organizationId])
    expect(row?.generation).toBe(2)
  })

  test('takes turns with those of others: what one leaves is done in the next', async () => {
    await bring()
    await ada.putCloudCostManagementTagMapping({ path, body: { project_tags: ['Project'] } })
    const { costs, database, costWork } = server.platform
    const done = async () => (await ada.getCloudCostManagementTagMapping({ path })).body.data.attribution?.months_done
    expect(await attributeAll({ database, organizationId }, costs, -1)).toEqual({ done: false })
    expect(await done()).toBe(1)
    const before = (await waiting()).length
    await attributeCosts({ ...server.platform, costWork: { ...costWork, pids: [], run: async () => ({ done: false }) } } as Platform, {
      organizationId,
    })
    expect(await waiting()).toHaveLength(before + 1)
    expect(await attributeAll({ database, organizationId }, costs, -1)).toEqual({ done: true })
    expect(await done()).toBe(2)
  })

  test('that would take all day says so, leaves costs as they were, and is forgiven when it is changed', async () => {
    await bring()
    await ada.putCloudCostManagementTagMapping({ path, body: { project_regex: '^Pro' } })
    const { costs, database } = server.platform
    let tries = 0
    const attribute = () => {
      tries++
      return Promise.reject(new AttributionTooSlow())
    }
    await attributeAll({ database, organizationId }, { ...costs, attribute })
    expect(tries).toBe(1)
    const { attribution } = (await ada.getCloudCostManagementTagMapping({ path })).body.data
    expect(attribution).toMatchObject({ months_done: 0, done: false, problem: expect.stringContaining('more than 30 seconds') })
    const changed = await ada.putCloudCostManagementTagMapping({ path, body: { project_tags: ['Project'] } })
    expect(changed.body.data.attribution).not.toHaveProperty('problem')
    await attributeCosts(server.platform, { organizationId })
    expect((await ada.getCloudCostManagementTagMapping({ path })).body.data.attribution).toMatchObject({ done: true })
  })

  test.each([
    [{ project_regex: 'web(' }, 'body.project_regex: is no regular expression'],
    [{ environment_regex: 'ab[z-a]' }, 'body.environment_regex: is no regular expression (RE2), from character 4 on'],
    [{ component_regex: '(?=look)' }, 'body.component_regex: is no regular expression'],
    [{ project_regex: '((a{30}){30}){30}' }, 'body.project_regex:'],
    [{ project_regex: '(?:[ab]?[a-z]?){150}[A-Z]$' }, 'body.project_regex: repeats too much'],
    [{ project_regex: 'x'.repeat(501) }, 'body.project_regex: has more than 500 characters'],
    [{ project_tags: Array.from({ length: 51 }, (_, index) => `k${index}`) }, 'body.project_tags: has 51 keys'],
    [{ project_tags: ['k'.repeat(257)] }, 'body.project_tags[0]: has more than 256 characters'],
    [{ environment_tags: ['Env', 'Env'] }, 'body.environment_tags[1]: stands there already'],
    [{ component_tags: [''] }, 'body.component_tags[0]: must not be empty'],
    [{ component_tags: ['a\0b'] }, 'body.component_tags[0]: has characters that cannot be stored'],
  ])('that cannot be used is refused, and says where: %j', async (body, message) => {
    expect(await ada.putCloudCostManagementTagMapping({ path, body })).toBeError('Invalid', message)
    expect(await ada.getCloudCostManagementTagMapping({ path })).toHaveStatus(404)
  })
})

describe('the export of a month', () => {
  const fetchExport = (search: string) =>
    fetch(`${server.url}/organizations/${path.organization_canonical}/cloud_cost_management/export?${search}`, {
      headers: { authorization: `Bearer ${ada.token}` },
    })

  test('has every line, as a FOCUS file', async () => {
    await bring()
    const answer = await fetchExport('month=2026-07')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('application/gzip')
    const [header = '', ...lines] = gunzipSync(Buffer.from(await answer.arrayBuffer()))
      .toString('utf8')
      .trimEnd()
      .split('\r\n')
    expect(header.split(',')).toContain('BilledCost')
    const costs = ['ListCost', 'ContractedCost', 'BilledCost'].map((column) => lines[0]?.split(',')[header.split(',').indexOf(column)])
    expect(new Set(costs).size).toBe(1)
    expect(costs[0]).toMatch(/^-?\d/)
    expect(lines).toHaveLength(july.length)
    expect((await fetchExport('month=2026-07&account=main-bill')).status).toBe(200)
  })

  test('is not found without lines, or for an account that is not there', async () => {
    await bring()
    expect((await fetchExport('month=2026-05')).status).toBe(404)
    expect((await fetchExport('month=2026-07&account=other-bill')).status).toBe(404)
    expect((await fetchExport('month=2026-13')).status).toBe(422)
    expect((await fetchExport('month=last')).status).toBe(422)
  })
})
