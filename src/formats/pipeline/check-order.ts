/** Names of jobs as `passed` and groups give them, and the order of jobs that follows from `passed`. */
import { shown } from '../json-value.ts'
import { globOf } from './globs.ts'
import type { Findings, Path } from './problems.ts'
import type { Entry, Sections } from './read-config.ts'
import type { JobConfig } from './types.ts'
import { type Use, usesOf } from './uses.ts'

/** Indexes of the jobs that a name or glob means; undefined: it is no glob, and a problem was noted. */
export type Matching = (pattern: string, path: Path) => readonly number[] | undefined

/** Globs times names is what a hostile pipeline could make large. An honest one compares a few thousand. */
const mostTries = 200_000

export function openMatcher(jobs: readonly Entry<JobConfig>[], findings: Findings): Matching {
  const byName = new Map<string, [number]>()
  // Of jobs with the same name, which is a problem already, the first stands for all.
  for (const [index, { entry }] of jobs.entries()) if (entry.name !== undefined && !byName.has(entry.name)) byName.set(entry.name, [index])
  const known = new Map<string, readonly number[]>()
  let tries = 0
  return (pattern, path) => {
    const exact = byName.get(pattern)
    if (exact) return exact
    const found = known.get(pattern)
    // Whoever asks looks at each of them again.
    tries += found ? found.length : byName.size
    if (found) return tries > mostTries ? undefined : found
    if (tries > mostTries) {
      findings.problem(path, 'is a pattern too many: comparing all of them with the names of all jobs takes too long')
      return undefined
    }
    const glob = globOf(pattern)
    if (!glob) {
      findings.problem(path, `is no pattern that can be read: ${shown(pattern)}`)
      return undefined
    }
    const matching = [...byName].flatMap(([name, indexes]) => (glob(name) ? indexes : []))
    known.set(pattern, matching)
    return matching
  }
}

/** One job after another: what `passed` says. */
interface Edge {
  to: number
  path: Path
}

export function checkPassed(jobs: readonly Entry<JobConfig>[], matching: Matching, findings: Findings): void {
  const uses = jobs.map(usesOf)
  const resources = uses.map((all) => new Set(all.map(({ resource }) => resource)))
  const edgesOf = ({ resource, path, passed }: Use): Edge[] =>
    passed.flatMap((pattern, at) => {
      const place = [...path, 'passed', at]
      const named = pattern === '' ? undefined : matching(pattern, place)
      if (!named) return []
      const passing = named.filter((job) => resources[job]?.has(resource))
      if (named.length === 0) findings.problem(place, `names no job: ${shown(pattern)}`)
      else if (passing.length === 0)
        findings.problem(place, `names ${shown(pattern)}, which neither gets nor puts the resource ${shown(resource)}`)
      return passing.map((to) => ({ to, path: place }))
    })
  const edges = uses.map((all) => all.flatMap(edgesOf))
  for (const { circle, path } of circlesIn(edges))
    findings.problem(path, `goes in a circle: ${circleText(circle.map((job) => jobs[job]?.entry.name ?? ''))}`)
}

/** More help nobody. */
const mostCircles = 20

/** `a, which needs b, which needs a` */
function circleText(names: readonly string[]): string {
  const told = names.length > 10 ? [...names.slice(0, 9), '…', ...names.slice(-1)] : names
  return told.map(shown).join(', which needs ')
}

/** Depth first, without recursion: there may be thousands of jobs in a row. */
function circlesIn(edges: readonly Edge[][]): { circle: number[]; path: Path }[] {
  const circles: { circle: number[]; path: Path }[] = []
  const state = new Map<number, 'open' | 'done'>()
  for (const start of edges.keys()) {
    if (state.has(start)) continue
    const stack = [{ job: start, next: 0 }]
    state.set(start, 'open')
    for (let top = stack.at(-1); top && circles.length < mostCircles; top = stack.at(-1)) {
      const edge = edges[top.job]?.[top.next++]
      if (!edge) {
        state.set(top.job, 'done')
        stack.pop()
      } else if (state.get(edge.to) === 'open') {
        const from = stack.findIndex(({ job }) => job === edge.to)
        circles.push({ circle: [...stack.slice(from).map(({ job }) => job), edge.to], path: edge.path })
      } else if (!state.has(edge.to)) {
        state.set(edge.to, 'open')
        stack.push({ job: edge.to, next: 0 })
      }
    }
  }
  return circles
}

/** Groups only show, but where there are some, each job must be in one. */
export function checkGroups({ groups = [], resources, jobs = [] }: Sections, matching: Matching, findings: Findings): void {
  const known = new Set(resources?.map(({ entry }) => entry.name))
  const grouped = new Set<string | undefined>()
  let areComplete = true
  for (const { entry, at } of groups) {
    for (const [index, pattern] of (entry.jobs ?? []).entries()) {
      const place = [...at.path, 'jobs', index]
      const named = pattern === '' ? undefined : matching(pattern, place)
      if (!named) areComplete = false
      if (named?.length === 0) findings.problem(place, `names no job: ${shown(pattern)}`)
      for (const job of named ?? []) grouped.add(jobs[job]?.entry.name)
    }
    for (const [index, name] of (entry.resources ?? []).entries())
      if (name !== '' && resources && !known.has(undefined) && !known.has(name))
        findings.problem([...at.path, 'resources', index], `names no resource of this pipeline: ${shown(name)}`)
  }
  if (groups.length === 0 || !areComplete) return
  for (const { entry, at } of jobs)
    if (entry.name !== undefined && !grouped.has(entry.name))
      findings.problem(at.path, `is in no group: where there are groups, each job must be in one, and ${shown(entry.name)} is not`)
}
