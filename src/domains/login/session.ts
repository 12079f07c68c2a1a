/** What a session is told about itself. The API decides on each call by itself: this helps a console to show or hide. */
import type { Actor } from '../../access/actor.ts'
import type { Access } from '../../access/remember.ts'
import { couldMatchBelow, matches, type Rule } from '../../access/rules.ts'
import type { Schema } from '../../contract/operation.ts'
import { policies } from '../../contract/policies.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { invalid, unauthenticated } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { ownedResources } from '../organizations/owned.ts'
import type { PersonRow } from './queries.ts'

type Session = Schema<'UserSession'>

/** Where the session is to be good: an organization, or one of its descendants. Without, it carries only the person. */
export interface Place {
  organization?: string | undefined
  child?: string | undefined
}

/**
 * The answer to a sign-in or a refresh: a token of the session, and what it may do in the place.
 * @param until when the token ends
 * @throws Unauthenticated when the place is none that the person may enter; Barred when the session lacks what the place demands
 */
export async function personSession(
  platform: Platform,
  person: PersonRow,
  { session, confinedTo, until }: { session: number; confinedTo: number | null; until: Date },
  place: Place,
): Promise<Session> {
  const { given_name, family_name, locale, id, username } = person
  const names = { given_name, family_name, locale }
  const user = { kind: 'user', id, username, session, organization: null, confinedTo } as const
  const access = await enter(platform, user, place)
  if (!access) return { token: await platform.tokens.sign(user, until, names), owns: [], permissions: {} }
  const { organization } = access
  const target = { id: organization.id, canonical: organization.canonical, name: organization.name }
  return {
    token: await platform.tokens.sign({ ...user, organization: target.canonical }, until, { ...names, organization: target }),
    // Owning gives nothing in a blocked organization: http/admit.ts.
    owns: access.blocked.length > 0 ? [] : await ownedBy(platform, id, access),
    permissions: permissionsOf(access),
  }
}

/**
 * An API key works on its organization and the descendants by itself, and lives until it is deleted: it keeps its token.
 * @throws Unauthenticated when the place is not in its organization, or its rules do not reach there
 */
export async function keySession(
  platform: Platform,
  key: Extract<Actor, { kind: 'api_key' }>,
  token: string,
  { organization = key.organization, child }: Place,
): Promise<Session> {
  const access = await enter(platform, key, { organization, child })
  return { token, owns: [], permissions: access ? permissionsOf(access) : {} }
}

/** Asked of the database, never of memory: a session is made after something changed. */
async function enter(platform: Platform, actor: Actor, { organization, child }: Place): Promise<Access | undefined> {
  if (organization === undefined) {
    if (child !== undefined)
      throw invalid('A child needs its organization', ['query.child_canonical: needs organization_canonical beside it'])
    return undefined
  }
  const access = await platform.memory.accessOf(actor, organization, true)
  if (!access || !mayEnter(actor, access)) throw noEntry(organization)
  if (child === undefined) return access
  const below = await platform.memory.accessOf(actor, child, true)
  // The same words for a child that is elsewhere, out of reach, or not there.
  if (!below?.organization.path.includes(access.organization.id) || !mayEnter(actor, below)) throw noEntry(child)
  return below
}

const noEntry = (canonical: string) => unauthenticated(`There is no organization ${canonical} that you may enter`)

/** Members of it, its own keys, and those whom a rule of an ancestor lets do something in it. */
export function mayEnter(actor: Actor, { memberId, organization, rules }: Access): boolean {
  if (memberId !== null || (actor.kind === 'api_key' && actor.organizationId === organization.id)) return true
  return rules.rules.some((rule) => reaches(rule, organization.canonical))
}

/** Not on something elsewhere: a rule held in an ancestor may be about another of its children. */
export function reaches({ resources }: Pick<Rule, 'resources'>, canonical: string): boolean {
  const resource = `organization:${canonical}`
  return resources.length === 0 || resources.some((glob) => matches(glob, resource) || couldMatchBelow(glob, `${resource}:`))
}

/** For each policy one rule that grants it, the widest: one without resources covers everything. */
function permissionsOf({ rules, organization }: Access): Session['permissions'] {
  const permissions: Session['permissions'] = {}
  // Once, not once for each policy: a role may hold thousands of resources.
  const reaching = new Set(rules.rules.filter((rule) => reaches(rule, organization.canonical)))
  for (const { code } of policies) {
    const granting = rules.granting(code).filter((rule) => reaching.has(rule))
    const rule = granting.find(({ resources }) => resources.length === 0) ?? granting[0]
    if (rule) permissions[code] = { id: rule.id, action: rule.action, effect: 'allow', resources: [...rule.resources] }
  }
  return permissions
}

export function ownedBy(platform: Platform, accountId: number, { organization, subjects }: Access): Promise<string[]> {
  const scope = { kind: 'organization', organizationId: organization.id, accountId, subjects, epoch: null } as const
  return OrgTx.read(platform.database, scope, (tx) => ownedResources(tx, organization.canonical, accountId))
}
