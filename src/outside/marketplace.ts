/** Purchases on the AWS Marketplace: who a registration token belongs to, and what they are entitled to. */
import type { MarketplaceEntitlementServiceClient } from '@aws-sdk/client-marketplace-entitlement-service'
import type { MarketplaceMeteringClient } from '@aws-sdk/client-marketplace-metering'
import { unavailable } from '../errors.ts'

export interface MarketplaceAccess {
  productCode: string
  region: string
  /** Undefined: AWS itself. */
  endpoint: string | undefined
}

export interface Customer {
  /** What AWS calls the customer of this product; those of newer listings have no name but their account's. */
  identifier: string
  accountId: string | null
  productCode: string
}

export interface Purchased {
  /** As the product's listing calls what is sold: `users`, `enterprise`. */
  dimension: string
  /** How many; null where what is sold is not counted. */
  quantity: number | null
  /** Null: until it is cancelled. */
  expiresAt: Date | null
}

export interface Marketplace {
  readonly productCode: string
  /**
   * @returns why not, when AWS does not take the token
   * @throws RetryOperation when AWS does not answer, or does not let us ask
   */
  resolveCustomer(token: string): Promise<Customer | 'invalid' | 'expired'>
  /**
   * What the customer has of the product now.
   * @throws RetryOperation as above
   */
  listEntitlements(customer: Pick<Customer, 'identifier' | 'accountId'>): Promise<Purchased[]>
}

const mostPages = 20

/**
 * Credentials are found where AWS' programs look for them: variables, files, the machine's role.
 * @param onTrouble hears why AWS could not be asked, for whoever runs the installation
 */
export function openMarketplace({ productCode, region, endpoint }: MarketplaceAccess, onTrouble: (reason: string) => void): Marketplace {
  const settings = {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 8000, throwOnRequestTimeout: true },
  }
  // The packages are large, and few installations need them.
  let metering: MarketplaceMeteringClient | undefined
  let entitlements: MarketplaceEntitlementServiceClient | undefined

  /** Messages of AWS may repeat what it was asked, so that none of them goes further: the name says what went wrong. */
  const troubled = (error: unknown) => {
    const { name = 'Error', $metadata } = error as { name?: string; $metadata?: { requestId?: string } }
    onTrouble($metadata?.requestId ? `${name} (request ${$metadata.requestId})` : name)
    return unavailable('The AWS Marketplace cannot be asked for the moment: try again in a minute', { retryAfter: 60 })
  }

  return {
    productCode,
    async resolveCustomer(token) {
      const { MarketplaceMeteringClient, ResolveCustomerCommand } = await import('@aws-sdk/client-marketplace-metering')
      metering ??= new MarketplaceMeteringClient(settings)
      try {
        const found = await metering.send(new ResolveCustomerCommand({ RegistrationToken: token }))
        const accountId = found.CustomerAWSAccountId || null
        const identifier = found.CustomerIdentifier || accountId
        if (!identifier) throw Object.assign(new Error('AWS names no customer'), { name: 'NoCustomerInAnswer' })
        return { identifier, accountId, productCode: found.ProductCode ?? '' }
      } catch (error) {
        const { name } = error as { name?: string }
        if (name === 'ExpiredTokenException') return 'expired'
        if (name === 'InvalidTokenException') return 'invalid'
        throw troubled(error)
      }
    },

    async listEntitlements({ identifier, accountId }) {
      const { MarketplaceEntitlementServiceClient, GetEntitlementsCommand } = await import(
        '@aws-sdk/client-marketplace-entitlement-service'
      )
      entitlements ??= new MarketplaceEntitlementServiceClient(settings)
      const found: Purchased[] = []
      let next: string | undefined
      try {
        for (let page = 0; page < mostPages; page++) {
          const { Entitlements = [], NextToken } = await entitlements.send(
            new GetEntitlementsCommand({
              ProductCode: productCode,
              // One of the two, never both; AWS asks newcomers for the account.
              Filter: accountId === null ? { CUSTOMER_IDENTIFIER: [identifier] } : { CUSTOMER_AWS_ACCOUNT_ID: [accountId] },
              NextToken: next,
            }),
          )
          // A tier that was not bought is listed with the value false.
          for (const { Dimension = '', Value, ExpirationDate } of Entitlements)
            if (Value?.BooleanValue !== false)
              found.push({ dimension: Dimension, quantity: Value?.IntegerValue ?? null, expiresAt: ExpirationDate ?? null })
          next = NextToken
          if (!next) break
        }
      } catch (error) {
        throw troubled(error)
      }
      return found
    },
  }
}
