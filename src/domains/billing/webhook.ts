/** What Stripe tells by itself. Nothing of an event is believed but whom it is about: the job reads how things stand. */
import { ApiError, notFound } from '../../errors.ts'
import type { PublicContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Stripe, StripeEvent } from '../../outside/stripe/types.ts'
import * as queries from './subscription-queries.ts'

/** The beginnings of those that may change how a subscription stands; everything else is noise here. */
const telling = ['customer.subscription.', 'customer.deleted', 'invoice.', 'checkout.session.completed', 'subscription_schedule.']

/** @throws NotFound where nobody is asked to pay; Invalid for what Stripe did not sign, or too long ago */
export async function receive({ platform: { stripe }, request, write }: PublicContext): Promise<void> {
  if (!stripe) throw notFound('address: this installation does not bill through Stripe')
  const { id, type, customerId } = await verified(stripe, request)
  if (customerId === undefined || !telling.some((beginning) => type.startsWith(beginning))) return
  const organizationId = await write(async (tx) => {
    const found = await queries.findOrganizationOfCustomer(tx, customerId)
    if (found !== undefined) await enqueue(tx, 'billing.sync', { organizationId: found })
    return found
  })
  request.log.info({ event: id, type, organizationId }, organizationId === undefined ? 'an event of nobody here' : 'an event of Stripe')
}

async function verified(stripe: Stripe, request: PublicContext['request']): Promise<StripeEvent> {
  try {
    return await stripe.verifyEvent(request.rawBody(), request.header('stripe-signature'))
  } catch (error) {
    if (error instanceof ApiError)
      request.log.warn({ reason: (error.cause as Error | undefined)?.message, address: request.address }, 'an event of Stripe was refused')
    throw error
  }
}
