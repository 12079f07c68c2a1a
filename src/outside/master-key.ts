/** The one secret that is not in the database: it wraps all others. From the environment, or from a file beside the data. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
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
  /** Of the keys at hand, the one that wraps first. */
  readonly ids: readonly string[]
}

/**
 * @param text `id:base64,id:base64`, or undefined for the key file in `home` (made at the first start, mode 0600). The file is
 *   read again when something is wrapped by a key that is not known yet: a rotation needs no restart then.
 */
export function openMasterKeys(text: string | undefined, home: string): MasterKeys {
  const read = () => parseKeys(text ?? readOrMakeFile(keyFile(home)))
  let keys = read()
  const find = (id: string | undefined) => keys.find((candidate) => candidate.id === id)
  const current = (): Key => {
    const [first] = keys
    if (!first) throw new Error('there is no master key')
    return first
  }
  current()
  return {
    wrap(secret, context) {
      const { id, secret: key } = current()
      return `${id}.${seal(key, secret, context)}`
    },
    unwrap(wrapped, context) {
      const [id, ...rest] = wrapped.split('.')
      if (!find(id) && text === undefined) keys = read()
      const key = find(id)
      if (!key)
        throw new Error(
          `the master key "${id}" is needed to open what is stored, but ${text === undefined ? keyFile(home) : 'MASTER_KEYS'} does not list it`,
        )
      return unseal(key.secret, rest.join('.'), context)
    },
    isCurrent: (wrapped) => wrapped.startsWith(`${current().id}.`),
    get ids() {
      return keys.map(({ id }) => id)
    },
  }
}

export const keyFile = (home: string): string => join(home, 'master.keys')

/**
 * Puts a new key in front of the ones in the key file, which stay. All or nothing, and one at a time: a lost key would be
 * the loss of everything it wraps.
 * @returns the id of the new key
 */
export function addKeyToFile(home: string): string {
  const path = keyFile(home)
  const draft = `${path}.new`
  let file: number
  try {
    file = openSync(draft, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Error(`${draft} is there already: another rotation is under way, or one was interrupted; delete the file then`)
  }
  try {
    const added = newKeyText()
    writeFileSync(file, `${added}\n${readFileSync(path, 'utf8')}`)
    const { uid, gid, mode } = statSync(path)
    // Root may rotate for a service that runs as somebody else.
    if (process.getuid?.() === 0) fchownSync(file, uid, gid)
    fchmodSync(file, mode & 0o777)
    fsyncSync(file)
    renameSync(draft, path)
    return idOf(added)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

export const newKeyText = (): string => `k${Date.now().toString(36)}:${randomBytes(32).toString('base64')}`

function parseKeys(text: string): Key[] {
  return text
    .split(/[,\n]/)
    .map((pair) => pair.trim())
    .filter(Boolean)
    .map((pair) => {
      const secret = Buffer.from(pair.slice(idOf(pair).length + 1), 'base64')
      if (secret.length !== 32) throw new Error(`the master key "${idOf(pair)}" is not 32 bytes in base64`)
      return { id: idOf(pair), secret }
    })
}

const idOf = (pair: string): string => pair.split(':', 1)[0] ?? ''

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

/** Said outright, since Node would open a value that was cut down to a four-byte tag too. */
const tagLength = 16
const nonceLength = 12

/** AES-256-GCM: `<nonce>.<ciphertext and tag>`, base64url. `context` is authenticated, not stored. */
export function seal(key: Buffer, plain: Buffer, context: string): string {
  const sealed = sealBytes(key, plain, context)
  return `${sealed.subarray(0, nonceLength).toString('base64url')}.${sealed.subarray(nonceLength).toString('base64url')}`
}

/** @throws Error when the key is another one, the context differs, or a bit was changed. */
export function unseal(key: Buffer, text: string, context: string): Buffer {
  const [nonce = '', sealed = ''] = text.split('.')
  return open(key, Buffer.from(nonce, 'base64url'), Buffer.from(sealed, 'base64url'), context)
}

/** The same for what is large: nonce, ciphertext and tag one after the other. */
export function sealBytes(key: Buffer, plain: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(Buffer.from(context))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** @throws Error as `unseal` does */
export const unsealBytes = (key: Buffer, sealed: Buffer, context: string): Buffer =>
  open(key, sealed.subarray(0, nonceLength), sealed.subarray(nonceLength), context)

function open(key: Buffer, nonce: Buffer, sealed: Buffer, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(-tagLength))
  return Buffer.concat([decipher.update(sealed.subarray(0, -tagLength)), decipher.final()])
}
