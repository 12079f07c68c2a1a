/** Logs of an environment, read where its external backend says that they are. */
import type { Input, Schema } from '../../contract/operation.ts'
import { invalid, notFound, unavailable } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { listLogGroups, readLogGroup } from '../../outside/cloudwatch.ts'
import { searchElasticsearch } from '../../outside/elasticsearch.ts'
import { type LogEntry, type LogQuestion, LogsRefused } from '../../outside/log-entry.ts'
import { findEnvironment } from '../components/queries.ts'
import { openCredential } from '../credentials/credentials.ts'
import type { ElasticsearchSource } from '../external-backends/elasticsearch.ts'
import { backendFor } from '../external-backends/external-backends.ts'

type Reader = Pick<OrganizationContext, 'platform' | 'read'>
interface Place {
  project_canonical: string
  environment_canonical: string
}

interface Backend {
  sources(): Promise<string[]>
  entries(source: string, question: LogQuestion): Promise<LogEntry[]>
}

const longestQuery = 8192
/** The last moment that a date can be. */
const lastTime = 8.64e15

export async function listSources(context: Reader, place: Place): Promise<Schema<'LogSource'>[]> {
  const backend = await backendOf(context, place)
  return (await told(() => backend.sources())).map((id) => ({ id }))
}

export async function readEntries(
  context: Reader,
  place: Place,
  source: string,
  query: Input<'getProjEnvLogEntries'>['query'],
): Promise<Schema<'LogSourceEntry'>[]> {
  const question = questionOf(query)
  const backend = await backendOf(context, place)
  const entries = await told(() => backend.entries(source, question))
  return entries.map(({ host, message, time }) => ({ host, message, timestamp: String(time) }))
}

/** @throws Invalid unless there is a time range, a query, or both */
function questionOf({ begin, end, query }: Input<'getProjEnvLogEntries'>['query']): LogQuestion {
  if ((begin === undefined) !== (end === undefined))
    throw invalid('A time range has a begin and an end', [begin === undefined ? 'query.begin: is missing' : 'query.end: is missing'])
  if (begin === undefined && query === undefined)
    throw invalid('Logs are read for a time range, by a query, or both: give begin and end in unix milliseconds, or a query', [
      'query: needs begin and end, or query',
    ])
  const problems = [
    ...(begin !== undefined && end !== undefined && begin > end ? ['query.end: must not be before begin'] : []),
    ...([begin, end].some((time = 0) => time > lastTime) ? ['query.begin, query.end: must be unix milliseconds'] : []),
    ...((query?.length ?? 0) > longestQuery ? [`query.query: must have at most ${longestQuery} characters`] : []),
  ]
  if (problems.length > 0) throw invalid('The logs that are asked for cannot be meant', problems)
  return { range: begin === undefined || end === undefined ? undefined : { begin, end }, query }
}

/** @throws NotFound when no backend covers the environment */
async function backendOf({ platform, read }: Reader, { project_canonical, environment_canonical }: Place): Promise<Backend> {
  const { backend, raw } = await read(async (tx) => {
    if (!(await findEnvironment(tx, project_canonical, environment_canonical)))
      throw notFound(`environment ${environment_canonical} of the project ${project_canonical}`)
    const backend = await backendFor(tx, 'logs', { project_canonical, environment_canonical })
    if (!backend) throw notFound(`external backend with the logs of ${project_canonical}/${environment_canonical}`)
    const { credential_canonical: canonical } = backend
    return { backend, raw: canonical === null ? null : (await openCredential(tx, platform.master, canonical)).raw }
  })
  const { configuration } = backend
  if (backend.engine === 'AWSCloudWatchLogs') {
    const access = {
      region: String(configuration['region']),
      accessKey: raw?.access_key ?? '',
      secretKey: raw?.secret_key ?? '',
      endpoint: platform.config.terraform.awsEndpoint,
    }
    return { sources: () => listLogGroups(access), entries: (group, question) => readLogGroup(access, group, question) }
  }
  const { urls, sources } = configuration as unknown as Elasticsearch
  const here = new Map(Object.entries(new Map(Object.entries(sources)).get(environment_canonical) ?? {}))
  const credential = raw && { username: raw.username ?? '', password: raw.password ?? '', ca: raw.ca_cert ?? '' }
  return {
    sources: async () => [...here.keys()],
    async entries(name, question) {
      const source = here.get(name)
      if (!source) throw new LogsRefused('source', `The external backend has no source ${name.slice(0, 255)} in this environment`)
      const own = source.urls?.length ? source.urls : urls
      return searchElasticsearch(platform.guard, { urls: own, credential }, source, question)
    },
  }
}

/** As it was checked when the backend was saved. */
interface Elasticsearch {
  urls: string[]
  sources: Record<string, Record<string, ElasticsearchSource>>
}

async function told<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof LogsRefused)) throw error
    switch (error.problem) {
      case 'source':
        throw Object.assign(notFound('log source'), { cause: error })
      case 'query':
        throw invalid(error.message, ['query.query: refused by the logs backend'], error)
      case 'configuration':
      case 'credential':
        throw invalid(error.message, ['external backend: must be corrected'], error)
      case 'unavailable':
        throw unavailable(`The logs cannot be read now: ${error.message}`, { retryAfter: 10, cause: error })
    }
  }
}
