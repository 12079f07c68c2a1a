/** Google as far as somebody reads billing exports: tokens for service accounts, storage, queries of one table, projects. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { decodeJwt } from 'jose'
import { listening } from '../listen.ts'
import { sendContent } from './s3.ts'

export interface GoogleDouble extends AsyncDisposable {
  url: string
  keyFile: string
  buckets: Record<string, Record<string, Buffer>>
  /** Rows of the export table `shop.billing.export`, with what decides their digest. */
  rows: { invoice: { month: string }; cost: number; export_time: string; [more: string]: unknown }[]
  tables: string[]
  projects: string[]
  jobs: Record<string, string>
  asked: string[]
  /** Set: BigQuery and storage answer this. */
  refusal: { status: number; reason: string; message: string } | undefined
  /** So many pages of rows are answered with a failure first. */
  stumbles: number
  broken: { times: number; after: number }
  isSilent: boolean
}

type State = Omit<GoogleDouble, 'url' | keyof AsyncDisposable>
const pageSize = 2
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

export async function openGoogleDouble(): Promise<GoogleDouble> {
  const double: State = {
    keyFile: JSON.stringify({
      client_email: 'reader@shop.iam.gserviceaccount.com',
      project_id: 'shop',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      private_key_id: 'k1',
    }),
    buckets: {},
    rows: [],
    tables: ['export'],
    projects: [],
    jobs: {},
    asked: [],
    refusal: undefined,
    stumbles: 0,
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
  const body = Buffer.concat(chunks).toString()
  double.asked.push(`${request.method} ${url.pathname}${url.search}`)
  const send = (status: number, value: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (url.pathname === '/token') {
    const { iss } = decodeJwt(new URLSearchParams(body).get('assertion') ?? '')
    return iss === 'reader@shop.iam.gserviceaccount.com'
      ? send(200, { access_token: 't', expires_in: 3600 })
      : send(400, { error: 'invalid_grant' })
  }
  if (request.headers.authorization !== 'Bearer t') return send(401, {})
  const [, project = ''] = /^\/v1\/projects\/([^/]+)$/.exec(url.pathname) ?? []
  if (project !== '') return double.projects.includes(project) ? send(200, { projectId: project }) : send(403, {})
  if (double.refusal) {
    const { status, reason, message } = double.refusal
    return send(status, { error: { message, errors: [{ reason }] } })
  }
  if (url.pathname.startsWith('/storage/')) return storage(double, url, request, response, send)
  bigquery(double, url, body, send)
}

type Send = (status: number, value: object) => unknown

function storage(double: State, url: URL, request: IncomingMessage, response: ServerResponse, send: Send): unknown {
  const [, bucket = '', object] = /^\/storage\/v1\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(url.pathname) ?? []
  const found = double.buckets[decodeURIComponent(bucket)]
  if (!found) return send(404, {})
  if (object === undefined) {
    const names = Object.keys(found)
      .filter((name) => name.startsWith(url.searchParams.get('prefix') ?? ''))
      .sort()
    const from = Number(url.searchParams.get('pageToken') ?? 0)
    const items = names
      .slice(from, from + pageSize)
      .map((name) => ({ name, size: String(found[name]?.length), generation: '77', updated: '2026-08-03T04:05:06Z' }))
    return send(200, { items, ...(from + pageSize < names.length ? { nextPageToken: String(from + pageSize) } : {}) })
  }
  const content = found[decodeURIComponent(object)]
  if (!content) return send(404, {})
  if (url.searchParams.get('ifGenerationMatch') !== '77') return send(412, {})
  sendContent(response, content, request.headers.range, double)
}

const cells = (values: string[]) => ({ f: values.map((v) => ({ v })) })

function bigquery(double: State, url: URL, body: string, send: Send): unknown {
  const asked = body === '' ? {} : JSON.parse(body)
  if (url.pathname.endsWith('/tables')) return send(200, { tables: double.tables.map((tableId) => ({ tableReference: { tableId } })) })
  if (url.pathname.endsWith('/queries')) {
    const month = asked.queryParameters?.[0]?.parameterValue.value
    const months = [...new Set(double.rows.map(({ invoice }) => invoice.month))].filter((one) => month === undefined || one === month)
    const rows = months
      .sort()
      .reverse()
      .map((one) => {
        const of = double.rows.filter(({ invoice }) => invoice.month === one)
        const sum = of.reduce((total, { cost }) => total + cost, 0)
        return cells([
          one,
          String(of.length),
          String(sum),
          of
            .map(({ export_time }) => export_time)
            .sort()
            .at(-1) ?? '',
        ])
      })
    return send(200, { jobComplete: true, jobReference: { jobId: 'listing', location: 'EU' }, rows })
  }
  if (url.pathname.endsWith('/jobs')) {
    const { jobId, location } = asked.jobReference
    if (location !== 'EU') return send(404, {})
    if (double.jobs[jobId] !== undefined) return send(409, { error: { errors: [{ reason: 'duplicate' }] } })
    double.jobs[jobId] = asked.configuration.query.queryParameters[0].parameterValue.value
    return send(200, { jobReference: asked.jobReference })
  }
  const [, isJob, jobId = ''] = /\/(jobs|queries)\/([^/]+)$/.exec(url.pathname) ?? []
  if (isJob === 'jobs') return send(200, { status: { state: 'DONE' } })
  if (double.stumbles > 0) {
    double.stumbles--
    return send(503, {})
  }
  const rows = double.rows.filter(({ invoice }) => invoice.month === double.jobs[jobId])
  const from = Number(url.searchParams.get('pageToken') ?? 0)
  const page = rows.slice(from, from + pageSize).map((row) => cells([JSON.stringify(row)]))
  send(200, { jobComplete: true, rows: page, ...(from + pageSize < rows.length ? { pageToken: String(from + pageSize) } : {}) })
}
