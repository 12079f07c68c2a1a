/** Logs in Elasticsearch 7 and 8. Addresses, index and filters are a tenant's words, and so are the answers. */
import type { AddressGuard } from './address-guard.ts'
import { FetchRefused, postJson } from './guarded-fetch.ts'
import { type LogEntry, type LogQuestion, LogsRefused, mostEntries, sorted } from './log-entry.ts'

export interface ElasticsearchAccess {
  /** Of one cluster: tried one after the other. */
  urls: readonly string[]
  credential: { username: string; password: string; ca: string } | null
}

export interface ElasticsearchSource {
  index: string
  /** Names of fields, with dots for those inside others. */
  mapping: { host: string; message: string; timestamp: string }
  /** A clause, a list of them, or a text in the language of query strings. */
  prefilters?: unknown
}

/** Seconds, for one address, and for all. */
const seconds = { one: 8, all: 20 }
const mostBytes = 24 * 1024 * 1024

/**
 * The newest entries, at most `mostEntries`, by time.
 * @throws LogsRefused
 */
export async function searchElasticsearch(
  guard: AddressGuard,
  { urls, credential }: ElasticsearchAccess,
  source: ElasticsearchSource,
  question: LogQuestion,
): Promise<LogEntry[]> {
  const deadline = AbortSignal.timeout(seconds.all * 1000)
  const asked = searchOf(source, question)
  const options = {
    limits: { bytes: mostBytes, seconds: seconds.one },
    signal: deadline,
    ...(credential ? { authorization: `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}` } : {}),
    ...(credential?.ca ? { ca: credential.ca } : {}),
  }
  let last: LogsRefused | undefined
  for (const url of urls) {
    if (deadline.aborted) break
    try {
      return entriesOf(await postJson(guard, addressOf(url, source.index), asked, options), source)
    } catch (error) {
      last = refusalOf(error)
      if (last.problem === 'query' || last.problem === 'credential') break
    }
  }
  throw last ?? new LogsRefused('unavailable', 'Elasticsearch did not answer in time')
}

/** What an index pattern leaves out is not there: that is an empty answer, not a mistake. */
function addressOf(base: string, index: string): string {
  if (!URL.canParse(base)) throw new LogsRefused('configuration', 'An address of the Elasticsearch cluster is not a URL')
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${encodeURIComponent(index)}/_search`
  url.search = '?ignore_unavailable=true&allow_no_indices=true'
  return url.href
}

function searchOf({ mapping: { host, message, timestamp }, prefilters }: ElasticsearchSource, { range, query }: LogQuestion): object {
  const within = range ? [{ range: { [timestamp]: { gte: range.begin, lte: range.end, format: 'epoch_millis' } } }] : []
  return {
    size: mostEntries,
    timeout: `${seconds.one - 1}s`,
    track_total_hits: false,
    sort: [{ [timestamp]: { order: 'desc', unmapped_type: 'date' } }],
    _source: [host, message, timestamp],
    docvalue_fields: [{ field: timestamp, format: 'epoch_millis' }],
    query: { bool: { filter: [...within, ...clausesOf(prefilters)], must: query === undefined ? [] : [textClause(query)] } },
  }
}

const clausesOf = (filters: unknown): unknown[] =>
  [filters]
    .flat()
    .flatMap((one) => (one === undefined || one === null || one === '' ? [] : [typeof one === 'string' ? textClause(one) : one]))

const textClause = (query: string) => ({ query_string: { query, lenient: true, analyze_wildcard: true } })

function entriesOf(text: string, { mapping }: ElasticsearchSource): LogEntry[] {
  const answer = read(text)
  const hits = at(at(answer, 'hits'), 'hits')
  if (!Array.isArray(hits)) throw new LogsRefused('configuration', 'What answered at the address of the cluster is not Elasticsearch')
  if (hits.length === 0 && (at(answer, 'timed_out') === true || Number(at(at(answer, '_shards'), 'failed')) > 0))
    throw new LogsRefused('unavailable', 'Elasticsearch could not search all of the logs')
  return sorted(
    hits.slice(0, mostEntries).map((hit: unknown) => {
      const source = at(hit, '_source')
      return { host: textAt(source, mapping.host), message: textAt(source, mapping.message), time: timeOf(hit, mapping.timestamp) }
    }),
  )
}

/** As Elasticsearch read it; otherwise as it was written. */
function timeOf(hit: unknown, field: string): number {
  const [value] = [at(at(hit, 'fields'), field)].flat()
  const [first] = [at(hit, 'sort')].flat()
  for (const one of [value, first])
    if ((typeof one === 'string' || typeof one === 'number') && /^-?\d+(\.\d+)?$/.test(String(one))) return Math.trunc(Number(one))
  const [written] = [valueAt(at(hit, '_source'), field)].flat()
  return typeof written === 'number' ? Math.trunc(written) : Date.parse(String(written))
}

/** A list shows all of its parts, anything else that is no text as JSON. */
function textAt(source: unknown, field: string): string {
  const value = valueAt(source, field)
  return [value]
    .flat()
    .flatMap((one) => (one === undefined || one === null ? [] : [typeof one === 'object' ? JSON.stringify(one) : String(one)]))
    .join(', ')
}

/** `host.name` is a field inside `host`, or one that is called so: documents are kept as they were sent. */
function valueAt(source: unknown, field: string): unknown {
  const whole = at(source, field)
  if (whole !== undefined) return whole
  for (let dot = field.indexOf('.'); dot > 0; dot = field.indexOf('.', dot + 1)) {
    const outer = at(source, field.slice(0, dot))
    const inner = outer === undefined ? undefined : valueAt(outer, field.slice(dot + 1))
    if (inner !== undefined) return inner
  }
  return undefined
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Without the cause: it would quote what was answered.
    throw new LogsRefused('configuration', 'What answered at the address of the cluster is not Elasticsearch')
  }
}

function refusalOf(error: unknown): LogsRefused {
  if (error instanceof LogsRefused) return error
  if (!(error instanceof FetchRefused)) return new LogsRefused('unavailable', 'Elasticsearch did not answer in time', error)
  const { reason, status, message } = error
  if (status === 400)
    return new LogsRefused(
      'query',
      'Elasticsearch cannot read the query: check its syntax, and that the fields of the source are there',
      error,
    )
  if (status === 401 || status === 403)
    return new LogsRefused('credential', 'Elasticsearch refuses the credential of the external backend', error)
  if (status === 404) return new LogsRefused('configuration', 'There is no Elasticsearch at the address of the cluster', error)
  if (reason === 'too_large')
    return new LogsRefused('query', 'Elasticsearch found more than can be shown: narrow the query or the time range', error)
  return new LogsRefused(reason === 'address' ? 'configuration' : 'unavailable', message, error)
}
