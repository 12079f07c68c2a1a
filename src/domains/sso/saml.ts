/** A browser goes to a SAML2 identity provider, and comes back with what it posts. */
import { randomBytes } from 'node:crypto'
import { countAttempt } from '../../access/attempts.ts'
import type { DomainHandlers, Input } from '../../contract/operation.ts'
import { invalid, notFound, unavailable } from '../../errors.ts'
import type { PublicContext } from '../../http/context.ts'
import { spMetadata } from '../../outside/saml/metadata.ts'
import { buildRequest } from '../../outside/saml/request.ts'
import { type IdentityProviderMetadata, SamlRefused, type ServiceProvider } from '../../outside/saml/types.ts'
import type { Platform } from '../../platform.ts'
import { isPath } from './codes.ts'
import { insertFlow } from './identity-queries.ts'
import { finish, type Party, type Posted, readAnswer, refusing, requestHash } from './saml-answer.ts'
import { choosePartyFor, findOwnParty, installationService, type OwnParty, organizationService, refreshSoon } from './saml-parties.ts'

const flowSeconds = 600
const xml = 'application/xml'

export const saml = {
  async getSamlMetadata({ platform }) {
    assertConfigured(platform)
    return { type: xml, body: spMetadata(await installationService(platform)) }
  },

  async samlAssertionConsumerService(context, { body = {} }) {
    const { platform, request } = context
    assertConfigured(platform)
    const attempt = await countAttempt(platform, request, 'assertion', `installation ${request.address}`)
    const location = await refusing(context, 'installation', () => finishAtInstallation(context, body))
    await attempt.giveBack()
    return { location }
  },

  async startSaml(context, { query }) {
    const { platform, request, write } = context
    // Each begun sign-in is a row, and nobody has shown anything yet.
    await countAttempt(platform, request, 'signInFlow', request.address)
    const party = await chosenParty(context, query)
    // It comes back with the answer, and means nothing: what the request was for is kept here.
    const { url, id } = await buildRequest(party.sp, party.idp, { relayState: randomBytes(16).toString('base64url') })
    await write((tx) =>
      insertFlow(tx, {
        provider: 'saml2',
        state_hash: requestHash(party, id),
        // The answer is a foreign POST, with which browsers send no cookie of ours.
        browser_hash: null,
        nonce: null,
        sealed_verifier: null,
        identity_provider_id: party.identityProvider?.id ?? null,
        return_to: query.return_to !== undefined && isPath(query.return_to) ? query.return_to : null,
        expires_at: new Date(Date.now() + flowSeconds * 1000),
      }),
    )
    return { location: url }
  },

  async getOrganizationSamlMetadata(context, { path }) {
    await getOwnParty(context, path.public_id)
    return { type: xml, body: spMetadata(await organizationService(context.platform, path.public_id)) }
  },

  async organizationAssertionConsumerService(context, { path, body = {} }) {
    const { platform, request } = context
    const attempt = await countAttempt(platform, request, 'assertion', `${path.public_id} ${request.address}`)
    const party = await getOwnParty(context, path.public_id)
    const location = await refusing(context, party.idp.entityId, () => finishAtOrganization(context, party, body))
    await attempt.giveBack()
    return { location }
  },
} satisfies Partial<DomainHandlers<'sso'>>

async function finishAtOrganization(context: PublicContext, party: OwnParty, posted: Posted): Promise<string> {
  if (!party.enabled) throw new SamlRefused('turned_off', 'Nobody signs in through this identity provider any more: it was turned off.')
  const assertion = await readAnswer(party, posted).catch(async (error: unknown) => {
    // By a new key, perhaps, which the metadata has by now: the person finds it known when they try again.
    if (error instanceof SamlRefused && error.reason === 'signature') await refreshSoon(context, party)
    throw error
  })
  return finish(context, party, assertion, posted)
}

/** Whose answer it is, it says itself; each provider is tried as if it were the only one. */
async function finishAtInstallation(context: PublicContext, posted: Posted): Promise<string> {
  const attempt = async () => {
    const refusals: SamlRefused[] = []
    for (const party of await installationParties(context.platform)) {
      try {
        return { party, assertion: await readAnswer(party, posted) }
      } catch (error) {
        if (!(error instanceof SamlRefused)) throw error
        refusals.push(error)
      }
    }
    return refusals.find(({ reason }) => reason !== 'issuer') ?? refusals[0] ?? noMetadata()
  }
  let found = await attempt()
  if (found instanceof SamlRefused && found.reason === 'signature') {
    await context.platform.saml.again()
    found = await attempt()
  }
  if (found instanceof Error) throw found
  return finish(context, found.party, found.assertion, posted)
}

type Query = Input<'startSaml'>['query']

async function chosenParty(context: PublicContext, query: Query): Promise<Party> {
  const { organization_canonical: organization, identity_provider_canonical: canonical, provider } = query
  if (organization === undefined) {
    if (canonical !== undefined)
      throw invalid('An identity provider is named within its organization', [
        'query.identity_provider_canonical: needs organization_canonical beside it',
      ])
    return chosenOfInstallation(context.platform, provider)
  }
  if (provider !== undefined)
    throw invalid('A sign-in begins at one provider: of an organization, or of the installation', [
      'query.provider: must not be given beside organization_canonical',
    ])
  const party = await choosePartyFor(context, organization, canonical)
  // The same words for an organization that does not exist, so that nobody can ask which do.
  if (!party) throw notFound(`identity provider ${canonical ?? ''} of the organization ${organization}`.replace('  ', ' '))
  return party
}

async function chosenOfInstallation(platform: Platform, entityId: string | undefined): Promise<Party> {
  assertConfigured(platform)
  const parties = await installationParties(platform)
  const party = entityId === undefined ? parties[0] : parties.find(({ idp }) => idp.entityId === entityId)
  if (party) return party
  // One of those that are configured may be the one.
  if (parties.length < platform.config.saml.metadata.length) throw noMetadata()
  throw notFound(`identity provider ${entityId}`)
}

async function installationParties(platform: Platform): Promise<Party[]> {
  const sp = await installationService(platform)
  return (await platform.saml.providers()).map((idp) => partyOf(sp, idp))
}

const partyOf = (sp: ServiceProvider, idp: IdentityProviderMetadata): Party => ({
  sp,
  idp,
  allowIdpInitiated: true,
  identityProvider: null,
  names: undefined,
})

const noMetadata = () => unavailable('The identity provider cannot be reached for its metadata: try again in a minute', { retryAfter: 60 })

function assertConfigured({ config }: Platform): void {
  if (config.saml.metadata.length === 0) throw notFound('SAML2 identity provider of this installation')
}

async function getOwnParty(context: PublicContext, publicId: string): Promise<OwnParty> {
  const party = await findOwnParty(context, publicId)
  if (!party) throw notFound('identity provider')
  return party
}
