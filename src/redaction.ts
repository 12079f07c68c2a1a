/**
 * What keeps secrets out of the log, in three layers: fields by their names, errors by what they are, and in the finished line
 * what can be nothing but a secret. Whoever logs should not need them; that they hold is tested by themselves and over all tests.
 */

/** Without `_` and `-`, in small letters. What they hold never reaches a line, wherever it hangs in a logged object. */
const secretNames: ReadonlySet<string> = new Set([
  ...['password', 'passwordhash', 'passwordupdate', 'current', 'new', 'secret', 'secrets', 'key', 'raw', 'sealed', 'totp', 'otpauth'],
  ...['token', 'tokens', 'accesstoken', 'refreshtoken', 'idtoken', 'csrftoken', 'jwt', 'apikey', 'authorization', 'cookie', 'setcookie'],
  ...['code', 'oauthcode', 'recoverycode', 'recoverycodes', 'state', 'nonce', 'verifier', 'codeverifier', 'challenge', 'socialid'],
  ...['samlresponse', 'samlrequest', 'relaystate', 'assertion', 'nameid', 'clientsecret', 'clientassertion', 'signature'],
  ...['privatekey', 'secretkey', 'accesskey', 'webhooksecret', 'licencekey', 'passphrase', 'proof', 'awsmarketplacetoken'],
])

const deepest = 6
const censor = '[redacted]'

/** For pino, before the line is written. Costs a look-up for each field; objects are copied only where something is taken out. */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined
  for (const name in fields) {
    const value = fields[name]
    // Errors under these names are the serializers', which is `errorForLog` too.
    const clean = isSecretName(name) ? hidden(value) : name === 'err' || name === 'cause' ? value : redacted(value, 1)
    if (clean !== value) {
      copy ??= { ...fields }
      copy[name] = clean
    }
  }
  return copy ?? fields
}

function redacted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (value instanceof Error) return errorForLog(value)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth >= deepest) return '[deep]'
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1))
  // A map or a set is nothing to JSON; what makes its own JSON does so from the fields that are looked at here.
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isSecretName(name) ? hidden(inner) : redacted(inner, depth + 1)]),
  )
}

const hidden = (value: unknown): unknown => (value === undefined || value === null ? value : censor)

const known = new Map<string, boolean>()
function isSecretName(name: string): boolean {
  const before = known.get(name)
  if (before !== undefined) return before
  const is = secretNames.has(name.replace(/[_-]/g, '').toLowerCase())
  // Names are few; what a tenant chose as one must not pile up.
  if (known.size < 1000) known.set(name, is)
  return is
}

const longestMessage = 2000
const mostCauses = 5

/**
 * An error's name, words and frames. Its other fields stay out: those of the database hold the row, those of HTTP libraries the
 * request or the answer, those of body parsers the body. So does a cause that is no error: libraries of OAuth put the answer
 * of a token endpoint there.
 */
export function errorForLog(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return describe(error)
  const { code, constraint, table } = error as { code?: unknown; constraint?: unknown; table?: unknown }
  return {
    type: error.name,
    message: wordsOf(error, code),
    stack: framesOf(error),
    ...(isErrorCode(code) ? { code } : {}),
    ...(constraint === undefined ? {} : { constraint, table }),
    ...(error.cause === undefined || depth >= mostCauses ? {} : { cause: errorForLog(error.cause, depth + 1) }),
  }
}

function describe(thing: unknown): unknown {
  if (typeof thing === 'string') return withoutRuns(thing.slice(0, longestMessage))
  if (typeof thing !== 'object' || thing === null) return typeof thing === 'symbol' ? 'a symbol' : thing
  return `[${thing.constructor?.name ?? 'object'} with ${Object.keys(thing).slice(0, 10).join(', ') || 'nothing'}]`
}

function wordsOf({ name, message }: Error, code: unknown): string {
  const words = message.slice(0, longestMessage)
  // Repeats the text around the mistake, and that may be the beginning of a body.
  if (name === 'SyntaxError') return words.replace(/"[\s\S]*"(?=.{0,60}$)/, '"…"')
  // A value that Postgres could not read, or find room for.
  if (typeof code === 'string' && /^22\w{3}$/.test(code)) return words.replace(/"[\s\S]*"/, '"…"')
  return withoutRuns(words)
}

/** The stack begins with the message, which is not repeated as it was. */
const framesOf = ({ stack = '' }: Error): string =>
  stack
    .split('\n')
    .filter((line) => /^\s+at .*(?:\)|:\d+:\d+|<anonymous>)$/.test(line))
    .slice(0, 30)
    .join('\n')

/** A number, SQLSTATE, `ECONNREFUSED`, `card_declined`. What is in a field of that name of some other class may be a secret. */
const isErrorCode = (code: unknown): boolean =>
  typeof code === 'number' ||
  (typeof code === 'string' && /^(?:[0-9A-Z]{5}|[A-Z][A-Z0-9_]{2,60}|[a-z]+(?:_[a-z]+){0,6}|[A-Z][A-Za-z]{2,30})$/.test(code))

/** Longer than any word and than a commit's name. */
const withoutRuns = (text: string): string => text.replace(/[\w-]{41,}|[\w+/=-]{100,}/g, censor)

const unmistakable = new RegExp(
  [
    // A signed token: header and payload are JSON, so they begin alike.
    'eyJ[\\w-]{8,1000}\\.eyJ[\\w-]+(?:\\.[\\w-]+){0,3}',
    // What is sent to be let in.
    '(?<=\\b(?:Bearer|Basic) )[\\w.~+/=-]{8,}',
    '-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^"-]|-(?!----END))*(?:-----END [A-Z ]*PRIVATE KEY-----)?',
    '\\b(?:[sr]k_(?:live|test)|whsec)_\\w{8,}',
    '(?<=otpauth:)//[^\\s"]+',
    // Of an address: what stands behind a secret's name, and a password before the host.
    '(?<=[?&](?:code|state|token|api_key|oauth_code|jwt|SAMLResponse|SAMLRequest|RelayState|\\w+_token|code_verifier|client_secret)=)[^&\\s"\\\\]+',
    '(?<=://[^\\s/:@"]{0,100}:)[^\\s/@"]+(?=@)',
    // XML in base64, as SAML sends it: `<saml`, `<?xml`.
    '(?:PHNhbW|PD94bW)[\\w+/=]{20,}',
  ].join('|'),
  'g',
)

/** One of these is in every line that has anything to take out; most lines have none, and looking closer takes 10 µs. */
const suspicious = /eyJ|Bearer |Basic |PRIVATE KEY|k_live_|k_test_|whsec_|otpauth:|=|:\/\/|PHNhbW|PD94bW/

/** The last look at a line, for texts that somebody else wrote. */
export const redactLine = (line: string): string => (suspicious.test(line) ? line.replace(unmistakable, censor) : line)
