import type { Json } from '../../../src/formats/pipeline/types.ts'
import { type Exchange, idOf } from './exchange.ts'
import { type BuildRow, byPlace } from './world.ts'

interface Asked {
  from: number | undefined
  to: number | undefined
  limit: number
}

function asked(exchange: Exchange): Asked {
  const number = (name: string) => {
    const value = exchange.query.get(name)
    return value ? idOf(exchange, value) : undefined
  }
  return { from: number('from'), to: number('to'), limit: number('limit') || 100 }
}

type Links = { older?: number | undefined; newer?: number | undefined }

function sendPage(exchange: Exchange, rows: Json[], { older, newer }: Links, { limit }: Asked): undefined {
  const path = exchange.request.url?.split('?')[0]
  const links = [
    ...(newer === undefined ? [] : [`<http://double${path}?from=${newer}&limit=${limit}>; rel="previous"`]),
    ...(older === undefined ? [] : [`<http://double${path}?to=${older}&limit=${limit}>; rel="next"`]),
  ]
  exchange.json(200, rows, links.length > 0 ? { link: links } : {})
}

/** Bounds are about ids, the order is that of places: what is cut off, and what the links say, goes by both. */
export function sendBuilds(exchange: Exchange, all: readonly BuildRow[], view: (build: BuildRow) => Json): undefined {
  const byTime = exchange.query.has('timestamps')
  const page = byTime ? timesToIds(asked(exchange), all) : asked(exchange)
  if (!page) return exchange.json(200, [])
  const { from, to, limit } = page
  if (from !== undefined && to !== undefined && from > to) return exchange.empty(404)
  const inside = all.filter(({ id }) => (from === undefined || id >= from) && (to === undefined || id <= to)).sort(byPlace)
  const upwards = inside.slice(0, limit)
  const rows = from === undefined ? inside.slice(-limit).reverse() : to === undefined ? upwards.reverse() : upwards
  const [first, last] = [rows[0], rows.at(-1)]
  const older =
    last &&
    all
      .filter(({ id }) => id < last.id)
      .sort(byPlace)
      .at(-1)?.id
  const newer = first && all.filter(({ id }) => id > first.id).sort(byPlace)[0]?.id
  sendPage(exchange, rows.map(view), byTime ? {} : { older, newer }, page)
}

/** The first build in its own order that began in this time, and the last one: what a rerun does to them is Concourse's own mistake. */
function timesToIds({ from, to, limit }: Asked, all: readonly BuildRow[]): Asked | undefined {
  const began = all.filter(({ start }) => start !== undefined).sort(byPlace)
  const first = from === undefined ? undefined : began.find(({ start = 0 }) => start >= from)
  const last = to === undefined ? undefined : began.findLast(({ start = 0 }) => start <= to)
  if ((from !== undefined && !first) || (to !== undefined && !last)) return undefined
  return { from: first?.id, to: last?.id, limit }
}

/** @param all oldest first; a bound that is not among them gives nothing */
export function sendVersions<T extends { id: number }>(
  exchange: Exchange,
  all: readonly T[],
  isWanted: (row: T) => boolean,
  view: (row: T) => Json,
): undefined {
  const page = asked(exchange)
  const placeOf = (id: number) => all.findIndex((row) => row.id === id)
  const [low, high] = [page.from === undefined ? 0 : placeOf(page.from), page.to === undefined ? all.length - 1 : placeOf(page.to)]
  if (low < 0 || high < 0) return exchange.json(200, [])
  const inside = all.slice(low, high + 1).filter(isWanted)
  const upwards = inside.slice(0, page.limit)
  const rows = page.from === undefined ? inside.slice(-page.limit).reverse() : page.to === undefined ? upwards.reverse() : upwards
  const places = rows.map(({ id }) => placeOf(id))
  const wanted = all.map((row, place) => ({ row, place })).filter(({ row }) => isWanted(row))
  const older = wanted.findLast(({ place }) => place < Math.min(...places))?.row.id
  const newer = wanted.find(({ place }) => place > Math.max(...places))?.row.id
  sendPage(exchange, rows.map(view), rows.length > 0 ? { older, newer } : {}, page)
}
