/** Seats of a licence or a plan: asked for by everything that makes somebody a member. */
import type { OrgTx } from '../../db/organization-tx.ts'

/**
 * Before a person becomes a member of the transaction's organization. Whoever is in another one under the same root has a seat.
 * @throws Conflict naming the limit and what to do, when all seats are taken
 */
export async function takeSeat(_tx: OrgTx, _userId: number): Promise<void> {}

/** After a membership began or ended: whoever collects payments counts again. */
export async function seatsChanged(_tx: OrgTx): Promise<void> {}
