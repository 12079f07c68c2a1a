/** Answers of identity providers written by hand, good ones and those of attackers: what samlp would never send. */
import { constants, createCipheriv, createHash, createPublicKey, createSign, publicEncrypt, randomBytes, randomUUID } from 'node:crypto'
import { type HashAlgorithm, type SignatureAlgorithm, SignedXml } from 'xml-crypto'

export interface Encryption {
  /** Of the service, in PEM. */
  certificate: string
  content?: 'aes256-gcm' | 'aes128-gcm' | 'aes256-cbc' | 'aes128-cbc'
  transport?: 'rsa-oaep-mgf1p' | 'rsa-oaep' | 'rsa-1_5'
  /** Beside the data, as Okta has it. */
  keyBeside?: boolean
  /** Damages the encrypted text. */
  damaged?: boolean
}

export interface Forgery {
  key: { privateKey: string; certificate: string }
  issuer: string
  acsUrl: string
  audience: string
  /** When it was made; the other times are within five minutes of it. */
  now?: Date
  inResponseTo?: string | null
  nameId?: string
  /** Null: none is said. */
  nameIdFormat?: string | null
  attributes?: Record<string, string[]>
  sign?: 'assertion' | 'response' | 'both' | 'none'
  hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512'
  /** Prefixes that are signed although no element or attribute has them: values may be of a type such as xs:string. */
  inclusivePrefixes?: string[]
  encryption?: Encryption
  status?: string
  /** Null: left out. These say something else than the rest does. */
  recipient?: string | null
  destination?: string | null
  responseIssuer?: string | null
  responseInResponseTo?: string | null
  issueInstant?: Date
  notBefore?: Date
  notOnOrAfter?: Date
  confirmationNotOnOrAfter?: Date | null
  /** The assertion's text before it is signed. */
  edit?: (assertion: string) => string
  /** The whole text after it was signed, and encrypted. */
  tamper?: (response: string) => string
}

/** In base64, as a browser posts it. */
export const signedResponse = (forgery: Forgery): string => base64(responseText(forgery))
export const base64 = (xml: string): string => Buffer.from(xml).toString('base64')

/** Of a response: `evil` replaces what a signed assertion says, while its signature stays somewhere where it is still good. */
export function wrapped(forgery: Forgery, variant: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8, evil: { nameId: string }): string {
  const ofResponse = variant < 3
  const response = responseText({ ...forgery, sign: ofResponse ? 'both' : 'assertion' })
  const { assertion, signature, bare } = partsOf(response)
  const forged = (signed: string) => renamed(signed.replace(/(<saml:NameID[^>]*>)[^<]*/, `$1${evil.nameId}`))
  if (ofResponse) {
    const own = /<samlp:Response.*?<\/saml:Issuer>(<Signature.*?<\/Signature>)/s.exec(response)?.[1] ?? ''
    const original = response.replace(own, '')
    const fake = renamed(original).replace(/(<saml:NameID[^>]*>)[^<]*/g, `$1${evil.nameId}`)
    const wrapping = variant === 1 ? own.replace('</Signature>', `<Object>${original}</Object></Signature>`) : `${original}${own}`
    return base64(fake.replace('</saml:Issuer>', `</saml:Issuer>${wrapping}`))
  }
  const texts = {
    3: `${forged(bare)}${assertion}`,
    4: forged(bare).replace('</saml:Assertion>', `${assertion}</saml:Assertion>`),
    5: `${forged(assertion)}${bare}`,
    6: forged(bare).replace('<saml:Subject>', `${signature.replace('</Signature>', `${bare}</Signature>`)}<saml:Subject>`),
    7: `<samlp:Extensions>${forged(bare)}</samlp:Extensions>${assertion}`,
    8: forged(bare).replace('<saml:Subject>', `${signature.replace('</Signature>', `<Object>${bare}</Object></Signature>`)}<saml:Subject>`),
  }
  return base64(response.replace(assertion, texts[variant as 3]))
}

export const withoutSignatures = (forgery: Forgery): string => base64(responseText(forgery).replace(/<Signature.*?<\/Signature>/gs, ''))

/** The good assertion and, behind it, another one that is signed as well. */
export function twoAssertions(forgery: Forgery, second: Partial<Forgery>): string {
  const { assertion } = partsOf(responseText({ ...forgery, ...second }))
  return base64(responseText(forgery).replace('</samlp:Response>', `${assertion}</samlp:Response>`))
}

/** A comment splits the NameID of what was signed; canonicalization leaves comments out, so the signature stays good. */
export const commentInNameId = (forgery: Forgery, after: string): string =>
  base64(responseText(forgery).replace(`>${forgery.nameId}<`, `>${forgery.nameId?.replace(after, `${after}<!---->`)}<`))

/** An entity that would read a file of the server into what is said. */
export const withDoctype = (forgery: Forgery): string =>
  base64(
    `<!DOCTYPE samlp:Response [<!ENTITY file SYSTEM "file:///etc/passwd">]>${responseText(forgery).replace(/(<saml:NameID[^>]*>)[^<]*/, '$1&file;')}`,
  )

function partsOf(response: string): { assertion: string; signature: string; bare: string } {
  const assertion = /<saml:Assertion.*<\/saml:Assertion>/s.exec(response)?.[0] ?? ''
  const signature = /<Signature.*<\/Signature>/s.exec(assertion)?.[0] ?? ''
  return { assertion, signature, bare: assertion.replace(signature, '') }
}

const renamed = (xml: string) => xml.replace(/( ID=")([^"]+)/g, '$1_evil$2')

function responseText(forgery: Forgery): string {
  const { issuer, acsUrl, sign = 'assertion', encryption } = forgery
  const { destination = acsUrl, responseIssuer = issuer, inResponseTo = null, responseInResponseTo = inResponseTo } = forgery
  const plain = assertionText(forgery)
  const isSigned = sign === 'assertion' || sign === 'both'
  const signed = isSigned ? signedXml(plain, 'Assertion', forgery) : plain
  const issued = iso(forgery.issueInstant ?? forgery.now ?? new Date())
  const response = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_${randomUUID()}" Version="2.0" IssueInstant="${issued}"${attribute('Destination', destination)}${attribute('InResponseTo', responseInResponseTo)}>${responseIssuer === null ? '' : `<saml:Issuer>${responseIssuer}</saml:Issuer>`}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${forgery.status ?? 'Success'}"/></samlp:Status>${encryption ? encrypted(signed, encryption) : signed}</samlp:Response>`
  const whole = sign === 'response' || sign === 'both' ? signedXml(response, 'Response', forgery) : response
  return forgery.tamper?.(whole) ?? whole
}

function assertionText(forgery: Forgery): string {
  const {
    issuer,
    acsUrl,
    audience,
    now = new Date(),
    inResponseTo = null,
    nameId = 'ada',
    attributes = {},
    edit = (same) => same,
  } = forgery
  const { nameIdFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', recipient = acsUrl, issueInstant = now } = forgery
  const minutes = (count: number) => new Date(now.getTime() + count * 60_000)
  const { notBefore = minutes(-1), notOnOrAfter = minutes(5), confirmationNotOnOrAfter = minutes(5) } = forgery
  const statements = Object.entries(attributes).map(
    ([name, values]) =>
      `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
  )
  return edit(
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_${randomUUID()}" Version="2.0" IssueInstant="${iso(issueInstant)}"><saml:Issuer>${issuer}</saml:Issuer><saml:Subject><saml:NameID${attribute('Format', nameIdFormat)}>${nameId}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData${attribute('Recipient', recipient)}${attribute('NotOnOrAfter', confirmationNotOnOrAfter && iso(confirmationNotOnOrAfter))}${attribute('InResponseTo', inResponseTo)}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${iso(notBefore)}" NotOnOrAfter="${iso(notOnOrAfter)}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${iso(issueInstant)}" SessionIndex="s1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${statements.join('')}</saml:AttributeStatement></saml:Assertion>`,
  )
}

const iso = (date: Date) => date.toISOString()
const attribute = (name: string, value: string | null) => (value === null ? '' : ` ${name}="${value}"`)

const ds = 'http://www.w3.org/2000/09/xmldsig#'
const more = 'http://www.w3.org/2001/04/xmldsig-more#'
const xenc = 'http://www.w3.org/2001/04/xmlenc#'
const xenc11 = 'http://www.w3.org/2009/xmlenc11#'

function signedXml(xml: string, element: 'Assertion' | 'Response', { key, hash = 'sha256', inclusivePrefixes = [] }: Forgery): string {
  const [signing, digesting] = hash === 'sha1' ? [ds, ds] : [more, hash === 'sha384' ? more : xenc]
  const signature = new SignedXml({ privateKey: key.privateKey })
  signature.SignatureAlgorithms = { [`${signing}rsa-${hash}`]: signer(`${signing}rsa-${hash}`, hash) }
  signature.HashAlgorithms = { [`${digesting}${hash}`]: hasher(`${digesting}${hash}`, hash) }
  signature.signatureAlgorithm = `${signing}rsa-${hash}`
  signature.canonicalizationAlgorithm = 'http://www.w3.org/2001/10/xml-exc-c14n#'
  const transforms = [`${ds}enveloped-signature`, 'http://www.w3.org/2001/10/xml-exc-c14n#']
  signature.addReference({
    ...{ xpath: `//*[local-name(.)='${element}']`, transforms, digestAlgorithm: `${digesting}${hash}` },
    inclusiveNamespacesPrefixList: inclusivePrefixes,
  })
  signature.computeSignature(xml, { location: { reference: `//*[local-name(.)='${element}']/*[local-name(.)='Issuer']`, action: 'after' } })
  return signature.getSignedXml()
}

function signer(algorithm: string, hash: string): new () => SignatureAlgorithm {
  return class {
    getAlgorithmName = () => algorithm
    getSignature = (text: Parameters<SignatureAlgorithm['getSignature']>[0], key: Parameters<SignatureAlgorithm['getSignature']>[1]) =>
      createSign(`RSA-${hash.toUpperCase()}`).update(String(text)).sign(key, 'base64')
    verifySignature = () => false
  }
}

function hasher(algorithm: string, hash: string): new () => HashAlgorithm {
  return class {
    getAlgorithmName = () => algorithm
    getHash = (text: string) => createHash(hash).update(text, 'utf8').digest('base64')
  }
}

function encrypted(assertion: string, encryption: Encryption): string {
  const { certificate, content = 'aes256-gcm', transport = 'rsa-oaep-mgf1p', keyBeside = false, damaged = false } = encryption
  const contentKey = randomBytes(content.startsWith('aes256') ? 32 : 16)
  const sealed = sealedText(assertion, content, contentKey)
  if (damaged) sealed[20] = (sealed[20] ?? 0) ^ 1
  const padding = transport === 'rsa-1_5' ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_OAEP_PADDING
  const oaepHash = transport === 'rsa-oaep' ? 'sha256' : 'sha1'
  const sealedKey = publicEncrypt(
    { key: createPublicKey(certificate), padding, ...(transport === 'rsa-1_5' ? {} : { oaepHash }) },
    contentKey,
  )
  const method =
    transport === 'rsa-oaep'
      ? `<xenc:EncryptionMethod Algorithm="${xenc11}rsa-oaep"><ds:DigestMethod Algorithm="${xenc}sha256"/><xenc11:MGF xmlns:xenc11="${xenc11}" Algorithm="${xenc11}mgf1sha256"/></xenc:EncryptionMethod>`
      : `<xenc:EncryptionMethod Algorithm="${xenc}${transport}"/>`
  const key = `<xenc:EncryptedKey Id="_k1">${method}<xenc:CipherData><xenc:CipherValue>${sealedKey.toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`
  const retrieval = `<ds:RetrievalMethod Type="${xenc}EncryptedKey" URI="#_k1"/>`
  return `<saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc="${xenc}" xmlns:ds="${ds}" Type="${xenc}Element"><xenc:EncryptionMethod Algorithm="${content.endsWith('gcm') ? xenc11 : xenc}${content}"/><ds:KeyInfo>${keyBeside ? retrieval : key}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>${sealed.toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>${keyBeside ? key.replace('<xenc:EncryptedKey', `<xenc:EncryptedKey xmlns:xenc="${xenc}" xmlns:ds="${ds}"`) : ''}</saml:EncryptedAssertion>`
}

function sealedText(text: string, content: NonNullable<Encryption['content']>, key: Buffer): Buffer {
  const bits = content.startsWith('aes256') ? 256 : 128
  if (content === 'aes256-gcm' || content === 'aes128-gcm') {
    const iv = randomBytes(12)
    const cipher = createCipheriv(`aes-${bits as 256}-gcm`, key, iv)
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  }
  const iv = randomBytes(16)
  const cipher = createCipheriv(`aes-${bits}-cbc`, key, iv)
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()])
}
