/** People who bought the product on the AWS Marketplace, for tests of what becomes of them. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeEach } from 'vitest'
import { awsCredentials, awsRegion, type DoubleCustomer, type MarketplaceDouble } from './aws-marketplace-double.ts'
import type { Answer, Client } from './client.ts'
import { fresh, sessionToken } from './scenario.ts'
import type { TestServer } from './server.ts'

export const inAYear = new Date(Math.floor(Date.now() / 1000) * 1000 + 365 * 24 * 3600_000)
export const newToken = (): string => randomBytes(60).toString('base64')

/** Of the configuration; the process may ask from now on. */
export function marketplaceOf({ productCode, url }: MarketplaceDouble) {
  Object.assign(process.env, awsCredentials)
  return { productCode, region: awsRegion, endpoint: url }
}

export const newProfile = (username = fresh('ada')) => ({
  username,
  email: `${username}@example.com`,
  given_name: 'Ada',
  family_name: 'Lovelace',
  password: 'a long enough password',
})

export function useBuyers(server: TestServer, double: MarketplaceDouble) {
  beforeEach(() => {
    double.trouble = undefined
    double.asked = []
  })
  afterAll(() => double[Symbol.asyncDispose]())

  const signUp = (token: string, body = newProfile(), on = server): Promise<Answer<unknown>> =>
    on.client().signUpAWSMarketplace({ body: { ...body, aws_marketplace_token: token } })
  return {
    /** Somebody who has clicked “Set up your account” at AWS. */
    buyer(more: Partial<DoubleCustomer> = {}): DoubleCustomer & { token: string } {
      const token = newToken()
      const customer = {
        identifier: fresh('customer'),
        accountId: String(Math.floor(Math.random() * 1e12)).padStart(12, '0'),
        tokens: [token],
        entitlements: [{ dimension: 'users', value: 25, expires: inAYear }],
        ...more,
      }
      double.customers.push(customer)
      return Object.assign(customer, { token })
    },
    /** What the browser sends for AWS. */
    arrive: (token: string | undefined, on = server): Promise<Answer<unknown>> =>
      on.client().call('handleAWSMarketplaceUserEntitlement', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(token === undefined ? {} : { 'x-amzn-marketplace-token': token }).toString(),
      }),
    signUp,
    /** Signs up, has read the mail, and signs in. */
    async customer(token: string): Promise<Client> {
      const body = newProfile()
      const { status } = await signUp(token, body)
      if (status !== 204) throw new Error(`the sign-up was answered with ${status}`)
      const [row] = await server.database.query<{ id: string }>(
        'update user_emails set verified_at = now() where email = $1 returning user_id as id',
        [body.email],
      )
      return server.client(await sessionToken(server, { id: Number(row?.id), username: body.username }))
    },
  }
}
