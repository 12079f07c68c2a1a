/** What of a request and its answer nobody may read in a log. Knows nothing of how the service keeps it out. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

export interface FoundSecret {
  /** For whoever has to find out where it came from: `password in a body`. */
  what: string
  secret: string
}

export interface Exchange {
  url: string
  headers: IncomingHttpHeaders
  body: string
  answerHeaders: OutgoingHttpHeaders
  answer: string
}

/** Names of fields, parameters and cookies. */
const secretName =
  /pass(?:word|phrase)|token|secret|assertion|verifier|challenge|otpauth|nonce|SAML(?:Response|Request)|^(?:api_?|private_?|ssh_?|access_?)?key$|(?:^|_)codes?$|^state$|^jwt$|^current$|^new$|^raw$|^signature$|^authorization$/i
/** Of what credentials hold, the part that everybody may see. */
const openName = /user|email|url|host|region|tenant|subscription|environment|account|domain|type|name$|_id$/i

export function* secretsOf({ url, headers, body, answerHeaders, answer }: Exchange): Generator<FoundSecret> {
  yield* fromUrl(url, 'an address')
  yield* fromHeaders(headers)
  yield* fromBody(body, String(headers['content-type'] ?? ''), 'a body')
  yield* fromHeaders(answerHeaders)
  yield* fromBody(answer, String(answerHeaders['content-type'] ?? ''), 'an answer')
}

/** `/user/email/verification/{token}`, and parameters with telling names, wherever in a text they stand. */
function* fromUrl(text: string, where: string): Generator<FoundSecret> {
  for (const [, token = ''] of text.matchAll(
    /\/(?:user\/email\/(?:verification|authentication)|members\/(?:verify|invitations?))\/([^/?\s"]+)/g,
  ))
    yield* secretLike('a token', decode(token), where)
  for (const [, name = '', value = ''] of text.matchAll(/[?&;]([\w-]+)=([^&\s"'<>\\]+)/g))
    if (secretName.test(name)) yield* secretLike(name, decode(value), where)
}

function* fromHeaders(headers: IncomingHttpHeaders | OutgoingHttpHeaders): Generator<FoundSecret> {
  const [scheme = '', credential = ''] = String(headers.authorization ?? '').split(' ')
  if (credential !== '') yield* secretLike('credential', credential, 'a header')
  if (scheme.toLowerCase() === 'basic') {
    const [, ...password] = Buffer.from(credential, 'base64').toString('utf8').split(':')
    yield* secretLike('password', password.join(':'), 'a header')
  }
  for (const cookie of [headers.cookie ?? [], headers['set-cookie'] ?? []].flat())
    for (const [, value = ''] of String(cookie).matchAll(/=([^;\s]+)/g)) yield* secretLike('cookie', decode(value), 'a header')
  if (headers.location !== undefined) yield* fromUrl(String(headers.location), 'a redirect')
}

function* fromBody(text: string, type: string, where: string): Generator<FoundSecret> {
  if (text === '') return
  if (type.includes('x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(text)) if (secretName.test(name)) yield* secretLike(name, value, where)
    return
  }
  // Links in mails, redirects in pages.
  yield* fromUrl(text, where)
  if (!/^\s*[[{]/.test(text)) return
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return
  }
  yield* fromJson(json, where, undefined, 0)
}

/** @param below the secret's name, inside of one: everything in `recovery_codes` and `raw` is meant */
function* fromJson(value: unknown, where: string, below: string | undefined, depth: number): Generator<FoundSecret> {
  if (typeof value === 'string') {
    if (below !== undefined) yield* secretLike(below, value, where)
    return
  }
  if (typeof value !== 'object' || value === null || depth > 30) return
  for (const [name, inner] of Object.entries(value)) {
    const within = Array.isArray(value) ? below : secretName.test(name) ? name : openName.test(name) ? undefined : below
    yield* fromJson(inner, where, within, depth + 1)
  }
}

const pieceLength = 48

/** Long ones are looked for by their parts as well: somebody may log the beginning. */
function* secretLike(name: string, value: string, where: string): Generator<FoundSecret> {
  if (!looksSecret(value)) return
  const what = `${name} in ${where}`
  yield { what, secret: value }
  if (/^SAML(?:Response|Request)$/.test(name)) yield* fromSaml(value)
  for (const part of value.split('.')) if (part !== value && part.length >= 32) yield { what: `a part of ${what}`, secret: part }
  if (value.length > 4 * pieceLength)
    for (const from of [0, value.length / 2, value.length - pieceLength].map(Math.floor)) {
      const piece = value.slice(from, from + pieceLength)
      if (looksSecret(piece)) yield { what: `a piece of ${what}`, secret: piece }
    }
}

/** What an assertion says of somebody, and what proves it. */
function* fromSaml(encoded: string): Generator<FoundSecret> {
  const xml = Buffer.from(encoded, 'base64').toString('utf8')
  for (const [, name, value = ''] of xml.matchAll(/<(?:\w+:)?(SignatureValue|DigestValue|CipherValue)\b[^>]*>([^<]{8,})</g))
    yield* secretLike(`${name} of an assertion`, value.replace(/\s+/g, ''), 'a body')
}

/**
 * Could it be a secret, and would it be one if it stood in a log? Words and names are sent where secrets belong, to see what
 * happens; those stand in logs because they are words and names.
 */
export function looksSecret(value: string): boolean {
  if (value.length < 8 || value.length > 100_000 || new Set(value).size < 6) return false
  // A sentence, as tests have them for passwords.
  if (/^[^\s]+(?: [^\s]+){2,}$/.test(value)) return true
  // Names, numbers and words: `organization-admin`, `getProjects`, `2026-01-01`.
  if (/^[a-z]+(?:[-_ .:/][a-z]+)*[-_ .:/]?$/i.test(value) || /^[\d.,:+-]+$/.test(value))
    return value.length >= 32 && new Set(value).size >= 16
  return /\d/.test(value) || /[^\w\s.:/-]/.test(value)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
