import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Billed, type CostWorld, costWorld, type Line, newAccount, newImport, reader } from '../../../test/support/cost-store.ts'
import { BillError } from '../../formats/billing/types.ts'
import { noRules } from '../attribution.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const july = '2026-07-01'
const open = async (whose: Billed, digest = 'a') =>
  world.store.openMonth(whose.scope, { costAccountId: whose.account, importId: await newImport(whose), period: july, digest })

const many = (count: number): Line[] =>
  Array.from({ length: count }, (_, n) => ({ billed: `${n}.5`, resource: `i-${n % 7}`, tags: { n: String(n % 5) } }))
/** In batches of so many. */
const inParts = (lines: readonly Line[], size: number): Line[][] =>
  Array.from({ length: Math.ceil(lines.length / size) }, (_, n) => lines.slice(n * size, (n + 1) * size))

describe('a run that was lost', () => {
  test('is gone on with where it was: every line is stored once, however lines come in batches', async () => {
    const acme = await world.organization('lost')
    const lines = many(100)
    const read = reader()
    const first = await open(acme)
    expect(first.files).toEqual({})
    for (const part of inParts(lines, 10).slice(0, 4)) await first.write(read(july, part), { name: 'a.csv', digest: 'a', done: false })
    await first.write(read(july, many(3)), { name: 'b.csv', digest: 'b', done: true })
    const again = await open(acme)
    expect(again.month).toEqual(first.month)
    expect(again.files).toEqual({ 'a.csv': { lines: 40, done: false, digest: 'a' }, 'b.csv': { lines: 3, done: true, digest: 'b' } })
    const parts = inParts(lines, 33)
    for (const [n, part] of parts.entries())
      await again.write(reader()(july, part), { name: 'a.csv', digest: 'a', done: n === parts.length - 1 })
    await again.write(read(july, many(3)), { name: 'b.csv', digest: 'b', done: false })
    await again.finish({ name: 'b.csv', digest: 'b' })
    expect(await world.store.addUp(acme.scope, again.month, noRules)).toMatchObject({ lines: 103, billed: '5004.5' })
    expect((await open(acme)).files).toEqual({
      'a.csv': { lines: 100, done: true, digest: 'a' },
      'b.csv': { lines: 3, done: true, digest: 'b' },
    })
  })

  test('is of no use to who reads something else', async () => {
    const acme = await world.organization('elsewhere')
    const first = await open(acme)
    await first.write(reader()(july, many(2)), { name: 'a.csv', digest: 'a', done: true })
    const other = await open(acme, 'another')
    expect(other.month.id).not.toBe(first.month.id)
    expect(other.files).toEqual({})
    // The old run, if it is there after all, is told.
    await first.write(reader()(july, many(2)), { name: 'c.csv', digest: 'c', done: false })
    await expect(first.finish({ name: 'c.csv', digest: 'c' })).rejects.toThrow('put aside')
    await expect(world.store.addUp(acme.scope, first.month, noRules)).rejects.toThrow('put aside')
  })

  test('is not gone on with in a file that has changed', async () => {
    const acme = await world.organization('changed')
    await (await open(acme)).write(reader()(july, many(2)), { name: 'a.csv', digest: 'a', done: false })
    const again = await open(acme)
    await again.write(reader()(july, many(2)), { name: 'a.csv', digest: 'other', done: false }).catch(() => {})
    await expect(again.finish({ name: 'a.csv', digest: 'other' })).rejects.toThrow('a.csv has changed since a part of it was read')
    const anew = await open(acme)
    expect(anew.files).toEqual({})
    await anew.write(reader()(july, many(2)), { name: 'a.csv', digest: 'other', done: true })
    expect(await world.store.addUp(acme.scope, anew.month, noRules)).toMatchObject({ lines: 2 })
  })

  test('and another at the same time do not store a line twice', async () => {
    const acme = await world.organization('twice')
    const [one, two] = [await open(acme), await open(acme)]
    expect(one.month).toEqual(two.month)
    const write = (writer: typeof one) => writer.write(reader()(july, many(50)), { name: 'a.csv', digest: 'a', done: true })
    const ended = await Promise.allSettled([write(one), write(two)])
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await world.store.addUp(acme.scope, one.month, noRules)).toMatchObject({ lines: 50 })
  })
})

test('two organizations, and two accounts of one, write the same bill at once without waiting for each other forever', async () => {
  const [acme, other] = [await world.organization('at-once'), await world.organization('at-once-too')]
  const second = { ...acme, account: await newAccount(acme.scope, 'second') }
  const lines = many(400).map((line, n) => ({ ...line, service: `S${n % 90}`, resource: `r-${n}`, tags: { n: String(n) } }))
  const totals = await Promise.all(
    [acme, other, second].map(async (whose, turn) => {
      const writer = await open(whose)
      const mine = turn === 1 ? lines : lines.toReversed()
      for (const part of inParts(mine, 50)) await writer.write(reader()(july, part), { name: 'a.csv', digest: 'a', done: false })
      await writer.finish({ name: 'a.csv', digest: 'a' })
      const sums = await world.store.addUp(whose.scope, writer.month, noRules)
      await world.store.activate(whose.scope, writer.month, { finalized: false })
      return sums
    }),
  )
  expect(new Set(totals.map(({ billed, lines: count }) => `${count} ${billed}`))).toEqual(new Set(['400 80000.0']))
})

describe('what a bill holds', () => {
  const store = async (canonical: string, ...lines: Line[]) => {
    const acme = await world.organization(canonical)
    const writer = await open(acme)
    await writer.write(reader()(july, lines), { name: 'a.csv', digest: 'a', done: true })
    return { acme, writer }
  }

  test('is kept as it is, as far as Postgres can: NUL and halves of characters are replaced', async () => {
    const hostile = `"it's" {a,b} \\ \u0000 \ud800 NULL \n é 漢`
    const kept = `"it's" {a,b} \\ \ufffd \ufffd NULL \n é 漢`
    const { acme } = await store('hostile', {
      resource: hostile,
      name: hostile,
      service: hostile,
      tags: { [hostile]: hostile },
      focus: { ChargeDescription: hostile },
      extra: JSON.stringify({ x_note: hostile, x_literal: '\\u0000' }),
      billed: '-1.5E-3',
    })
    const own = [acme.scope.organizationId]
    expect(await world.test.query('select resource, name from cost_resources where organization_id = $1', own)).toEqual([
      { resource: kept, name: kept },
    ])
    expect(await world.test.query('select tags from cost_tag_sets where organization_id = $1', own)).toEqual([{ tags: { [kept]: kept } }])
    expect(await world.test.query('select focus from cost_kinds where organization_id = $1', own)).toEqual([
      { focus: { ServiceName: kept, SubAccountName: 'Web', ChargeDescription: kept } },
    ])
    expect(await world.test.query('select extra, billed::text from cost_lines where organization_id = $1', own)).toEqual([
      { extra: { x_note: kept, x_literal: '\\u0000' }, billed: '-0.0015' },
    ])
  })

  test('of absurd length is cut where an index has to hold it', async () => {
    const long = '漢'.repeat(5000)
    const dimension = { service: long, region: long, instance_type: long, linked_account: long, master_account: long }
    const { acme, writer } = await store('long', { dimension, resource: long, focus: { ServiceName: long } })
    await world.store.addUp(acme.scope, writer.month, noRules)
    await world.store.activate(acme.scope, writer.month, { finalized: false })
  })

  test.each(['abc', "1'); drop table cost_lines; --", 'NaN', 'Infinity', '', '1,2', 'NULL', '{}', '1}'])(
    'that is no amount, such as "%s", is refused',
    async (billed) => {
      const acme = await world.organization(`refused-${Buffer.from(billed).toString('hex')}`)
      const writer = await open(acme)
      const written = writer.write(reader()(july, [{ billed }, { billed: '1' }]), { name: 'a.csv', digest: 'a', done: true })
      await expect(written).rejects.toThrow(/not a number|cannot be kept|is missing|null value/u)
    },
  )

  test('names the file and the lines when a number is too large', async () => {
    await expect(store('too-large', {}, { billed: '1e999999' })).rejects.toThrow(BillError)
  })
})
