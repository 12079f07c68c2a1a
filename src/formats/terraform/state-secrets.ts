/** What of a resource's attributes must not leave its state: what the provider marks, and what usually is a secret. */

export const redacted = '(sensitive)'

/**
 * Names whose texts are secrets by what they are called. Providers mark most of them, but not in states that older versions of
 * Terraform wrote, nor inside of maps that people fill.
 */
const secretName = new RegExp(
  `(?:^|[_.-])(?:${[
    'password',
    'passwd',
    'passphrase',
    'secret',
    'secret[_.-]?key',
    'secret[_.-]?access[_.-]?key',
    'secret[_.-]?string',
    'secret[_.-]?binary',
    'client[_.-]?secret',
    'private[_.-]?key(?:[_.-](?:pem|openssh|pem[_.-]pkcs8|base64))?',
    '(?:access|auth|bearer|refresh|session|api|id|sas)[_.-]?token',
    'token',
    'api[_.-]?key',
    '(?:primary|secondary|account|shared|storage|master)[_.-](?:access[_.-])?key',
    '(?:primary|secondary)?[_.-]?connection[_.-]?string',
    'credentials?',
    'kube[_.-]?config(?:[_.-]raw)?',
    'user[_.-]?data(?:[_.-]base64)?',
    'custom[_.-]?data',
  ].join('|')})$`,
  'i',
)

/** A copy. @param marked paths as states have them: lists of `{type: 'get_attr' | 'index', value}` */
export function withoutSecrets(attributes: unknown, marked: unknown): unknown {
  const copy = byName(attributes)
  if (!Array.isArray(marked)) return copy
  for (const path of marked) {
    const steps = stepsOf(path)
    // Nobody knows what it means: nothing is shown.
    if (steps.length === 0) return {}
    hide(copy, steps)
  }
  return copy
}

function byName(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(byName)
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, inner] of Object.entries(value)) copy[key] = isSecret(key, inner) ? redacted : byName(inner)
  return copy
}

/** `generate_password: true` and `token_ttl: 3600` tell nothing; an empty value neither. */
const isSecret = (key: string, value: unknown): boolean =>
  ((typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null && Object.keys(value).length > 0)) &&
  isSecretName(key)

/** Names come again and again; whoever makes up new ones without end costs themselves time, and us no memory. */
const known = new Map<string, boolean>()
const mostKnown = 5000

function isSecretName(name: string): boolean {
  const before = known.get(name)
  if (before !== undefined) return before
  const answer = secretName.test(snakeCase(name))
  if (known.size < mostKnown && name.length < 100) known.set(name, answer)
  return answer
}

const snakeCase = (key: string): string => key.slice(-60).replace(/([a-z0-9])([A-Z])/g, '$1_$2')

type Step = string | number

function stepsOf(path: unknown): Step[] {
  const steps: Step[] = []
  for (const step of Array.isArray(path) ? (path as unknown[]) : []) {
    const { value } = (step ?? {}) as { value?: unknown }
    // The key of a map or list stands in there with its type.
    const key = typeof value === 'object' && value !== null ? (value as { value?: unknown }).value : value
    // What cannot be followed ends the path early, which hides more rather than less.
    if (typeof key !== 'string' && typeof key !== 'number') break
    steps.push(key)
  }
  return steps
}

function hide(root: unknown, steps: Step[]): void {
  let at = root
  for (const [position, step] of steps.entries()) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return
    const holder = at as Record<Step, unknown>
    if (position < steps.length - 1) at = holder[step]
    else if (holder[step] !== null) holder[step] = redacted
  }
}
