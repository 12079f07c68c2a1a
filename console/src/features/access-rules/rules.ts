/** What a set of rules means, decided by the same functions as every call of the API. Pure. */

import type { Schema } from '@/api/types.ts'
import { decide, decideBelow } from '../../../../src/access/decide.ts'
import { matches, type RuleSet, ruleSet } from '../../../../src/access/rules.ts'

export interface EditedRule {
  /** Tells rules of a form apart while they are edited. */
  key: string
  action: string
  resources: string[]
}

export type Policy = Schema<'Policy'>

let made = 0
export const newRule = (action = '', resources: readonly string[] = []): EditedRule => ({
  key: `rule-${++made}`,
  action,
  resources: [...resources],
})

export const editedRules = (rules: readonly Schema<'Rule'>[]): EditedRule[] =>
  rules.map(({ action, resources }) => newRule(action, resources))

/** As a body has them; those without an action are not meant yet. */
export const bodyOf = (rules: readonly EditedRule[]): Schema<'NewRule'>[] =>
  rules.filter(({ action }) => action !== '').map(({ action, resources }) => ({ action, effect: 'allow' as const, resources }))

export const isSame = (one: readonly EditedRule[], other: readonly EditedRule[]): boolean =>
  one.length === other.length &&
  one.every(({ action, resources }, at) => action === other[at]?.action && resources.join(' ') === other[at].resources.join(' '))

export const setOf = (rules: readonly Pick<EditedRule, 'action' | 'resources'>[]): RuleSet =>
  ruleSet(
    rules.map(({ action, resources }, id) => ({ id, organization_id: 0, action, resources })),
    0,
  )

export const actionsOf = (action: string, policies: readonly Policy[]): Policy[] =>
  action === '' ? [] : policies.filter(({ code }) => matches(action, code))

/** Under which an action is listed: the last kind of thing that it is about. */
export const entityOf = ({ entities, code }: Policy): string => entities?.at(-1) ?? code.split(':')[0] ?? ''

/** `organization:project:read` → `read`; `organization:service_catalog:terraform:read` → `terraform read`. */
export const verbOf = (policy: Policy): string => {
  const parts = policy.code.split(':').slice(1)
  return (parts[0] === entityOf(policy) && parts.length > 1 ? parts.slice(1) : parts).join(' ').replaceAll('_', ' ')
}

/** Creating and listing are asked of what the things are in, before any of them has a name. */
export const isOpen = (policy: Policy): boolean => /:(?:create|list)$/.test(policy.code) && (policy.entities?.length ?? 0) > 1

/** May whoever has these rules do it there? @param resource of the thing; for what is created or listed, of what it is in */
export const may = (rules: RuleSet, policy: Policy, resource: string): boolean =>
  isOpen(policy)
    ? decideBelow(rules, policy.code, `${resource}:${entityOf(policy)}:`) !== undefined
    : decide(rules, policy.code, resource) !== undefined

/** The kinds of a resource: `organization:acme:project:web` → `organization:project`. */
export const kindsOf = (resource: string): string =>
  resource
    .split(':')
    .filter((_, at) => at % 2 === 0)
    .join(':')

/** Of what kinds the resources are that an action is asked of. */
export const askedOf = (policy: Policy): string =>
  (isOpen(policy) ? (policy.entities ?? []).slice(0, -1) : (policy.entities ?? [])).join(':')

export interface Change {
  added: boolean
  policies: Policy[]
  /** Empty: everywhere. */
  resources: readonly string[]
}

/** What differs between two sets of rules, action by action; actions that change alike are one change. */
export function changesBetween(
  before: readonly Pick<EditedRule, 'action' | 'resources'>[],
  after: readonly Pick<EditedRule, 'action' | 'resources'>[],
  policies: readonly Policy[],
): Change[] {
  const [old, next] = [setOf(before), setOf(after)]
  const found = new Map<string, Change>()
  const add = (added: boolean, policy: Policy, resources: readonly string[]) => {
    const key = `${added} ${resources.join(' ')}`
    const change = found.get(key) ?? { added, policies: [], resources }
    change.policies.push(policy)
    found.set(key, change)
  }
  for (const policy of policies) {
    const [was, is] = [reachOf(old, policy.code), reachOf(next, policy.code)]
    if (is === 'all' && was !== 'all') add(true, policy, [])
    else if (was === 'all' && is !== 'all') {
      add(false, policy, [])
      if (is.length > 0) add(true, policy, is)
    } else if (was !== 'all' && is !== 'all') {
      const [more, less] = [is.filter((one) => !was.includes(one)), was.filter((one) => !is.includes(one))]
      if (more.length > 0) add(true, policy, more)
      if (less.length > 0) add(false, policy, less)
    }
  }
  return [...found.values()].sort((a, b) => Number(a.added) - Number(b.added))
}

function reachOf(rules: RuleSet, code: string): 'all' | string[] {
  const granting = rules.granting(code)
  if (granting.some(({ resources }) => resources.length === 0)) return 'all'
  return [...new Set(granting.flatMap(({ resources }) => resources))].sort()
}

export type Wrong = 'actionForm' | 'actionUnknown' | 'resourceSpace' | 'resourceBegin' | 'resourceGap' | 'resourceEnd'

/** What the API would refuse, while somebody types. The API looks further: at names of kinds and of other organizations. */
export function wrongAction(action: string, policies: readonly Policy[]): Wrong | undefined {
  if (!/^[a-z_*]+(?::[a-z_*]+)*$/.test(action)) return 'actionForm'
  return policies.length > 0 && actionsOf(action, policies).length === 0 ? 'actionUnknown' : undefined
}

export function wrongResource(resource: string): Wrong | undefined {
  if (/[\s\p{C}]/u.test(resource)) return 'resourceSpace'
  const parts = resource.split(':')
  if (parts[0] !== 'organization' || parts.length < 2) return 'resourceBegin'
  if (parts.includes('')) return 'resourceGap'
  return !resource.includes('**') && parts.length % 2 === 1 ? 'resourceEnd' : undefined
}
