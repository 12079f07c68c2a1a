/**
 * Pages of this platform (`since` and `until` exclude the id they name) out of those of Concourse (`from` and `to` include theirs).
 * N - 1 and N + 1 would not do: ids of versions are in another order than versions are, and no id says which is next.
 */
import { isProblem } from '../../outside/concourse/errors.ts'
import type { Page, Range } from '../../outside/concourse/types.ts'
import type { EnginePage, EnginePageQuery } from '../types.ts'

interface Row {
  id: number
}

/** How rows are asked for, newest first; with both bounds in any order. */
export type Ask<T> = (range: Range) => Promise<Page<T>>

/** Above it, Concourse's database may have no room for an id, and answers nothing useful. */
export const largestId = 2_147_483_647

const isBeyond = (error: unknown, id: number | undefined): boolean => id !== undefined && id > largestId && isProblem(error, 'server')

/** Of rows in the order in which the server has them. A bound that it does not know gives an empty page. */
export async function pageInOrder<T extends Row>(ask: Ask<T>, page: EnginePageQuery): Promise<EnginePage<T>> {
  try {
    return await inOrder(ask, page)
  } catch (error) {
    if (isBeyond(error, page.since ?? page.until)) return { items: [] }
    throw error
  }
}

async function inOrder<T extends Row>(ask: Ask<T>, { since, until, limit }: EnginePageQuery): Promise<EnginePage<T>> {
  const anchor = since ?? until
  // The one that is excluded, and one more to know whether there is more.
  const { rows, hasOlder, hasNewer } = await ask({
    limit: limit + (anchor === undefined ? 1 : 2),
    ...(since === undefined ? {} : { to: since }),
    ...(since !== undefined || until === undefined ? {} : { from: until }),
  })
  const others = rows.filter(({ id }) => id !== anchor)
  const hasAnchor = others.length < rows.length
  const isUpwards = since === undefined && until !== undefined
  const items = isUpwards ? others.slice(-limit) : others.slice(0, limit)
  const hasMore = others.length > limit
  return withMarks(items, {
    older: isUpwards ? hasAnchor || hasOlder : hasMore || hasOlder,
    newer: isUpwards ? hasMore || hasNewer : hasAnchor || hasNewer,
  })
}

/** More than that in one answer is asked for in parts. */
const batch = 500

/**
 * Of builds, by id. Concourse lists a rerun beside the build that it runs again, although bounds are about ids: a page of its own
 * can lack a rerun that belongs on it, and every later one too. All of a range of ids it does tell. So its page says which range,
 * and the range is what counts.
 */
export async function pageById<T extends Row>(ask: Ask<T>, page: EnginePageQuery): Promise<EnginePage<T>> {
  const { since, until, limit } = page
  try {
    return since === undefined && until !== undefined ? await upwards(ask, until, limit) : await downwards(ask, since, limit)
  } catch (error) {
    if (!isBeyond(error, since ?? until)) throw error
    return since === undefined ? { items: [] } : downwards(ask, undefined, limit)
  }
}

async function downwards<T extends Row>(ask: Ask<T>, since: number | undefined, limit: number): Promise<EnginePage<T>> {
  const { rows } = await ask({ limit: limit + 2, ...(since === undefined ? {} : { to: since }) })
  const isAll = rows.length < limit + 2
  const seen = descending(rows)
  const lowest = seen.filter(({ id }) => id !== since)[limit]?.id
  const all =
    isAll || lowest === undefined ? seen : descending(await between(ask, lowest, since ?? seen[0]?.id ?? lowest, since === undefined))
  const others = all.filter(({ id }) => id !== since)
  const newer = since !== undefined && (others.length < all.length || (await ask({ from: since, limit: 1 })).rows.length > 0)
  return withMarks(others.slice(0, limit), { older: others.length > limit, newer })
}

async function upwards<T extends Row>(ask: Ask<T>, until: number, limit: number): Promise<EnginePage<T>> {
  const { rows } = await ask({ limit: limit + 2, from: until })
  const seen = descending(rows).toReversed()
  const highest = seen.filter(({ id }) => id !== until)[limit]?.id
  const isAll = rows.length < limit + 2
  const all = isAll || highest === undefined ? seen : descending(await between(ask, until, highest, false)).toReversed()
  const others = all.filter(({ id }) => id !== until)
  const older = others.length < all.length || (await ask({ to: until, limit: 1 })).rows.length > 0
  return withMarks(others.slice(0, limit).toReversed(), { older, newer: others.length > limit })
}

/** Every row of a range of ids. @param isOpen what has come above `high` since is in it too */
async function between<T extends Row>(ask: Ask<T>, low: number, high: number, isOpen: boolean): Promise<T[]> {
  const { rows } = await ask({ from: low, limit: batch, ...(isOpen ? {} : { to: high }) })
  if (rows.length < batch || low >= high) return rows
  const middle = Math.floor((low + high) / 2)
  return [...(await between(ask, low, middle, false)), ...(await between(ask, middle + 1, high, isOpen))]
}

const descending = <T extends Row>(rows: readonly T[]): T[] =>
  [...new Map(rows.map((row) => [row.id, row])).values()].sort((one, other) => other.id - one.id)

function withMarks<T extends Row>(items: T[], { older, newer }: { older: boolean; newer: boolean }): EnginePage<T> {
  const [newest, oldest] = [items[0], items.at(-1)]
  return {
    items,
    ...(oldest && older ? { next: { since: oldest.id } } : {}),
    ...(newest && newer ? { previous: { until: newest.id } } : {}),
  }
}
