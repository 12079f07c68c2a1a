/** Cost exports in Azure Blob Storage: Azure itself says where an export is delivered, unless the address does. */
import type { IncomingMessage } from 'node:http'
import type { AddressGuard } from '../address-guard.ts'
import { type Agents, ask, openAgents, patiently, textOf } from './connection.ts'
import type { ObjectStore } from './objects.ts'
import type { SourceDeps, SourceSpec } from './sources.ts'
import { azureTokens, objectOf, type TokenSource } from './tokens.ts'
import { type ListedObject, SourceError } from './types.ts'

export interface AzureHosts {
  readonly login: string
  readonly management: string
  /** What comes after the name of a storage account. */
  readonly blobSuffix: string
}

const publicCloud: AzureHosts = {
  login: 'https://login.microsoftonline.com',
  management: 'https://management.azure.com',
  blobSuffix: 'blob.core.windows.net',
}
const clouds: Readonly<Record<string, AzureHosts>> = {
  usgovernment: {
    login: 'https://login.microsoftonline.us',
    management: 'https://management.usgovcloudapi.net',
    blobSuffix: 'blob.core.usgovcloudapi.net',
  },
  china: {
    login: 'https://login.chinacloudapi.cn',
    management: 'https://management.chinacloudapi.cn',
    blobSuffix: 'blob.core.chinacloudapi.cn',
  },
}
export const azureHosts = (environment = 'public'): AzureHosts => new Map(Object.entries(clouds)).get(environment) ?? publicCloud

type AzureSpec = Extract<SourceSpec, { kind: 'azure' }>
interface Place {
  container: URL
  prefix: string
}

const mostPages = 1000
const largestPage = 32 * 2 ** 20
const version = '2021-12-02'

export function openAzureBlob(spec: AzureSpec, { guard, hosts, silence = 60_000, pause = 500 }: SourceDeps): ObjectStore {
  const known = hosts?.azure ?? azureHosts(spec.environment)
  const ours = openAgents(null)
  const theirs = openAgents(guard satisfies AddressGuard)
  const storage = azureTokens(ours, known.login, 'https://storage.azure.com/.default', spec)
  const management = azureTokens(ours, known.login, `${known.management}/.default`, spec)
  let at: Place = { container: new URL(`https://${known.blobSuffix}`), prefix: '' }

  async function get(url: URL, headers: Record<string, string>): Promise<IncomingMessage> {
    const authorization = `Bearer ${await storage.token()}`
    return ask(theirs, url, { headers: { authorization, 'x-ms-version': version, ...headers } }, silence)
  }

  return {
    get name() {
      return `${at.container.origin}${at.container.pathname}`
    },
    get host() {
      return at.container.host
    },
    get prefix() {
      return at.prefix
    },
    async *list() {
      const found = namedPlace(spec) ?? (await patiently(pause, () => deliveredPlace(spec, known, ours, management, silence)))
      // A token over an open line is everybody's.
      if (found.container.protocol !== 'https:' && !hosts?.azure)
        throw new SourceError('The address of the blob service must begin with https://')
      at = found
      let marker = ''
      for (let page = 0; page < mostPages; page++) {
        const url = new URL(at.container)
        url.search = new URLSearchParams({ restype: 'container', comp: 'list', prefix: at.prefix, maxresults: '5000', marker }).toString()
        const xml = await patiently(pause, async () => {
          const response = await get(url, {})
          await assertFine(response, at, 'list', silence)
          return textOf(response, largestPage, silence)
        })
        yield blobsOf(xml)
        marker = decoded(/<NextMarker>([^<]*)<\/NextMarker>/.exec(xml)?.[1] ?? '')
        if (marker === '') return
      }
      throw new SourceError(`${at.container.href} lists without end`)
    },
    async open({ key, etag, size }, start, end) {
      const url = new URL(at.container)
      url.pathname += `/${key.split('/').map(encodeURIComponent).join('/')}`
      const isWhole = start === 0 && end === undefined
      const response = await get(url, {
        ...(isWhole ? {} : { range: `bytes=${start}-${(end ?? size) - 1}` }),
        ...(etag === '' ? {} : { 'if-match': etag.startsWith('"') ? etag : `"${etag}"` }),
      })
      await assertFine(response, at, key, silence)
      if (isWhole || response.statusCode === 206) return response
      response.destroy()
      throw new SourceError(`${url.host} does not give parts of blobs (HTTP ranges), which reading ${key} needs`)
    },
    async close() {
      ours.destroy()
      theirs.destroy()
    },
  }
}

/** From an address that names the container: `https://account.blob.core.windows.net/container/folder`. */
function namedPlace({ blobServiceUrl, name }: AzureSpec): Place | undefined {
  if (blobServiceUrl === '') return undefined
  const url = new URL(blobServiceUrl)
  const [container, ...folders] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent)
  if (container === undefined) return undefined
  const parts = name === '' || folders.at(-1) === name ? folders : [...folders, name]
  return { container: new URL(`/${encodeURIComponent(container)}`, url), prefix: parts.join('/') }
}

/** Where Azure says that it delivers the export. */
async function deliveredPlace(
  { blobServiceUrl, name, scope }: AzureSpec,
  { management, blobSuffix }: AzureHosts,
  agents: Agents,
  tokens: TokenSource,
  silence: number,
): Promise<Place> {
  if (name === '' || scope === '')
    throw new SourceError(
      'It is not known where the Azure export lies: give its name and scope, or a blob service address with the container, such as https://account.blob.core.windows.net/container/folder',
    )
  const path = scope.split('/').filter(Boolean).map(encodeURIComponent).join('/')
  const url = new URL(`/${path}/providers/Microsoft.CostManagement/exports/${encodeURIComponent(name)}?api-version=2023-11-01`, management)
  const response = await ask(agents, url, { headers: { authorization: `Bearer ${await tokens.token()}` } }, silence)
  const answer = objectOf(await textOf(response, 2 ** 20, silence))
  const { statusCode: status = 0 } = response
  if (status === 404) throw new SourceError(`Azure knows no cost export ${name} in the scope ${scope}: check both`)
  if (status === 401 || status === 403)
    throw new SourceError(
      `The credential may not look at the cost export ${name}: it needs Microsoft.CostManagement/exports/read on ${scope} (role Cost Management Reader), or give a blob service address with the container`,
    )
  if (isRefusal(status))
    throw new SourceError(`Azure refuses to say where the cost export ${name} of the scope ${scope} lies (status ${status}): check both`)
  if (status !== 200) throw new Error(`status ${status}`)
  const destination = inside(answer, 'properties', 'deliveryInfo', 'destination')
  const { container, rootFolderPath = '', resourceId = '' } = destination
  if (typeof container !== 'string' || container === '')
    throw new SourceError(`The Azure cost export ${name} is not delivered to a blob container`)
  const account = String(resourceId).split('/').at(-1) ?? ''
  if (blobServiceUrl === '' && !/^[a-z0-9]{3,24}$/.test(account))
    throw new SourceError(`Azure does not say into which storage account the export ${name} is delivered: give the blob service address`)
  const service = blobServiceUrl === '' ? `https://${account}.${blobSuffix}` : blobServiceUrl
  const folder = String(rootFolderPath).split('/').filter(Boolean)
  return { container: new URL(`/${encodeURIComponent(container)}`, service), prefix: [...folder, name].join('/') }
}

function inside(value: Record<string, unknown>, ...path: string[]): Record<string, unknown> {
  let at: unknown = value
  for (const key of path) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined
  return typeof at === 'object' && at !== null ? (at as Record<string, unknown>) : {}
}

/** Only what Azure writes itself: no element there has attributes that matter but `Encoded`. */
export function blobsOf(xml: string): ListedObject[] {
  return xml.split('<Blob>').flatMap((piece, index) => {
    const end = piece.indexOf('</Blob>')
    if (index === 0 || end < 0) return []
    const blob = piece.slice(0, end)
    const field = (name: string) => decoded(new RegExp(`<${name}>([^<]*)</${name}>`).exec(blob)?.[1] ?? '')
    const encoded = /<Name Encoded="true">([^<]*)</.exec(blob)?.[1]
    const name = encoded === undefined ? field('Name') : percentDecoded(encoded)
    const isFolder = field('ResourceType') === 'directory' || /<hdi_isfolder>true</i.test(blob)
    if (name === '' || isFolder) return []
    const lastModified = new Date(field('Last-Modified'))
    return [{ key: name, size: Number(field('Content-Length')) || 0, etag: field('Etag'), lastModified }]
  })
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const decoded = (text: string) =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, decimal, hex, name) => {
    if (name) return entities[String(name).toLowerCase()] ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole
  })

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What no repetition heals. */
const isRefusal = (status: number): boolean => status >= 300 && status < 500 && status !== 408 && status !== 429

/** @param what `list`, or the blob that is read */
async function assertFine(response: IncomingMessage, { container, prefix }: Place, what: string, silence: number): Promise<void> {
  const { statusCode: status = 0, headers } = response
  if (status === 200 || status === 206) return
  await textOf(response, 2 ** 20, silence).catch(() => '')
  const code = /^[A-Za-z]{1,80}$/.exec(String(headers['x-ms-error-code'] ?? ''))?.[0] ?? `status ${status}`
  const isListing = what === 'list'
  const thing = isListing ? `${container.href}/${prefix}` : `${container.href}/${what}`
  const cause = new Error(code)
  if (status === 412) throw new SourceError(`${thing} was written anew while it was read: the next import reads it`, { cause })
  if (status === 404)
    throw new SourceError(
      isListing
        ? `There is no container ${container.pathname.slice(1)} at ${container.host} (${code})`
        : `${thing} is gone: it was removed while it was read`,
      { cause },
    )
  if (status === 401) throw new SourceError(`${container.host} refuses the credential (${code})`, { cause })
  if (status === 403)
    throw new SourceError(
      code === 'AuthorizationFailure'
        ? `${container.host} refuses to be asked from here (${code}): check the networks that the storage account allows`
        : `The credential may not ${isListing ? 'list' : 'read'} ${thing} (${code}): it needs the role Storage Blob Data Reader on the container`,
      { cause },
    )
  if (isRefusal(status)) throw new SourceError(`${container.host} refuses to ${isListing ? 'list' : 'read'} ${thing} (${code})`, { cause })
  throw new Error(`status ${status}`)
}
