/** What is true of external backends. Every function works in the transaction it is handed. */
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { alreadyExists, conflict, forbidden, invalid, notFound } from '../../errors.ts'
import { lockReferredCredential } from '../credentials/queries.ts'
import type { MayRead } from '../git.ts'
import { findVersion, lockStateOf } from '../terraform-state/queries.ts'
import { onlySources } from './elasticsearch.ts'
import { type Engine, type EngineRules, engines, type Purpose } from './engines.ts'
import * as queries from './queries.ts'

type Body = Schema<'NewExternalBackend'>

/** What of the caller's rights counts here. */
export interface Caller {
  mayRead: MayRead
  /** @param resource below the organization, such as `project:web` */
  may(action: string, resource: string): boolean
}

const longest = 256 * 1024

export async function getBackend(tx: OrgTx, id: number): Promise<queries.BackendRow> {
  const backend = await queries.findBackend(tx, id)
  if (!backend) throw notFound(`external backend ${id}`)
  return backend
}

/**
 * The backend that holds for a place: of the component, the environment, the project, or the default of the organization, whichever
 * is nearest. Nothing of the place needs to exist.
 */
export const backendFor = (tx: OrgTx, purpose: Purpose, place: queries.ScopeNames): Promise<queries.BackendRow | undefined> =>
  queries.findNearest(tx, purpose, place)

export async function createBackend(tx: OrgTx, body: Body, caller: Caller): Promise<queries.BackendRow> {
  const row = await rowOf(tx, body, caller)
  await assertFree(tx, row, null)
  const { id } = await queries.insertBackend(tx, row)
  return getBackend(tx, id)
}

/**
 * What can be wrong with one for a place that is only made later.
 * @returns its credential, locked
 */
export async function assertPossible(
  tx: OrgTx,
  body: Pick<Body, 'purpose' | 'configuration' | 'credential_canonical'>,
  mayRead: MayRead,
): Promise<number | null> {
  const { engine } = configurationOf(body)
  return credentialId(tx, engines[engine], engine, body.credential_canonical, mayRead)
}

/** Its number stays, and its token, unless another one is asked for. */
export async function updateBackend(
  tx: OrgTx,
  id: number,
  body: Schema<'UpdateExternalBackend'>,
  caller: Caller,
): Promise<queries.BackendRow> {
  const before = await queries.lockBackend(tx, id)
  if (!before) throw notFound(`external backend ${id}`)
  if (body.id !== undefined && body.id !== id)
    throw invalid('The number of an external backend cannot be changed', [`body.id: must be ${id}`])
  if (body.purpose !== before.purpose)
    throw invalid('The purpose of an external backend cannot be changed: make another one', [`body.purpose: must be ${before.purpose}`])
  const isSameSecret = before.credential_canonical === (body.credential_canonical ?? null)
  if (body.rotate_token === true && before.purpose !== 'remote_tfstate')
    throw invalid(`An external backend for ${before.purpose} has no token`, ['body.rotate_token: is for the purpose remote_tfstate'])
  assertMayServe(before, caller)
  // Who may use the backend at another place could read there what the credential opens.
  const goesWhereItWent = (row: { configuration: object; is_default: boolean } & queries.Scope) =>
    isSameSecret && isSame(row.configuration, before.configuration) && isSame(placeOf(row), placeOf(before))
  const row = await rowOf(tx, body, caller, goesWhereItWent)
  await assertFree(tx, row, id)
  const token_generation = before.token_generation + (body.rotate_token === true ? 1 : 0)
  await queries.updateBackend(tx, id, { ...row, token_generation, updated_at: new Date() })
  return getBackend(tx, id)
}

export async function removeBackend(tx: OrgTx, id: number): Promise<queries.BackendRow> {
  const backend = await queries.lockBackend(tx, id)
  if (!backend) throw notFound(`external backend ${id}`)
  await assertKeepsNothing(tx, id)
  await queries.deleteBackend(tx, id)
  return backend
}

/** The state under its own token goes with it, and what that knows of would be nobody's. @throws Conflict */
async function assertKeepsNothing(tx: OrgTx, id: number): Promise<void> {
  const state = await lockStateOf(tx, { externalBackendId: id })
  if (state?.lock)
    throw conflict(
      `The Terraform state that the external backend ${id} keeps is locked by ${state.lock['Who'] || 'somebody'} since ${state.locked_at?.toISOString() ?? ''}: wait, or unlock it`,
    )
  const newest = state && state.version_id !== null ? await findVersion(tx, state.id, state.version_id) : undefined
  if (newest && newest.resource_count > 0)
    throw conflict(
      `The external backend ${id} keeps a Terraform state with ${newest.resource_count} ${newest.resource_count === 1 ? 'resource' : 'resources'}: destroy them, or move the state elsewhere, before you delete it`,
    )
}

interface PlaceNames {
  project_canonical?: string | null | undefined
  environment_canonical?: string | null | undefined
  component_canonical?: string | null | undefined
}

/** @throws Unauthorized for who may not change what the backend is for */
function assertMayServe(
  { project_canonical: project, environment_canonical: environment, component_canonical: component }: PlaceNames,
  { may }: Caller,
) {
  if (project == null) return
  const names = Object.entries({ project, environment, component }).filter(([, name]) => name != null)
  const kind = names.at(-1)?.[0] ?? ''
  if (!may(`organization:${kind}:update`, names.flat().join(':')))
    throw forbidden(
      `You may not keep external backends for the ${kind} ${names.map(([, name]) => name).join('/')}: no rule grants you to update it`,
    )
}

const placeOf = ({ project_id, environment_id, component_id, is_default }: queries.Scope & { is_default: boolean }) => ({
  project_id,
  environment_id,
  component_id,
  is_default,
})

/** @param sendsNothingNew with what goes to where it went already, a secret is not read anew */
async function rowOf(
  tx: OrgTx,
  body: Body,
  caller: Caller,
  sendsNothingNew: (row: { configuration: object; is_default: boolean } & queries.Scope) => boolean = () => false,
) {
  const isDefault = body.default ?? false
  const configuration = configurationOf(body)
  const scope = await scopeOf(tx, body, caller)
  const isKnown = sendsNothingNew({ configuration, is_default: isDefault, ...scope })
  return {
    purpose: body.purpose,
    engine: configuration.engine,
    configuration: JSON.stringify(configuration),
    is_default: isDefault,
    ...scope,
    credential_id: await credentialId(
      tx,
      engines[configuration.engine],
      configuration.engine,
      body.credential_canonical,
      isKnown ? () => true : caller.mayRead,
    ),
  }
}

/** Only fields that the engine has. @throws Invalid naming every field that cannot be meant */
function configurationOf({ purpose, configuration, default: isDefault = false }: Body): { engine: Engine } & Record<string, unknown> {
  const { engine } = configuration
  const rules = engines[engine]
  if (!rules.purposes.includes(purpose))
    throw invalid(`${engine} cannot be used for ${purpose}, only for ${rules.purposes.join(' and ')}`, [
      `body.configuration.engine: does not suit the purpose ${purpose}`,
    ])
  const given = new Map(Object.entries(configuration))
  // Empty means "none" in clients that send every field.
  const values = Object.keys(rules.fields).flatMap((name) => {
    const value = given.get(name)
    return value === undefined || value === null || value === '' ? [] : [[name, value] as const]
  })
  const present = new Map(values)
  const { file } = rules
  const isFileNeeded = file !== undefined && purpose === 'remote_tfstate' && !isDefault
  const missing = [...rules.required, ...(isFileNeeded ? [file] : [])].filter((name) => !present.has(name))
  const problems = [
    ...missing.map(
      (name) => `body.configuration.${name}: ${name === file ? 'is missing, which only a default backend may leave out' : 'is missing'}`,
    ),
    ...values.flatMap(([name, value]) => rules.fields[name]?.(value, `body.configuration.${name}`) ?? []),
  ]
  if (problems.length > 0) throw invalid(`The configuration of ${engine} cannot be used`, problems.slice(0, 50))
  const kept = { engine, ...Object.fromEntries(values.map(([name, value]) => [name, name === 'sources' ? onlySources(value) : value])) }
  if (JSON.stringify(kept).length > longest)
    throw invalid('The configuration is too large', [`body.configuration: must not be larger than ${longest / 1024} KiB`])
  return kept
}

/** Bills are of the whole organization; everything else is of one place, or the default. */
async function scopeOf(tx: OrgTx, { purpose, default: isDefault = false, ...names }: Body, caller: Caller): Promise<queries.Scope> {
  const given = (['project_canonical', 'environment_canonical', 'component_canonical'] as const).filter((name) => names[name] !== undefined)
  const nowhere = { project_id: null, environment_id: null, component_id: null }
  if (purpose === 'cost_explorer' || isDefault) {
    const sentence = isDefault ? 'A default backend is of the whole organization' : 'Costs are of the whole organization'
    if (given.length > 0)
      throw invalid(
        sentence,
        given.map((name) => `body.${name}: must be left out`),
      )
    return nowhere
  }
  if (names.project_canonical === undefined || (names.component_canonical !== undefined && names.environment_canonical === undefined))
    throw invalid('An external backend is the default of the organization, or of one project, environment or component', [
      names.project_canonical === undefined
        ? `body.project_canonical: is missing${given.length === 0 ? ', and body.default is not true' : ''}`
        : 'body.environment_canonical: is missing, in which the component is',
    ])
  assertMayServe(names, caller)
  const { is_ready, ...scope } = await queries.findScope(tx, names)
  const unknown = given.filter((name) => scope[`${name.replace('_canonical', '') as 'project' | 'environment' | 'component'}_id`] === null)
  const missing = is_ready === false ? ['component_canonical' as const] : unknown
  if (missing.length > 0)
    throw invalid(
      'What the external backend is for does not exist',
      missing.map((name) => `body.${name}: unknown ${name.replace('_canonical', '')}`),
    )
  return scope
}

async function credentialId(
  tx: OrgTx,
  rules: EngineRules,
  engine: Engine,
  canonical: string | undefined,
  mayRead: MayRead,
): Promise<number | null> {
  if (canonical === undefined) {
    if (!rules.needsCredential) return null
    throw invalid(`${engine} needs a credential of the type ${rules.credential}`, ['body.credential_canonical: is missing'])
  }
  const credential = await lockReferredCredential(tx, canonical)
  if (!credential) throw invalid(`There is no credential ${canonical}`, ['body.credential_canonical: unknown credential'])
  if (credential.type !== rules.credential)
    throw invalid(`${engine} needs a credential of the type ${rules.credential}, and ${canonical} is of the type ${credential.type}`, [
      `body.credential_canonical: must be of the type ${rules.credential}`,
    ])
  if (!mayRead(credential)) throw forbidden(`You may not use the credential ${canonical} for a backend: no rule grants you to read it`)
  return credential.id
}

/** Two at once are refused by the database, in fewer words. */
async function assertFree(tx: OrgTx, row: Awaited<ReturnType<typeof rowOf>>, id: number | null): Promise<void> {
  if (row.purpose === 'cost_explorer') return
  const other = await queries.findSamePlace(tx, row)
  if (other && other.id !== id)
    throw alreadyExists(`an external backend for ${row.purpose} ${row.is_default ? 'as the default' : 'of this place'}: number ${other.id}`)
}

/** Postgres puts the keys of what it keeps into its own order. */
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => [key, ordered(one)])
}
