/** What is true of infra policies. They hold where they are: those of an organization do not bind its child organizations. */
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { callerOf, mayHandOver } from '../ownership.ts'
import { resolveOwner } from '../people.ts'
import * as queries from './queries.ts'

const longestBody = 64 * 1024
const mostPolicies = 200
/** Of one text; people mend the first ones first. */
export const mostProblems = 10

export async function getInfraPolicy(tx: OrgTx, canonical: string): Promise<queries.InfraPolicyRow> {
  const policy = await queries.findInfraPolicy(tx, canonical)
  if (!policy) throw notFound(`infra policy ${canonical}`)
  return policy
}

/**
 * Only that it can be read and has a rule that refuses: what a policy names need not exist before a plan is checked.
 * @throws Invalid with line and column of each mistake
 */
export async function assertReadable(
  { platform, organization }: Pick<OrganizationContext, 'platform' | 'organization'>,
  body: string,
): Promise<void> {
  if (Buffer.byteLength(body) > longestBody)
    throw invalid('The policy is too long', [`body.body: must have at most ${longestBody / 1024} KiB`])
  const problems = await platform.policies.check(body, organization.id)
  if (problems.length === 0) return
  throw invalid(
    'The policy is not Rego that can be read, or nothing in it could refuse',
    problems.slice(0, mostProblems).map(({ line, column, message }) => `body.body: line ${line}, column ${column}: ${message}`),
  )
}

export async function createInfraPolicy(
  tx: OrgTx,
  context: Pick<OrganizationContext, 'actor'>,
  canonical: string,
  body: Schema<'NewInfraPolicy'>,
): Promise<queries.InfraPolicyRow> {
  if ((await queries.countInTurn(tx)) >= mostPolicies)
    throw invalid(`An organization has at most ${mostPolicies} infra policies: remove one before adding another`)
  await queries.insertInfraPolicy(tx, {
    canonical,
    name: body.name,
    description: body.description ?? '',
    body: body.body,
    severity: body.severity,
    enabled: body.enabled ?? true,
    owner_id: await resolveOwner(tx, body.owner, callerOf(context.actor)),
  })
  return getInfraPolicy(tx, canonical)
}

/** Replaces everything; an empty owner is none. */
export async function updateInfraPolicy(
  tx: OrgTx,
  context: Pick<OrganizationContext, 'actor' | 'access'>,
  canonical: string,
  body: Schema<'UpdateInfraPolicy'>,
): Promise<queries.InfraPolicyRow> {
  const policy = await queries.lockInfraPolicy(tx, canonical)
  if (!policy) throw notFound(`infra policy ${canonical}`)
  const owner = body.owner === '' ? null : await resolveOwner(tx, body.owner, callerOf(context.actor))
  if (owner !== policy.owner_id && !mayHandOver(context, policy.owner_id))
    throw invalid(`Only the owner or an administrator may hand the infra policy ${canonical} to somebody else`, [
      'body.owner: may not be changed by you',
    ])
  await queries.updateInfraPolicy(tx, policy.id, {
    name: body.name,
    description: body.description,
    body: body.body,
    severity: body.severity,
    enabled: body.enabled,
    owner_id: owner,
    updated_at: new Date(),
  })
  return getInfraPolicy(tx, canonical)
}

export async function removeInfraPolicy(tx: OrgTx, canonical: string): Promise<void> {
  const { numDeletedRows } = await queries.deleteInfraPolicy(tx, canonical)
  if (numDeletedRows === 0n) throw notFound(`infra policy ${canonical}`)
}
