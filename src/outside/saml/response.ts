import { readAssertion } from './assertion.ts'
import { decrypted } from './decrypt.ts'
import { onlyAssertion } from './shape.ts'
import { signedPart } from './signature.ts'
import { type Assertion, type IdentityProviderMetadata, SamlRefused, type ServiceProvider } from './types.ts'
import { attributeOf, childrenOf, ds, is, parseXml, saml, samlp, textOf, type XmlElement } from './xml.ts'

interface Answer {
  sp: ServiceProvider
  idp: Pick<IdentityProviderMetadata, 'entityId' | 'certificates'>
  /** As the browser posted it, in base64. */
  samlResponse: string
  /**
   * Did we send this request to this provider, and is it still open? Asked once, after everything else was found good, so it may
   * take the request away.
   */
  expectedRequest: (inResponseTo: string) => Promise<boolean>
  /** May a sign-in begin at the provider? */
  allowIdpInitiated: boolean
  now?: Date
}

/**
 * What an identity provider says of the person whom it sent here. Nothing that is answered comes from anything but the bytes that
 * the provider signed. node-saml's own validation is not used: as of 5.1 it takes SHA-1, RSA 1.5 and any encryption, and looks
 * neither at the recipient, the destination and the issuer, nor at how the subject is confirmed.
 *
 * Whether the assertion was here before is for the caller to remember, until its `notOnOrAfter`.
 *
 * @throws {SamlRefused}
 */
export async function readResponse({
  sp,
  idp,
  samlResponse,
  expectedRequest,
  allowIdpInitiated,
  now = new Date(),
}: Answer): Promise<Assertion> {
  const xml = decoded(samlResponse)
  const response = parseXml(xml, { comments: 'refused' })
  checkResponse(response, sp, idp)
  const found = onlyAssertion(response)
  // It proves little, for an assertion that was taken elsewhere could be sent without it. But one that is wrong is wrong.
  if (childrenOf(response, ds, 'Signature').length > 0) await signedPart(xml, response, idp.certificates)
  const signed = is(found, saml, 'Assertion') ? await signedPart(xml, found, idp.certificates) : await openedPart(found, sp, idp)
  const assertion = readAssertion(signed, { sp, idp, now })
  await checkRequest(attributeOf(response, 'InResponseTo') ?? null, assertion, { expectedRequest, allowIdpInitiated })
  return assertion
}

function decoded(base64: string): string {
  const limit = 256 * 1024
  const tooLarge = () => new SamlRefused('too_large', 'The answer of your identity provider is larger than 256 KB.')
  // Providers may break it into lines.
  if (base64.length > limit * 1.5) throw tooLarge()
  const compact = base64.replace(/\s+/g, '')
  const bytes = Buffer.from(compact, 'base64')
  if (bytes.length > limit) throw tooLarge()
  try {
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) throw new Error('Not base64')
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw malformed()
  }
}

/** What is around the assertion. Nobody signed it, or need have, so nothing is believed: it can only be a reason to refuse. */
function checkResponse(response: XmlElement, sp: ServiceProvider, idp: Answer['idp']): void {
  if (!is(response, samlp, 'Response') || attributeOf(response, 'Version') !== '2.0') throw malformed()
  checkStatus(response)
  const issuers = childrenOf(response, saml, 'Issuer')
  if (issuers.some((issuer) => textOf(issuer) !== idp.entityId)) {
    throw new SamlRefused('issuer', 'The answer comes from another identity provider than the one that was asked.')
  }
  const destination = attributeOf(response, 'Destination')
  if (destination !== undefined && destination !== sp.acsUrl) {
    throw new SamlRefused('destination', `The answer was made for another address: its destination has to be ${sp.acsUrl}.`)
  }
}

const status = 'urn:oasis:names:tc:SAML:2.0:status:'
const statusSentences = new Map(
  Object.entries({
    AuthnFailed: 'it could not establish who you are',
    InvalidNameIDPolicy: 'it cannot name you in the way that was asked for',
    NoAuthnContext: 'you have not proved who you are in the way that was asked for',
    NoPassive: 'you are not signed in there',
    RequestDenied: 'you may not use this application',
    RequestUnsupported: 'it does not support the request',
    Requester: 'it takes the request to be wrong',
    Responder: 'something went wrong there',
    VersionMismatch: 'it does not speak SAML 2.0',
  }),
)

/** The provider's own words are not repeated: until something is signed, they could be anybody's. */
function checkStatus(response: XmlElement): void {
  const [element, ...more] = childrenOf(response, samlp, 'Status')
  const codes = element ? childrenOf(element, samlp, 'StatusCode') : []
  const [code] = codes
  if (!code || more.length > 0 || codes.length > 1) throw malformed()
  const value = attributeOf(code, 'Value')
  if (value === `${status}Success`) return
  const [detail] = childrenOf(code, samlp, 'StatusCode')
  const said = [detail && attributeOf(detail, 'Value'), value]
    .map((one) => statusSentences.get(one?.replace(status, '') ?? ''))
    .find(Boolean)
  throw new SamlRefused('status', `Your identity provider did not sign you in: ${said ?? 'it does not say why'}.`)
}

/**
 * Opened, and then looked at as if it had come alone. Whatever is wrong with it, the browser hears the same: see decrypt.ts. The log
 * has the refusal itself as the cause.
 */
async function openedPart(encrypted: XmlElement, sp: ServiceProvider, idp: Answer['idp']): Promise<XmlElement> {
  try {
    const xml = decrypted(encrypted, sp.key.privateKey)
    const assertion = parseXml(xml, { comments: 'refused' })
    if (onlyAssertion(assertion) !== assertion || !is(assertion, saml, 'Assertion')) throw malformed()
    return await signedPart(xml, assertion, idp.certificates)
  } catch (error) {
    if (!(error instanceof SamlRefused)) throw error
    throw new SamlRefused(
      error.reason,
      'The encrypted assertion of your identity provider could not be opened, or is not properly signed. It has to be encrypted for the certificate in the metadata of this service, and signed.',
      error,
    )
  }
}

/** The response says it unsigned, the assertion signed: only an honest answer says the same in both. */
async function checkRequest(
  responseTo: string | null,
  { inResponseTo }: Assertion,
  { expectedRequest, allowIdpInitiated }: Pick<Answer, 'expectedRequest' | 'allowIdpInitiated'>,
): Promise<void> {
  if (responseTo !== inResponseTo) throw unexpected('says in two places differently what it answers')
  if (inResponseTo === null && !allowIdpInitiated) throw unexpected('was not asked for. Begin to sign in here, and not at the provider')
  if (inResponseTo !== null && !(await expectedRequest(inResponseTo))) {
    throw unexpected('belongs to a sign-in that has ended, or that did not begin here. Sign in again')
  }
}

const unexpected = (how: string) => new SamlRefused('in_response_to', `The answer of your identity provider ${how}.`)
const malformed = () => new SamlRefused('malformed', 'What was sent is not the answer of a SAML2 identity provider.')
