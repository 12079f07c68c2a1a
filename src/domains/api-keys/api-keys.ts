/**
 * What is true of API keys. Every function works in the transaction it is handed.
 *
 * A key's rules are what its maker could give at that moment, and stay: a key outlives the rights, and even the account, of
 * whoever made or owns it, because what runs with it must not stop when a person changes desks. Taking somebody out of the
 * organization is meant to shut them out, so that does delete the keys they own (members.ts).
 */
import { accountOf } from '../../access/actor.ts'
import { assertMayGrant } from '../../access/cover.ts'
import { hashOfToken } from '../../access/remember.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { callerOf, ownerAfter } from '../ownership.ts'
import { resolveOwner } from '../people.ts'
import { insertRules } from '../roles/queries.ts'
import { readRules } from '../roles/rule-input.ts'
import * as queries from './queries.ts'

type Caller = Pick<OrganizationContext, 'actor' | 'access' | 'organization'>

export async function getApiKey(tx: OrgTx, canonical: string): Promise<queries.ApiKeyRow> {
  const key = await queries.findApiKey(tx, canonical)
  if (!key) throw notFound(`API key ${canonical}`)
  return key
}

/** Only the token's hash and last seven characters are kept. A key makes others within its own rules, for its own owner. */
export async function createApiKey(
  tx: OrgTx,
  caller: Caller,
  canonical: string,
  body: Schema<'NewAPIKey'>,
  token: string,
): Promise<queries.ApiKeyRow> {
  if (body.rules.length === 0) throw invalid('A key without rules could do nothing', ['body.rules: must hold at least one rule'])
  const rules = await readRules(tx, caller.organization.canonical, body.rules)
  assertMayGrant(caller, rules)
  const { id } = await queries.insertApiKey(tx, {
    canonical,
    name: body.name,
    description: body.description ?? '',
    owner_id: body.owner ? await resolveOwner(tx, body.owner, callerOf(caller.actor)) : accountOf(caller.actor),
    token_hash: hashOfToken(token),
    last_seven: token.slice(-7),
  })
  await insertRules(tx, { api_key_id: id }, rules)
  return getApiKey(tx, canonical)
}

export async function updateApiKey(tx: OrgTx, caller: Caller, canonical: string, body: Schema<'UpdateAPIKey'>): Promise<queries.ApiKeyRow> {
  const key = await lockApiKey(tx, canonical)
  const owner_id = await ownerAfter(tx, caller, `the API key ${canonical}`, body.owner, key.owner_id)
  // The owner is named only when it changes: see the trigger on that column.
  const handOver = owner_id === key.owner_id ? {} : { owner_id }
  await queries.updateApiKey(tx, key.id, { name: body.name, description: body.description ?? '', ...handOver, updated_at: new Date() })
  return getApiKey(tx, canonical)
}

export async function removeApiKey(tx: OrgTx, canonical: string): Promise<void> {
  const { id } = await lockApiKey(tx, canonical)
  await queries.deleteApiKey(tx, id)
}

async function lockApiKey(tx: OrgTx, canonical: string) {
  const key = await queries.lockApiKey(tx, canonical)
  if (!key) throw notFound(`API key ${canonical}`)
  return key
}
