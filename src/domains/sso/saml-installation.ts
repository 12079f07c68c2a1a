/** The part of SAML that belongs to the installation: its key pair, and the identity providers that everybody may use. */
import { getInstallationKey } from '../../access/installation-keys.ts'
import type { Config } from '../../config.ts'
import type { Database } from '../../db/pool.ts'
import type { Log } from '../../log.ts'
import type { MasterKeys } from '../../outside/master-key.ts'
import { readOperatorText } from '../../outside/operator-text.ts'
import { makeServiceProviderKey } from '../../outside/saml/keys.ts'
import { parseMetadata } from '../../outside/saml/metadata.ts'
import type { IdentityProviderMetadata, ServiceProviderKey } from '../../outside/saml/types.ts'
import type { Platform } from '../../platform.ts'

export interface Saml {
  /** Signs requests, and opens what was encrypted for us: one for all providers. */
  key(): Promise<ServiceProviderKey>
  /** Of the installation, in the order of the configuration. One whose metadata cannot be read is missing, and the log says why. */
  providers(): Promise<IdentityProviderMetadata[]>
  /** Reads their metadata again, for a signature by a key that is not known: at most once a minute. */
  again(): Promise<void>
}

interface Deps {
  config: Pick<Config, 'saml'>
  database: Database
  master: MasterKeys
  log: Log
}

const day = 24 * 3600_000
const minute = 60_000

interface Source {
  readonly source: string
  known: IdentityProviderMetadata | undefined
  /** Milliseconds; also of an attempt that failed. */
  triedAt: number
  reading: Promise<void> | undefined
}

/** Nothing is read before it is needed, and then kept by this process. */
export function openSaml({ config, database, master, log }: Deps): Saml {
  let key: Promise<ServiceProviderKey> | undefined
  const sources = config.saml.metadata.map((source): Source => ({ source, known: undefined, triedAt: 0, reading: undefined }))

  const read = (one: Source): Promise<void> => {
    one.reading ??= readSource(one, log).finally(() => {
      one.reading = undefined
    })
    return one.reading
  }

  return {
    key() {
      key ??= getInstallationKey({ database, master }, 'saml', makeServiceProviderKey).catch((error: unknown) => {
        key = undefined
        throw error
      })
      return key
    },
    async providers() {
      // What is known is good enough while it is read again.
      for (const one of sources.filter(({ known, triedAt }) => known && triedAt < Date.now() - day)) void read(one)
      await Promise.all(sources.filter(({ known, triedAt }) => !known && triedAt < Date.now() - minute).map(read))
      const known = sources.flatMap((one) => one.known ?? [])
      return known.filter(({ entityId }, index) => known.findIndex((other) => other.entityId === entityId) === index)
    },
    async again() {
      await Promise.all(sources.filter(({ triedAt }) => triedAt < Date.now() - minute).map(read))
    },
  }
}

/** Never fails: what was known stays, and the log says what is wrong. */
async function readSource(one: Source, log: Log): Promise<void> {
  try {
    one.known = parseMetadata(await readOperatorText(one.source, { bytes: 512 * 1024, seconds: 5 }))
  } catch (err) {
    log.error({ err, source: one.source }, 'the metadata of an identity provider (SAML_METADATA) cannot be read')
  } finally {
    one.triedAt = Date.now()
  }
}

/** For sign-in pages: who they are, and where to send the browser. */
export async function listInstallationProviders({ saml, config }: Platform): Promise<{ provider: string; sso_url: string }[]> {
  const providers = await saml.providers()
  return providers.map(({ entityId }) => ({
    provider: entityId,
    sso_url: `${config.apiUrl}/saml2/login?${new URLSearchParams({ provider: entityId })}`,
  }))
}
