/** A platform that bills, beside a Stripe that keeps state. */
import { afterAll, beforeAll } from 'vitest'
import type { Config } from '../../src/config.ts'
import { openTestServer, type TestServer } from './server.ts'
import { openStripeDouble, type StripeDouble } from './stripe-double/double.ts'
import type { Event } from './stripe-double/objects.ts'

export interface Billing {
  readonly server: TestServer
  readonly double: StripeDouble
  /** Sends what Stripe has to tell since the last time, in order, and waits for the work that follows from it. */
  tell(): Promise<void>
  /** What was not told yet; nobody tells it any more. */
  untold(): Event[]
  /** Waits until every job about billing has run. */
  settled(): Promise<void>
  /** The customer of an organization. */
  customerOf(canonical: string): Promise<string>
}

interface Options {
  /** Days that the double's time is behind, so that it can move on without overtaking ours. */
  behind?: number
  config?: Partial<Config>
}

export function useBilling({ behind = 0, config = {} }: Options = {}): Billing {
  let server: (TestServer & AsyncDisposable) | undefined
  let double: StripeDouble | undefined
  let told = 0
  beforeAll(async () => {
    double = await openStripeDouble({ start: Math.floor(Date.now() / 1000) - behind * 86_400 })
    server = await openTestServer({ worker: true, config: { stripe: accessTo(double), ...config } })
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await double?.[Symbol.asyncDispose]()
  })
  const billing: Billing = {
    get server() {
      return server as TestServer
    },
    get double() {
      return double as StripeDouble
    },
    untold() {
      const events = billing.double.world.events.slice(told)
      told += events.length
      return events
    },
    async tell() {
      for (const event of billing.untold()) {
        const { status } = await billing.double.deliver(billing.server.url, event)
        if (status !== 204) throw new Error(`${event.type} was answered with ${status}`)
      }
      await billing.settled()
    },
    async settled() {
      for (let attempt = 0; attempt < 400; attempt++) {
        const [row] = await billing.server.database.query<{ waiting: string }>(
          `select count(*) as waiting from graphile_worker.jobs where task_identifier like 'billing.%' and (locked_at is not null or (run_at <= now() and attempts < max_attempts))`,
        )
        if (Number(row?.waiting) === 0) return
        // A job that came while another of its queue was running is otherwise seen by the next poll, seconds later.
        await billing.server.database.query(`select pg_notify('jobs:insert', '{"count":1}')`)
        await new Promise((wake) => setTimeout(wake, 25))
      }
      throw new Error('the jobs about billing did not come to an end')
    },
    async customerOf(canonical) {
      const [row] = await billing.server.database.query<{ customer_id: string }>(
        'select customer_id from subscriptions s join organizations o on o.id = s.organization_id where o.canonical = $1',
        [canonical],
      )
      if (!row) throw new Error(`${canonical} has no customer`)
      return row.customer_id
    },
  }
  return billing
}

export const accessTo = ({ url, secretKey, webhookSecret }: StripeDouble) => ({ secretKey, webhookSecret, apiUrl: url })
