import type { Config } from '../../config.ts'
import type { Schema } from '../../contract/operation.ts'

/** What a browser needs to offer a sign-in: client ids are no secret. */
export function viewOAuth({ google, github, azuread }: Config['oauth']): Schema<'AuthConfigOAuth'>[] {
  return [
    ...(google ? [{ type: 'GoogleOAuthConfig' as const, provider: 'google', client_id: google.clientId }] : []),
    ...(github ? [{ type: 'GitHubOAuthConfig' as const, provider: 'github', client_id: github.clientId, host_address: github.url }] : []),
    ...(azuread
      ? [{ type: 'AzureADAuthConfig' as const, provider: 'azuread', client_id: azuread.clientId, tenant_id: azuread.tenantId }]
      : []),
  ]
}
