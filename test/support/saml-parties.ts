/** A service, an identity provider and a stranger, each with a key, for asking what the service takes. Nothing of it is on the network. */
import { makeServiceProviderKey } from '../../src/outside/saml/keys.ts'
import { readResponse } from '../../src/outside/saml/response.ts'
import { type Assertion, SamlRefused, type ServiceProvider, type ServiceProviderKey } from '../../src/outside/saml/types.ts'
import type { Forgery } from './saml-forge.ts'

type Question = Parameters<typeof readResponse>[0]

export interface SamlParties {
  ours: ServiceProvider
  idpKey: ServiceProviderKey
  strangerKey: ServiceProviderKey
  /** An answer to the request `_request`, for signedResponse() and its like. */
  good(changes?: Partial<Forgery>): Forgery
  read(samlResponse: string, changes?: Partial<Question>): Promise<Assertion>
  /** Why it was refused; reason `accepted` when it was not. */
  refusal(samlResponse: string, changes?: Partial<Question>): Promise<{ reason: string; message: string; cause?: unknown }>
}

export const issuer = 'https://idp.example.org/metadata'

export async function openSamlParties(): Promise<SamlParties> {
  const [key, idpKey, strangerKey] = await Promise.all([makeServiceProviderKey(), makeServiceProviderKey(), makeServiceProviderKey()])
  const ours = { entityId: 'https://trochoid.example.org/saml', acsUrl: 'https://trochoid.example.org/saml/acs', key }
  const read = (samlResponse: string, changes: Partial<Question> = {}) =>
    readResponse({
      ...{ sp: ours, idp: { entityId: issuer, certificates: [idpKey.certificate] }, samlResponse },
      ...{ expectedRequest: async (id: string) => id === '_request', allowIdpInitiated: false },
      ...changes,
    })
  return {
    ...{ ours, idpKey, strangerKey, read },
    good: (changes = {}) => ({
      ...{ key: idpKey, issuer, acsUrl: ours.acsUrl, audience: ours.entityId, inResponseTo: '_request', nameId: 'ada@example.org' },
      ...changes,
    }),
    async refusal(samlResponse, changes = {}) {
      const result = await read(samlResponse, changes).catch((error: unknown) => error)
      if (result instanceof SamlRefused) return { reason: result.reason, message: result.message, cause: result.cause }
      if (result instanceof Error) throw result
      return { reason: 'accepted', message: JSON.stringify(result) }
    },
  }
}
