import { expect, test } from 'vitest'
import { bringMonth, type Charge, costAccount, idOf } from '../../../test/support/cost-charges.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { noRules } from '../../costs/attribution.ts'
import { type CostQuestion, type CostStore, TooManySums } from '../../costs/types.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { addDays, daysOf } from '../cost-budgets/spans.ts'
import { findAnomalies } from './find.ts'

const server = useServer()
const jump = '2026-07-14'
const web = { tags: { project: 'web' } }
const on = (day: string): Charge[] => [
  { day, billed: day === jump ? '412.1' : '120.4', ...web },
  { day, billed: '30', service: 'AmazonS3' },
]

/** Where a bill has more names than may be read at once: what is refused then, and what was asked for without any bound. */
async function judged(isTooMuch: (question: CostQuestion, sums: number) => boolean) {
  const org = fresh('acme')
  await scenario(server, organization(org, member('ada')))
  const organizationId = await idOf(server, org)
  const { database, costs } = server.platform
  const account = await costAccount({ database, organizationId }, 'bills')
  const rules = { ...noRules, project: { keys: ['project'], regex: '' } }
  for (const [begin, end] of [
    ['2026-05-01', '2026-06-01'],
    ['2026-06-01', '2026-07-01'],
    ['2026-07-01', '2026-07-18'],
  ] as const)
    await bringMonth(server.platform, organizationId, account, begin, daysOf({ begin, end }).flatMap(on), rules)
  const sums: CostStore['sums'] = async (tx, question) => {
    const found = await costs.sums(tx, question)
    if (question.most !== undefined && isTooMuch(question, found.length)) throw new TooManySums(question.most)
    const names = question.groupBy.filter((key) => key !== 'time' && key !== 'provider' && key !== 'currency')
    if (names.length > 0 && question.most === undefined && question.dearest === undefined) throw new Error(`${names} without a bound`)
    return found
  }
  const about = { costs: { ...costs, sums }, costType: 'billed', today: addDays('2026-07-18', 0) } as const
  return OrgTx.read(database, insideOf(organizationId), (tx) => findAnomalies(tx, about))
}

test('of more kinds of cost than can be read day by day the dearest are judged', async () => {
  // Both kinds are 156 sums, and the dearer one is 78.
  const answer = await judged(({ groupBy }, count) => groupBy.includes('time') && count > 150)
  expect(answer?.found.map(({ day, service, project }) => [day, service, project])).toEqual([[jump, 'AmazonEC2', 'web']])
})

test('accounts that are too many to be told apart, and parts that are too many to be listed, hide nothing', async () => {
  const answer = await judged(({ groupBy }) => groupBy.includes('linked_account'))
  expect(answer?.found).toMatchObject([
    { day: jump, cost: '412.1', causes: [], reason: expect.stringContaining('spread over many things') },
  ])
})
