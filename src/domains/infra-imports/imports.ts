/** Imports that were begun: reading, retrying, giving up. */
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, notFound } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
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

/** @throws Conflict for one that has not failed */
export async function retryImport(tx: OrgTx, subject: Subject): Promise<{ canonical: string }> {
  const { id, status, stack_ref } = await getImport(tx, subject)
  const attempt = await queries.restart(tx, id)
  if (attempt === undefined)
    throw conflict(status === 'succeeded' ? 'The import has succeeded: there is nothing to retry' : 'The import is still running')
  await enqueue(tx, 'infraImports.run', { organizationId: tx.organizationId, importId: id, attempt })
  return { canonical: stack_ref }
}

/** A run that is under way ends soon; what it has made already stays. */
export async function removeImport(tx: OrgTx, subject: Subject): Promise<{ canonical: string }> {
  const { id, stack_ref } = await getImport(tx, subject)
  await queries.deleteImport(tx, id)
  return { canonical: stack_ref }
}
