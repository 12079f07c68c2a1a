/** Descriptions of identity providers, read; the description of ourselves, written. */
import { X509Certificate } from 'node:crypto'
import { acceptedEncryption } from './decrypt.ts'
import { type IdentityProviderMetadata, SamlRefused, type ServiceProvider } from './types.ts'
import { attributeOf, childrenOf, ds, elementsBelow, escapeXml, is, md, parentOf, parseXml, samlp, textOf, type XmlElement } from './xml.ts'

const bindings = 'urn:oasis:names:tc:SAML:2.0:bindings'

/**
 * The one identity provider that the document describes. Its signature, if there is one, is not looked at: whoever gave us the
 * document, or the address over https, is who we trust.
 *
 * @throws {SamlRefused} too_large (200 KB), doctype, malformed, several_providers, expired, no_certificate, no_sso_url
 */
export function parseMetadata(xml: string): IdentityProviderMetadata {
  if (Buffer.byteLength(xml) > 200 * 1024) throw new SamlRefused('too_large', 'The metadata is larger than 200 KB.')
  const root = parseXml(xml.replace(/^\ufeff/, ''), { comments: 'ignored' })
  if (!is(root, md, 'EntityDescriptor') && !is(root, md, 'EntitiesDescriptor')) {
    throw new SamlRefused('malformed', 'This is not SAML2 metadata: its root is neither EntityDescriptor nor EntitiesDescriptor.')
  }
  const providers = elementsBelow(root).filter(isIdentityProvider)
  const [provider] = providers
  if (!provider) throw new SamlRefused('malformed', 'The metadata describes no SAML2 identity provider (IDPSSODescriptor).')
  if (providers.length > 1) {
    throw new SamlRefused(
      'several_providers',
      `The metadata describes ${providers.length} identity providers; give one that has a single one.`,
    )
  }
  const entity = parentOf(provider)
  const entityId = entity && is(entity, md, 'EntityDescriptor') ? attributeOf(entity, 'entityID') : undefined
  if (!entity || !entityId || entityId.length > 1024) {
    throw new SamlRefused('malformed', 'The metadata does not say how the provider is called (entityID).')
  }
  for (const element of [root, entity, provider]) checkValidUntil(element)
  const certificates = certificatesOf(provider)
  return {
    entityId,
    ssoUrl: ssoUrlOf(provider),
    binding: 'redirect',
    certificates: certificates.map(String),
    certificateFacts: certificates.map((certificate) => ({
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      expiresAt: new Date(certificate.validTo),
    })),
    wantsSignedRequests: ['true', '1'].includes(attributeOf(provider, 'WantAuthnRequestsSigned') ?? ''),
  }
}

/** What a provider has to know of us, as SAML2 metadata. */
export function spMetadata({ entityId, acsUrl, key }: Omit<ServiceProvider, 'key'> & { key: { certificate: string } }): string {
  const certificate = new X509Certificate(key.certificate).raw.toString('base64')
  const keyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`
  const formats = ['2.0:nameid-format:persistent', '1.1:nameid-format:emailAddress', '1.1:nameid-format:unspecified']
  return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="${md}" xmlns:ds="${ds}" entityID="${escapeXml(entityId)}">
  <md:SPSSODescriptor protocolSupportEnumeration="${samlp}" AuthnRequestsSigned="true" WantAssertionsSigned="true">
    <md:KeyDescriptor use="signing">${keyInfo}</md:KeyDescriptor>
    <md:KeyDescriptor use="encryption">
      ${keyInfo}
      ${acceptedEncryption.join('\n      ')}
    </md:KeyDescriptor>
${formats.map((format) => `    <md:NameIDFormat>urn:oasis:names:tc:SAML:${format}</md:NameIDFormat>`).join('\n')}
    <md:AssertionConsumerService index="0" isDefault="true" Binding="${bindings}:HTTP-POST" Location="${escapeXml(acsUrl)}"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
`
}

const isIdentityProvider = (element: XmlElement) =>
  is(element, md, 'IDPSSODescriptor') && element.getAttribute('protocolSupportEnumeration').split(/\s+/).includes(samlp)

function checkValidUntil(element: XmlElement): void {
  const validUntil = attributeOf(element, 'validUntil')
  if (validUntil && Date.parse(validUntil) <= Date.now()) {
    throw new SamlRefused('expired', `The metadata was valid until ${validUntil}; get it anew from the provider.`)
  }
}

/** Of keys that sign, or that do not say what they are for. Expired ones too: a certificate here is only a way to write a key down. */
function certificatesOf(provider: XmlElement): X509Certificate[] {
  const found = childrenOf(provider, md, 'KeyDescriptor')
    .filter((descriptor) => ['signing', undefined].includes(attributeOf(descriptor, 'use')))
    .flatMap(elementsBelow)
    .filter((element) => is(element, ds, 'X509Certificate'))
    .map((element) => certificateIn(textOf(element) ?? ''))
  if (found.length === 0) throw new SamlRefused('no_certificate', 'The metadata has no certificate for signatures.')
  const different = [...new Map(found.map((certificate) => [certificate.fingerprint256, certificate])).values()]
  const usable = different.filter(isStrongRsa)
  if (usable.length === 0) {
    throw new SamlRefused('no_certificate', 'None of the certificates in the metadata has an RSA key of 2048 bits or more.')
  }
  // Each is tried with every signature.
  if (usable.length > 10) throw new SamlRefused('malformed', 'The metadata has more than 10 certificates for signatures.')
  return usable
}

function certificateIn(base64: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(base64.replace(/\s+/g, ''), 'base64'))
  } catch {
    throw new SamlRefused('malformed', 'A certificate in the metadata cannot be read.')
  }
}

function isStrongRsa({ publicKey }: X509Certificate): boolean {
  const { modulusLength = 0 } = publicKey.asymmetricKeyDetails ?? {}
  return publicKey.asymmetricKeyType === 'rsa' && modulusLength >= 2048
}

function ssoUrlOf(provider: XmlElement): string {
  const services = childrenOf(provider, md, 'SingleSignOnService')
  const service = services.find((one) => attributeOf(one, 'Binding') === `${bindings}:HTTP-Redirect`)
  const location = service && attributeOf(service, 'Location')
  if (!location) {
    const others = services.length > 0 ? 'only by other bindings than HTTP-Redirect, which is the one that is spoken here' : 'nowhere'
    throw new SamlRefused('no_sso_url', `By its metadata the provider signs people in ${others}.`)
  }
  const url = URL.canParse(location) && !/\s/.test(location) ? new URL(location) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password || location.length > 2048) {
    throw new SamlRefused('no_sso_url', 'The address at which the provider signs people in has to be an http or https address.')
  }
  // As it stands there: the provider compares it with the request's destination.
  return location
}
