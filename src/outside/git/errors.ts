/** From what git and ssh say to sentences for people. What they said stays in `cause`, for the log. */
import type { Address } from './address.ts'
import type { Ran } from './run.ts'
import { GitError, type GitErrorKind } from './types.ts'

export interface Circumstances {
  readonly address: Address
  readonly hasCredential: boolean
  /** Never to be repeated. */
  readonly secrets: readonly string[]
  readonly seconds: number
}

/** For a run that did not end well. */
export function failureOf(ran: Ran, circumstances: Circumstances): GitError {
  const where = placeOf(circumstances.address)
  const cause = new Error(`git ended with ${ran.code} (${ran.ended}): ${withoutSecrets(ran.said, circumstances.secrets)}`)
  if (ran.ended === 'timeout')
    return new GitError('timeout', `${where} did not answer completely within ${circumstances.seconds} seconds`, cause)
  if (ran.ended === 'closed') return new GitError('failed', 'The platform is stopping: try again', cause)
  if (ran.ended !== 'itself') return tooLarge(where, cause)
  for (const [sign, kind, sentence] of signs)
    if (sign.test(ran.said)) return new GitError(kind, sentence(where, circumstances, ran.said), cause)
  return new GitError('failed', `git could not use ${where}${remoteWords(ran.said, circumstances.secrets)}`, cause)
}

/** True for failures that nobody can explain: then the cached copy may be the reason. */
export const isUnexplained = (ran: Ran) => ran.ended === 'itself' && !signs.some(([sign]) => sign.test(ran.said))

export const tooLarge = (where: string, cause?: unknown) =>
  new GitError('too_large', `${where} is larger than this platform reads: make it smaller, or ask an operator to raise the limit`, cause)

export function placeOf(address: Address): string {
  return address.transport === 'file' ? 'The local repository' : `The git server ${address.host}`
}

/** What the server said through git, as ` - it says: …`; empty when nothing. */
export function remoteWords(said: string, secrets: readonly string[]): string {
  const lines = withoutSecrets(said, secrets)
    .split('\n')
    .flatMap((line) => /^remote: (.*)$/.exec(line)?.[1]?.trim() ?? [])
  const words = plainText(lines.filter((line) => /\w/.test(line)).join(' '), 300)
  return words === '' ? '' : ` - it says: ${words}`
}

/** For names that strangers chose: nothing that moves a cursor, hides or turns text around. */
export function plainText(text: string, longest = 200): string {
  const clean = text
    .replace(/\p{Cc}\[[\d;]*[A-Za-z]/gu, '')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{FFFD}]+/gu, ' ')
    .trim()
  return clean.length > longest ? `${clean.slice(0, longest).replace(/\p{Cs}$/u, '')}…` : clean
}

type Sentence = (where: string, circumstances: Circumstances, said: string) => string

/** The first that fits decides, so the more telling ones come first. */
const signs: readonly [sign: RegExp, kind: GitErrorKind, sentence: Sentence][] = [
  [/No space left on device|Disk quota exceeded/, 'failed', () => 'The disk of this platform is full: an operator has to make room'],
  [
    /File too large|signal 25|File size limit|Out of memory|malloc failed|mmap failed|Cannot allocate/,
    'too_large',
    (where) => tooLarge(where).message,
  ],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'unreachable',
    (where) =>
      `${where} shows another host key than before: somebody may be in between. An operator has to check it and remove the old key`,
  ],
  [
    /Host key verification failed|host key is known for/,
    'unreachable',
    (where) => `The host key of ${low(where)} is not known here: an operator has to add it to the known hosts`,
  ],
  [
    /Load key |error in libcrypto|invalid format|bad permissions/,
    'unauthorized',
    () =>
      'The ssh key of the credential cannot be read: it must be a private key without a passphrase, complete with its first and last line',
  ],
  [/Permission denied|Too many authentication failures/, 'unauthorized', unauthorized],
  [
    /terminal prompts disabled|Authentication failed|could not read (Username|Password)|returned error: 40[13]|HTTP Basic: Access denied/,
    'unauthorized',
    unauthorized,
  ],
  [
    /returned error: 30\d|redirect/i,
    'refused',
    (where) => `${where} sends to another address, which is not followed: use the final one, which often ends in .git`,
  ],
  [
    /returned error: (404|410)|[Rr]epository .*not found|does not appear to be a git repository|project .* could not be found/s,
    'no_repository',
    (where) => `${where} has no such repository, or the credential may not see it: check the address`,
  ],
  [
    /returned error: (429|5\d\d)|RPC failed; HTTP (429|5\d\d)/,
    'unreachable',
    (where, _, said) => `${where} answers with status ${/(?:error:|HTTP) (\d{3})/.exec(said)?.[1]}: try again later`,
  ],
  [
    /certificate|gnutls|SSL|TLS/,
    'unreachable',
    (where) => `${where} cannot be trusted: its certificate is not valid for the address, or comes from an authority that is unknown here`,
  ],
  [
    /Could not resolve|[Cc]ouldn't connect|[Ff]ailed to connect|Connection (refused|timed out|reset|closed)|timed out|No route|unreachable|Empty reply|Operation too slow|less than .* bytes\/sec|Received HTTP\/0\.9|kex_exchange|banner/i,
    'unreachable',
    (where) => `${where} cannot be reached from here: check the address, and whether it lets this platform in`,
  ],
  [/mismatched algorithms|object format/, 'failed', () => 'The repository uses SHA-256, which this platform does not read'],
  [/dumb http transport/, 'failed', (where) => `${where} offers files only, not the smart protocol of git`],
  [/dubious ownership/, 'failed', () => 'The local repository belongs to another account than the one that this platform runs as'],
  [/fsck error|badTree|error: object .*: /, 'failed', () => 'The repository holds objects that git finds broken: check it with git fsck'],
  [/transport '.*' not allowed/, 'refused', () => 'This protocol is not used here: use https or ssh'],
]

function unauthorized(where: string, { hasCredential }: Circumstances): string {
  if (hasCredential) return `${where} does not accept the credential for this repository: check it, and that it may read and write there`
  return `${where} wants a credential for this repository, or has no such repository`
}

const low = (where: string) => where.charAt(0).toLowerCase() + where.slice(1)

const withoutSecrets = (text: string, secrets: readonly string[]) =>
  secrets.filter((secret) => secret.length > 3).reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
