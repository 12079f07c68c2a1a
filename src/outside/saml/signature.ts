import { createHash, createVerify } from 'node:crypto'
import type { HashAlgorithm, SignatureAlgorithm, SignedXml } from 'xml-crypto'
import { wrapped } from './shape.ts'
import { SamlRefused } from './types.ts'
import { attributeOf, childrenOf, ds, elementsIn, is, parseXml, type XmlElement } from './xml.ts'

const more = 'http://www.w3.org/2001/04/xmldsig-more#'
const enveloped = `${ds}enveloped-signature`
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const canonicalizations = [exclusive, `${exclusive}WithComments`]

/** No SHA-1, which can be forged, and no HMAC, for which anybody could take the certificate as the key. */
const signatureHashes = new Map(['sha256', 'sha384', 'sha512'].map((hash) => [`${more}rsa-${hash}`, `RSA-${hash.toUpperCase()}`]))
const hashAlgorithms = Object.fromEntries(
  [
    ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'] as const,
    [`${more}sha384`, 'sha384'] as const,
    ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'] as const,
  ].map(([algorithm, hash]) => [algorithm, digest(algorithm, hash)]),
)

/**
 * What was signed of `element`: read again from the very bytes over which its own signature is good, so that nothing else can be
 * taken for it. The signature itself is not in it.
 *
 * @param xml the text that `element` was read from
 * @param certificates in PEM; a signature by any of them is good
 * @throws {SamlRefused} unsigned, algorithm, wrapping, signature
 */
export async function signedPart(xml: string, element: XmlElement, certificates: readonly string[]): Promise<XmlElement> {
  const [signature, ...others] = childrenOf(element, ds, 'Signature')
  if (!signature) throw new SamlRefused('unsigned', 'The assertion of your identity provider is not signed.')
  if (others.length > 0) throw wrapped()
  checkForm(signature, element)
  const { SignedXml } = await import('xml-crypto')
  // The certificate only has to be there: verifiers() tries all of them, so that the document is read once and not for each.
  const signed = new SignedXml({ publicCert: certificates[0] ?? '' })
  signed.SignatureAlgorithms = verifiers(certificates)
  signed.HashAlgorithms = hashAlgorithms
  signed.loadSignature(signature)
  if (!isGood(signed, xml)) {
    throw new SamlRefused(
      'signature',
      'The answer is not signed with a key that is known of your identity provider. If it has a new certificate, its metadata has to be read again.',
    )
  }
  const [bytes, ...rest] = signed.getSignedReferences()
  const part = bytes === undefined || rest.length > 0 ? undefined : parseXml(bytes, { comments: 'refused' })
  const isSame = part && is(part, element.namespaceURI ?? '', element.localName) && part.getAttribute('ID') === element.getAttribute('ID')
  if (!isSame) throw wrapped()
  return part
}

/** It throws when no key fits, and says false when the text is another than was signed. Its words have pieces of the text in them. */
function isGood(signed: SignedXml, xml: string): boolean {
  try {
    return signed.checkSignature(xml)
  } catch {
    return false
  }
}

/**
 * Exactly one way to sign: one reference, to the element around the signature, and no transformation but those that leave all of it in.
 * Nothing else is in the signature that could be found in place of these.
 */
function checkForm(signature: XmlElement, element: XmlElement): void {
  const [signedInfo, value, keyInfo, ...others] = elementsIn(signature)
  if (!signedInfo || !value || others.length > 0) throw damaged()
  if (!is(signedInfo, ds, 'SignedInfo') || !is(value, ds, 'SignatureValue') || (keyInfo && !is(keyInfo, ds, 'KeyInfo'))) throw damaged()
  const [canonicalization, method, reference] = exactly(signedInfo, ['CanonicalizationMethod', 'SignatureMethod', 'Reference'])
  const [transforms, digestMethod] = exactly(reference, ['Transforms', 'DigestMethod', 'DigestValue'])
  checkAlgorithm(canonicalization, canonicalizations)
  checkAlgorithm(method, [...signatureHashes.keys()])
  checkAlgorithm(digestMethod, Object.keys(hashAlgorithms))
  const [first, second] = exactly(transforms, ['Transform', 'Transform'])
  checkAlgorithm(first, [enveloped])
  checkAlgorithm(second, canonicalizations)
  checkPrefixes([canonicalization, second])
  const id = element.getAttribute('ID')
  if (!/^[\w.-]{1,256}$/.test(id)) throw new SamlRefused('malformed', 'What your identity provider signed has no proper ID.')
  if (reference.getAttribute('URI') !== `#${id}`) throw wrapped()
}

/** The elements in it, which are these and no others, in this order. */
function exactly<const Names extends readonly string[]>(parent: XmlElement, names: Names): { [Name in keyof Names]: XmlElement } {
  const found = elementsIn(parent)
  if (found.length !== names.length || !found.every((element, index) => is(element, ds, names[index] ?? ''))) throw damaged()
  return found as { [Name in keyof Names]: XmlElement }
}

function checkAlgorithm(element: XmlElement, allowed: readonly string[]): void {
  if (allowed.includes(attributeOf(element, 'Algorithm') ?? '')) return
  throw new SamlRefused(
    'algorithm',
    'The answer of your identity provider is signed in a way that is not accepted: use RSA with SHA-256, SHA-384 or SHA-512, and exclusive canonicalization.',
  )
}

/** InclusiveNamespaces may list prefixes. Each is looked for at every element, so a long list would keep the processor busy for seconds. */
function checkPrefixes(elements: XmlElement[]): void {
  for (const element of elements.flatMap(elementsIn)) {
    const prefixes = attributeOf(element, 'PrefixList')?.split(/\s+/) ?? []
    if (!is(element, exclusive, 'InclusiveNamespaces') || prefixes.length > 20) throw damaged()
  }
}

const damaged = () => new SamlRefused('signature', 'The signature in the answer of your identity provider is not as SAML2 wants it.')

/** Written out because xml-crypto has none with SHA-384, and to try every certificate. */
function verifiers(certificates: readonly string[]): Record<string, new () => SignatureAlgorithm> {
  const verifier = (algorithm: string, name: string) =>
    class {
      getAlgorithmName = () => algorithm
      getSignature = (): never => {
        throw new Error('Only verifies')
      }
      verifySignature = (material: string, _key: unknown, signature: string): boolean =>
        certificates.some((certificate) => createVerify(name).update(material).verify(certificate, signature, 'base64'))
    }
  return Object.fromEntries([...signatureHashes].map(([algorithm, name]) => [algorithm, verifier(algorithm, name)]))
}

function digest(algorithm: string, hash: string): new () => HashAlgorithm {
  return class {
    getAlgorithmName = () => algorithm
    getHash = (text: string) => createHash(hash).update(text, 'utf8').digest('base64')
  }
}
