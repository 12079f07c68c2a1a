/** S3 as far as somebody reads bills there, and the part of STS that says whose keys are used. Signatures are checked by their form. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listening } from '../listen.ts'

export interface S3Double extends AsyncDisposable {
  url: string
  /** Access keys, with the account that each is of. */
  keys: Record<string, string>
  region: string
  /** Bucket, key, content. */
  buckets: Record<string, Record<string, Buffer>>
  asked: { action: string; bucket: string; key: string; range: string | undefined }[]
  /** What nobody may. */
  forbidden: ('ListObjectsV2' | 'GetObject')[]
  /** So many answers break off after so many bytes. */
  broken: { times: number; after: number }
  /** Set: answers with content begin, and nothing more comes. */
  isSilent: boolean
}

export const s3Keys = { access_key: 'AKIADOUBLEDOUBLE0003', secret_key: 'double-secret-key-of-bills-0123456789' }
/** Small, so that every test turns pages. */
const pageSize = 3

export async function openS3Double(): Promise<S3Double> {
  const double: Omit<S3Double, 'url' | keyof AsyncDisposable> = {
    keys: { [s3Keys.access_key]: '111122223333' },
    region: 'eu-west-1',
    buckets: {},
    asked: [],
    forbidden: [],
    broken: { times: 0, after: 0 },
    isSilent: false,
  }
  const server = createServer((request, response) => {
    answer(double, request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  return listening(server, double)
}

type State = Omit<S3Double, 'url' | keyof AsyncDisposable>
export const etagOf = (content: Buffer) => `"${createHash('md5').update(content).digest('hex')}"`

async function answer(double: State, request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://double')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const refuse = (status: number, code: string) =>
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>${request.headers.authorization}</Message></Error>`)
  const signed = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/
  const [, accessKey = '', region = '', service = ''] = signed.exec(request.headers.authorization ?? '') ?? []
  const account = double.keys[accessKey]
  if (service === 'sts') {
    double.asked.push({ action: new URLSearchParams(Buffer.concat(chunks).toString()).get('Action') ?? '', bucket: '', key: '', range: '' })
    const result = `<Arn>arn:aws:iam::${account}:user/a</Arn><UserId>AIDA</UserId><Account>${account}</Account>`
    if (account === undefined)
      return response
        .writeHead(403, { 'content-type': 'text/xml' })
        .end('<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>')
    return response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(`<GetCallerIdentityResponse><GetCallerIdentityResult>${result}</GetCallerIdentityResult></GetCallerIdentityResponse>`)
  }
  const [, bucket = '', ...rest] = url.pathname.split('/').map(decodeURIComponent)
  const key = rest.join('/')
  const action = key === '' ? 'ListObjectsV2' : 'GetObject'
  double.asked.push({ action, bucket, key, range: request.headers.range })
  if (account === undefined) return refuse(403, 'InvalidAccessKeyId')
  if (region !== double.region) return refuse(400, 'AuthorizationHeaderMalformed')
  const objects = double.buckets[bucket]
  if (!objects) return refuse(404, 'NoSuchBucket')
  if (double.forbidden.includes(action)) return refuse(403, 'AccessDenied')
  if (action === 'ListObjectsV2') {
    response.writeHead(200, { 'content-type': 'application/xml' }).end(listing(objects, url.searchParams))
    return
  }
  const content = objects[key]
  if (!content) return refuse(404, 'NoSuchKey')
  const wanted = request.headers['if-match']
  if (wanted !== undefined && wanted !== etagOf(content)) return refuse(412, 'PreconditionFailed')
  sendContent(response, content, request.headers.range, double)
}

/** Whole or a part, as HTTP has it; it may break off. */
export function sendContent(
  response: ServerResponse,
  content: Buffer,
  range: string | undefined,
  state: { broken: { times: number; after: number }; isSilent: boolean },
): unknown {
  const [, from = '', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
  const start = from === '' ? 0 : Number(from)
  const end = to === '' ? content.length : Math.min(Number(to) + 1, content.length)
  const part = content.subarray(start, end)
  const partial = { 'content-range': `bytes ${start}-${end - 1}/${content.length}` }
  response.writeHead(range === undefined ? 200 : 206, {
    'content-length': part.length,
    etag: etagOf(content),
    ...(range === undefined ? {} : partial),
  })
  if (state.isSilent) return response.write(part.subarray(0, 1))
  if (state.broken.times <= 0) return response.end(part)
  state.broken.times--
  response.write(part.subarray(0, state.broken.after), () => setTimeout(() => response.destroy(), 5))
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function listing(objects: Record<string, Buffer>, query: URLSearchParams): string {
  const keys = Object.keys(objects)
    .filter((key) => key.startsWith(query.get('prefix') ?? ''))
    .sort()
  const from = Number(query.get('continuation-token') ?? 0)
  const contents = keys.slice(from, from + pageSize).map((key) => {
    const content = objects[key] ?? Buffer.alloc(0)
    return `<Contents><Key>${escaped(key)}</Key><LastModified>2026-08-03T04:05:06.000Z</LastModified><ETag>${etagOf(content).replaceAll('"', '&quot;')}</ETag><Size>${content.length}</Size></Contents>`
  })
  const more = from + pageSize < keys.length
  const next = more ? `<NextContinuationToken>${from + pageSize}</NextContinuationToken>` : ''
  return `<?xml version="1.0"?>\n<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`
}
