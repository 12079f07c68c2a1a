import { describe, expect, test } from 'vitest'
import { bringMonth, type Charge, costAccount, idOf } from '../../../test/support/cost-charges.ts'
import { apiKey, fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import { noRules } from '../../costs/attribution.ts'
import { daysOf, monthAfter } from '../cost-budgets/spans.ts'
import { watchAnomalies } from './watch.ts'

const server = useServer()
const now = new Date('2026-07-18T12:00:00Z')
const jump = '2026-07-14'

async function open() {
  const path = { organization_canonical: fresh('acme') }
  const { ada, robot } = await scenario(server, organization(path.organization_canonical, member('ada'), apiKey('robot')))
  const organizationId = await idOf(server, path.organization_canonical)
  const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
  const bring = async (on: (day: string) => Charge[], generation = 0, end = '2026-07-18') => {
    const rules = { ...noRules, project: { keys: ['project'], regex: '' }, generation }
    for (let begin = '2026-05-01'; begin < end; begin = monthAfter(begin, 1)) {
      const days = daysOf({ begin, end: [monthAfter(begin, 1), end].sort()[0] ?? end })
      await bringMonth(server.platform, organizationId, account, begin, days.flatMap(on), rules)
    }
  }
  return {
    robot,
    ada,
    path,
    bring,
    watch: (when = now) => watchAnomalies(server.platform, organizationId, when),
    map: (generation: number) =>
      server.database.query(
        `insert into cost_tag_mappings (organization_id, project_tags, generation) values ($1, '{project}', $2)
         on conflict (organization_id) do update set generation = $2`,
        [organizationId, generation],
      ),
    list: async () => (await must(ada.listCostAnomalies({ path, query: {} }))).body.data,
    told: async () =>
      (await server.database.query(`select id from events where organization_id = $1 and operation = 'anomaly:found'`, [organizationId]))
        .length,
  }
}

const of = (project: string) => ({ tags: { project } })
const usual = (day: string): Charge[] => [{ day, billed: '120.4', ...of('web') }]
const jumping = (day: string): Charge[] => [...usual(day), ...(day === jump ? [{ day, billed: '291.7', ...of('web') }] : [])]

describe('nobody is told', () => {
  test('of what was expected, for a month and no longer, although its bill was corrected since', async () => {
    const { bring, watch, list, ada, path } = await open()
    await bring(jumping)
    await watch()
    const [found] = await list()
    await must(ada.updateCostAnomaly({ path: { ...path, anomaly_id: found?.id ?? 0 }, body: { status: 'expected' } }))
    // As a correction leaves it that comes after the judgement.
    await server.database.query(`update cost_anomalies set judged_at = '2026-07-15', updated_at = '2026-08-18' where id = $1`, [found?.id])
    const jumps = [jump, '2026-08-13', '2026-08-18']
    await bring((day) => (jumps.includes(day) ? jumping(jump).map((charge) => ({ ...charge, day })) : usual(day)), 0, '2026-08-20')
    await watch(new Date('2026-08-20T12:00:00Z'))
    expect((await list()).map(({ day, status }) => [day, status])).toEqual([
      ['2026-08-18', 'open'],
      [jump, 'expected'],
    ])
  })

  test('while past costs follow a new tag mapping, and everybody when they have', async () => {
    const { bring, watch, map, list } = await open()
    await map(2)
    await bring(jumping, 1)
    await watch()
    expect(await list()).toEqual([])
    await map(1)
    await watch()
    expect(await list()).toMatchObject([{ day: jump }])
  })

  test('of what an account brings that came lately, but of what jumps there later', async () => {
    const { bring, watch, list } = await open()
    const moved = (day: string): Charge[] => [
      ...usual(day),
      ...(day >= '2026-06-20' ? [{ day, billed: day === jump ? '1000' : '300', linked_account: '999999999999', ...of('web') }] : []),
    ]
    await bring((day) => (day === jump ? moved('2026-07-13').map((charge) => ({ ...charge, day })) : moved(day)))
    await watch()
    expect(await list()).toEqual([])
    await bring(moved)
    await watch()
    expect(await list()).toMatchObject([{ day: jump, project: 'web', cost: '1120.4', expected: '420.4' }])
  })

  test('of costs that only changed their project', async () => {
    const { bring, watch, list } = await open()
    await bring((day) => [
      { day, billed: '900', ...of('shop') },
      { day, billed: '120.4', ...of(day < '2026-07-10' ? 'web' : 'website') },
      { day, billed: '80', ...(day < '2026-07-10' ? {} : of('lab')) },
    ])
    await watch()
    expect(await list()).toEqual([])
  })
})

test('a jump of a small project is told, however much others cost for the same service', async () => {
  const { bring, watch, list } = await open()
  await bring((day) => [...jumping(day), { day, billed: `${9000 + Number(day.slice(8)) * 10}`, ...of('shop') }])
  await watch()
  expect(await list()).toMatchObject([{ day: jump, project: 'web', cost: '412.1' }])
})

describe('what an import took away', () => {
  test('is open again, and told again, when another one brings it back', async () => {
    const { bring, watch, list, told } = await open()
    await bring(jumping)
    await watch()
    await bring(usual)
    await watch()
    expect(await list()).toMatchObject([{ status: 'closed' }])
    await bring(jumping)
    await watch()
    await watch()
    expect(await list()).toMatchObject([{ status: 'open', cost: '412.1' }])
    expect(await told()).toBe(2)
  })

  test('stays closed when people, or their programs, have closed it', async () => {
    const { bring, watch, list, told, robot, path } = await open()
    await bring(jumping)
    await watch()
    const [found] = await list()
    await must(robot.updateCostAnomaly({ path: { ...path, anomaly_id: found?.id ?? 0 }, body: { status: 'closed' } }))
    await watch()
    expect(await list()).toMatchObject([{ status: 'closed' }])
    expect(await told()).toBe(1)
  })
})
