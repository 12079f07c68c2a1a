/** What is true of projects. Every function works in the transaction it is handed. */

import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, invalid, notFound } from '../../errors.ts'
import { seconds } from '../../time.ts'
import { assertEmpty } from '../components/empty.ts'
import { listComponentsWithin } from '../components/queries.ts'
import { resolveOwner } from '../people.ts'
import { areQuotasOn, findConsumerIn } from '../quotas/queries.ts'
import * as queries from './queries.ts'

type Caller = { id: number; username: string } | null

export async function getProject(tx: OrgTx, canonical: string, accountId: number | null): Promise<queries.ProjectRow> {
  const project = await queries.findProject(tx, canonical, accountId)
  if (!project) throw notFound(`project ${canonical}`)
  return project
}

export async function lockProject(tx: OrgTx, canonical: string) {
  const project = await queries.lockProject(tx, canonical)
  if (!project) throw notFound(`project ${canonical}`)
  return project
}

export async function createProject(
  tx: OrgTx,
  canonical: string,
  body: Schema<'NewProject'>,
  owner: { id: number | null; caller: Caller },
): Promise<queries.ProjectRow> {
  await assertTeamIfNeeded(tx, body.team_canonical)
  // One instant for both: `updated_at` is the version that the next update must name, and some clients name `created_at`.
  const now = new Date()
  const row = {
    canonical,
    name: body.name,
    description: body.description ?? '',
    color: body.color ?? 'default',
    icon: body.icon ?? 'default',
    cloud_provider: null,
    config_repository: body.config_repository_canonical,
    owner_id: body.owner ? await resolveOwner(tx, body.owner, owner.caller) : owner.id,
    team_id: body.team_canonical ? await teamId(tx, body.team_canonical) : null,
    created_at: now,
    updated_at: now,
  }
  return queries.insertProject(tx, row)
}

/**
 * What is absent is cleared, except the repository, the owner and the team, who stay.
 * @throws Conflict when somebody else changed the project since the caller read it
 */
export async function updateProject(
  tx: OrgTx,
  canonical: string,
  body: Schema<'UpdateProject'>,
  caller: Caller,
  mayChangeOwner: (ownerId: number | null) => boolean,
): Promise<queries.ProjectRow> {
  const project = await lockProject(tx, canonical)
  if (body.updated_at !== seconds(project.updated_at))
    throw conflict(`The project ${canonical} was changed meanwhile: read it again and repeat your change`, [
      `body.updated_at: is ${body.updated_at}, but the project was last changed at ${seconds(project.updated_at)}`,
    ])
  const asked = body.team_canonical ? await teamId(tx, body.team_canonical) : project.team_id
  await assertTeamIfNeeded(tx, asked)
  if (asked !== project.team_id) await assertTeamMayChange(tx, project)
  const ownerId = body.owner ? await resolveOwner(tx, body.owner, caller) : project.owner_id
  if (ownerId !== project.owner_id && !mayChangeOwner(project.owner_id))
    throw invalid('Only the owner or an administrator may hand a project to somebody else', ['body.owner: may not be changed by you'])
  const row = {
    name: body.name,
    description: body.description ?? '',
    color: body.color ?? 'default',
    icon: body.icon ?? 'default',
    cloud_provider: body.cloud_provider ?? null,
    ...(body.config_repository_canonical ? { config_repository: body.config_repository_canonical } : {}),
    owner_id: ownerId,
    team_id: asked,
    updated_at: new Date(),
  }
  return queries.updateProject(tx, project.id, row, caller?.id ?? null)
}

export async function removeProject(tx: OrgTx, canonical: string): Promise<void> {
  const { id } = await lockProject(tx, canonical)
  assertEmpty(`project ${canonical}`, await listComponentsWithin(tx, { projectId: id }))
  await queries.deleteProject(tx, id)
}

/** Whose quotas would count otherwise? */
async function assertTeamIfNeeded(tx: OrgTx, team: unknown): Promise<void> {
  if (!team && (await areQuotasOn(tx)))
    throw invalid('With quotas switched on, a project belongs to a team', ['body.team_canonical: must name a team'])
}

async function assertTeamMayChange(tx: OrgTx, { id, canonical }: { id: number; canonical: string }): Promise<void> {
  const consumer = await findConsumerIn(tx, id)
  if (consumer)
    throw conflict(`Components of the project ${canonical} use quotas of its team: it cannot get another one`, [
      `component ${consumer.canonical}: uses a quota`,
    ])
}

async function teamId(tx: OrgTx, canonical: string): Promise<number> {
  const id = await queries.findTeamId(tx, canonical)
  if (id === undefined) throw invalid(`There is no team ${canonical}`, ['body.team_canonical: unknown team'])
  return id
}
