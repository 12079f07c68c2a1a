/** What is true of an organization's identity providers. Every function works in the transaction it is handed. */
import { randomBytes } from 'node:crypto'
import { covers } from '../../access/cover.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, forbidden, invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { MetadataColumns } from './metadata.ts'
import * as queries from './queries.ts'

type Settings = Schema<'UpdateIdentityProvider'>
type Read = MetadataColumns & { metadata_url: string | null }

/** Each is read every day, and asked for at every sign-in page. */
const mostProviders = 20

/**
 * Whoever decides who vouches for people could sign in as any of them, administrators included. So the right to change
 * identity providers is not enough by itself.
 * @throws Unauthorized
 */
export function assertAdministrator({ access }: Pick<OrganizationContext, 'access'>): void {
  if (!covers(access.rules, { action: 'organization:**' }, access.organization.canonical))
    throw forbidden('Only an administrator may decide who vouches for people: an identity provider could let anybody in as one')
}

export async function getProvider(tx: OrgTx, canonical: string): Promise<queries.ProviderRow> {
  const provider = await queries.findProvider(tx, canonical)
  if (!provider) throw notFound(`identity provider ${canonical}`)
  return provider
}

export async function createProvider(
  tx: OrgTx,
  canonical: string,
  body: Schema<'NewIdentityProvider'>,
  metadata: Read,
): Promise<queries.ProviderRow> {
  const { default_role_canonical = 'organization-member', enabled = true, idp_initiated = true, provision = true } = body
  if (body.required) throw notTriedYet()
  if ((await queries.countProviders(tx)) >= mostProviders)
    throw conflict(`An organization has at most ${mostProviders} identity providers: remove one first`)
  const settings = { ...body, default_role_canonical, enabled, idp_initiated, provision, required: false }
  await queries.insertProvider(tx, {
    canonical,
    public_id: randomBytes(16).toString('hex'),
    last_sign_in_at: null,
    ...(await columnsOf(tx, settings)),
    ...readNow(metadata),
  })
  return getProvider(tx, canonical)
}

/** @param metadata undefined: it stays */
export async function updateProvider(
  tx: OrgTx,
  canonical: string,
  body: Settings,
  metadata: Read | undefined,
): Promise<queries.ProviderRow> {
  const provider = await lockProvider(tx, canonical)
  // What another one called somebody means nothing: its `1` may be somebody else.
  if (metadata && metadata.entity_id !== provider.entity_id) await queries.deleteIdentitiesOf(tx, provider.id)
  if (body.required && !(await queries.anAdministratorSignedIn(tx, provider.id))) throw notTriedYet()
  await queries.updateProvider(tx, provider.id, {
    ...(await columnsOf(tx, body)),
    ...(metadata ? readNow(metadata) : {}),
    updated_at: new Date(),
  })
  if (!body.enabled) await queries.deleteSessionsOf(tx, provider.id)
  return getProvider(tx, canonical)
}

export async function removeProvider(tx: OrgTx, canonical: string): Promise<void> {
  const { id } = await lockProvider(tx, canonical)
  await queries.deleteProvider(tx, id)
}

async function lockProvider(tx: OrgTx, canonical: string): Promise<queries.ProviderRow> {
  const provider = await queries.lockProvider(tx, { canonical })
  if (!provider) throw notFound(`identity provider ${canonical}`)
  return provider
}

const notTriedYet = () =>
  conflict(
    'An identity provider can be required when an administrator has signed in through it: sign in through it once, then require it',
    ['body.required: no administrator of the organization has signed in through the identity provider'],
  )

const readNow = (metadata: Read) => ({ ...metadata, problem: null, refreshed_at: new Date() })

async function columnsOf(tx: OrgTx, body: Settings) {
  const { name, enabled, required, idp_initiated, provision, attributes = {}, group_mappings = [] } = body
  return {
    name,
    enabled,
    required,
    idp_initiated,
    provision,
    default_role_id: await checkRoles(tx, body.default_role_canonical, group_mappings),
    attributes: JSON.stringify(attributes),
    group_mappings: JSON.stringify(group_mappings),
  }
}

/** @returns the default role @throws Invalid naming every field that names what is not there */
async function checkRoles(tx: OrgTx, defaultRole: string, mappings: readonly Schema<'GroupMapping'>[]): Promise<number> {
  const roles = await queries.findRoleIds(tx, [defaultRole, ...mappings.flatMap(({ role_canonical }) => role_canonical ?? [])])
  const teams = await queries.findTeamIds(
    tx,
    mappings.flatMap(({ team_canonical }) => team_canonical ?? []),
  )
  const defaultRoleId = roles.get(defaultRole)
  const details = [
    ...(defaultRoleId === undefined ? [`body.default_role_canonical: unknown role ${defaultRole}`] : []),
    ...mappings.flatMap(({ role_canonical: role, team_canonical: team }, index) => {
      const at = `body.group_mappings[${index}]`
      if (role === undefined && team === undefined) return [`${at}: must have role_canonical or team_canonical`]
      return [
        ...(role !== undefined && !roles.has(role) ? [`${at}.role_canonical: unknown role ${role}`] : []),
        ...(team !== undefined && !teams.has(team) ? [`${at}.team_canonical: unknown team ${team}`] : []),
      ]
    }),
  ]
  if (defaultRoleId === undefined || details.length > 0)
    throw invalid('The identity provider is to give a role or team that does not exist', details.slice(0, 20))
  return defaultRoleId
}
