import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type CostWorld, costWorld, type Line, loadMonth, showMonth } from '../../../test/support/cost-store.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { noRules, type TagRules } from '../attribution.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const july = '2026-07-01'
const by = (project: string, generation = 1): TagRules => ({ ...noRules, project: { keys: [project], regex: '' }, generation })

const projects = (id: number) =>
  world.test.query(
    `select project, sum(billed)::text as billed, sum(lines)::int as lines from cost_daily where month_id = $1 group by 1 order by 1`,
    [id],
  )

test('a month is attributed anew from its days, and readers see all of it or all as before', async () => {
  const acme = await world.organization('anew')
  const lines: Line[] = [
    { billed: '1', tags: { team: 'Red', app: 'shop' } },
    { billed: '2', tags: { team: 'Blue' } },
    { billed: '4' },
    { billed: '8', tags: { app: 'mail' } },
  ]
  const { writer } = await showMonth(world, acme, july, lines, { rules: by('team') })
  expect(await projects(writer.month.id)).toEqual([
    { project: '', billed: '12', lines: 2 },
    { project: 'blue', billed: '2', lines: 1 },
    { project: 'red', billed: '1', lines: 1 },
  ])
  const answers = new Set<string>()
  let over = false
  const looking = (async () => {
    while (!over)
      await OrgTx.read(world.database, insideOf(acme.scope.organizationId), async (tx) => {
        const sums = await world.store.sums(tx, {
          begin: '2026-07-01',
          end: '2026-08-01',
          granularity: 'day',
          filters: {},
          groupBy: ['project'],
          costType: 'billed',
          currency: null,
        })
        answers.add(
          sums
            .map(({ keys, cost }) => `${keys[0]}=${cost}`)
            .sort()
            .join(' '),
        )
      })
  })()
  await world.store.attribute(acme.scope, writer.month, by('app', 2))
  over = true
  await looking
  expect(await projects(writer.month.id)).toEqual([
    { project: '', billed: '6', lines: 2 },
    { project: 'mail', billed: '8', lines: 1 },
    { project: 'shop', billed: '1', lines: 1 },
  ])
  for (const answer of answers) expect(['=12 blue=2 red=1', '=6 mail=8 shop=1']).toContain(answer)
  expect(await world.test.query('select mapping_generation from cost_months where id = $1', [writer.month.id])).toEqual([
    { mapping_generation: 2 },
  ])
})

test('a key with more than 200 values is left out of what is kept by day, and counts for projects all the same', async () => {
  const acme = await world.organization('wide')
  const lines: Line[] = Array.from({ length: 250 }, (_, n) => ({
    billed: '1',
    tags: { Name: `machine-${n}`, env: n % 2 ? 'prod' : 'dev' },
  }))
  const { writer } = await showMonth(world, acme, july, [...lines, { tags: { Name: 'alone' } }, {}], { rules: by('Name') })
  expect(await world.test.query('select wide_keys from cost_months where id = $1', [writer.month.id])).toEqual([{ wide_keys: ['Name'] }])
  expect(
    await world.test.query('select key, value_count from cost_tag_keys where organization_id = $1 order by 1', [acme.scope.organizationId]),
  ).toEqual([
    { key: 'Name', value_count: 251 },
    { key: 'env', value_count: 2 },
  ])
  const groups = await world.test.query(
    `select g.tags, f.tagged, sum(f.lines)::int as lines from cost_daily f left join cost_tag_groups g on g.id = f.tag_group_id
     where f.month_id = $1 group by 1, 2 order by g.tags ->> 'env', 2`,
    [writer.month.id],
  )
  expect(groups).toEqual([
    { tags: { env: 'dev' }, tagged: true, lines: 125 },
    { tags: { env: 'prod' }, tagged: true, lines: 125 },
    { tags: null, tagged: false, lines: 1 },
    { tags: null, tagged: true, lines: 1 },
  ])
  expect(await projects(writer.month.id)).toHaveLength(252)
})

test('sets of tags of any size are looked at in parts', async () => {
  const acme = await world.organization('parts')
  const huge = (n: number) => Object.fromEntries(Array.from({ length: 40 }, (_, key) => [`key-${key}-of-${n}`, 'x'.repeat(1000)]))
  const lines: Line[] = Array.from({ length: 450 }, (_, n) => ({ tags: { ...huge(n % 3), team: `t${n}` } }))
  const { writer } = await showMonth(world, acme, july, lines, { rules: by('team') })
  expect(await projects(writer.month.id)).toHaveLength(450)
})

test('a bill that a tag mapping takes too long for is refused with a sentence, and nobody sees any of it', async () => {
  const acme = await world.organization('slow')
  const rules = { ...noRules, project: { keys: [], regex: 'never' } }
  const hour = vi.spyOn(performance, 'now')
  let clock = 0
  hour.mockImplementation(() => (clock += 3_600_000))
  const loading = loadMonth(world, acme, july, [{ tags: { one: 'a', two: 'b' } }], { rules })
  await expect(loading.finally(() => hour.mockRestore())).rejects.toThrow(
    'its costs cannot be attributed: the regular expressions of the tag mapping take more than 30 seconds',
  )
  expect(await world.test.query('select state from cost_months where organization_id = $1', [acme.scope.organizationId])).toEqual([
    { state: 'loading' },
  ])
})
