/** What a Google service account sees in BigQuery. Only ever Google's own hosts: the key file is a tenant's text. */
import { invalid, unavailable } from '../errors.ts'
import { assertionForm, googleTokenUrl, signedAssertion, UnusableKey } from './google-token.ts'

export interface BigQueryTree {
  projects: { id: string; datasets: { id: string; tables: { id: string }[] }[] }[]
}

export interface GoogleHosts {
  readonly token: string
  readonly api: string
  /** Milliseconds for everything together. */
  readonly timeout: number
}

export const googleHosts: GoogleHosts = {
  token: googleTokenUrl,
  api: 'https://bigquery.googleapis.com',
  timeout: 20_000,
}

const scope = 'https://www.googleapis.com/auth/bigquery.readonly'
/** Requests to Google at once, and pages of 1000 of one list. */
const concurrency = 6
const mostPages = 20

/**
 * @param keyFile of the service account, as JSON text
 * @throws Invalid when the key cannot be used or may not see BigQuery; RetryOperation when Google does not answer in time
 */
export async function listBigQuery(keyFile: string, { token, api, timeout }: GoogleHosts): Promise<BigQueryTree> {
  const assertion = await signedAssertion(keyFile, scope, token).catch((error: unknown) => {
    throw error instanceof UnusableKey ? invalid(error.message, ['raw.json_key: not a service account key']) : error
  })
  const signal = AbortSignal.timeout(timeout)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const granted = await ask(token, { method: 'POST', body: assertionForm(assertion), headers, signal })
  if (typeof granted['access_token'] !== 'string') throw unavailable('Google gave no access token: try again later')
  const caller = { base: `${api}/bigquery/v2`, headers: { authorization: `Bearer ${granted['access_token']}` }, signal }

  const projects = (await all(caller, '/projects', 'projects')).map((item) => text(item, 'projectReference', 'projectId'))
  const datasets = await inTurn(projects, async (project) =>
    (await below(caller, `/projects/${encodeURIComponent(project)}/datasets`, 'datasets')).map((item) => ({
      project,
      id: text(item, 'datasetReference', 'datasetId'),
    })),
  )
  const filled = await inTurn(datasets.flat(), async ({ project, id }) => {
    const tables = await below(caller, `/projects/${encodeURIComponent(project)}/datasets/${encodeURIComponent(id)}/tables`, 'tables')
    return { project, id, tables: tables.map((item) => ({ id: text(item, 'tableReference', 'tableId') })) }
  })
  return {
    projects: projects.map((id) => ({
      id,
      datasets: filled.filter(({ project }) => project === id).map(({ id, tables }) => ({ id, tables })),
    })),
  }
}

type Json = Record<string, unknown>
interface Caller {
  base: string
  headers: Record<string, string>
  signal: AbortSignal
}

class Refused extends Error {
  readonly status: number
  constructor(status: number) {
    super(`Google answered ${status}`)
    this.status = status
  }
}

/** @throws ApiError fit for the caller; `Refused` inside says which status it was */
async function ask(url: string, init: RequestInit): Promise<Json> {
  let response: Response
  let answer: unknown
  try {
    response = await fetch(url, { ...init, redirect: 'error' })
    answer = await response.json()
  } catch (cause) {
    throw unavailable('Google does not answer: try again later', { cause: new Error('asking Google failed', { cause }) })
  }
  if (typeof answer !== 'object' || answer === null) throw unavailable('Google answered something that is not understood')
  if (response.ok) return answer as Json
  const { status } = response
  const cause = new Refused(status)
  if (status === 429 || status >= 500) throw unavailable(`Google cannot answer now (status ${status}): try again later`, { cause })
  const { error } = answer as { error?: unknown }
  const code = typeof error === 'string' && /^[a-z_]{1,50}$/.test(error) ? error : `status ${status}`
  throw Object.assign(invalid(`Google refuses this credential (${code})`, ['raw.json_key: refused by Google']), { cause })
}

/** Every page of one list. */
async function all({ base, headers, signal }: Caller, path: string, field: string): Promise<Json[]> {
  const items: Json[] = []
  let pageToken = ''
  for (let pages = 1; pages <= mostPages; pages++) {
    const query = new URLSearchParams({ maxResults: '1000', ...(pageToken ? { pageToken } : {}) })
    const answer = await ask(`${base}${path}?${query}`, { headers, signal })
    const found = answer[field]
    if (Array.isArray(found)) items.push(...(found as Json[]))
    if (typeof answer['nextPageToken'] !== 'string' || answer['nextPageToken'] === '') break
    pageToken = answer['nextPageToken']
  }
  return items
}

/** Below the projects: one of them where BigQuery is off, or closed to this account, shows as empty and hides no other. */
async function below(caller: Caller, path: string, field: string): Promise<Json[]> {
  try {
    return await all(caller, path, field)
  } catch (error) {
    const { cause } = error as { cause?: unknown }
    if (cause instanceof Refused && (cause.status === 403 || cause.status === 404)) return []
    throw error
  }
}

function text(item: Json, reference: string, field: string): string {
  const value = (item[reference] as Json | undefined)?.[field]
  if (typeof value !== 'string') throw unavailable('Google answered something that is not understood')
  return value
}

/** A few at a time, in order. */
async function inTurn<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += concurrency) results.push(...(await Promise.all(items.slice(at, at + concurrency).map(run))))
  return results
}
