import type { EnginePage, EnginePageQuery } from '../../types.ts'

/**
 * @param rows as they were asked for: oldest first with `until`, newest first otherwise; `place` is what they are ordered by
 * @param around whether there are older ones than the place `oldest`, and newer ones than `newest`
 */
export async function pageFrom<T>(
  rows: readonly { id: number; place: number; item: T }[],
  { until }: EnginePageQuery,
  around: (oldest: number, newest: number) => Promise<{ older: boolean; newer: boolean } | undefined>,
): Promise<EnginePage<T>> {
  const newestFirst = until === undefined ? rows : rows.toReversed()
  const [newest, oldest] = [newestFirst[0], newestFirst.at(-1)]
  if (!newest || !oldest) return { items: [] }
  const there = await around(oldest.place, newest.place)
  return {
    items: newestFirst.map(({ item }) => item),
    ...(there?.older ? { next: { since: oldest.id } } : {}),
    ...(there?.newer ? { previous: { until: newest.id } } : {}),
  }
}
