/** Imports that were begun: reading, retrying, giving up. */

import { accountOf } from '../../access/actor.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { assertPossible, checked, requestOf } from './create.ts'
import * as queries from './queries.ts'

/** By what it makes. */
export type Subject = { project: string } | { stack: string }

export async function getImport(tx: OrgTx, subject: Subject): Promise<queries.ImportRow> {
  const [found, what] =
    'project' in subject
      ? [await queries.findOfProject(tx, subject.project), `project ${subject.project}`]
      : [await queries.findOfStack(tx, subject.stack), `stack ${subject.stack}`]
  if (!found) throw notFound(`import of the ${what}`)
  return found
}

/**
 * In the name of whoever retries, who must be allowed everything that it makes and uses.
 * @throws Conflict for one that has not failed
 */
export async function retryImport(context: OrganizationContext, subject: Subject): Promise<void> {
  const before = await context.read((tx) => getImport(tx, subject))
  if (before.status !== 'failed') throw notFailed(before.status)
  const body = await checked(context, before.request.body)
  await context.write(async (tx) => {
    const { id, status, stack_ref } = await getImport(tx, subject)
    if (id !== before.id) throw conflict('The import was replaced by another one meanwhile')
    const request = requestOf(context.actor, body, await assertPossible(tx, context, body))
    const attempt = await queries.restart(tx, id, { request, user_id: accountOf(context.actor) })
    if (attempt === undefined) throw notFailed(status)
    await enqueue(tx, 'infraImports.run', { organizationId: tx.organizationId, importId: id, attempt })
    return { canonical: stack_ref }
  })
}

const notFailed = (status: string) =>
  conflict(status === 'succeeded' ? 'The import has succeeded: there is nothing to retry' : 'The import is still running')

/** A run that is under way ends soon; what it has made already stays. */
export async function removeImport(tx: OrgTx, subject: Subject): Promise<{ canonical: string }> {
  const { id, stack_ref } = await getImport(tx, subject)
  await queries.deleteImport(tx, id)
  return { canonical: stack_ref }
}
