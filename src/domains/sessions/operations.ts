import type { Actor } from '../../access/actor.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import { notFound, unauthenticated } from '../../errors.ts'
import { seconds } from '../../time.ts'
import { originOf } from '../login/sign-in.ts'
import { noteAccountEvent } from './account-events.ts'
import { deleteSessions, listAccountEvents, listSessions } from './queries.ts'

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
