import { createSign, randomBytes } from 'node:crypto'
import type { IdentityProviderMetadata, ServiceProvider } from './types.ts'

/**
 * An AuthnRequest by HTTP-Redirect: where to send the browser, and the id that the answer has to name. It is signed whether or not
 * the provider asks for that. `relayState` comes back with the answer; providers need not carry more than 80 bytes.
 */
export async function buildRequest(
  sp: ServiceProvider,
  idp: Pick<IdentityProviderMetadata, 'entityId' | 'ssoUrl' | 'certificates'>,
  { relayState }: { relayState?: string | undefined } = {},
): Promise<{ url: string; id: string }> {
  const { SAML } = await import('@node-saml/node-saml')
  // An id is an XML name, so it cannot begin with a digit.
  const id = `_${randomBytes(20).toString('hex')}`
  const saml = new SAML({
    issuer: sp.entityId,
    callbackUrl: sp.acsUrl,
    entryPoint: idp.ssoUrl,
    idpCert: idp.certificates,
    generateUniqueId: () => id,
    // The provider knows best how it names people, and how they prove themselves: asking for a password there would refuse passkeys.
    identifierFormat: null,
    disableRequestedAuthnContext: true,
  })
  const { SAMLRequest } = await saml.getAuthorizeMessageAsync('')
  return { url: signedUrl(idp.ssoUrl, { SAMLRequest: String(SAMLRequest), RelayState: relayState }, sp.key.privateKey), id }
}

/**
 * Signed here and not by node-saml, which signs one way of escaping and sends another: a RelayState with a space in it would never
 * verify. What is signed has to be what is sent, to the letter.
 */
function signedUrl(
  ssoUrl: string,
  { SAMLRequest, RelayState }: { SAMLRequest: string; RelayState: string | undefined },
  key: string,
): string {
  const signed = [
    `SAMLRequest=${escaped(SAMLRequest)}`,
    ...(RelayState ? [`RelayState=${escaped(RelayState)}`] : []),
    `SigAlg=${escaped('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')}`,
  ].join('&')
  const signature = createSign('RSA-SHA256').update(signed).sign(key, 'base64')
  const { href } = withoutFragment(new URL(ssoUrl))
  return `${href}${href.includes('?') ? '&' : '?'}${signed}&Signature=${escaped(signature)}`
}

function withoutFragment(url: URL): URL {
  url.hash = ''
  return url
}

/** Everything but letters, digits and -._~ as a percent, so that no browser on the way changes it. */
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
