/** Logs in Amazon CloudWatch Logs. Only ever AWS' own hosts, or the one that the operator names. */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { type LogEntry, type LogQuestion, LogsRefused, mostEntries, sorted } from './log-entry.ts'

export interface CloudWatchAccess {
  region: string
  accessKey: string
  secretKey: string
  /** Undefined: AWS itself. */
  endpoint: string | undefined
}

/** It becomes a part of the host that is asked. */
const regionName = /^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/
const mostPages = 20
const seconds = 20
/** Without a time range CloudWatch would read from the first day on. */
const lately = 24 * 3600 * 1000

/** Names of the log groups, at most 1000. @throws LogsRefused */
export const listLogGroups = (access: CloudWatchAccess): Promise<string[]> =>
  asking(access, async (client, { DescribeLogGroupsCommand }, abortSignal) => {
    const names: string[] = []
    let nextToken: string | undefined
    for (let page = 0; page < mostPages; page++) {
      const found = await client.send(new DescribeLogGroupsCommand({ limit: 50, ...(nextToken ? { nextToken } : {}) }), { abortSignal })
      names.push(...(found.logGroups ?? []).flatMap(({ logGroupName }) => (logGroupName ? [logGroupName] : [])))
      nextToken = found.nextToken
      if (!nextToken) break
    }
    return names
  })

/**
 * Entries of a log group, the oldest first, at most `mostEntries`; without a time range those of the last 24 hours.
 * @param query a filter pattern
 * @throws LogsRefused
 */
export const readLogGroup = (
  access: CloudWatchAccess,
  group: string,
  { range, query }: LogQuestion,
  now = Date.now(),
): Promise<LogEntry[]> =>
  asking(access, async (client, { FilterLogEventsCommand }, abortSignal) => {
    const { begin, end } = range ?? { begin: now - lately, end: now }
    const entries: LogEntry[] = []
    let nextToken: string | undefined
    for (let page = 0; page < mostPages && entries.length < mostEntries; page++) {
      const found = await client.send(
        new FilterLogEventsCommand({
          logGroupName: group,
          startTime: begin,
          endTime: end,
          limit: mostEntries - entries.length,
          ...(query === undefined ? {} : { filterPattern: query }),
          ...(nextToken ? { nextToken } : {}),
        }),
        { abortSignal },
      )
      for (const { logStreamName = '', message = '', timestamp } of found.events ?? [])
        entries.push({ host: logStreamName, message, time: timestamp ?? Number.NaN })
      nextToken = found.nextToken
      if (!nextToken) break
    }
    return sorted(entries.slice(0, mostEntries))
  })

type Sdk = typeof import('@aws-sdk/client-cloudwatch-logs')

async function asking<T>(
  { region, accessKey, secretKey, endpoint }: CloudWatchAccess,
  run: (client: CloudWatchLogsClient, sdk: Sdk, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!regionName.test(region)) throw new LogsRefused('configuration', 'The region of the external backend is none of AWS')
  // The package is large, and few ask for logs.
  const sdk = await import('@aws-sdk/client-cloudwatch-logs')
  const client = new sdk.CloudWatchLogsClient({
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  })
  try {
    return await run(client, sdk, AbortSignal.timeout(seconds * 1000))
  } catch (error) {
    throw refusalOf(error)
  } finally {
    client.destroy()
  }
}

/** Messages of AWS may repeat what it was asked, and who asked: the name says what went wrong. */
function refusalOf(error: unknown): LogsRefused {
  const { name = 'Error' } = error as { name?: string }
  const cause = new Error(name)
  switch (name) {
    case 'ResourceNotFoundException':
      return new LogsRefused('source', 'CloudWatch has no such log group', cause)
    case 'InvalidParameterException':
    case 'ValidationException':
      return new LogsRefused('query', 'CloudWatch cannot read the query: it must be a filter pattern', cause)
    case 'AccessDeniedException':
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
    case 'InvalidClientTokenId':
    case 'SignatureDoesNotMatch':
    case 'IncompleteSignature':
    case 'ExpiredTokenException':
      return new LogsRefused('credential', `AWS refuses the credential of the external backend (${name})`, cause)
    default:
      return new LogsRefused('unavailable', 'CloudWatch does not answer, or not in time', cause)
  }
}
