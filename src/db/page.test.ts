import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { type PageQuery, page } from './page.ts'
import { type Database, openDatabase } from './pool.ts'

let store: TestDatabase
let database: Database
beforeAll(async () => {
  store = await createTestDatabase()
  database = openDatabase({ url: store.url, size: 2 })
  // Three recipients for 47 mails: every order by recipient meets many equal values.
  await store.query(`insert into mails (recipient, subject, body) select 'to' || n % 3, 'mail ' || n, '' from generate_series(1, 47) n`)
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

const pageOf = (query: PageQuery) =>
  database.read({ kind: 'platform' }, (db) =>
    page(db.selectFrom('mails').select(['id', 'recipient', 'subject']), query, {
      columns: { recipient: 'recipient', subject: 'subject' },
      tieBreaker: 'id',
    }),
  )

describe('pages', () => {
  test('walking through them meets every row exactly once, whatever the size and the order', async () => {
    const walks = fc.sample(
      fc.record({
        size: fc.integer({ min: 1, max: 50 }),
        order: fc.constantFrom(undefined, 'recipient:asc', 'recipient:desc', 'subject', 'subject:desc'),
      }),
      { seed: 20261121, numRuns: 25 },
    )
    for (const { size, order } of walks) {
      const seen: number[] = []
      for (let index = 1; ; index++) {
        const { rows, pagination } = await pageOf({ page_index: index, page_size: size, ...(order ? { order_by: order } : {}) })
        expect(pagination).toEqual({ index, size, total: 47 })
        if (rows.length === 0) break
        seen.push(...rows.map(({ id }) => id))
      }
      expect(
        [...seen].sort((a, b) => a - b),
        `size ${size}, order ${order}`,
      ).toEqual(Array.from({ length: 47 }, (_, index) => index + 1))
    }
  })

  test('descending is ascending backwards, also among equals', async () => {
    const [up, down] = await Promise.all(['recipient:asc', 'recipient:desc'].map((order_by) => pageOf({ order_by })))
    expect(down?.rows.map(({ id }) => id)).toEqual(up?.rows.map(({ id }) => id).reverse())
  })

  test('the default is one page of a thousand', async () => {
    expect((await pageOf({})).pagination).toEqual({ index: 1, size: 1000, total: 47 })
  })

  test('a page beyond the last is empty and still knows the total, as far as numbers go', async () => {
    for (const page_index of [48, 2 ** 32 - 1]) {
      const { rows, pagination } = await pageOf({ page_index, page_size: 2 ** 32 - 1 })
      expect(rows).toEqual([])
      expect(pagination.total).toBe(47)
    }
  })

  test.each([
    { page_index: 0 },
    { page_size: 0 },
    { page_index: -1 },
    { order_by: 'body' },
    { order_by: 'recipient:up' },
    { order_by: 'recipient:asc:desc' },
    { order_by: '' },
    { order_by: 'constructor' },
  ])('%j is refused, naming the parameter', async (query) => {
    await expect(pageOf(query)).rejects.toMatchObject({
      code: 'Invalid',
      details: [expect.stringContaining(`query.${Object.keys(query)[0]}`)],
    })
  })
})
