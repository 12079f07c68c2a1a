/** What of a resource's attributes must not leave its state: what the provider marks, and what usually is a secret. */

export const redacted = '(sensitive)'

/**
 * Names whose texts are secrets by what they are called. Providers mark most of them, but not in states that older versions of
 * Terraform wrote, nor inside of maps that people fill.
 */
const secretName = new RegExp(
  `(?:passwords?|passwds?|secrets?|(?:^|[_.-])(?:${[
    'passphrase',
    'secret[_.-]?key',
    'secret[_.-]?access[_.-]?key',
    'secret[_.-]?string',
    'secret[_.-]?binary',
    'secret[_.-]?data(?:[_.-]base64)?',
    'private[_.-]?key(?:[_.-](?:pem|openssh|pem[_.-]pkcs8|base64))?',
    'client[_.-]?key',
    '(?:access|auth|bearer|refresh|session|api|id|sas)[_.-]?token',
    'token',
    'api[_.-]?key',
    '(?:primary|secondary|account|shared|storage|master)(?:[_.-][a-z]+){0,3}[_.-]key',
    '(?:primary|secondary)?[_.-]?connection[_.-]?string',
    'instrumentation[_.-]?key',
    'plain[_.-]?text[_.-]?value',
    'credential',
    'kube[_.-]?(?:admin[_.-]?)?config(?:[_.-]raw)?',
    'user[_.-]?data(?:[_.-]base64)?',
    'custom[_.-]?data',
  ].join('|')})s?)(?:[_.-]?v?\\d+)?$`,
  'i',
)

/** What types keep secrets in whose names tell nothing. */
const secretsOfTypes: readonly [RegExp, readonly string[]][] = [
  [/^random_password$/, ['result', 'bcrypt_hash']],
  [/^random_bytes$/, ['base64', 'hex']],
  [/^kubernetes_secret(?:_v1(?:_data)?)?$/, ['data', 'binary_data']],
  [/^aws_ssm_parameters?(?:_by_path)?$/, ['value', 'values', 'insecure_value']],
  [/^aws_iam_access_key$/, ['ses_smtp_password_v4', 'secret']],
  [/^aws_kms_secrets$/, ['plaintext']],
  [/^vault_/, ['data', 'data_json']],
  [/^github_(?:actions|dependabot|codespaces)_/, ['plaintext_value', 'encrypted_value']],
  [/^tls_private_key$/, ['private_key_pem', 'private_key_openssh', 'private_key_pem_pkcs8']],
  [/^azurerm_key_vault_secret$/, ['value']],
  [
    /^azurerm_/,
    ['connection_string', 'connection_strings', 'kube_config', 'kube_config_raw', 'kube_admin_config', 'kube_admin_config_raw'],
  ],
  [/^google_container_cluster$/, ['master_auth']],
  [/^google_secret_manager_secret_version/, ['secret_data']],
  [/^helm_release$/, ['set_sensitive']],
  [/^local_sensitive_file$/, ['content', 'content_base64']],
  [/^terraform_remote_state$/, ['outputs']],
]

/** Whatever they are called: addresses with a password in them, and keys. */
const secretText = /:\/\/[^\s/:@]*:[^\s/@]+@|-----BEGIN [A-Z ]*PRIVATE KEY/

/**
 * A copy.
 * @param marked paths as states have them: lists of `{type: 'get_attr' | 'index', value}`
 * @param type of the resource
 */
export function withoutSecrets(attributes: unknown, marked: unknown, type = ''): unknown {
  const copy = byName(attributes)
  for (const [types, names] of secretsOfTypes) if (types.test(type)) for (const name of names) hide(copy, [name])
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
  if (typeof value === 'string') return secretText.test(value) ? redacted : value
  if (Array.isArray(value)) return value.map(byName)
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, inner] of Object.entries(value)) copy[key] = isSecret(key, inner) ? redacted : byName(inner)
  // Variables of containers are lists of these.
  if (typeof copy['name'] === 'string' && Object.hasOwn(copy, 'value') && isSecret(copy['name'], copy['value'])) copy['value'] = redacted
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
