/** What is right in each section may not fit together: names, what uses them, and the order of jobs. */
import type { SeenStep } from './fields.ts'
import { type Glob, globOf } from './globs.ts'
import { shown } from '../json-value.ts'
import type { Findings, Path } from './problems.ts'
import type { Entry, Sections } from './read-config.ts'
import type { GetStep, JobConfig, PutStep } from './types.ts'

/** Notes every mistake that takes more than one entry to see. */
export function crossCheck(sections: Sections, findings: Findings): void {
  for (const key of ['groups', 'var_sources', 'resource_types', 'prototypes', 'resources', 'jobs'] as const)
    checkNames(sections[key] ?? [], findings)
  const jobs = sections.jobs ?? []
  if (sections.jobs?.length === 0) findings.problem(['jobs'], 'must have at least one job')
  const matcher = openMatcher(jobs, findings)
  for (const job of jobs) checkStepNames(job, findings)
  checkResources(sections, findings)
  checkRuns(sections, findings)
  checkPassed(jobs, matcher, findings)
  checkGroups(sections, matcher, findings)
}

/** Concourse's rule for names, which older pipelines break: never digits only, no capitals. */
const identifier = /^(?!\d+$)[\p{Ll}\p{Lt}\p{Lm}\p{Lo}\d][\p{Ll}\p{Lt}\p{Lm}\p{Lo}\d\-_.]*$/u

function checkIdentifier(name: string, path: Path, findings: Findings): void {
  if (!identifier.test(name)) findings.warning(path, `should begin with a small letter or a digit and have only these, -, _ and . in it: ${shown(name)}`)
}

function checkNames(entries: readonly Entry<{ name: string }>[], findings: Findings): void {
  const first = new Map<string, number>()
  for (const [index, { entry, at }] of entries.entries()) {
    const { name } = entry
    if (name === undefined) continue
    const path = [...at.path, 'name']
    const before = first.get(name)
    if (before !== undefined) findings.problem(path, `is there twice: entry ${before + 1} is called ${shown(name)} too`)
    else first.set(name, index)
    checkIdentifier(name, path, findings)
  }
}

/** Gets of one job have names of their own, and so have the variables that it loads. */
function checkStepNames({ at }: Entry<JobConfig>, findings: Findings): void {
  const [gets, loaded] = [new Set<string>(), new Set<string>()]
  for (const { step, path } of at.steps) {
    const [kind, name] = kindAndName(step)
    if (name === undefined) continue
    const seen = kind === 'get' ? gets : kind === 'load_var' ? loaded : undefined
    if (seen?.has(name)) findings.problem([...path, kind], `is there twice in this job: ${shown(name)}`)
    seen?.add(name)
    if (kind !== 'set_pipeline' || name !== 'self') checkIdentifier(name, [...path, kind], findings)
  }
}

function kindAndName(step: SeenStep['step']): [kind: string, name: string | undefined] {
  if ('get' in step) return ['get', step.get]
  if ('put' in step) return ['put', step.put]
  if ('task' in step) return ['task', step.task]
  if ('load_var' in step) return ['load_var', step.load_var]
  if ('set_pipeline' in step) return ['set_pipeline', step.set_pipeline]
  return ['', undefined]
}

/** A get or put of which at least the resource is known. */
interface Use {
  resource: string
  path: Path
  kind: 'get' | 'put'
  passed: readonly string[]
}

function usesOf({ at }: Entry<JobConfig>): Use[] {
  return at.steps.flatMap(({ step, path }): Use[] => {
    const { get, put, resource, passed }: Partial<GetStep & PutStep> = step
    const name = resource ?? get ?? put
    if (name === undefined || (!('get' in step) && !('put' in step))) return []
    return [{ resource: name, path, kind: 'get' in step ? 'get' : 'put', passed: passed ?? [] }]
  })
}

function checkResources({ resources, jobs }: Sections, findings: Findings): void {
  const used = new Set<string>()
  const known = new Set(resources?.map(({ entry }) => entry.name))
  for (const job of jobs ?? [])
    for (const { resource, path, kind } of usesOf(job)) {
      used.add(resource)
      // An entry without a name that can be read may be the one.
      if (resources && !known.has(undefined) && !known.has(resource))
        findings.problem([...path, kind], `needs the resource ${shown(resource)}, which is not among the resources`)
    }
  // Of a plan that cannot be read, nobody knows what it uses.
  if (!jobs || findings.problems.some(({ path }) => path[0] === 'jobs' && hidesSteps(path))) return
  for (const { entry, at } of resources ?? [])
    if (entry.name !== undefined && !used.has(entry.name))
      findings.problem(at.path, `is used by no get or put: the resource ${shown(entry.name)} must be used or removed`)
}

/** Problems of a job or step as a whole, or of what holds steps: `jobs[0]`, `jobs[0].plan`, `jobs[0].plan[1]`, `….do`. */
const hidesSteps = (path: Path): boolean => {
  const last = path.at(-1)
  return typeof last === 'number' || ['plan', 'do', 'try', 'in_parallel', 'steps', 'get', 'put', 'resource'].includes(last ?? '')
}

function checkRuns({ prototypes, jobs }: Sections, findings: Findings): void {
  const known = new Set(prototypes?.map(({ entry }) => entry.name))
  for (const { at } of jobs ?? [])
    for (const { step, path } of at.steps)
      if ('run' in step && step.type !== undefined && prototypes && !known.has(step.type))
        findings.problem([...path, 'type'], `names no prototype: ${shown(step.type)}`)
}

/** Indexes of the jobs with a name that a pattern matches. */
type Matcher = (pattern: string, path: Path) => readonly number[]

/** Patterns times names is what a hostile pipeline could make large: at most this many are tried. */
const mostTries = 100_000

function openMatcher(jobs: readonly Entry<JobConfig>[], findings: Findings): Matcher {
  const byName = new Map<string, number[]>()
  for (const [index, { entry }] of jobs.entries())
    if (entry.name !== undefined) byName.set(entry.name, [...(byName.get(entry.name) ?? []), index])
  const known = new Map<string, readonly number[]>()
  let tries = 0
  const tryAll = (glob: Glob, path: Path): number[] => {
    tries += byName.size
    if (tries > mostTries) {
      if (tries - byName.size <= mostTries) findings.problem(path, 'is one pattern too many: they take too long to compare with the names of all jobs')
      return []
    }
    return [...byName].flatMap(([name, indexes]) => (glob(name) ? indexes : []))
  }
  return (pattern, path) => {
    const exact = byName.get(pattern)
    if (exact) return exact
    const glob = /[*?[\]{}\\]/.test(pattern) ? globOf(pattern) : () => false
    if (!glob) findings.problem(path, `is no pattern: ${shown(pattern)}`)
    const found = known.get(pattern) ?? (glob && pattern.length > 0 && /[*?[{\\]/.test(pattern) ? tryAll(glob, path) : [])
    known.set(pattern, found)
    return found
  }
}

function checkPassed(jobs: readonly Entry<JobConfig>[], matching: Matcher, findings: Findings): void {
  throw new Error(String([jobs, matching, findings]))
}

function checkGroups(sections: Sections, matching: Matcher, findings: Findings): void {
  throw new Error(String([sections, matching, findings]))
}
