/**
 * How long releases spend in each environment on their way to the last one, from events that say "this version is now in this
 * environment": `kpi=time_to_release`, `project`, `env`, `version`. Pure.
 */
import type { Period } from '../period.ts'
import type { DataSet } from './data-set.ts'
import { type Report, tagOf } from './report.ts'

interface Arrival {
  version: string
  /** Place in the order of release. */
  place: number
  at: number
}

/**
 * A row for each version and environment, dated by its first arrival there, for those that arrived in the period.
 * `duration` is how long it stayed before it came to a later environment. One that came no further stays until another version
 * takes its place, or the period ends. In the last environment (`final`) it is the time since the version was first seen
 * anywhere: the sum of what it spent in the others. `released` says that the version got to the last environment.
 * @param reports until the end of the period; earlier ones tell when a version began its way
 * @param only leave out the rows of the other environments
 */
export function releaseDataSet(reports: readonly Report[], envs: readonly string[], period: Period, only?: string): DataSet {
  const arrivals = firstArrivals(reports, envs)
  const follows = successors(arrivals)
  const rows = grouped(arrivals, ({ version }) => version).flatMap((way) => rowsOf(way, envs, period, follows))
  const shown = rows.filter(({ at, env }) => at >= period.begin && at <= period.end && (only === undefined || env === only))
  shown.sort((a, b) => a.at - b.at || envs.indexOf(a.env) - envs.indexOf(b.env) || (a.version < b.version ? -1 : 1))
  return [
    ['date', 'env', 'version', 'duration', 'final', 'released'],
    ...shown.map(({ at, env, version, duration, final, released }) => [at, env, version, duration, final, released]),
  ]
}

/** Deploying a version again does not begin its stay anew. */
function firstArrivals(reports: readonly Report[], envs: readonly string[]): Arrival[] {
  const places = new Map(envs.map((env, place) => [env, place]))
  const seen = new Set<string>()
  return reports
    .toSorted((a, b) => a.at - b.at || a.id - b.id)
    .flatMap((report) => {
      const version = tagOf(report, 'version')
      const place = places.get(tagOf(report, 'env') ?? '')
      // A tag cannot hold a line break, so no two pairs look the same.
      const pair = `${place}\n${version}`
      if (!version || place === undefined || seen.has(pair)) return []
      seen.add(pair)
      return [{ version, place, at: report.at }]
    })
}

/** When the next version arrived in the same environment. */
function successors(arrivals: readonly Arrival[]): Map<Arrival, number> {
  const next = new Map<Arrival, number>()
  for (const there of grouped(arrivals, ({ place }) => place)) {
    there.sort((a, b) => a.at - b.at)
    for (const [index, arrival] of there.entries()) {
      const after = there[index + 1]
      if (after) next.set(arrival, after.at)
    }
  }
  return next
}

function rowsOf(arrivals: readonly Arrival[], envs: readonly string[], period: Period, follows: Map<Arrival, number>) {
  const onTheWay = arrivals.toSorted((a, b) => a.place - b.place)
  const last = envs.length - 1
  const released = onTheWay.at(-1)?.place === last
  const begun = Math.min(...onTheWay.map(({ at }) => at))
  return onTheWay.map((arrival, index) => {
    const later = onTheWay.slice(index + 1).map(({ at }) => at)
    const left = later.length > 0 ? Math.min(...later) : (follows.get(arrival) ?? period.end)
    const final = arrival.place === last
    return {
      at: arrival.at,
      env: envs[arrival.place] ?? '',
      version: arrival.version,
      // A version that skipped an environment and came back to it later did not wait there.
      duration: final ? arrival.at - begun : Math.max(0, left - arrival.at),
      final,
      released,
    }
  })
}

function grouped<K>(arrivals: readonly Arrival[], by: (arrival: Arrival) => K): Arrival[][] {
  const groups = new Map<K, Arrival[]>()
  for (const arrival of arrivals) {
    const group = groups.get(by(arrival))
    if (group) group.push(arrival)
    else groups.set(by(arrival), [arrival])
  }
  return [...groups.values()]
}
