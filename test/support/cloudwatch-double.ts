/** CloudWatch Logs as far as somebody reads it: JSON 1.1, requests signed for the region, pages, filter patterns of words. */
import { createServer, type IncomingMessage } from 'node:http'
import { listening } from './listen.ts'

export interface CloudWatchDouble extends AsyncDisposable {
  url: string
  accessKey: string
  region: string
  groups: Record<string, { stream: string; time: number; message: string }[]>
  asked: { name: string; body: Record<string, unknown> }[]
  /** Set: every question gets this error. */
  trouble: { status: number; name: string } | undefined
}

/** Small, so that every test turns pages. */
const pageSize = 2

export async function openCloudWatchDouble(): Promise<CloudWatchDouble> {
  const double: Omit<CloudWatchDouble, 'url' | keyof AsyncDisposable> = {
    accessKey: 'AKIADOUBLEDOUBLE0002',
    region: 'eu-west-1',
    groups: {},
    asked: [],
    trouble: undefined,
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    let status = 200
    let answer: object
    try {
      answer = reply(double, request, Buffer.concat(chunks).toString())
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      status = error.status
      answer = { __type: `com.amazonaws.logs#${error.name}`, message: error.message }
    }
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'double' })
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

type State = Omit<CloudWatchDouble, 'url' | keyof AsyncDisposable>

function reply({ groups, asked, trouble, accessKey, region }: State, request: IncomingMessage, text: string): object {
  const name = String(request.headers['x-amz-target']).replace(/^Logs_20140328\./, '')
  if (trouble) throw new Refusal(trouble.name, `${trouble.name}: ${request.headers.authorization}`, trouble.status)
  const signed = new RegExp(`^AWS4-HMAC-SHA256 Credential=${accessKey}/\\d{8}/${region}/logs/aws4_request, `)
  if (!signed.test(String(request.headers.authorization)))
    throw new Refusal('UnrecognizedClientException', 'The security token included in the request is invalid.')
  const body = JSON.parse(text) as Record<string, unknown>
  asked.push({ name, body })
  const from = Number(body['nextToken'] ?? 0)
  if (name === 'DescribeLogGroups') {
    const names = Object.keys(groups).sort()
    return { logGroups: names.slice(from, from + pageSize).map((logGroupName) => ({ logGroupName })), ...next(from, names.length) }
  }
  if (name !== 'FilterLogEvents') throw new Refusal('UnknownOperationException', 'there is no such operation', 404)
  const events = groups[String(body['logGroupName'])]
  if (!events) throw new Refusal('ResourceNotFoundException', 'The specified log group does not exist.')
  const pattern = body['filterPattern'] === undefined ? '' : String(body['filterPattern'])
  if (pattern.includes('{ $.')) throw new Refusal('InvalidParameterException', `Invalid filter pattern: ${pattern}`)
  const found = events
    .filter(({ time }) => time >= Number(body['startTime']) && time <= Number(body['endTime']))
    .filter(({ message }) => pattern.split(' ').every((word) => message.includes(word)))
    .sort((a, b) => a.time - b.time)
  const page = found.slice(from, from + Math.min(pageSize, Number(body['limit'])))
  return {
    events: page.map(({ stream, time, message }, index) => ({
      logStreamName: stream,
      timestamp: time,
      ingestionTime: time + 1,
      message,
      eventId: String(from + index),
    })),
    searchedLogStreams: [],
    ...next(from, found.length),
  }
}

const next = (from: number, all: number) => (from + pageSize < all ? { nextToken: String(from + pageSize) } : {})
