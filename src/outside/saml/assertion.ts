import { type Assertion, type IdentityProviderMetadata, type SamlReason, SamlRefused, type ServiceProvider } from './types.ts'
import { attributeOf, childrenOf, elementsIn, is, saml, textOf, type XmlElement } from './xml.ts'

/** How much clocks may differ: ours and the provider's. */
const skew = 60_000
/** A sign-in is now. Many providers let an assertion live for an hour or a day. */
const maximumAge = 10 * 60_000

const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'
const transient = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
/** What conditions may be; one that is not understood would make the assertion invalid. The last two ask nothing of a sign-in. */
const conditionsKnown = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']

interface Expected {
  sp: Pick<ServiceProvider, 'entityId' | 'acsUrl'>
  idp: Pick<IdentityProviderMetadata, 'entityId'>
  now: Date
}

/**
 * What an assertion says, when it says it of somebody who signs in here and now.
 *
 * @param assertion as it was signed, and nothing else: signature.ts
 * @throws {SamlRefused} malformed, issuer, expired, not_yet, audience, recipient, name_id
 */
export function readAssertion(assertion: XmlElement, { sp, idp, now }: Expected): Assertion {
  if (attributeOf(assertion, 'Version') !== '2.0') throw malformed('is not of SAML 2.0')
  const issuer = textOf(one(assertion, 'Issuer'))
  if (issuer !== idp.entityId) throw new SamlRefused('issuer', 'The assertion was made by another identity provider.')
  const issuedAt = timeOf(assertion, 'IssueInstant') ?? fail('does not say when it was made')
  if (issuedAt - skew > now.getTime()) throw notYet()
  const conditionsEnd = checkConditions(one(assertion, 'Conditions'), sp, now)
  const subject = one(assertion, 'Subject')
  const confirmed = confirmationOf(subject, sp, now)
  const end = Math.min(conditionsEnd, confirmed.end, issuedAt + maximumAge) + skew
  if (now.getTime() >= end) throw expired()
  const sessionIndex = sessionIndexOf(assertion, now)
  return {
    issuer,
    ...nameIdOf(subject),
    attributes: attributesOf(assertion),
    assertionId: assertion.getAttribute('ID'),
    notOnOrAfter: new Date(end),
    inResponseTo: confirmed.inResponseTo,
    ...(sessionIndex === undefined ? {} : { sessionIndex }),
  }
}

/** When they end, in milliseconds. */
function checkConditions(conditions: XmlElement, sp: Expected['sp'], now: Date): number {
  const known = elementsIn(conditions).every((condition) => conditionsKnown.some((name) => is(condition, saml, name)))
  if (!known) throw malformed('has a condition that is not known here')
  const restrictions = childrenOf(conditions, saml, 'AudienceRestriction')
  const isForUs = (restriction: XmlElement) =>
    childrenOf(restriction, saml, 'Audience').some((audience) => textOf(audience) === sp.entityId)
  if (restrictions.length === 0 || !restrictions.every(isForUs)) {
    throw new SamlRefused('audience', `The assertion was made for another service: its audience has to be ${sp.entityId}.`)
  }
  return endOf(conditions, now) ?? Number.POSITIVE_INFINITY
}

/** The first bearer confirmation that holds. When none does, what is wrong with the first. */
function confirmationOf(subject: XmlElement, sp: Expected['sp'], now: Date): { end: number; inResponseTo: string | null } {
  const confirmations = childrenOf(subject, saml, 'SubjectConfirmation').filter((found) => attributeOf(found, 'Method') === bearer)
  let problem: unknown
  for (const confirmation of confirmations) {
    try {
      return checkConfirmation(one(confirmation, 'SubjectConfirmationData'), sp, now)
    } catch (error) {
      problem ??= error
    }
  }
  throw problem ?? malformed('is not for whoever brings it (bearer)')
}

function checkConfirmation(data: XmlElement, sp: Expected['sp'], now: Date): { end: number; inResponseTo: string | null } {
  if (attributeOf(data, 'Recipient') !== sp.acsUrl) {
    throw new SamlRefused('recipient', `The assertion was made for another address: its recipient has to be ${sp.acsUrl}.`)
  }
  const end = endOf(data, now) ?? fail('does not say until when it is good')
  return { end, inResponseTo: attributeOf(data, 'InResponseTo') ?? null }
}

/** NotOnOrAfter of an element whose time is now. */
function endOf(element: XmlElement, now: Date): number | undefined {
  const start = timeOf(element, 'NotBefore')
  const end = timeOf(element, 'NotOnOrAfter')
  if (start !== undefined && start - skew > now.getTime()) throw notYet()
  if (end !== undefined && now.getTime() >= end + skew) throw expired()
  return end
}

/** Without a statement that somebody signed in, an assertion only tells facts about a person. */
function sessionIndexOf(assertion: XmlElement, now: Date): string | undefined {
  const [statement] = childrenOf(assertion, saml, 'AuthnStatement')
  if (!statement) throw malformed('does not say that anybody signed in (AuthnStatement)')
  const sessionEnd = timeOf(statement, 'SessionNotOnOrAfter')
  if (sessionEnd !== undefined && now.getTime() >= sessionEnd + skew) throw expired()
  return attributeOf(statement, 'SessionIndex')
}

function nameIdOf(subject: XmlElement): { nameId: string; nameIdFormat: string } {
  const [name, ...more] = childrenOf(subject, saml, 'NameID')
  if (!name || more.length > 0) throw nameless('names nobody. Configure the provider to send a NameID, and not to encrypt it')
  const nameIdFormat = attributeOf(name, 'Format') ?? unspecified
  if (nameIdFormat === transient) {
    throw nameless(
      'names you differently each time, so that you would not be known again. Configure the provider to send a persistent NameID or an e-mail address',
    )
  }
  const nameId = textOf(name)
  if (!nameId || nameId.length > 1024) throw nameless('has an empty or overlong NameID')
  return { nameId, nameIdFormat }
}

const nameless = (what: string) => new SamlRefused('name_id', `The assertion of your identity provider ${what}.`)

/** A Map on the way, because a provider may call an attribute `__proto__`. */
function attributesOf(assertion: XmlElement): Record<string, string[]> {
  const byName = new Map<string, string[]>()
  const byFriendlyName = new Map<string, string[]>()
  const add = (map: Map<string, string[]>, name: string, values: string[]) => map.set(name, [...(map.get(name) ?? []), ...values])
  for (const attribute of childrenOf(assertion, saml, 'AttributeStatement').flatMap((statement) =>
    childrenOf(statement, saml, 'Attribute'),
  )) {
    const name = attributeOf(attribute, 'Name') ?? fail('has an attribute without a name')
    const values = childrenOf(attribute, saml, 'AttributeValue').map(({ textContent }) => textContent.trim())
    const said = values.filter((value) => value !== '')
    if (said.length === 0) continue
    add(byName, name, said)
    const friendlyName = attributeOf(attribute, 'FriendlyName')
    if (friendlyName && friendlyName !== name) add(byFriendlyName, friendlyName, said)
  }
  return Object.fromEntries([...byFriendlyName, ...byName])
}

function one(parent: XmlElement, name: string): XmlElement {
  const [element, ...more] = childrenOf(parent, saml, name)
  if (!element || more.length > 0) throw malformed(`has ${element ? 'more than one' : 'no'} ${name}`)
  return element
}

/** Without a time zone nobody could say when it is. */
function timeOf(element: XmlElement, name: string): number | undefined {
  const text = attributeOf(element, name)
  if (text === undefined) return undefined
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? fail(`has no proper time in ${name}`) : time
}

const malformed = (what: string) => new SamlRefused('malformed', `The assertion of your identity provider ${what}.`)

function fail(what: string): never {
  throw malformed(what)
}

const late = (reason: SamlReason, how: string) =>
  new SamlRefused(reason, `The answer of your identity provider ${how}. Sign in again; if it goes on, a clock is wrong.`)
const expired = () => late('expired', 'has expired')
const notYet = () => late('not_yet', 'is from the future')
