/**
 * The two services of AWS that sellers ask, as far as a seller asks them: JSON 1.1, requests signed by version 4, their
 * errors by name. What somebody bought is what a test writes into `customers`.
 */
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { listening } from './listen.ts'

export interface DoubleCustomer {
  /** Newer listings have none. */
  identifier?: string
  accountId?: string
  productCode?: string
  tokens: string[]
  expiredTokens?: string[]
  entitlements: { dimension: string; value: number | boolean | string; expires?: Date }[]
}

export interface MarketplaceDouble extends AsyncDisposable {
  url: string
  productCode: string
  customers: DoubleCustomer[]
  /** What was asked, by name. */
  asked: string[]
  /** Set: every question gets this error. */
  trouble: { status: number; name: string } | undefined
}

/** What a process that may ask has in its environment. */
export const awsCredentials = {
  AWS_ACCESS_KEY_ID: 'AKIADOUBLEDOUBLE0001',
  AWS_SECRET_ACCESS_KEY: 'double-secret-access-key-0123456789abcdef',
}
export const awsRegion = 'us-east-1'
const pageSize = 2

export async function openMarketplaceDouble(): Promise<MarketplaceDouble> {
  const double: Omit<MarketplaceDouble, 'url' | keyof AsyncDisposable> = {
    productCode: 'prod-trochoid',
    customers: [],
    asked: [],
    trouble: undefined,
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    let status = 200
    let answer: object
    try {
      answer = reply(double, request, body)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      status = error.status
      answer = { __type: `com.amazonaws.marketplace#${error.name}`, message: error.message }
    }
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() })
    response.end(JSON.stringify(answer))
  })
  return listening(server, double)
}

class Refusal extends Error {
  readonly status: number
  constructor(name: string, message: string, status = 400) {
    super(message)
    this.name = name
    this.status = status
  }
}

function reply(double: Omit<MarketplaceDouble, 'url' | keyof AsyncDisposable>, request: IncomingMessage, body: Buffer): object {
  const target = String(request.headers['x-amz-target'])
  double.asked.push(target.split('.')[1] ?? '')
  if (double.trouble) throw new Refusal(double.trouble.name, `${double.trouble.name}: ${body.toString()}`, double.trouble.status)
  if (request.headers['content-type'] !== 'application/x-amz-json-1.1') throw new Refusal('SerializationException', 'not JSON 1.1')
  assertSigned(request, body)
  const question = JSON.parse(body.toString()) as Record<string, unknown>
  switch (target) {
    case 'AWSMPMeteringService.ResolveCustomer':
      return resolveCustomer(double, String(question.RegistrationToken))
    case 'AWSMPEntitlementService.GetEntitlements':
      return getEntitlements(double, question)
    default:
      throw new Refusal('UnknownOperationException', 'there is no such operation', 404)
  }
}

type State = Pick<MarketplaceDouble, 'customers' | 'productCode'>

function resolveCustomer({ customers, productCode }: State, token: string): object {
  if (customers.some(({ expiredTokens = [] }) => expiredTokens.includes(token)))
    throw new Refusal('ExpiredTokenException', `Registration token ${token} has expired`)
  const customer = customers.find(({ tokens }) => tokens.includes(token))
  // Repeats what it was asked, as no one should write down.
  if (!customer) throw new Refusal('InvalidTokenException', `Registration token ${token} is invalid`)
  return {
    ...(customer.identifier ? { CustomerIdentifier: customer.identifier } : {}),
    ...(customer.accountId ? { CustomerAWSAccountId: customer.accountId } : {}),
    ProductCode: customer.productCode ?? productCode,
  }
}

function getEntitlements({ customers, productCode }: State, question: Record<string, unknown>): object {
  const { CUSTOMER_IDENTIFIER, CUSTOMER_AWS_ACCOUNT_ID } = (question.Filter ?? {}) as Record<string, string[] | undefined>
  if (question.ProductCode !== productCode) throw new Refusal('InvalidParameterException', 'Invalid product code')
  if (CUSTOMER_IDENTIFIER && CUSTOMER_AWS_ACCOUNT_ID) throw new Refusal('InvalidParameterException', 'One of the two, not both')
  const all = customers
    .filter(({ identifier = '', accountId = '' }) =>
      CUSTOMER_IDENTIFIER ? CUSTOMER_IDENTIFIER.includes(identifier) : CUSTOMER_AWS_ACCOUNT_ID?.includes(accountId),
    )
    .flatMap(({ identifier, accountId, entitlements }) =>
      entitlements.map(({ dimension, value, expires }) => ({
        ProductCode: productCode,
        Dimension: dimension,
        CustomerIdentifier: identifier,
        CustomerAWSAccountId: accountId,
        Value:
          typeof value === 'number'
            ? { IntegerValue: value }
            : typeof value === 'boolean'
              ? { BooleanValue: value }
              : { StringValue: value },
        // Seconds, with a fraction: that is how JSON 1.1 writes times.
        ExpirationDate: expires && expires.getTime() / 1000,
      })),
    )
  const from = Number(question.NextToken ?? 0)
  const next = from + pageSize
  return { Entitlements: all.slice(from, next), ...(next < all.length ? { NextToken: String(next) } : {}) }
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex')
const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest()

/** Signature version 4, computed again from what arrived. */
function assertSigned({ method, url, headers }: IncomingMessage, body: Buffer): void {
  const [, key, day = '', region = '', service = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? []
  if (key !== awsCredentials.AWS_ACCESS_KEY_ID) throw new Refusal('UnrecognizedClientException', 'The security token is not known', 403)
  const canonical = [
    method,
    url,
    '',
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    sha256(body),
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const signingKey = [day, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${awsCredentials.AWS_SECRET_ACCESS_KEY}`)
  const right = region === awsRegion && service === 'aws-marketplace' && names.split(';').includes('host')
  if (!right || hmac(signingKey, text).toString('hex') !== signature)
    throw new Refusal('InvalidSignatureException', 'The signature does not match', 403)
}
