import { countAttempt } from '../../access/attempts.ts'
import { hashPassword } from '../../access/password.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { checkProfile } from '../accounts/profile.ts'
import { countSignUp, createAccount } from '../accounts/sign-up.ts'
import { assertUnclaimed, claim, findCustomer, keepCustomer, marketplaceOf, readToken, resolveCustomer } from './purchases.ts'

export const marketplace: DomainHandlers<'marketplace'> = {
  async handleAWSMarketplaceUserEntitlement({ platform, request, write }, { body }) {
    const sold = marketplaceOf(platform)
    const field = 'body.x-amzn-marketplace-token'
    const token = readToken(field, body?.['x-amzn-marketplace-token'])
    await countAttempt(platform, request, 'marketplace', token)
    const customer = await resolveCustomer(sold, field, token)
    const { user_id } = await write((tx) => keepCustomer(tx, customer, token))
    const { consoleUrl } = platform.config
    return {
      location:
        user_id === null
          ? `${consoleUrl}/sign-up?aws_marketplace_token=${encodeURIComponent(token)}`
          : // They sign in as always, so that the token has no business in their browser's history.
            `${consoleUrl}/login?from=aws_marketplace`,
    }
  },

  async signUpAWSMarketplace({ platform, request, read, write }, { body }) {
    const sold = marketplaceOf(platform)
    const field = 'body.aws_marketplace_token'
    const token = readToken(field, body.aws_marketplace_token)
    const { username, email, given_name, family_name, country_code, locale } = body
    const profile = { username, email, given_name, family_name, ...(country_code ? { country_code } : {}), ...(locale ? { locale } : {}) }
    checkProfile(body)
    await countSignUp(platform, request, profile)
    await countAttempt(platform, request, 'marketplace', token)
    let customer = await read((tx) => findCustomer(tx, token))
    if (!customer) {
      const found = await resolveCustomer(sold, field, token)
      customer = await write((tx) => keepCustomer(tx, found, token))
    }
    assertUnclaimed(customer)
    const { id } = customer
    const passwordHash = await hashPassword(body.password)
    await write((tx) => claim(tx, id, () => createAccount(platform, tx, { ...profile, passwordHash, verified: false })))
    return undefined
  },
}
