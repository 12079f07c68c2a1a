/** What an identity provider posts through the browser: checked, used once, and turned into a code for the console. */
import { createHash } from 'node:crypto'
import { unauthenticated } from '../../errors.ts'
import type { PublicContext } from '../../http/context.ts'
import { readResponse } from '../../outside/saml/response.ts'
import { type Assertion, type IdentityProviderMetadata, SamlRefused, type ServiceProvider } from '../../outside/saml/types.ts'
import { personIn } from '../identity-providers/attributes.ts'
import { consoleAddress, isPath, issueCode } from './codes.ts'
import { deleteSamlFlow, rememberAssertion } from './queries.ts'
import type { OutsideIdentity } from './types.ts'

/** One provider, and who we are to it. */
export interface Party {
  sp: ServiceProvider
  idp: Pick<IdentityProviderMetadata, 'entityId' | 'ssoUrl' | 'certificates'>
  allowIdpInitiated: boolean
  /** Of an organization that brought it; null: the installation's. */
  identityProvider: OutsideIdentity['identityProvider']
  /** Names of attributes, where an organization chose them. */
  names: Parameters<typeof personIn>[1]
}

export interface Posted {
  SAMLResponse?: string | undefined
  RelayState?: string | undefined
}

/** Longer names could not be kept, and nobody has one. */
const longestSubject = 500

/** @throws SamlRefused */
export async function readAnswer({ sp, idp, allowIdpInitiated }: Party, { SAMLResponse: samlResponse }: Posted): Promise<Assertion> {
  if (!samlResponse) throw new SamlRefused('malformed', 'Nothing was sent: the answer of an identity provider has a SAMLResponse.')
  // Whether we asked is known to the database, and looked at where it is taken away: `finish`.
  const assertion = await readResponse({ sp, idp, samlResponse, allowIdpInitiated, expectedRequest: async () => true })
  if (assertion.nameId.length > longestSubject)
    throw new SamlRefused('name_id', `The name that your identity provider gives you is longer than ${longestSubject} characters.`)
  return assertion
}

/**
 * Uses the assertion up, and the request that it answers.
 * @returns where the browser goes, with a code
 * @throws SamlRefused
 */
export async function finish({ platform, write }: PublicContext, party: Party, assertion: Assertion, posted: Posted): Promise<string> {
  const scope = party.identityProvider?.id ?? null
  const { inResponseTo } = assertion
  const person = personIn(assertion, party.names)
  const identity: OutsideIdentity = {
    ...person,
    provider: 'saml2',
    issuer: assertion.issuer,
    identityProvider: party.identityProvider,
    // Whoever runs the installation chose its providers to be believed.
    emailVerified: party.identityProvider === null && person.email !== null,
    pictureUrl: null,
    locale: null,
  }
  return write(async (tx) => {
    // First: an assertion that comes again is that, whatever became of its request.
    const used = hashOf('assertion', String(scope), assertion.issuer, assertion.assertionId)
    if (!(await rememberAssertion(tx, used, new Date(assertion.notOnOrAfter.getTime() + 60_000))))
      throw new SamlRefused('replayed', 'The answer of your identity provider was used already. Sign in again.')
    const flow = inResponseTo === null ? undefined : await deleteSamlFlow(tx, requestHash(party, inResponseTo), scope)
    if (inResponseTo !== null && !flow)
      throw new SamlRefused('in_response_to', 'The sign-in did not begin here, took too long, or was finished already. Sign in again.')
    const code = await issueCode(tx, identity)
    const { RelayState: relayState = '' } = posted
    return consoleAddress(platform.config, 'saml2', code, flow ? flow.return_to : isPath(relayState) ? relayState : null)
  })
}

/** A request is known by its id, together with who was asked: another provider of ours cannot answer it. */
export const requestHash = ({ idp }: Pick<Party, 'idp'>, requestId: string): string => hashOf('request', idp.entityId, requestId)

/** JSON, so that no two lists of parts look the same. */
const hashOf = (...parts: string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url')

/**
 * Says why in the log, with nothing of what was sent.
 * @throws Unauthenticated with the sentence
 */
export async function refusing<T>({ request }: Pick<PublicContext, 'request'>, provider: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof SamlRefused)) throw error
    const { reason, cause } = error
    // What is wrong inside an encrypted assertion is for the log alone.
    const why = cause instanceof SamlRefused ? cause.message : error.message
    request.log.warn({ saml: { reason, provider, why } }, 'the answer of a SAML identity provider was refused')
    throw unauthenticated(error.message)
  }
}
