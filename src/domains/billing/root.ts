/** Plans and licences belong to root organizations. */
import { conflict } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { homeOf } from '../organizations/organizations.ts'
import { listAncestors } from '../organizations/queries.ts'

/** @throws Conflict naming the root where the caller may see it */
export async function assertRoot({ organization, actor, read }: OrganizationContext, verb: string): Promise<void> {
  if (organization.parent_id === null) return
  const root = (await read((tx) => listAncestors(tx, homeOf(actor)))).find(({ id }) => id === organization.path[0])
  throw conflict(
    `${organization.canonical} inherits the licence and the plan of its root organization${root ? ` ${root.canonical}` : ''}: ${verb} there`,
  )
}
