/** Questions to BigQuery's REST API, and what its refusals mean to people. */
import { ask, openAgents, patiently, refusalOf, textOf, unreachable } from './connection.ts'
import { googleStorageHosts } from './gcs.ts'
import type { SourceDeps } from './sources.ts'
import { googleTokens, objectOf } from './tokens.ts'
import { SourceError } from './types.ts'

export type Json = Record<string, unknown>
export type BigQueryCaller = ReturnType<typeof callerOf>

const scope = 'https://www.googleapis.com/auth/bigquery'
const largest = 64 * 2 ** 20
const mostPages = 100

export const textParameter = (name: string, value: string) => ({ name, parameterType: { type: 'STRING' }, parameterValue: { value } })

/** The columns of each row, as text. */
export const rowsOf = (answer: Json): string[][] =>
  (Array.isArray(answer['rows']) ? (answer['rows'] as Json[]) : []).map((row) =>
    (Array.isArray(row['f']) ? (row['f'] as Json[]) : []).map((cell) => (typeof cell['v'] === 'string' ? cell['v'] : '')),
  )

export function callerOf(
  { projectId, dataset, table, keyFile }: { projectId: string; dataset: string; table: string; keyFile: string },
  { hosts, silence = 60_000, pause = 500 }: SourceDeps,
) {
  const { token, bigquery } = hosts?.google ?? googleStorageHosts
  const agents = openAgents(null)
  const tokens = googleTokens(agents, token, scope, keyFile)
  const base = `${bigquery}/bigquery/v2/projects/${encodeURIComponent(projectId)}`
  const thing = [projectId, dataset, table].filter((part) => part !== '').join('.')

  async function send(path: string, search: Record<string, string>, body?: Json): Promise<{ status: number; answer: Json }> {
    const url = new URL(`${base}${path}`)
    url.search = new URLSearchParams(search).toString()
    const headers = { authorization: `Bearer ${await tokens.token()}`, accept: 'application/json', 'content-type': 'application/json' }
    try {
      const response = await ask(
        agents,
        url,
        { headers, ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }) },
        silence,
      )
      const answer = objectOf(await textOf(response, largest, silence))
      const { statusCode: status = 0 } = response
      if (status >= 500 || status === 429) throw new Error(`status ${status}`)
      return { status, answer }
    } catch (error) {
      throw refusalOf(error, url.host) ?? error
    }
  }

  function refused(status: number, answer: Json): SourceError {
    const about = (answer['error'] ?? {}) as { message?: unknown; errors?: { reason?: unknown }[] }
    const reason = /^[A-Za-z]{1,50}$/.exec(String(about.errors?.[0]?.reason ?? ''))?.[0] ?? `status ${status}`
    const missing = /bigquery\.[a-z]+\.[A-Za-z]+/.exec(String(about.message ?? ''))?.[0]
    if (status === 401) return new SourceError('Google refuses the credential: check whether the key of the service account is still valid')
    if (status === 403 && reason !== 'quotaExceeded')
      return new SourceError(
        `The service account may not read ${thing} in BigQuery (${reason}): it needs ${missing ?? 'bigquery.jobs.create in the project (role BigQuery Job User) and bigquery.tables.getData on the dataset (role BigQuery Data Viewer)'}`,
      )
    if (status === 404) return new SourceError(`There is no ${thing} in BigQuery: check project, dataset and table`)
    if (reason === 'invalidQuery')
      return new SourceError(`The table ${thing} is not a billing export of Google: it has no invoice.month, cost, credits or export_time`)
    return new SourceError(`BigQuery refuses to read ${thing} (${reason})`)
  }

  async function get(path: string, search: Record<string, string>): Promise<Json> {
    const { status, answer } = await send(path, search)
    if (status !== 200) throw refused(status, answer)
    return answer
  }

  const refusal = (error: unknown) => (error instanceof SourceError ? error : unreachable(new URL(bigquery).host, error))

  return {
    get,

    /** What went wrong, for people. */
    refusal,

    /** Every row of a small result. */
    async query(question: Json): Promise<{ rows: string[][]; location: string }> {
      try {
        const first = await patiently(pause, () => send('/queries', {}, { ...question, timeoutMs: 30_000, maxResults: 1000 }))
        if (first.status !== 200) throw refused(first.status, first.answer)
        const { jobId = '', location = '' } = (first.answer['jobReference'] ?? {}) as { jobId?: string; location?: string }
        const rows: string[][] = []
        let { answer } = first
        for (let page = 0; page < mostPages; page++) {
          if (answer['jobComplete'] === true) rows.push(...rowsOf(answer))
          const pageToken = typeof answer['pageToken'] === 'string' ? answer['pageToken'] : ''
          if (answer['jobComplete'] === true && pageToken === '') return { rows, location }
          const search = { location, timeoutMs: '30000', maxResults: '1000', ...(pageToken ? { pageToken } : {}) }
          answer = await patiently(pause, () => get(`/queries/${encodeURIComponent(jobId)}`, search))
        }
        throw new SourceError(`BigQuery does not come to an end with ${thing}`)
      } catch (error) {
        throw refusal(error)
      }
    },

    /** @returns false when there is a job of this name */
    async insertJob(jobId: string, location: string, query: Json): Promise<boolean> {
      const body = { jobReference: { projectId, jobId, location }, configuration: { query } }
      const { status, answer } = await send('/jobs', {}, body)
      if (status === 409) return false
      if (status !== 200) throw refused(status, answer)
      return true
    },

    close() {
      agents.destroy()
    },
  }
}
