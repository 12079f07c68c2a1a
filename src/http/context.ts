/** What a handler holds. The scope of its operation decides which of these it gets, and so what it can touch. */
import type { Readable } from 'node:stream'
import { type Actor, accountOf } from '../access/actor.ts'
import { decide, isOwned, type Visibility, visibility } from '../access/decide.ts'
import type { Access, Organization } from '../access/remember.ts'
import type { OperationRow } from '../contract/operations.ts'
import { AccountTx } from '../db/account-tx.ts'
import { OrgTx } from '../db/organization-tx.ts'
import { forbidden } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Platform } from '../platform.ts'
import type { Credentials } from './credentials.ts'
import { type EventDetails, recordEvent } from './record.ts'

export interface RequestInfo {
  readonly id: string
  /** Of the caller, as far as trusted proxies tell. */
  readonly address: string
  /** What the browser or program calls itself; anybody may write anything there. */
  readonly userAgent: string
  readonly log: Log
  /** Of a reader who comes back to a stream of events. */
  readonly lastEventId: string | undefined
  header(name: string): string | undefined
  /** The body as it was sent, for signatures over it; undefined when there was none. */
  rawBody(): Buffer | undefined
  /** The body of an operation that reads it itself (`x-body-stream`); nobody has looked at it, nor counted it. */
  bodyStream(): Readable
  /** Aborted when the caller is gone or the process stops: for answers that last. */
  closed(): AbortSignal
}

/** For operations open to everybody: transactions see accounts, and no organization's rows. */
export interface PublicContext {
  readonly platform: Platform
  readonly request: RequestInfo
  read<T>(run: (tx: AccountTx) => Promise<T>): Promise<T>
  write<T>(run: (tx: AccountTx) => Promise<T>): Promise<T>
}

/** For what a person does about themself: transactions see that person's rows and the organizations they belong to. */
export interface AccountContext extends PublicContext {
  readonly actor: Actor
  /** The presented token, for refreshing it. */
  readonly token: string
  /** Where it stood. Of one in a cookie nothing may be told to a page, nor to whoever has crept into one. */
  readonly by: Credentials['by']
  /** Of the answer, should there be a good one. */
  setCookie(cookie: string): void
}

/** For everything inside an organization. */
export interface OrganizationContext {
  readonly platform: Platform
  readonly request: RequestInfo
  readonly actor: Actor
  readonly organization: Organization
  readonly access: Access
  read<T>(run: (tx: OrgTx) => Promise<T>): Promise<T>
  /**
   * One transaction with its audit event: both or neither. `about` names what changed, when the URL and the result do not;
   * it answers null when nothing changed, or nothing is left that could keep the event.
   */
  write<T>(run: (tx: OrgTx) => Promise<T>, about?: (result: T) => EventDetails | null): Promise<T>
  /** A transaction without an event, for reserving something before work outside. The `write` that settles it is audited. */
  prepare<T>(run: (tx: OrgTx) => Promise<T>): Promise<T>
  /** What of a list the caller may see: rows for which one of the actions is allowed. */
  visible(...actions: string[]): Visibility
  /** @param resource below the organization, such as `project:web` */
  may(action: string, resource: string): boolean
  /** The check of a create, once the new thing's canonical is known. @throws Unauthorized */
  assertMayCreate(canonical: string): void
}

interface Base {
  platform: Platform
  request: RequestInfo
}

export function publicContext({ platform, request }: Base): PublicContext {
  const scope = { kind: 'platform' } as const
  return {
    platform,
    request,
    read: (run) => AccountTx.read(platform.database, scope, run),
    write: (run) => AccountTx.write(platform.database, scope, run),
  }
}

export function accountContext(
  { platform, request }: Base,
  actor: Actor,
  { token = '', by }: Credentials,
  setCookie: (cookie: string) => void,
): AccountContext {
  const accountId = accountOf(actor)
  const scope = accountId === null ? ({ kind: 'platform' } as const) : ({ kind: 'account', accountId } as const)
  return {
    platform,
    request,
    actor,
    token,
    by,
    setCookie,
    read: (run) => AccountTx.read(platform.database, scope, run),
    write: (run) => AccountTx.write(platform.database, scope, run),
  }
}

export interface Admission {
  actor: Actor
  access: Access
  /** Resource strings of what the actor owns here; read only when no rule said yes. */
  owned: readonly string[]
  /** What the URL names: `organization:acme:project:web`. */
  resource: string
}

export function organizationContext(
  { platform, request }: Base,
  operation: OperationRow,
  path: Readonly<Record<string, unknown>>,
  admission: Admission,
  /** Set when something is committed: from then on the request cannot be repeated with fresh rules. */
  progress: { committed: boolean },
): OrganizationContext {
  const { actor, access, owned, resource } = admission
  const prefix = `organization:${access.organization.canonical}`
  const scope = () =>
    ({
      kind: 'organization',
      organizationId: access.organization.id,
      accountId: accountOf(actor),
      subjects: access.subjects,
      epoch: progress.committed ? null : access.epoch,
    }) as const
  const allowed = (action: string, asked: string) => isOwned(owned, asked) || decide(access.rules, action, asked) !== undefined
  return {
    platform,
    request,
    actor,
    organization: access.organization,
    access,
    read: (run) => OrgTx.read(platform.database, scope(), run),
    async write(run, about) {
      const result = await OrgTx.write(platform.database, scope(), async (tx) => {
        const changed = await run(tx)
        const details = about ? about(changed) : {}
        if (operation.audit && details) await recordEvent(tx, { actor, operation, path, details, changed })
        return changed
      })
      progress.committed = true
      return result
    },
    async prepare(run) {
      const result = await OrgTx.write(platform.database, scope(), run)
      progress.committed = true
      return result
    },
    visible: (...actions) => visibility(access.rules, actions, prefix, { id: actor.kind === 'user' ? actor.id : null, owned }),
    may: (action, below) => allowed(action, `${prefix}:${below}`),
    assertMayCreate(canonical) {
      const asked = `${resource}:${operation.target ?? ''}:${canonical}`
      if (operation.permission && !allowed(operation.permission, asked))
        throw forbidden(`You may not create ${asked} here: no rule grants ${operation.permission} on it`)
    },
  }
}
