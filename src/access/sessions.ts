import { AccountTx } from '../db/account-tx.ts'
import type { Database } from '../db/pool.ts'
import { unauthenticated } from '../errors.ts'
import type { Actor } from './actor.ts'

export interface Sessions {
  /**
   * @returns the actor under the name they have now
   * @throws Unauthenticated when the person is gone, or all their sessions were ended after this one began
   */
  assertLive(actor: Actor): Promise<Actor>
}

/** Inside an organization the same is part of reading the access (remember.ts); this is for what is outside of one. */
export function openSessions(database: Database): Sessions {
  return {
    async assertLive(actor) {
      if (actor.kind !== 'user') return actor
      const user = await AccountTx.read(database, { kind: 'account', accountId: actor.id }, ({ db }) =>
        db.selectFrom('users').select(['token_generation', 'username']).where('id', '=', actor.id).executeTakeFirst(),
      )
      if (user?.token_generation !== actor.generation) throw unauthenticated('The session has ended: sign in again')
      return { ...actor, username: user.username }
    },
  }
}
