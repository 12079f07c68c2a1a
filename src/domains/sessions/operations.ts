import type { Actor } from '../../access/actor.ts'
import { csrfTokenOf, sessionCookie } from '../../access/browser-session.ts'
import { extendSession } from '../../access/sessions.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import { invalid, notFound, unauthenticated } from '../../errors.ts'
import type { AccountContext } from '../../http/context.ts'
import { seconds } from '../../time.ts'
import { getAccount } from '../accounts/accounts.ts'
import { viewAccount } from '../accounts/view.ts'
import { originOf } from '../login/sign-in.ts'
import { noteAccountEvent } from './account-events.ts'
import { deleteSessions, findOwnSession, listAccountEvents, listSessions } from './queries.ts'

export const sessions: DomainHandlers<'sessions'> = {
  async listSessions({ read, actor }) {
    const person = personOf(actor)
    const rows = await read((tx) => listSessions(tx, person.id, person.confinedTo))
    return { data: rows.map((row) => viewSession(row, person.session)) }
  },

  async revokeSession({ write, actor, request }, { path }) {
    const person = personOf(actor)
    await write(async (tx) => {
      const ended = await deleteSessions(tx, person.id, { only: path.session_id }, person.confinedTo)
      if (ended.length === 0) throw notFound(`session ${path.session_id}`)
      await noteAccountEvent(tx, {
        userId: person.id,
        action: 'sessions_ended',
        message: `${person.username} ended ${path.session_id === person.session ? 'the session they were in' : 'a session'}`,
        origin: originOf(request),
        confinedTo: person.confinedTo,
      })
    })
    return undefined
  },

  async revokeOtherSessions({ write, actor, request }) {
    const person = personOf(actor)
    await write(async (tx) => {
      const ended = await deleteSessions(tx, person.id, { not: person.session }, person.confinedTo)
      if (ended.length === 0) return
      await noteAccountEvent(tx, {
        userId: person.id,
        action: 'sessions_ended',
        message: `${person.username} ended all other sessions (${ended.length})`,
        origin: originOf(request),
        confinedTo: person.confinedTo,
      })
    })
    return undefined
  },

  async openBrowserSession(context) {
    // A link or a form of another site can bring a token in the URL, and would sign the visitor in as somebody else.
    if (context.by !== 'header') throw invalid('Send the token of the sign-in in the header Authorization: Bearer <token>')
    return { data: await carryOn(context) }
  },

  async getBrowserSession(context) {
    if (context.by !== 'cookie') throw invalid('This is about the session in the cookie of a browser: send no token along')
    return { data: await carryOn(context) }
  },

  async closeBrowserSession({ platform, write, actor, request, setCookie }) {
    const person = personOf(actor)
    await write(async (tx) => {
      const ended = await deleteSessions(tx, person.id, { only: person.session }, person.confinedTo)
      if (ended.length === 0) return
      await noteAccountEvent(tx, {
        userId: person.id,
        action: 'sessions_ended',
        message: `${person.username} signed out`,
        origin: originOf(request),
        confinedTo: person.confinedTo,
      })
    })
    setCookie(sessionCookie(platform.config, '', 0))
    return undefined
  },

  async listAccountEvents({ read, actor }, { query }) {
    const { rows, pagination } = await read((tx) => listAccountEvents(tx, personOf(actor).id, query))
    return {
      data: rows.map(({ id, action, message, address, user_agent, created_at }) => ({
        id,
        action,
        message,
        address,
        user_agent,
        created_at: seconds(created_at),
      })),
      pagination,
    }
  },
}

/** The session goes on, and the browser is given its cookie anew. */
async function carryOn({ platform, actor, read, write, setCookie }: AccountContext): Promise<Schema<'BrowserSession'>> {
  const person = personOf(actor)
  const ended = () => unauthenticated('The session has ended: sign in again')
  const until = await write((tx) => extendSession(tx, person.session, platform.config))
  if (!until) throw ended()
  const [account, session] = await read(
    async (tx) => [await getAccount(tx, person.id), await findOwnSession(tx, person.id, person.session)] as const,
  )
  if (!session) throw ended()
  const { given_name, family_name, locale } = account
  // Signed first: that is when a new signing key is noticed, and the token beside it should be made by the same one.
  const token = await platform.tokens.sign({ ...person, organization: null }, until, { given_name, family_name, locale })
  setCookie(sessionCookie(platform.config, token, Math.max(0, Math.floor((until.getTime() - Date.now()) / 1000))))
  return {
    csrf_token: csrfTokenOf(platform.tokens, person.session),
    expires_at: seconds(until),
    account: viewAccount(account, actor),
    session: viewSession(session, person.session),
  }
}

function viewSession(row: Awaited<ReturnType<typeof listSessions>>[number], current: number): Schema<'Session'> {
  return {
    id: row.id,
    current: row.id === current,
    method: row.method as Schema<'Session'>['method'],
    address: row.address,
    user_agent: row.user_agent,
    created_at: seconds(row.created_at),
    last_used_at: seconds(row.last_used_at),
    expires_at: seconds(row.expires_at),
    ...(row.second_factor ? { second_factor: row.second_factor as NonNullable<Schema<'Session'>['second_factor']> } : {}),
    ...(row.organization ? { organization_canonical: row.organization } : {}),
  }
}

/** Keys are refused before a handler of this scope runs. */
function personOf(actor: Actor): Extract<Actor, { kind: 'user' }> {
  if (actor.kind !== 'user') throw unauthenticated('This is about a person')
  return actor
}
