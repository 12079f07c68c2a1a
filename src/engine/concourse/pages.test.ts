import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConcourseError } from '../../outside/concourse/errors.ts'
import type { Range } from '../../outside/concourse/types.ts'
import { type Ask, pageById, pageInOrder } from './pages.ts'

interface Row {
  id: number
  /** Of a rerun: what it runs again. */
  of?: number
}

const place = ({ id, of }: Row) => of ?? id
const inOrder = (one: Row, other: Row) => place(one) - place(other) || one.id - other.id

/** Builds, as Concourse lists them: bounds are about ids, the order and what a limit cuts off are not. */
const buildsLike =
  (all: readonly Row[], calls: Range[] = []): Ask<Row> =>
  async (range) => {
    calls.push(range)
    const { from, to, limit } = range
    const inside = all.filter(({ id }) => id >= (from ?? 0) && id <= (to ?? Number.POSITIVE_INFINITY)).sort(inOrder)
    const rows =
      from === undefined ? inside.slice(-limit).reverse() : to === undefined ? inside.slice(0, limit).reverse() : inside.slice(0, limit)
    return { rows, hasOlder: false, hasNewer: false }
  }

/** Versions: an order of their own, and nothing for a bound that is not among them. */
const versionsLike =
  (all: readonly Row[]): Ask<Row> =>
  async ({ from, to, limit }) => {
    const at = (id: number) => all.findIndex((row) => row.id === id)
    const [low, high] = [from === undefined ? 0 : at(from), to === undefined ? all.length - 1 : at(to)]
    if (low < 0 || high < 0) return { rows: [], hasOlder: false, hasNewer: false }
    const inside = all.slice(low, high + 1)
    const rows = from === undefined ? inside.slice(-limit).reverse() : inside.slice(0, limit).reverse()
    const ends = rows.map(({ id }) => at(id))
    return { rows, hasOlder: Math.min(...ends) > 0, hasNewer: Math.max(...ends) < all.length - 1 }
  }

/** What a page must be, from all rows newest first. */
function expected(all: readonly number[], before: (id: number) => boolean, after: (id: number) => boolean, limit: number, down: boolean) {
  const items = down ? all.filter(before).slice(0, limit) : all.filter(after).slice(-limit)
  const [first, last] = [items[0], items.at(-1)]
  return {
    items,
    ...(last !== undefined && all.indexOf(last) < all.length - 1 ? { next: { since: last } } : {}),
    ...(first !== undefined && all.indexOf(first) > 0 ? { previous: { until: first } } : {}),
  }
}
const withIds = <T extends { items: Row[] }>({ items, ...marks }: T) => ({ items: items.map(({ id }) => id), ...marks })

/** Ids with gaps; about a third are reruns of an earlier one that is none. */
const builds = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.option(fc.nat(100), { freq: 2 })), { maxLength: 40 }).map((steps) => {
  const rows: Row[] = []
  for (const [step, of] of steps) {
    const id = (rows.at(-1)?.id ?? 0) + step
    const originals = rows.filter((row) => row.of === undefined)
    const original = of === null ? undefined : originals[of % Math.max(1, originals.length)]
    rows.push(original ? { id, of: original.id } : { id })
  }
  return rows
})

describe('pages by id', () => {
  test('are exact, however many reruns stand elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        builds,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 170 }),
        fc.constantFrom('since', 'until', 'none'),
        async (rows, limit, bound, kind) => {
          const all = rows.map(({ id }) => id).reverse()
          const page = await pageById(buildsLike(rows), { limit, ...(kind === 'none' ? {} : { [kind]: bound }) })
          const wanted = expected(
            all,
            (id) => kind === 'none' || id < bound,
            (id) => id > bound,
            limit,
            kind !== 'until',
          )
          expect(withIds(page)).toEqual(wanted)
        },
      ),
      { seed: 1, numRuns: 1500 },
    )
  })

  test('are exact also where a range has more than one answer holds', async () => {
    // All of them reruns of the first: Concourse's own page shows the oldest ones last, its order knows nothing of ids.
    const rows: Row[] = Array.from({ length: 1700 }, (_, at) => (at === 0 || at % 2 === 0 ? { id: at + 1 } : { id: at + 1, of: 1 }))
    const all = rows.map(({ id }) => id).reverse()
    for (const bound of [1700, 900]) {
      const page = await pageById(buildsLike(rows), { since: bound, limit: 600 })
      expect(withIds(page)).toEqual(
        expected(
          all,
          (id) => id < bound,
          () => false,
          600,
          true,
        ),
      )
    }
  })

  test('cost two questions', async () => {
    const calls: Range[] = []
    const rows = Array.from({ length: 100 }, (_, at) => ({ id: at + 1 }))
    await pageById(buildsLike(rows, calls), { since: 60, limit: 10 })
    expect(calls).toHaveLength(2)
  })
})

describe('pages in order', () => {
  test('are exact in an order that is not that of ids, and empty beside a bound that is not there', async () => {
    const shuffled = fc.shuffledSubarray(Array.from({ length: 30 }, (_, at) => at + 1)).map((ids) => ids.map((id) => ({ id })))
    await fc.assert(
      fc.asyncProperty(
        shuffled,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom('since', 'until', 'none'),
        async (rows, limit, bound, kind) => {
          const all = rows.map(({ id }) => id).reverse()
          const at = all.indexOf(bound)
          const page = await pageInOrder(versionsLike(rows), { limit, ...(kind === 'none' ? {} : { [kind]: bound }) })
          const wanted = expected(
            all,
            (id) => kind === 'none' || all.indexOf(id) > at,
            (id) => all.indexOf(id) < at,
            limit,
            kind !== 'until',
          )
          expect(withIds(page)).toEqual(kind !== 'none' && at < 0 ? { items: [] } : wanted)
        },
      ),
      { seed: 1, numRuns: 1500 },
    )
  })
})

describe('an id for which Concourse has no room', () => {
  const failing: Ask<Row> = async ({ from, to }) => {
    if (Math.max(from ?? 0, to ?? 0) > 2 ** 31) throw new ConcourseError({ kind: 'server', status: 500 }, 'out of range')
    return { rows: [{ id: 1 }], hasOlder: false, hasNewer: false }
  }
  test.each([
    ['has all builds below', pageById(failing, { since: 2 ** 40, limit: 5 }), [1]],
    ['has none above', pageById(failing, { until: 2 ** 40, limit: 5 }), []],
    ['is no version', pageInOrder(failing, { since: 2 ** 40, limit: 5 }), []],
  ])('%s', async (_what, page, ids) => {
    expect(withIds(await page).items).toEqual(ids)
  })
})
