/** The one secret that is not in the database: it wraps all others. From the environment, or from a file beside the data. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Key {
  id: string
  secret: Buffer
}

export interface MasterKeys {
  /** The first key wraps; `context` is bound to the result, so that a wrapped secret cannot be moved elsewhere. */
  wrap(secret: Buffer, context: string): string
  /** @throws Error when the key that wrapped it is not among the configured ones, or the text was changed. */
  unwrap(wrapped: string, context: string): Buffer
  /** Is it wrapped by the first key already? */
  isCurrent(wrapped: string): boolean
}

/** @param text `id:base64,id:base64`, or undefined for the key file in `home` (made at the first start, mode 0600). */
export function openMasterKeys(text: string | undefined, home: string): MasterKeys {
  const keys = parseKeys(text ?? readOrMakeFile(join(home, 'master.keys')))
  const [current] = keys
  if (!current) throw new Error('there is no master key')
  return {
    wrap: (secret, context) => `${current.id}.${seal(current.secret, secret, context)}`,
    unwrap(wrapped, context) {
      const [id, ...rest] = wrapped.split('.')
      const key = keys.find((candidate) => candidate.id === id)
      if (!key) throw new Error(`the master key "${id}" is needed to open what is stored, but MASTER_KEYS does not list it`)
      return unseal(key.secret, rest.join('.'), context)
    },
    isCurrent: (wrapped) => wrapped.startsWith(`${current.id}.`),
  }
}

export const newKeyText = (): string => `k${Date.now().toString(36)}:${randomBytes(32).toString('base64')}`

function parseKeys(text: string): Key[] {
  return text
    .split(/[,\n]/)
    .map((pair) => pair.trim())
    .filter(Boolean)
    .map((pair) => {
      const colon = pair.indexOf(':')
      return { id: pair.slice(0, colon), secret: Buffer.from(pair.slice(colon + 1), 'base64') }
    })
}

function readOrMakeFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  mkdirSync(join(path, '..'), { recursive: true })
  try {
    writeFileSync(path, `${newKeyText()}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // Another process made it at the same moment: theirs is the one.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(path, 'utf8')
}

/** AES-256-GCM: `<nonce>.<ciphertext and tag>`, base64url. `context` is authenticated, not stored. */
export function seal(key: Buffer, plain: Buffer, context: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return `${nonce.toString('base64url')}.${sealed.toString('base64url')}`
}

/** @throws Error when the key is another one, the context differs, or a bit was changed. */
export function unseal(key: Buffer, text: string, context: string): Buffer {
  const [nonce = '', sealed = ''] = text.split('.')
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url')).setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()])
}
