/** An authenticator in software: makes and uses passkeys as a browser would hand them on, and lies where a test says so. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

type Options = Record<string, unknown>

interface Credential {
  id: Buffer
  key: KeyObject
  algorithm: -7 | -8
  rpId: string
  userHandle: string
  counter: number
}

/** What is not as it should be. */
export interface Lies {
  origin?: string
  rpId?: string
  challenge?: string
  /** Nobody touched it, or proved to be its owner. */
  flags?: { present?: boolean; verified?: boolean }
  counter?: number
  userHandle?: string
  crossOrigin?: boolean
  /** Use this key, whatever the options allow. */
  credential?: number
  /** Of the statement about the maker. */
  attestation?: Statement | ((signed: Buffer, key: KeyObject) => Statement)
}
interface Statement {
  fmt: string
  attStmt: Map<string, unknown>
}

const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest()
const base64url = (data: Buffer | string): string => Buffer.from(data).toString('base64url')

export interface Authenticator {
  readonly credentials: Credential[]
  /** `navigator.credentials.create`, as `toJSON()` gives it. */
  create(options: Options, lies?: Lies): Options
  /** `navigator.credentials.get`, likewise. */
  get(options: Options, lies?: Lies): Options
}

/** @param counting does it count its uses? Those that are kept on several devices do not. */
export function openAuthenticator(
  origin: string,
  { algorithm = -7, counting = true }: { algorithm?: -7 | -8; counting?: boolean } = {},
): Authenticator {
  const credentials: Credential[] = []
  const clientData = (type: string, options: Options, lies: Lies) =>
    JSON.stringify({
      type,
      challenge: lies.challenge ?? options['challenge'],
      origin: lies.origin ?? origin,
      crossOrigin: lies.crossOrigin ?? false,
    })
  return {
    credentials,
    create(options, lies = {}) {
      const { id: rpId = '' } = options['rp'] as { id?: string }
      const excluded = (options['excludeCredentials'] as { id: string }[]).map(({ id }) => id)
      if (credentials.some(({ id }) => excluded.includes(base64url(id))))
        throw new Error('InvalidStateError: it has a passkey for this account')
      const { privateKey, publicKey } =
        algorithm === -7 ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
      const credential: Credential = {
        id: randomBytes(20),
        key: privateKey,
        algorithm,
        rpId,
        userHandle: (options['user'] as { id: string }).id,
        counter: counting ? 1 : 0,
      }
      credentials.push(credential)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(credential.id.length)
      const data = Buffer.concat([
        authData(lies.rpId ?? rpId, lies, 0x40, lies.counter ?? credential.counter),
        Buffer.alloc(16),
        length,
        credential.id,
        encode(coseOf(publicKey)),
      ])
      const json = clientData('webauthn.create', options, lies)
      const { attestation = { fmt: 'none', attStmt: new Map() } } = lies
      const { fmt, attStmt } =
        typeof attestation === 'function' ? attestation(Buffer.concat([data, sha256(json)]), credential.key) : attestation
      return answer(credential, {
        clientDataJSON: base64url(json),
        attestationObject: base64url(
          encode(
            new Map<string, unknown>([
              ['fmt', fmt],
              ['attStmt', attStmt],
              ['authData', data],
            ]),
          ),
        ),
        transports: ['internal', 'hybrid', 'Not A Transport', 7],
      })
    },
    get(options, lies = {}) {
      const allowed = (options['allowCredentials'] as { id: string }[] | undefined)?.map(({ id }) => id)
      const credential =
        lies.credential === undefined
          ? credentials.find(({ id, rpId }) => rpId === options['rpId'] && (!allowed || allowed.includes(base64url(id))))
          : credentials[lies.credential]
      if (!credential) throw new Error('NotAllowedError: no passkey fits')
      if (counting) credential.counter += 1
      const data = authData(lies.rpId ?? credential.rpId, lies, 0, lies.counter ?? credential.counter)
      const json = clientData('webauthn.get', options, lies)
      const signed = Buffer.concat([data, sha256(json)])
      return answer(credential, {
        clientDataJSON: base64url(json),
        authenticatorData: base64url(data),
        signature: base64url(sign(credential.algorithm === -7 ? 'sha256' : null, signed, credential.key)),
        userHandle: lies.userHandle ?? credential.userHandle,
      })
    },
  }
}

const answer = ({ id }: Credential, response: Options): Options => ({
  id: base64url(id),
  rawId: base64url(id),
  type: 'public-key',
  authenticatorAttachment: 'platform',
  clientExtensionResults: { credProps: { rk: true } },
  response,
})

function authData(rpId: string, { flags: { present = true, verified = true } = {} }: Lies, more: number, counter: number): Buffer {
  const rest = Buffer.alloc(5)
  // Kept on several devices (0x08), and it is (0x10).
  rest[0] = (present ? 1 : 0) | (verified ? 4 : 0) | 0x18 | more
  rest.writeUInt32BE(counter, 1)
  return Buffer.concat([sha256(rpId), rest])
}

function coseOf(key: KeyObject): Map<number, unknown> {
  const { x = '', y } = key.export({ format: 'jwk' })
  const bytes = (text: string) => Buffer.from(text, 'base64url')
  const common: [number, unknown][] =
    y === undefined
      ? [
          [1, 1],
          [3, -8],
          [-1, 6],
        ]
      : [
          [1, 2],
          [3, -7],
          [-1, 1],
        ]
  return new Map([...common, [-2, bytes(x)], ...(y === undefined ? [] : [[-3, bytes(y)] as [number, unknown]])])
}

/** As much of CBOR as authenticators speak. */
function encode(value: unknown): Buffer {
  const head = (kind: number, size: number): Buffer =>
    size < 24
      ? Buffer.from([(kind << 5) | size])
      : size < 256
        ? Buffer.from([(kind << 5) | 24, size])
        : Buffer.from([(kind << 5) | 25, size >> 8, size & 255])
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encode)])
  if (value instanceof Map) return Buffer.concat([head(5, value.size), ...[...value].flat().map(encode)])
  throw new Error('there is no CBOR for this here')
}
