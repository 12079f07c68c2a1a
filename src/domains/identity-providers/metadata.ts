/** The metadata of an identity provider: read from its address or a body, and never inside a transaction. */
import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { AddressRefused, openAddressGuard } from '../../outside/address-guard.ts'
import { FetchRefused, fetchText } from '../../outside/guarded-fetch.ts'
import { parseMetadata } from '../../outside/saml/metadata.ts'
import { SamlRefused } from '../../outside/saml/types.ts'
import type { Platform } from '../../platform.ts'

const metadataTypes = 'application/samlmetadata+xml, application/xml, text/xml'

/** As columns of `identity_providers`. */
export interface MetadataColumns {
  metadata: string
  entity_id: string
  sso_url: string
  certificates: string[]
}

type Source = Pick<Schema<'UpdateIdentityProvider'>, 'metadata' | 'metadata_url'>

/**
 * What a body says of the provider itself.
 * @returns undefined when it says nothing
 * @throws Invalid naming the field
 */
export async function readGivenMetadata(
  platform: Platform,
  { metadata, metadata_url }: Source,
): Promise<(MetadataColumns & { metadata_url: string | null }) | undefined> {
  if (metadata !== undefined && metadata_url !== undefined)
    throw invalid('Metadata comes from an address or is given itself, not both', ['body: must have only one of metadata and metadata_url'])
  try {
    if (metadata_url !== undefined) return { ...(await fetchMetadata(platform, metadata_url)), metadata_url }
    if (metadata !== undefined) return { ...columnsOf(metadata), metadata_url: null }
    return undefined
  } catch (error) {
    const sentence = sentenceOf(error)
    if (sentence === undefined) throw error
    throw invalid(`The metadata cannot be used: ${sentence}`, [`body.${metadata === undefined ? 'metadata_url' : 'metadata'}: ${sentence}`])
  }
}

/** @throws what `sentenceOf` knows */
export async function fetchMetadata({ guard }: Pick<Platform, 'guard'>, url: string): Promise<MetadataColumns> {
  await assertPrivateWithoutTls(url)
  return columnsOf(await fetchText(guard, url, { accept: metadataTypes, limits: { bytes: 512 * 1024 } }))
}

/** @returns undefined for defects of ours */
export const sentenceOf = (error: unknown): string | undefined =>
  error instanceof FetchRefused || error instanceof SamlRefused ? error.message : undefined

function columnsOf(metadata: string): MetadataColumns {
  const { entityId, ssoUrl, certificates } = parseMetadata(metadata)
  return { metadata, entity_id: entityId, sso_url: ssoUrl, certificates }
}

/**
 * Whoever sits between us and the address could put a certificate of their own into what is read: it has to be https. Only on
 * the private networks that the operator opened may it be http.
 */
async function assertPrivateWithoutTls(url: string): Promise<void> {
  if (!URL.canParse(url)) throw new FetchRefused('address', 'The address is not a URL such as https://host/path')
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:') return
  const isPublic = await publicOnly.resolve(hostname).then(
    () => true,
    (error: unknown) => {
      if (error instanceof AddressRefused) return false
      throw error
    },
  )
  if (protocol !== 'http:' || isPublic) throw new FetchRefused('address', 'The address must begin with https://')
}

const publicOnly = openAddressGuard({ allowed: [] })
