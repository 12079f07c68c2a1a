/** Which keys a secret of each type has, and whether what was sent is such a secret. */
import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { isDeeperThan } from '../json-depth.ts'

export type CredentialType = Schema<'NewCredential'>['type']
type Raw = Schema<'CredentialRaw'>
type Key = Exclude<keyof Raw, 'raw'>

interface Shape {
  required: readonly Key[]
  optional?: readonly Key[]
  /** Must be there, but may be empty: "none of my own" is an answer too. */
  mayBeEmpty?: readonly Key[]
}

const shapes: Record<Exclude<CredentialType, 'custom'>, Shape> = {
  ssh: { required: ['ssh_key'] },
  aws: { required: ['access_key', 'secret_key'] },
  gcp: { required: ['json_key'] },
  // Clients older than the other Azure clouds do not send an environment; it means public then.
  azure: { required: ['client_id', 'client_secret', 'subscription_id', 'tenant_id'], optional: ['environment'] },
  azure_storage: { required: ['account_name', 'access_key'] },
  basic_auth: { required: ['username', 'password'] },
  elasticsearch: { required: ['username', 'password', 'ca_cert'], mayBeEmpty: ['ca_cert'] },
  swift: { required: ['auth_url', 'username', 'password', 'domain_id', 'tenant_id'], mayBeEmpty: ['domain_id'] },
  vmware: { required: ['username', 'password'] },
}

const largest = 64 * 1024
const deepest = 32
/** As a pipeline writes them: `((path.key))`. */
const customKey = /^[\w.-]{1,254}$/

/**
 * @returns the names of the keys, in the order of the type (of the caller, for `custom`)
 * @throws Invalid naming every key that is missing, unknown or unusable; never a value
 */
export function assertRaw(type: CredentialType, raw: Raw): string[] {
  const keys = type === 'custom' ? customKeys(raw) : keysOf(type, raw)
  if (Buffer.byteLength(JSON.stringify(raw)) > largest)
    throw invalid('The secret values are too large', [`body.raw: must not be larger than ${largest / 1024} KiB`])
  return keys
}

function keysOf(type: Exclude<CredentialType, 'custom'>, raw: Raw): string[] {
  const { required, optional = [], mayBeEmpty = [] } = shapes[type]
  const known: readonly string[] = [...required, ...optional]
  const missing = required.filter((key) => raw[key] === undefined || (raw[key] === '' && !mayBeEmpty.includes(key)))
  const problems = [
    ...missing.map((key) => `body.raw.${key}: ${raw[key] === '' ? 'must not be empty' : 'is missing'}`),
    ...Object.keys(raw)
      .filter((key) => !known.includes(key))
      .map((key) => `body.raw.${key.slice(0, 100)}: is not a key of the type ${type}`),
  ]
  if (type === 'gcp' && missing.length === 0 && !isJsonObject(raw.json_key))
    problems.push('body.raw.json_key: must be the key file as JSON text, an object')
  if (problems.length > 0)
    throw invalid(
      `A credential of the type ${type} has exactly the keys ${known.join(', ')}${optional.length > 0 ? ` (optional: ${optional.join(', ')})` : ''}`,
      problems,
    )
  return known.filter((key) => Object.hasOwn(raw, key))
}

function customKeys(raw: Raw): string[] {
  const unknown = Object.keys(raw).filter((key) => key !== 'raw')
  const values: unknown = raw.raw
  if (unknown.length > 0 || typeof values !== 'object' || values === null || Array.isArray(values))
    throw invalid('A credential of the type custom has its keys and values inside raw.raw', [
      ...unknown.map((key) => `body.raw.${key.slice(0, 100)}: belongs inside body.raw.raw`),
      ...(raw.raw === undefined ? ['body.raw.raw: is missing'] : unknown.length > 0 ? [] : ['body.raw.raw: must be an object']),
    ])
  const keys = Object.keys(values)
  const unusable = keys.filter((key) => !customKey.test(key))
  if (unusable.length > 0)
    throw invalid(
      'The keys of a custom credential are names',
      unusable
        .slice(0, 10)
        .map(
          (key) =>
            `body.raw.raw: the key ${JSON.stringify(key.slice(0, 100))} may only hold letters, digits, "_", "-" and ".", at most 254`,
        ),
    )
  if (isDeeperThan(values, deepest))
    throw invalid('The secret values are nested too deeply', [`body.raw.raw: must not be nested deeper than ${deepest} levels`])
  return keys
}

function isJsonObject(text: string | undefined): boolean {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
