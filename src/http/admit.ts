/**
 * The first three steps of a request: who is calling, which organization, and may they. Nothing of the question's body is
 * read before, so a stranger learns nothing, not even which body an operation takes.
 */
import type { Request } from 'express'
import type { Actor } from '../access/actor.ts'
import { decide, decideBelow, isOwned, prefixBelow } from '../access/decide.ts'
import { sentenceOf } from '../access/standing.ts'
import type { OperationId, OperationRow } from '../contract/operations.ts'
import { OrgTx } from '../db/organization-tx.ts'
import { ownedResources } from '../domains/organizations/owned.ts'
import { ApiError, forbidden, invalid, unauthenticated } from '../errors.ts'
import type { Platform } from '../platform.ts'
import type { Admission } from './context.ts'
import { assertOwnPage, type Credentials } from './credentials.ts'

/** What says who is calling, and what goes with it. */
export interface Caller {
  readonly credentials: Credentials
  readonly request: Request
  readonly id: OperationId
}

export async function authenticate(platform: Platform, { credentials, request, id }: Caller, fresh: boolean): Promise<Actor> {
  const { token, by } = credentials
  if (token === undefined)
    throw unauthenticated('This needs a token: sign in, or use an API key, and send it as Authorization: Bearer <token>')
  const actor = await platform.memory.actorOf(token, fresh)
  if (by === 'cookie') assertOwnPage(platform, request, actor, id === 'getBrowserSession')
  return actor
}

/** API keys belong to machines: what is about a person refuses them, unless the document says otherwise. */
export function refuseKeys(actor: Actor, operation: OperationRow): void {
  if (actor.kind === 'api_key' && !operation.apiKeys) throw invalid('This endpoint is about a person and cannot be used with an API key')
}

/**
 * Whoever an organization's own identity provider vouched for is somebody there. What is about their account is theirs alone:
 * that organization's administrators decide who may say "this is Ada", and must not reach what else she has.
 */
export function refuseConfined(actor: Actor, operation: OperationRow): void {
  if (actor.kind === 'user' && actor.confinedTo !== null && !operation.confined)
    throw forbidden(
      'This session began at the identity provider of an organization and is good there only: sign in with your own password, passkey or account to do this',
    )
}

/** @throws Unauthenticated, or Unauthorized in the same words whether the organization is foreign or does not exist. */
export async function admit(
  platform: Platform,
  operation: OperationRow,
  path: Readonly<Record<string, string | undefined>>,
  caller: Caller,
  fresh: boolean,
): Promise<Admission> {
  const found = await authenticate(platform, caller, fresh)
  const canonical = path.organization_canonical ?? ''
  const access = await platform.memory.accessOf(found, canonical, fresh)
  if (!access) throw forbidden(`There is no organization ${canonical} that you may enter`)
  // Renamed since the session began? Whoever took the old name must not be taken for the caller.
  const actor = found.kind === 'user' ? { ...found, username: access.username ?? found.username } : found
  const resource = operation.resource.map(({ entity, parameter }) => `${entity}:${nameInPath(path[parameter])}`).join(':')
  const action = operation.permission ?? ''
  // Of a create or a list the last name is not known yet: could there be one for which the answer is yes?
  const open = operation.target !== null && /:(create|list)$/.test(action)
  const below = prefixBelow(resource, operation.target ?? '')
  const granted = open ? decideBelow(access.rules, action, below) : decide(access.rules, action, resource)
  const partly = granted !== undefined && open && granted.resources.length > 0
  if (granted && !partly) return { actor, access, owned: [], resource }
  // Owners need no rule; what they own is looked up only when rules alone do not settle it.
  // Not in a blocked organization, where only what standing.ts lists is left.
  const owned = actor.kind === 'user' && access.blocked.length === 0 ? await ownedBy(platform, actor.id, access) : []
  const ownsInList = open && action.endsWith(':list') && owned.some((mine) => mine.startsWith(below) || isOwned([mine], resource))
  if (granted || ownsInList || isOwned(owned, resource)) return { actor, access, owned, resource }
  if (access.blocked.length > 0)
    throw forbidden(`The organization ${access.organization.canonical} is blocked: ${access.blocked.map(sentenceOf).join(', and ')}`)
  throw forbidden(`You may not do this: no rule grants ${action} on ${resource}`)
}

/** A stack reference carries its organization (`acme:web`); the resource path has it already. */
const nameInPath = (value: string | undefined): string => value?.slice(value.lastIndexOf(':') + 1) ?? ''

function ownedBy(platform: Platform, accountId: number, { organization, subjects, epoch }: Admission['access']): Promise<string[]> {
  const scope = { kind: 'organization', organizationId: organization.id, accountId, subjects, epoch } as const
  return OrgTx.read(platform.database, scope, (tx) => ownedResources(tx, organization.canonical, accountId))
}

export const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === 'Unauthenticated' || error.code === 'Unauthorized')
