import type { Actor } from '../../access/actor.ts'
import { countAttempt } from '../../access/attempts.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { originOf } from '../login/sign-in.ts'
import { assertMayLink, linkIdentity, redeem, unlinkIdentity } from './identities.ts'
import * as queries from './queries.ts'
import { viewIdentity } from './view.ts'

export const identities: DomainHandlers<'identities'> = {
  async listIdentities({ read, actor }) {
    const rows = await read((tx) => queries.listIdentities(tx, personOf(actor).id))
    return { data: rows.map(viewIdentity) }
  },

  async linkIdentity({ platform, request, read, write, actor }, { body }) {
    const person = personOf(actor)
    const attempt = await countAttempt(platform, request, 'signInCode', body.oauth_code)
    await read((tx) => assertMayLink(tx, person))
    const identity = await redeem(platform, body.social_type, body.oauth_code)
    await attempt.giveBack()
    return { data: viewIdentity(await write((tx) => linkIdentity(tx, person, identity, originOf(request)))) }
  },

  async deleteIdentity({ platform, request, write, actor }, { path }) {
    await write((tx) => unlinkIdentity(platform, tx, personOf(actor), path.identity_id, originOf(request)))
    return undefined
  },
}

/** Keys are refused before a handler of this scope runs. */
function personOf(actor: Actor): Extract<Actor, { kind: 'user' }> {
  if (actor.kind !== 'user') throw invalid('This endpoint is about a person and cannot be used with an API key')
  return actor
}
