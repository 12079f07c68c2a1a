/** Who vouches for people, and who collects payments: the part of the configuration that is about parties outside. */
import { isAbsolute } from 'node:path'
import type { Reader } from './config-reader.ts'

export interface IdentityConfig {
  /** Providers that the installation offers to everybody; undefined: not offered. */
  readonly oauth: OAuthConfig
  readonly saml: SamlConfig
  /** Undefined: nobody is asked to pay. */
  readonly stripe: StripeConfig | undefined
  /** Undefined: purchases on the AWS Marketplace are refused. */
  readonly marketplace: MarketplaceConfig | undefined
}

interface OAuthClient {
  readonly clientId: string
  readonly clientSecret: string
}
export interface OAuthConfig {
  /** `issuer`: where its OpenID configuration is found. */
  readonly google?: OAuthClient & { readonly issuer: string }
  /** `url`: of github.com or of a GitHub Enterprise Server, without a slash at the end. */
  readonly github?: OAuthClient & { readonly url: string }
  readonly azuread?: OAuthClient & { readonly issuer: string; readonly tenantId: string }
}

export interface SamlConfig {
  /** Addresses or absolute files of the metadata of identity providers. Empty: SAML2 is only what organizations bring. */
  readonly metadata: readonly string[]
}

export interface StripeConfig {
  readonly secretKey: string
  readonly webhookSecret: string
  /** Another address of the API, for a double; undefined: Stripe's own. */
  readonly apiUrl: string | undefined
}

export interface MarketplaceConfig {
  readonly productCode: string
  readonly region: string
  /** Another address of AWS, for a double; undefined: AWS itself. */
  readonly endpoint: string | undefined
}

export function readIdentity({
  problems,
  text,
  url,
  list,
  together,
}: Pick<Reader, 'problems' | 'text' | 'url' | 'list' | 'together'>): IdentityConfig {
  const client = (prefix: string) => ({ clientId: text(`${prefix}_CLIENT_ID`) ?? '', clientSecret: text(`${prefix}_CLIENT_SECRET`) ?? '' })
  const google = together('GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET')
  const github = together('GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET')
  const azuread = together('AZUREAD_CLIENT_ID', 'AZUREAD_CLIENT_SECRET', 'AZUREAD_TENANT_ID')
  const tenantId = text('AZUREAD_TENANT_ID') ?? ''
  const stripe = together('STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET')
  const productCode = text('AWS_MARKETPLACE_PRODUCT_CODE')
  const samlMetadata = list('SAML_METADATA')
  for (const source of samlMetadata)
    if (!isAbsolute(source) && !(URL.canParse(source) && /^https?:$/.test(new URL(source).protocol)))
      problems.push(`SAML_METADATA must be addresses (https://…) or absolute files, separated by commas, not "${source}"`)
  return {
    oauth: {
      ...(google
        ? { google: { ...client('GOOGLE'), issuer: url('GOOGLE_ISSUER', ['http:', 'https:']) ?? 'https://accounts.google.com' } }
        : {}),
      ...(github ? { github: { ...client('GITHUB'), url: url('GITHUB_URL', ['http:', 'https:']) ?? 'https://github.com' } } : {}),
      ...(azuread
        ? {
            azuread: {
              ...client('AZUREAD'),
              tenantId,
              issuer:
                url('AZUREAD_ISSUER', ['http:', 'https:']) ?? `https://login.microsoftonline.com/${encodeURIComponent(tenantId)}/v2.0`,
            },
          }
        : {}),
    },
    saml: { metadata: samlMetadata },
    stripe: stripe
      ? {
          secretKey: text('STRIPE_SECRET_KEY') ?? '',
          webhookSecret: text('STRIPE_WEBHOOK_SECRET') ?? '',
          apiUrl: url('STRIPE_API_URL', ['http:', 'https:']),
        }
      : undefined,
    marketplace: productCode
      ? {
          productCode,
          region: text('AWS_MARKETPLACE_REGION') ?? 'us-east-1',
          endpoint: url('AWS_MARKETPLACE_ENDPOINT', ['http:', 'https:']),
        }
      : undefined,
  }
}
