/** Seats of a licence or a plan: asked for by everything that makes somebody a member. */
import { type BlockReason, billingOf, seatsOf, sentenceOf, standingOf } from '../../access/standing.ts'
import type { Config } from '../../config.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import * as queries from './queries.ts'

/**
 * Before a person becomes a member of the transaction's organization. Whoever is in another one under the same root has a seat.
 * Two who join at once wait for each other, so that both cannot have the last one.
 * @param config of the platform: seats of a plan count only where this installation collects payments
 * @throws Conflict naming the limit and what to do, when all seats are taken; and while the organization is blocked
 */
export async function takeSeat(tx: OrgTx, userId: number, config: Pick<Config, 'stripe'>): Promise<void> {
  await queries.lockSeats(tx)
  refuseWithoutSeat(await queries.countSeats(tx, { userId }), config)
}

/**
 * Before an address is invited, so that nobody waits for what cannot be: whether there is a seat is decided when they accept.
 * @throws Conflict as `takeSeat`
 */
export async function assertSeatFor(tx: OrgTx, address: string, config: Pick<Config, 'stripe'>): Promise<void> {
  refuseWithoutSeat(await queries.countSeats(tx, { address }), config)
}

/** After a membership began or ended: whoever collects payments counts again. */
export async function seatsChanged(tx: OrgTx): Promise<void> {
  const organizationId = await queries.findStripeRoot(tx)
  if (organizationId !== undefined) await enqueue(tx, 'billing.sync', { organizationId })
}

function refuseWithoutSeat({ entitlement, people, present }: queries.Seats, config: Pick<Config, 'stripe'>): void {
  const { blocked } = standingOf(entitlement, billingOf(config))
  if (blocked.length > 0) throw conflict(`Nobody can join the organization while it is blocked: ${reasonsOf(blocked)}`)
  const limit = seatsOf(entitlement, billingOf(config))
  if (present || people < limit) return
  const seats = limit === 1 ? 'The only seat is' : `All ${limit} seats are`
  throw conflict(
    `${seats} taken: ${people} ${people === 1 ? 'person is a member' : 'people are members'} of the root organization and all below it. Remove somebody who needs no seat any more, or get a licence or a plan with more seats`,
  )
}

const reasonsOf = (blocked: readonly BlockReason[]): string => blocked.map(sentenceOf).join(', and ')
