/** Azure as far as somebody reads cost exports: tokens, the export, its blobs, and whether a subscription is one's own. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listening } from '../listen.ts'
import { etagOf, sendContent } from './s3.ts'

export interface AzureDouble extends AsyncDisposable {
  url: string
  client: { tenantId: string; clientId: string; clientSecret: string }
  /** Container, name, content. */
  containers: Record<string, Record<string, Buffer>>
  /** `scope/name` to where it is delivered. */
  exports: Record<string, { container: string; rootFolderPath: string }>
  subscriptions: string[]
  asked: string[]
  /** Set: blobs answer this. */
  refusal: { status: number; code: string } | undefined
  broken: { times: number; after: number }
  isSilent: boolean
}

type State = Omit<AzureDouble, 'url' | keyof AsyncDisposable>
const pageSize = 2

export async function openAzureDouble(): Promise<AzureDouble> {
  const double: State = {
    client: { tenantId: 'tenant-1', clientId: 'client-1', clientSecret: 'azure-double-secret-1' },
    containers: {},
    exports: {},
    subscriptions: [],
    asked: [],
    refusal: undefined,
    broken: { times: 0, after: 0 },
    isSilent: false,
  }
  const server = createServer((request, response) => {
    answer(double, request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  return listening(server, double)
}

async function answer(double: State, request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://double')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const path = decodeURIComponent(url.pathname)
  double.asked.push(`${path}${url.search}`)
  const send = (status: number, value: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (path === `/${double.client.tenantId}/oauth2/v2.0/token`) {
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const isKnown = form.get('client_id') === double.client.clientId && form.get('client_secret') === double.client.clientSecret
    if (!isKnown) return send(401, { error: 'invalid_client', error_description: `AADSTS7000215: ${form.get('client_secret')}` })
    return send(200, { access_token: `token for ${form.get('scope')}`, expires_in: 3600 })
  }
  const isStorage = request.headers['x-ms-version'] !== undefined
  const wanted = isStorage ? 'https://storage.azure.com/.default' : `http://${request.headers.host}/.default`
  if (request.headers.authorization !== `Bearer token for ${wanted}`) return send(401, { error: { code: 'InvalidAuthenticationToken' } })
  if (isStorage) return blobs(double, path, url.searchParams, request, response)
  const [, scope, name] = /^\/(.*)\/providers\/Microsoft\.CostManagement\/exports\/(.*)$/.exec(path) ?? []
  if (scope !== undefined && !/^(?:subscriptions|providers)\//.test(scope)) return send(400, { error: { code: 'InvalidScope' } })
  const found = double.exports[`${scope}/${name}`]
  if (found) return send(200, { properties: { deliveryInfo: { destination: { ...found, resourceId: '/storageAccounts/bills' } } } })
  const [, subscription = ''] = /^\/subscriptions\/([^/]+)$/.exec(path) ?? []
  if (double.subscriptions.includes(subscription)) return send(200, { subscriptionId: subscription, displayName: 'Ours' })
  return send(404, { error: { code: 'NotFound' } })
}

function blobs(double: State, path: string, query: URLSearchParams, request: IncomingMessage, response: ServerResponse): unknown {
  const refuse = (status: number, code: string) => response.writeHead(status, { 'x-ms-error-code': code }).end(`<Error>${code}</Error>`)
  if (double.refusal) return refuse(double.refusal.status, double.refusal.code)
  const [, container = '', ...rest] = path.split('/')
  const found = double.containers[container]
  if (!found) return refuse(404, 'ContainerNotFound')
  if (query.get('comp') === 'list') {
    const names = Object.keys(found)
      .filter((name) => name.startsWith(query.get('prefix') ?? ''))
      .sort()
    const from = Number(query.get('marker') || 0)
    const items = names.slice(from, from + pageSize).map((name) => {
      const content = found[name] ?? Buffer.alloc(0)
      const about = `<Last-Modified>Mon, 03 Aug 2026 04:05:06 GMT</Last-Modified><Etag>${etagOf(content).replaceAll('"', '')}</Etag><Content-Length>${content.length}</Content-Length>`
      return `<Blob><Name>${name.replaceAll('&', '&amp;')}</Name><Properties>${about}<BlobType>BlockBlob</BlobType></Properties></Blob>`
    })
    const next = from + pageSize < names.length ? String(from + pageSize) : ''
    response.writeHead(200, { 'content-type': 'application/xml' })
    return response.end(
      `\uFEFF<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>${items.join('')}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`,
    )
  }
  const content = found[rest.join('/')]
  if (!content) return refuse(404, 'BlobNotFound')
  const wanted = request.headers['if-match']
  if (wanted !== undefined && wanted !== etagOf(content)) return refuse(412, 'ConditionNotMet')
  sendContent(response, content, request.headers.range, double)
}
