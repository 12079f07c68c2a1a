/** What is right in each section may not fit together: names, and what uses them. The order of jobs is in check-order.ts. */
import { shown } from '../json-value.ts'
import { checkGroups, checkPassed, openMatcher } from './check-order.ts'
import type { SeenStep } from './fields.ts'
import type { Findings, Path } from './problems.ts'
import type { Entry, Sections } from './read-config.ts'
import { hookNames } from './steps.ts'
import type { JobConfig } from './types.ts'
import { usesOf } from './uses.ts'

/** Notes every mistake that takes more than one entry to see. */
export function crossCheck(sections: Sections, findings: Findings): void {
  // Before the problems of this file: they hide nothing.
  const allStepsAreKnown = sections.jobs !== undefined && !findings.problems.some(({ path }) => hidesSteps(path))
  for (const key of ['groups', 'var_sources', 'resource_types', 'prototypes', 'resources', 'jobs'] as const)
    checkNames(sections[key] ?? [], findings)
  const jobs = sections.jobs ?? []
  if (sections.jobs?.length === 0 && allStepsAreKnown) findings.problem(['jobs'], 'must have at least one job')
  for (const job of jobs) checkStepNames(job, findings)
  checkPrototypes(sections, findings)
  const used = checkUses(sections, findings)
  if (allStepsAreKnown) checkUnused(sections, used, findings)
  const matching = openMatcher(jobs, findings)
  checkPassed(jobs, matching, findings)
  checkGroups(sections, matching, findings)
}

/** Concourse's rule for names, which older pipelines break: never digits only, no capitals. */
const identifier = /^(?!\d+$)[\p{Ll}\p{Lt}\p{Lm}\p{Lo}\d][\p{Ll}\p{Lt}\p{Lm}\p{Lo}\d\-_.]*$/u

function checkIdentifier(name: string, path: Path, findings: Findings): void {
  if (!identifier.test(name))
    findings.warning(path, `should begin with a small letter or a digit and have only these, -, _ and . in it: ${shown(name)}`)
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

/** @returns the names of the resources that any job uses */
function checkUses({ resources, jobs }: Sections, findings: Findings): Set<string> {
  const used = new Set<string>()
  const known = new Set(resources?.map(({ entry }) => entry.name))
  for (const job of jobs ?? [])
    for (const { resource, path, kind, named } of usesOf(job)) {
      used.add(resource)
      // An entry without a name that can be read may be the one.
      if (resources && !known.has(undefined) && !known.has(resource))
        findings.problem([...path, named ? 'resource' : kind], `names no resource of this pipeline: ${shown(resource)}`)
    }
  return used
}

function checkUnused({ resources }: Sections, used: ReadonlySet<string>, findings: Findings): void {
  for (const { entry, at } of resources ?? [])
    if (entry.name !== undefined && !used.has(entry.name))
      findings.problem(at.path, `is not used: no job gets or puts the resource ${shown(entry.name)}`)
}

/** The path of a job or step as a whole, of what holds steps, or of the name in a get or put. */
function hidesSteps(path: Path): boolean {
  if (path[0] !== 'jobs') return false
  const [before, last] = [path.at(-2), path.at(-1)]
  if (typeof last !== 'number') return stepHolders.has(last ?? '') || last === 'get' || last === 'put' || last === 'resource'
  return path.length === 2 || stepHolders.has(before ?? '')
}
const stepHolders: ReadonlySet<string | number> = new Set(['jobs', 'plan', 'do', 'try', 'in_parallel', 'steps', ...hookNames])

function checkPrototypes({ prototypes, jobs }: Sections, findings: Findings): void {
  const known = new Set(prototypes?.map(({ entry }) => entry.name))
  for (const { at } of jobs ?? [])
    for (const { step, path } of at.steps)
      if ('run' in step && step.type !== undefined && prototypes && !known.has(step.type))
        findings.problem([...path, 'type'], `names no prototype: ${shown(step.type)}`)
}
