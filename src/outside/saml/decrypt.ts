/**
 * Opening assertions that were encrypted for us (XML Encryption 1.1). On node:crypto and not on xml-encryption, which node-saml uses:
 * that one opens RSA 1.5 and triple DES, does not know the newer RSA-OAEP that Keycloak sends, and gives up when there are keys for
 * several recipients.
 */
import { constants, createDecipheriv, privateDecrypt } from 'node:crypto'
import { SamlRefused } from './types.ts'
import { attributeOf, childrenOf, ds, textOf, type XmlElement, xenc } from './xml.ts'

const xenc11 = 'http://www.w3.org/2009/xmlenc11#'

type CipherName = 'aes-256-gcm' | 'aes-128-gcm' | 'aes-256-cbc' | 'aes-128-cbc'

const ciphers = new Map<string, { name: CipherName; keyBytes: number }>([
  [`${xenc11}aes256-gcm`, { name: 'aes-256-gcm', keyBytes: 32 }],
  [`${xenc11}aes128-gcm`, { name: 'aes-128-gcm', keyBytes: 16 }],
  [`${xenc}aes256-cbc`, { name: 'aes-256-cbc', keyBytes: 32 }],
  [`${xenc}aes128-cbc`, { name: 'aes-128-cbc', keyBytes: 16 }],
])

const hashes = new Map([
  [`${ds}sha1`, 'sha1'],
  [`${xenc}sha256`, 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  [`${xenc}sha512`, 'sha512'],
])

/** As our metadata lists it, the best first. */
export const acceptedEncryption: string[] = [
  ...Array.from(ciphers.keys(), (algorithm) => `<md:EncryptionMethod Algorithm="${algorithm}"/>`),
  `<md:EncryptionMethod Algorithm="${xenc11}rsa-oaep"><ds:DigestMethod Algorithm="${xenc}sha256"/><xenc11:MGF xmlns:xenc11="${xenc11}" Algorithm="${xenc11}mgf1sha256"/></md:EncryptionMethod>`,
  `<md:EncryptionMethod Algorithm="${xenc}rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="${ds}sha1"/></md:EncryptionMethod>`,
]

/**
 * The text of the one assertion in an EncryptedAssertion.
 *
 * @throws {SamlRefused} encrypted: also when a wrong key was used or the text was changed, in the same words for all of it. Whoever
 *   could tell a wrong padding from a wrong signature could read an assertion of somebody else, guess by guess.
 */
export function decrypted(encrypted: XmlElement, privateKey: string): string {
  const [data, ...more] = childrenOf(encrypted, xenc, 'EncryptedData')
  if (!data || more.length > 0) throw refused()
  const cipher = ciphers.get(methodOf(data))
  if (!cipher) throw refused('in a way that is not accepted here; AES-GCM and AES-CBC are')
  const keys = keysFor(encrypted, data).map((key) => contentKey(key, privateKey))
  const key = keys.find((candidate) => candidate?.length === cipher.keyBytes)
  if (!key) throw refused()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(opened(cipher.name, key, cipherValueOf(data)))
  } catch {
    throw refused()
  }
}

const refused = (how = 'for a key that this installation does not have, or it is damaged') =>
  new SamlRefused('encrypted', `The assertion of your identity provider is encrypted ${how}.`)

/** Within the data, or beside it. There is one for each recipient, and they need not say for whom they are. */
function keysFor(encrypted: XmlElement, data: XmlElement): XmlElement[] {
  const within = childrenOf(data, ds, 'KeyInfo').flatMap((info) => childrenOf(info, xenc, 'EncryptedKey'))
  const keys = [...within, ...childrenOf(encrypted, xenc, 'EncryptedKey')]
  // Each costs an RSA operation.
  if (keys.length === 0 || keys.length > 5) throw refused()
  return keys
}

function contentKey(key: XmlElement, privateKey: string): Buffer | undefined {
  const oaepHash = oaepHashOf(key)
  try {
    return privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, cipherValueOf(key))
  } catch {
    return undefined
  }
}

/** OpenSSL makes the mask with the hash of the label, so these two have to be the same. RSA 1.5 is refused: its padding can be asked. */
function oaepHashOf(key: XmlElement): string {
  const [method] = childrenOf(key, xenc, 'EncryptionMethod')
  const transport = methodOf(key)
  const digests = method ? childrenOf(method, ds, 'DigestMethod') : []
  const label = hashes.get(digests[0] ? (attributeOf(digests[0], 'Algorithm') ?? '') : `${ds}sha1`)
  const mgf = method && childrenOf(method, xenc11, 'MGF')[0]
  const mask = transport === `${xenc11}rsa-oaep` && mgf ? attributeOf(mgf, 'Algorithm')?.replace(`${xenc11}mgf1`, '') : 'sha1'
  if (![`${xenc11}rsa-oaep`, `${xenc}rsa-oaep-mgf1p`].includes(transport))
    throw refused('with a key transport that is not accepted here; RSA-OAEP is')
  if (!label || label !== mask) throw refused('by RSA-OAEP with a digest and a mask that are not the same; use SHA-1 or SHA-256 for both')
  return label
}

function opened(name: CipherName, key: Buffer, sealed: Buffer): Buffer {
  if (name === 'aes-256-gcm' || name === 'aes-128-gcm') {
    if (sealed.length < 28) throw refused()
    const decipher = createDecipheriv(name, key, sealed.subarray(0, 12), { authTagLength: 16 }).setAuthTag(sealed.subarray(-16))
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
  }
  // XML Encryption pads with anything, and the last byte says how much.
  const decipher = createDecipheriv(name, key, sealed.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()])
  const padding = padded.at(-1) ?? 0
  if (padding < 1 || padding > 16) throw refused()
  return padded.subarray(0, -padding)
}

function methodOf(element: XmlElement): string {
  const [method, ...more] = childrenOf(element, xenc, 'EncryptionMethod')
  return (method && more.length === 0 && attributeOf(method, 'Algorithm')) || ''
}

function cipherValueOf(element: XmlElement): Buffer {
  const [data] = childrenOf(element, xenc, 'CipherData')
  const [value] = data ? childrenOf(data, xenc, 'CipherValue') : []
  const text = value && textOf(value)
  if (!text) throw refused()
  return Buffer.from(text.replace(/\s+/g, ''), 'base64')
}
