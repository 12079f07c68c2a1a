/** Elasticsearch as far as somebody searches it: `_search` with ranges, query strings and terms, and its errors as it words them. */
import { createServer, type IncomingMessage } from 'node:http'
import { listening } from './listen.ts'

type Json = Record<string, unknown>

export interface ElasticsearchDouble extends AsyncDisposable {
  url: string
  /** Documents by index, as they were sent. */
  documents: Record<string, Json[]>
  /** Undefined: strangers may search. */
  user: { username: string; password: string } | undefined
  /** Bodies of the searches, and where they were sent. */
  asked: { path: string; body: Json }[]
  /** Set: every search gets this status, or no answer at all. */
  trouble: number | 'silence' | 'not json' | undefined
}

export async function openElasticsearchDouble(): Promise<ElasticsearchDouble> {
  const double: Omit<ElasticsearchDouble, 'url' | keyof AsyncDisposable> = { documents: {}, user: undefined, asked: [], trouble: undefined }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (double.trouble === 'silence') return void request.socket.destroy()
    const { status, body } =
      double.trouble === 'not json'
        ? { status: 200, body: '<html>Welcome</html>' }
        : answer(double, request, Buffer.concat(chunks).toString())
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', 'x-elastic-product': 'Elasticsearch' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  return listening(server, double)
}

const failure = (status: number, type: string, reason: string) => ({
  status,
  body: { error: { root_cause: [{ type, reason }], type, reason }, status },
})

type State = Pick<ElasticsearchDouble, 'documents' | 'user' | 'asked' | 'trouble'>

function answer({ documents, user, asked, trouble }: State, request: IncomingMessage, text: string): { status: number; body: unknown } {
  if (typeof trouble === 'number') return failure(trouble, 'cluster_block_exception', 'blocked')
  const right = user && `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`
  if (right && request.headers.authorization !== right)
    return failure(401, 'security_exception', `unable to authenticate user for REST request [${request.url}]`)
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://double')
  const [index, action, ...more] = pathname.slice(1).split('/').map(decodeURIComponent)
  if (request.method !== 'POST' || action !== '_search' || more.length > 0 || !index)
    return failure(400, 'illegal_argument_exception', `request [${pathname}] is unknown`)
  const body = JSON.parse(text) as Json
  asked.push({ path: pathname, body })
  const names = index.split(',').flatMap((pattern) => Object.keys(documents).filter((name) => matches(pattern, name)))
  if (names.length === 0 && searchParams.get('ignore_unavailable') !== 'true')
    return failure(404, 'index_not_found_exception', `no such index [${index}]`)
  try {
    return { status: 200, body: search(names, documents, body) }
  } catch (error) {
    return failure(400, 'query_shard_exception', `Failed to parse query: ${(error as Error).message}`)
  }
}

const matches = (pattern: string, name: string) =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(name)

function search(names: readonly string[], documents: State['documents'], body: Json): Json {
  const [[field = '', direction = {}] = []] = (body['sort'] as Json[]).map((one) => Object.entries(one)[0] ?? [])
  const clauses = Object.values((body['query'] as { bool: Json }).bool).flat() as Json[]
  const found = names
    .flatMap((name) => (documents[name] ?? []).map((source, id) => ({ name, id: String(id), source })))
    .filter(({ source }) => clauses.every((clause) => holds(clause, source)))
    .map((hit) => ({ ...hit, time: Date.parse(String(valueAt(hit.source, field))) }))
    .sort((a, b) => ((direction as Json)['order'] === 'desc' ? b.time - a.time : a.time - b.time))
  return {
    took: 3,
    timed_out: false,
    _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
    hits: {
      max_score: null,
      hits: found.slice(0, Number(body['size'])).map(({ name, id, source, time }) => ({
        _index: name,
        _id: id,
        _score: null,
        _source: source,
        fields: { [field]: [String(time)] },
        sort: [time],
      })),
    },
  }
}

function holds(clause: Json, source: Json): boolean {
  const [[kind = '', given] = []] = Object.entries(clause)
  const inner = given as Json
  const [[field = '', wanted] = []] = Object.entries(inner)
  switch (kind) {
    case 'range': {
      const { gte, lte, format } = wanted as { gte: number; lte: number; format: string }
      if (format !== 'epoch_millis') throw new Error('failed to parse date field')
      const time = Date.parse(String(valueAt(source, field)))
      return time >= gte && time <= lte
    }
    case 'term':
    case 'match':
      return String(valueAt(source, field)) === String((wanted as { value?: unknown }).value ?? wanted)
    case 'query_string':
      return holdsText(String(inner['query']), source)
    default:
      throw new Error(`unknown query [${kind}]`)
  }
}

/** `word`, `field:word` and AND of them. */
function holdsText(query: string, source: Json): boolean {
  if (/[()"]/.test(query)) throw new Error(`Cannot parse '${query}'`)
  return query.split(/\s+(?:AND\s+)?/).every((part) => {
    const [field, word] = part.includes(':') ? part.split(':') : [undefined, part]
    const text = field === undefined ? JSON.stringify(source) : String(valueAt(source, field))
    return text.toLowerCase().includes(String(word).toLowerCase())
  })
}

function valueAt(source: Json, field: string): unknown {
  if (field in source) return source[field]
  return field.split('.').reduce<unknown>((value, part) => (value as Json | undefined)?.[part], source)
}
