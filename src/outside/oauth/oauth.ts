import { openGitHub } from './github.ts'
import { openAzure, openGoogle } from './openid.ts'
import type { AzureAccess, GitHubAccess, OAuthDeps, OAuthProviders, OpenIdAccess } from './types.ts'

/** Nothing is asked of the providers before the first sign-in: whether they answer does not decide whether the platform starts. */
export function openOAuth(
  { google, github, azuread }: { readonly google?: OpenIdAccess; readonly github?: GitHubAccess; readonly azuread?: AzureAccess },
  deps: OAuthDeps,
): OAuthProviders {
  return {
    ...(google ? { google: openGoogle(google, deps) } : {}),
    ...(github ? { github: openGitHub(github, deps) } : {}),
    ...(azuread ? { azuread: openAzure(azuread, deps) } : {}),
  }
}
