/** Exports in S3, or in what speaks like it. */
import { isIP } from 'node:net'
import { Readable, Transform } from 'node:stream'
import { openAgents } from './connection.ts'
import type { ObjectStore } from './objects.ts'
import type { SourceDeps, SourceSpec } from './sources.ts'
import { SourceError } from './types.ts'

type S3Spec = Extract<SourceSpec, { kind: 's3' }>

const mostPages = 1000
/** Of a page of a listing: a hostile endpoint may send without end. */
const largestPage = 16 * 2 ** 20

export function openS3(spec: S3Spec, { guard, silence = 60_000 }: SourceDeps): ObjectStore {
  const { bucket, region, endpoint, isOperators = false } = spec
  const prefix = spec.prefix.replace(/^\/+/, '')
  const name = `s3://${bucket}`
  const host = endpoint === undefined ? `Amazon S3 in ${region}` : new URL(endpoint).host
  const agents = openAgents(endpoint === undefined || isOperators ? null : guard, { skipVerify: spec.skipVerify && endpoint !== undefined })
  let opened: Promise<Awaited<ReturnType<typeof open>>> | undefined

  async function open() {
    // The package is large, and few processes read bills.
    const sdk = await import('@aws-sdk/client-s3')
    const client = new sdk.S3Client({
      region,
      credentials: { accessKeyId: spec.accessKey, secretAccessKey: spec.secretKey },
      ...(endpoint === undefined ? {} : { endpoint }),
      forcePathStyle:
        spec.pathStyle || isOperators || (endpoint !== undefined && isIP(new URL(endpoint).hostname.replace(/[[\]]/g, '')) > 0),
      maxAttempts: 3,
      // Objects are read in pieces, which have no checksums of their own.
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestChecksumCalculation: 'WHEN_REQUIRED',
      requestHandler: { httpAgent: agents.http, httpsAgent: agents.https, requestTimeout: silence, throwOnRequestTimeout: true },
    })
    client.middlewareStack.add(
      (next) => async (asked) => {
        const answer = await next(asked)
        const response = answer.response as { body?: unknown; statusCode?: number }
        const isObject = response.statusCode !== undefined && response.statusCode < 300 && !isListing(asked.request)
        if (!isObject && response.body instanceof Readable) response.body = response.body.pipe(atMost(largestPage))
        return answer
      },
      { step: 'deserialize', priority: 'low', name: 'trochoidAtMost' },
    )
    return { sdk, client }
  }
  const use = () => {
    opened ??= open()
    return opened
  }
  const told = (error: unknown, what: 'list' | 'read', key = '') => refusalOf(error, { what, key, name, prefix, host, region }) ?? error

  return {
    name,
    host,
    prefix,
    async *list() {
      const { sdk, client } = await use()
      let token: string | undefined
      for (let page = 0; page < mostPages; page++) {
        const found = await client
          .send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token ? { ContinuationToken: token } : {}) }))
          .catch((error: unknown) => {
            throw told(error, 'list')
          })
        yield (found.Contents ?? []).flatMap(({ Key, Size, ETag, LastModified }) =>
          Key === undefined ? [] : [{ key: Key, size: Size ?? 0, etag: ETag ?? '', lastModified: LastModified ?? new Date(0) }],
        )
        token = found.NextContinuationToken
        if (!found.IsTruncated || !token) return
      }
      throw new SourceError(`${name} lists without end`)
    },
    async open({ key, etag, size }, start, end) {
      const { sdk, client } = await use()
      const range = start === 0 && end === undefined ? {} : { Range: `bytes=${start}-${(end ?? size) - 1}` }
      const got = await client
        .send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...range, ...(etag === '' ? {} : { IfMatch: etag }) }))
        .catch((error: unknown) => {
          throw told(error, 'read', key)
        })
      const body = got.Body as Readable
      if (range.Range !== undefined && got.ContentRange === undefined) {
        body.destroy()
        throw new SourceError(`${host} does not give parts of objects (HTTP ranges), which reading ${key} needs`)
      }
      return body
    },
    async close() {
      if (opened) (await opened).client.destroy()
      agents.destroy()
    },
  }
}

const isListing = (request: unknown) => (request as { query?: Record<string, unknown> }).query?.['list-type'] !== undefined

function atMost(limit: number): Transform {
  let size = 0
  return new Transform({
    transform(part: Buffer, _, done) {
      size += part.length
      if (size > limit) done(new SourceError('The listing is larger than any that S3 sends'))
      else done(null, part)
    },
  })
}

interface Asking {
  what: 'list' | 'read'
  key: string
  name: string
  prefix: string
  host: string
  region: string
}

/** Messages of AWS may repeat what it was asked, and who asked: the name says what went wrong. */
function refusalOf(error: unknown, { what, key, name, prefix, host, region }: Asking): SourceError | undefined {
  const { name: code = 'Error', $metadata: { httpStatusCode: status = 0 } = {} } = error as Failure
  const cause = new Error(`${code} ${status}`)
  const thing = key === '' ? name : `${name}/${key}`
  switch (code) {
    case 'NoSuchBucket':
      return new SourceError(`There is no bucket ${name} at ${host}`, { cause })
    case 'NoSuchKey':
    case 'NotFound':
      return new SourceError(`${thing} is gone: it was removed while it was read`, { cause })
    case 'PreconditionFailed':
      return new SourceError(`${thing} was written anew while it was read: the next import reads it`, { cause })
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return new SourceError(`The bucket ${name} is in another region than ${region}: correct the region of the external backend`, {
        cause,
      })
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'InvalidToken':
    case 'ExpiredToken':
    case 'UnauthorizedAccess':
      return new SourceError(`${host} refuses the credential (${code}): check its access key and secret key`, { cause })
  }
  if (status === 401) return new SourceError(`${host} refuses the credential: check its access key and secret key`, { cause })
  if (status === 403)
    return new SourceError(
      what === 'list'
        ? `The credential may not list ${name}/${prefix}: it needs the permission s3:ListBucket on the bucket`
        : `The credential may not read ${thing}: it needs the permission s3:GetObject`,
      { cause },
    )
  if (status === 301) return new SourceError(`The bucket ${name} is elsewhere: check region and endpoint`, { cause })
  if (status === 404) return new SourceError(`There is no ${thing} at ${host}`, { cause })
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    return new SourceError(`${host} refuses to ${what} ${thing} (${code.slice(0, 100)}, status ${status})`, { cause })
  return undefined
}

interface Failure {
  name?: string
  $metadata?: { httpStatusCode?: number }
}
