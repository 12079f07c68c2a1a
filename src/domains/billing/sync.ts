/** Jobs that bring a subscription to what Stripe says of it. */
import type { Platform } from '../../platform.ts'

export async function syncSubscription(_platform: Platform, _payload: { organizationId: number }): Promise<void> {}

export async function cancelSubscriptions(_platform: Platform, _payload: { customerId: string }): Promise<void> {}

export async function reconcile(_platform: Platform): Promise<void> {}
