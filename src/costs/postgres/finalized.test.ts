import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CostWorld, costWorld, type Line, loadMonth } from '../../../test/support/cost-store.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { complaintOf } from './complaint.ts'
import { isInvoiced } from './finalized.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const nextYear = `${new Date().getUTCFullYear() + 1}-01-01`
const invoiced: Line = { focus: { InvoiceId: '4711' } }

describe('a month is final', () => {
  test.each<[string, string, Line[], boolean]>([
    ['when each of its lines has an invoice', '2026-07-01', [invoiced, { focus: { InvoiceId: '4712' }, resource: null }], true],
    ['not while a line of it has none', '2026-07-01', [invoiced, {}], false],
    ['not before it is over: what was bought in it has its invoice at once', nextYear, [invoiced], false],
    ['not without any lines', '2026-07-01', [], false],
  ])('%s', async (name, period, lines, expected) => {
    const whose = await world.organization(`final-${name.length}`)
    const { writer } = await loadMonth(world, whose, period, lines)
    const { database, organizationId } = whose.scope
    expect(await OrgTx.read(database, insideOf(organizationId), (tx) => isInvoiced(tx, writer.month))).toBe(expected)
  })
})

test('what cannot be kept is the fault of the bill, wherever the error of Postgres is inside', () => {
  const refusal = Object.assign(new Error('numeric field overflow'), { code: '22003' })
  const inside = (cause: unknown) => new Error('outside', { cause })
  expect([refusal, inside(refusal), inside(inside(refusal))].map(complaintOf)).toEqual(Array(3).fill('numeric field overflow'))
  const other = Object.assign(new Error('connection lost'), { code: '08006' })
  const circle = new Error('circle')
  circle.cause = circle
  expect([other, inside(other), circle, undefined, '22003', []].map(complaintOf)).toEqual(Array(6).fill(undefined))
})
