/** Who we are to identity providers, and the ones that organizations brought. */
import type { AccountTx } from '../../db/account-tx.ts'
import type { PublicContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { ServiceProvider } from '../../outside/saml/types.ts'
import type { Platform } from '../../platform.ts'
import { findPlaceOf, findProviderById, listProvidersFor, type ProviderRow } from '../identity-providers/queries.ts'
import { addressesOf } from '../identity-providers/view.ts'
import type { Party } from './saml-answer.ts'

/** To the providers of the installation. */
export async function installationService({ saml, config }: Platform): Promise<ServiceProvider> {
  return { entityId: `${config.apiUrl}/saml2`, acsUrl: `${config.apiUrl}/saml2/acs`, key: await saml.key() }
}

/** To one provider of an organization: another name for each, so that what is said to one is said to no other. */
export async function organizationService({ saml, config }: Platform, publicId: string): Promise<ServiceProvider> {
  const { entity_id: entityId, acs_url: acsUrl } = addressesOf(config.apiUrl, publicId)
  return { entityId, acsUrl, key: await saml.key() }
}

/** A provider that an organization brought. */
export interface OwnParty extends Party {
  enabled: boolean
  identityProvider: { organizationId: number; id: number }
  /** When its metadata was last asked for; null when it has no address. */
  refreshedAt: Date | null
}

export async function findOwnParty({ platform, write }: PublicContext, publicId: string): Promise<OwnParty | undefined> {
  const row = await write(async (tx) => {
    const place = await findPlaceOf(tx, publicId)
    return place && rowAt(tx, place)
  })
  return row && partyOf(platform, row)
}

/** The enabled one that signs people of the organization in, the nearest if there are several. @param canonical only of this name */
export async function choosePartyFor(
  { platform, write }: PublicContext,
  organization: string,
  canonical: string | undefined,
): Promise<OwnParty | undefined> {
  const row = await write(async (tx) => {
    const places = await listProvidersFor(tx, organization)
    const place = places.find((one) => canonical === undefined || one.canonical === canonical)
    return place && rowAt(tx, place)
  })
  return row && partyOf(platform, row)
}

const refreshSeconds = 600

/** Not more often than every ten minutes, whatever is posted. */
export async function refreshSoon({ write }: PublicContext, { identityProvider, refreshedAt }: OwnParty): Promise<void> {
  if (refreshedAt === null || refreshedAt.getTime() > Date.now() - refreshSeconds * 1000) return
  await write((tx) => enqueue(tx, 'identityProviders.refresh', { ...identityProvider, olderThanSeconds: refreshSeconds }))
}

const rowAt = (tx: AccountTx, { organization_id, id }: { organization_id: number; id: number }) =>
  tx.inOrganization(organization_id, null, (inside) => findProviderById(inside, id))

async function partyOf(platform: Platform, row: ProviderRow): Promise<OwnParty> {
  return {
    sp: await organizationService(platform, row.public_id),
    idp: { entityId: row.entity_id, ssoUrl: row.sso_url, certificates: row.certificates },
    allowIdpInitiated: row.idp_initiated,
    enabled: row.enabled,
    identityProvider: { organizationId: row.organization_id, id: row.id },
    names: row.attributes,
    refreshedAt: row.metadata_url === null ? null : row.refreshed_at,
  }
}
