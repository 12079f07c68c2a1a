/**
 * Rules as callers write them, for roles and for API keys. A rule with a typing error would be stored and silently never
 * match, so everything that can be told apart from a meant rule is refused, with its place in the body.
 */
import { matches } from '../../access/rules.ts'
import type { Schema } from '../../contract/operation.ts'
import { type OperationRow, operationTable } from '../../contract/operations.ts'
import { policies } from '../../contract/policies.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid } from '../../errors.ts'
import { findDescendants } from './queries.ts'

export interface ReadRule {
  action: string
  resources: string[]
}

const mostRules = 500
const mostResources = 100
/** Of all rules together: each is compared with the rules of whoever grants it, and with every request of whoever gets it. */
const mostResourcesInAll = 2_000
const longestAction = 100
const longestResource = 500
/** Matching takes steps by stars times characters; no sensible pattern needs more. */
const mostStars = 10
/** Different actions with stars: each is compared with every code. */
const mostPatterns = 100

/** @throws Invalid naming the place of each problem, such as `body.rules[2].action` */
export async function readRules(tx: OrgTx, organization: string, rules: readonly Schema<'NewRule'>[]): Promise<ReadRule[]> {
  if (rules.length > mostRules) throw invalid('There are too many rules', [`body.rules: must hold at most ${mostRules} rules`])
  const read = rules.map(({ action, resources }) => ({ action, resources: resources ?? [] }))
  const all = read.reduce((sum, { resources }) => sum + resources.length, 0)
  if (all > mostResourcesInAll)
    throw invalid('There are too many resources', [`body.rules: must hold at most ${mostResourcesInAll} resources in all`])
  const patterns = new Set(read.map(({ action }) => action).filter((action) => action.includes('*')))
  if (patterns.size > mostPatterns)
    throw invalid('There are too many patterns', [`body.rules: must hold at most ${mostPatterns} different actions with stars`])
  refuse(formProblems(read))
  refuse(await placeProblems(tx, organization, read))
  return read
}

function refuse(problems: readonly string[]): void {
  if (problems[0] !== undefined) throw invalid(`The rules cannot be meant like this: ${problems[0]}`, problems.slice(0, 20))
}

function formProblems(rules: readonly ReadRule[]): string[] {
  const known = new Map<string, string | undefined>()
  return rules.flatMap(({ action, resources }, index) => {
    if (!known.has(action)) known.set(action, actionProblem(action))
    const wrong = known.get(action)
    const problems = wrong === undefined ? [] : [`body.rules[${index}].action: ${wrong}`]
    if (resources.length > mostResources)
      return [...problems, `body.rules[${index}].resources: must hold at most ${mostResources} resources`]
    return [...problems, ...placed(resources, index, resourceProblem)]
  })
}

/** Resources may name this organization, or a descendant; whether any other exists is nobody's business here. */
async function placeProblems(tx: OrgTx, organization: string, rules: readonly ReadRule[]): Promise<string[]> {
  const named = new Set(rules.flatMap(({ resources }) => resources.map(organizationOf)))
  const others = [...named].filter((name) => name !== organization && !name.includes('*'))
  const descendants = others.length > 0 ? new Set(await findDescendants(tx, others)) : new Set<string>()
  const foreign = new Set(others.filter((name) => !descendants.has(name)))
  if (foreign.size === 0) return []
  return rules.flatMap(({ resources }, index) =>
    placed(resources, index, (resource) =>
      foreign.has(organizationOf(resource)) ? `must lie in ${organization} or in one of its descendants` : undefined,
    ),
  )
}

const organizationOf = (resource: string): string => resource.split(':', 2)[1] ?? ''

const placed = (resources: readonly string[], rule: number, problemOf: (resource: string) => string | undefined): string[] =>
  resources.flatMap((resource, index) => {
    const problem = problemOf(resource)
    return problem === undefined ? [] : [`body.rules[${rule}].resources[${index}]: ${problem}`]
  })

function actionProblem(action: string): string | undefined {
  if (action.length > longestAction) return `must have at most ${longestAction} characters`
  if (!/^[a-z_*]+(?::[a-z_*]+)*$/.test(action))
    return 'must be a policy code such as organization:project:read, or a pattern of codes with * or **'
  if (starsIn(action) > mostStars) return `must hold at most ${mostStars} stars`
  if (!policies.some(({ code }) => matches(action, code))) return 'matches no policy code; getPolicies lists them'
  return undefined
}

const entities: ReadonlySet<string> = new Set([
  ...policies.flatMap(({ entities }) => entities as readonly string[]),
  ...Object.values<OperationRow>(operationTable).flatMap(({ resource, target }) => [
    ...resource.map(({ entity }) => entity),
    ...(target === null ? [] : [target]),
  ]),
])

function resourceProblem(resource: string): string | undefined {
  if (resource.length > longestResource) return `must have at most ${longestResource} characters`
  if (/[\s\p{C}]/u.test(resource)) return 'must not hold spaces or control characters'
  if (starsIn(resource) > mostStars) return `must hold at most ${mostStars} stars`
  const parts = resource.split(':')
  if (parts[0] !== 'organization' || parts.length < 2) return 'must begin with organization:<canonical>'
  if (parts.includes('')) return 'has an empty part between two colons'
  // Behind a ** nobody can tell kinds of entity from names.
  const open = parts.findIndex((part) => part.includes('**'))
  const plain = open < 0 ? parts : parts.slice(0, open)
  const unknown = plain.find((part, index) => index % 2 === 0 && !part.includes('*') && !entities.has(part))
  if (unknown !== undefined) return `there is no kind of entity "${unknown}"; write organization:<canonical>:<kind>:<canonical>`
  if (open < 0 && parts.length % 2 === 1) return `ends with the kind of an entity: end it with :${parts.at(-1)}:* or :**`
  return undefined
}

const starsIn = (glob: string): number => glob.match(/\*+/g)?.length ?? 0
