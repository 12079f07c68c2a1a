/** Exports in Google Cloud Storage. Only ever Google's own hosts. */
import type { IncomingMessage } from 'node:http'
import { googleTokenUrl } from '../google-token.ts'
import { ask, openAgents, patiently, textOf } from './connection.ts'
import type { ObjectStore } from './objects.ts'
import type { SourceDeps, SourceSpec } from './sources.ts'
import { googleTokens, objectOf } from './tokens.ts'
import { type ListedObject, SourceError } from './types.ts'

export interface GoogleStorageHosts {
  readonly token: string
  readonly storage: string
  readonly bigquery: string
}

export const googleStorageHosts: GoogleStorageHosts = {
  token: googleTokenUrl,
  storage: 'https://storage.googleapis.com',
  bigquery: 'https://bigquery.googleapis.com',
}

type GcsSpec = Extract<SourceSpec, { kind: 'gcs' }>

const mostPages = 1000
const largestPage = 32 * 2 ** 20
const scope = 'https://www.googleapis.com/auth/devstorage.read_only'

export function openGcs({ bucket, prefix: given, keyFile }: GcsSpec, { hosts, silence = 60_000, pause = 500 }: SourceDeps): ObjectStore {
  const { token, storage } = hosts?.google ?? googleStorageHosts
  const agents = openAgents(null)
  const tokens = googleTokens(agents, token, scope, keyFile)
  const prefix = given.replace(/^\/+/, '')
  const name = `gs://${bucket}`
  const base = `${storage}/storage/v1/b/${encodeURIComponent(bucket)}/o`

  async function get(url: URL, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    // Otherwise objects that are kept compressed are sent uncompressed, whose bytes have other positions.
    const plain = { authorization: `Bearer ${await tokens.token()}`, 'accept-encoding': 'gzip' }
    return ask(agents, url, { headers: { ...plain, ...headers } }, silence)
  }

  return {
    name,
    prefix,
    host: new URL(storage).host,
    async *list() {
      let pageToken = ''
      for (let page = 0; page < mostPages; page++) {
        const url = new URL(base)
        const fields = 'items(name,size,etag,generation,md5Hash,updated),nextPageToken'
        const query = { prefix, maxResults: '1000', fields, ...(pageToken ? { pageToken } : {}) }
        url.search = new URLSearchParams(query).toString()
        const answer = await patiently(pause, async () => {
          const response = await get(url, { 'accept-encoding': 'identity' })
          await assertFine(response, 'list', name, prefix, silence)
          return objectOf(await textOf(response, largestPage, silence))
        })
        yield objectsOf(answer['items'])
        pageToken = typeof answer['nextPageToken'] === 'string' ? answer['nextPageToken'] : ''
        if (pageToken === '') return
      }
      throw new SourceError(`${name} lists without end`)
    },
    async open({ key, etag, size }, start, end) {
      const url = new URL(`${base}/${encodeURIComponent(key)}`)
      // What was listed, and nothing that was written over it since.
      url.search = new URLSearchParams({ alt: 'media', ...(/^\d+$/.test(etag) ? { ifGenerationMatch: etag } : {}) }).toString()
      const isWhole = start === 0 && end === undefined
      const response = await get(url, isWhole ? {} : { range: `bytes=${start}-${(end ?? size) - 1}` })
      await assertFine(response, key, name, prefix, silence)
      if (isWhole || response.statusCode === 206) return response
      response.destroy()
      throw new SourceError(`Parts of ${name}/${key} cannot be read: it is stored with a content encoding that Google takes away`)
    },
    async close() {
      agents.destroy()
    },
  }
}

function objectsOf(items: unknown): ListedObject[] {
  return (Array.isArray(items) ? (items as Record<string, unknown>[]) : []).flatMap(({ name, size, generation, updated }) =>
    typeof name === 'string'
      ? [{ key: name, size: Number(size) || 0, etag: String(generation ?? ''), lastModified: new Date(String(updated)) }]
      : [],
  )
}

async function assertFine(response: IncomingMessage, what: string, name: string, prefix: string, silence: number): Promise<void> {
  const { statusCode: status = 0 } = response
  if (status === 200 || status === 206) return
  await textOf(response, 2 ** 20, silence).catch(() => '')
  const isListing = what === 'list'
  const thing = isListing ? `${name}/${prefix}` : `${name}/${what}`
  if (status === 404) throw new SourceError(isListing ? `There is no bucket ${name}` : `${thing} is gone: it was removed while it was read`)
  if (status === 412) throw new SourceError(`${thing} was written anew while it was read: the next import reads it`)
  if (status === 401) throw new SourceError('Google refuses the credential: check whether the key of the service account is still valid')
  if (status === 403)
    throw new SourceError(
      `The service account may not ${isListing ? 'list' : 'read'} ${thing}: it needs storage.objects.${isListing ? 'list' : 'get'} (role Storage Object Viewer) on the bucket`,
    )
  if (status >= 300 && status < 500 && status !== 408 && status !== 429)
    throw new SourceError(`Google refuses to ${isListing ? 'list' : 'read'} ${thing} (status ${status})`)
  throw new Error(`status ${status}`)
}
