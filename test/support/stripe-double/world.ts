/** What the double knows: every object by its id, the time, and the events that were told. */
import type { Customer, Event, Invoice, Price, Product, Subscription } from './objects.ts'

/** Of a card: whether charges succeed. */
export type Card = 'good' | 'declining'

export interface World {
  /** Unix seconds; moves only when told. */
  now: number
  /** Days after an invoice failed on which it is tried again, and what becomes of a subscription after the last try. */
  dunning: { retryDays: readonly number[]; end: 'unpaid' | 'canceled' | 'past_due' }
  readonly products: Map<string, Product>
  readonly prices: Map<string, Price>
  readonly customers: Map<string, Customer>
  readonly subscriptions: Map<string, Subscription>
  readonly invoices: Map<string, Invoice>
  readonly cards: Map<string, Card>
  /** Ids of customers that were deleted. */
  readonly deleted: Set<string>
  /** In the order in which things happened. */
  readonly events: Event[]
  /** Changes of quantity or price that the next invoice would settle. */
  readonly prorations: { subscription: string; at: number }[]
  newId(prefix: string): string
  /** Remembers the object as it is now. @param previous what changed of it, as it was */
  tell(type: string, object: object, previous?: object): void
}

export const hours = (count: number): number => count * 3600
export const days = (count: number): number => count * 86_400

export function newWorld(start: number): World {
  let made = 0
  const world: World = {
    now: start,
    dunning: { retryDays: [3, 5, 7], end: 'unpaid' },
    products: new Map(),
    prices: new Map(),
    customers: new Map(),
    subscriptions: new Map(),
    invoices: new Map(),
    cards: new Map(),
    deleted: new Set(),
    events: [],
    prorations: [],
    newId: (prefix) => `${prefix}_double${String(++made).padStart(8, '0')}`,
    tell(type, object, previous) {
      world.events.push({
        id: world.newId('evt'),
        object: 'event',
        api_version: '2026-10-28.endive',
        created: world.now,
        data: structuredClone({ object, ...(previous ? { previous_attributes: previous } : {}) }),
        livemode: false,
        pending_webhooks: 1,
        request: { id: null, idempotency_key: null },
        type,
      })
    },
  }
  return world
}

/** What people and their browsers do at Stripe is not asked of the API, so tests look objects up here. */
export function the<T>(map: ReadonlyMap<string, T>, id: string): T {
  const found = map.get(id)
  if (!found) throw new Error(`the double has no ${id}`)
  return found
}

/** The later end of a period, by the calendar: a month after the 31st is the end of the next month. */
export function after(start: number, interval: string): number {
  const date = new Date(start * 1000)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + (interval === 'year' ? 12 : 1))
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return date.getTime() / 1000
}
