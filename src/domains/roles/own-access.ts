/** What a caller may do in an organization, told to them: so that a page can say beforehand what would be refused, and why. */
import type { Actor } from '../../access/actor.ts'
import { type Access, Barred } from '../../access/remember.ts'
import type { Rule } from '../../access/rules.ts'
import { sentenceOf } from '../../access/standing.ts'
import type { Schema } from '../../contract/operation.ts'
import { forbidden } from '../../errors.ts'
import type { AccountContext } from '../../http/context.ts'
import { mayEnter, ownedBy, reaches } from '../login/session.ts'
import { findOrganizationNamed } from './queries.ts'

/** Characters of rules in one answer: what a process remembers of one caller may be sixteen times as much. */
const mostCharacters = 500_000

/**
 * Asked of the database, never of memory.
 * @throws Unauthorized, in the same words whether the organization is foreign or does not exist
 */
export async function ownAccess(context: AccountContext, canonical: string): Promise<Schema<'Access'>> {
  const { platform, actor, request } = context
  if (actor.kind === 'api_key') platform.keyUse.note(actor, request.address)
  const access = await platform.memory.accessOf(actor, canonical, true).catch((error: unknown) => {
    if (error instanceof Barred) return error
    throw error
  })
  if (access instanceof Barred) return barred(context, canonical, access)
  if (!access || !mayEnter(actor, access)) throw forbidden(`There is no organization ${canonical} that you may enter`)
  const { organization, blocked } = access
  return {
    organization: { id: organization.id, canonical: organization.canonical, name: organization.name },
    ...rulesOf(access),
    owns: await owned(context, actor, access),
    blocked: blocked.map(sentenceOf),
    blocked_by: [...blocked],
  }
}

/** Whoever is barred is a member, so they may know the name; from an ancestor's membership it is not seen. */
async function barred({ read }: AccountContext, canonical: string, error: Barred): Promise<Schema<'Access'>> {
  const organization = await read((tx) => findOrganizationNamed(tx, canonical))
  if (!organization) throw error
  return { organization, rules: [], complete: true, owns: [], blocked: [], blocked_by: [], lacks: error.lacks }
}

/** Owning gives nothing in a blocked organization: http/admit.ts. */
async function owned({ platform }: AccountContext, actor: Actor, access: Access): Promise<string[]> {
  return actor.kind === 'user' && access.blocked.length === 0 ? ownedBy(platform, actor.id, access) : []
}

/** The widest first, so that what is left out is the least. */
function rulesOf({ rules, organization }: Access): Pick<Schema<'Access'>, 'rules' | 'complete'> {
  const once = new Map<string, Pick<Rule, 'action' | 'resources'>>()
  for (const { action, resources } of rules.rules)
    if (reaches({ resources }, organization.canonical)) once.set(JSON.stringify([action, resources]), { action, resources })
  const told: Schema<'Access'>['rules'] = []
  let characters = 0
  for (const [text, { action, resources }] of [...once].sort(([a], [b]) => a.length - b.length)) {
    characters += text.length
    if (characters > mostCharacters) return { rules: told, complete: false }
    told.push({ action, resources: [...resources] })
  }
  return { rules: told, complete: true }
}
