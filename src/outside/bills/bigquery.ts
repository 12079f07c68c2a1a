/** Google's billing export, which lies in a table: the rows of an invoice's month come as lines of JSON. Only ever Google's own hosts. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BigQueryCaller, callerOf, type Json, rowsOf, textParameter } from './bigquery-calls.ts'
import type { SourceDeps, SourceSpec } from './sources.ts'
import { type BillSource, SourceError, type Statement, type StatementFile } from './types.ts'

type BigQuerySpec = Extract<SourceSpec, { kind: 'bigquery' }>

const attempts = 5
/** Their text is a few megabytes. */
const rowsOfPage = 2000
const mostMonths = 1000
/** Of half a minute each. */
const mostPolls = 60

export function openBigQuery(spec: BigQuerySpec, deps: SourceDeps): BillSource {
  const { projectId, dataset } = spec
  const { period, pause = 500 } = deps
  const caller = callerOf(spec, deps)
  let table = spec.table
  const nameOf = () => [projectId, dataset, table].filter((part) => part !== '').join('.')
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw caller.refusal(error)
    })
  const quoted = () => `\`${nameOf()}\``

  /** The job is known by what it reads, so that whoever goes on after a lost run reads the rows in the same order. */
  async function* pages(month: string, until: string, digest: string, location: string): AsyncGenerator<Uint8Array> {
    // Rows come all the time; what came since the listing is not in its figures.
    const query = `select to_json_string(t) from ${quoted()} t where t.invoice.month = @month and t.export_time <= timestamp(@until)`
    const job = await told(
      startJob(caller, `trochoid_${month}_${digest.slice(0, 32)}_${today()}`, location, {
        query,
        useLegacySql: false,
        parameterMode: 'NAMED',
        queryParameters: [textParameter('month', month), textParameter('until', until)],
      }),
    )
    for (let pageToken = '', failures = 0, polls = 0; ; ) {
      const search = { maxResults: String(rowsOfPage), timeoutMs: '30000', location, ...(pageToken ? { pageToken } : {}) }
      let answer: Json
      try {
        answer = await caller.get(`/queries/${job}`, search)
      } catch (error) {
        failures++
        if (error instanceof SourceError || failures >= attempts) throw caller.refusal(error)
        await sleep(pause * 2 ** failures)
        continue
      }
      failures = 0
      if (answer['jobComplete'] !== true) {
        polls++
        if (polls > mostPolls) throw new SourceError(`BigQuery does not come to an end with ${nameOf()}`)
        continue
      }
      const lines = rowsOf(answer).map(([line = '']) => `${line}\n`)
      if (lines.length > 0) yield Buffer.from(lines.join(''))
      if (typeof answer['pageToken'] !== 'string' || answer['pageToken'] === '') return
      pageToken = answer['pageToken']
    }
  }

  return {
    get name() {
      return `BigQuery ${nameOf()}`
    },
    problems: [],
    remarks: [],
    async list() {
      assertNames(spec)
      if (table === '') table = await told(exportTable(caller, spec))
      const wanted = period?.slice(0, 7).replace('-', '')
      const query =
        `select invoice.month, cast(count(*) as string), cast(round(sum(${exact('cost')}) + ` +
        `sum(ifnull((select sum(${exact('c.amount')}) from unnest(credits) c), 0)), 6) as string), cast(max(export_time) as string) ` +
        `from ${quoted()}${wanted === undefined ? '' : ' where invoice.month = @month'} group by 1 order by 1 desc limit ${mostMonths}`
      const { rows, location } = await caller.query({
        query,
        useLegacySql: false,
        ...(wanted === undefined ? {} : { parameterMode: 'NAMED', queryParameters: [textParameter('month', wanted)] }),
      })
      const statements = rows.flatMap(([month = '', ...figures]): Statement[] => {
        if (!/^20\d\d(0[1-9]|1[0-2])$/.test(month)) return []
        const [lines = '', total = '', until = ''] = figures
        const digest = createHash('sha256')
          .update([nameOf(), month, ...figures].join('\n'))
          .digest('hex')
        const named = `${month.slice(0, 4)}-${month.slice(4)}`
        const file: StatementFile = {
          name: `${table}-${named}.jsonl`,
          size: undefined,
          // Rows have no order of their own; results of a day's job are kept by Google until the next.
          digest: `${digest}-${today()}`,
          bytes: () => pages(month, until, digest, location),
        }
        return [
          {
            period: `${named}-01`,
            format: 'gcp',
            digest,
            total: /^-?\d{1,38}(?:\.\d{1,38})?$/.test(total) ? total : undefined,
            lines: /^\d{1,15}$/.test(lines) ? Number(lines) : undefined,
            finalized: undefined,
            files: [file],
          },
        ]
      })
      if (statements.length > 0 || wanted !== undefined) return statements
      throw new SourceError(
        `The table ${nameOf()} has no rows yet: Google writes a day's costs some hours later. Looked for rows by invoice.month`,
      )
    },
    async close() {
      caller.close()
    },
  }
}

/** Of the text that the rows have, too: a double itself has digits that nobody sees. */
const exact = (column: string) => `cast(cast(${column} as string) as bignumeric)`

const today = () => new Date().toISOString().slice(0, 10).replaceAll('-', '')

/** They become part of a query. */
function assertNames({ projectId, dataset, table }: BigQuerySpec): void {
  const wrong = [
    ...(/^[A-Za-z0-9][A-Za-z0-9.:-]{0,99}$/.test(projectId) ? [] : ['the project']),
    ...(/^\w{1,1024}$/.test(dataset) ? [] : ['the dataset']),
    ...(/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]{0,1024}$/u.test(table) ? [] : ['the table']),
  ]
  if (wrong.length > 0) throw new SourceError(`BigQuery has no names like these: correct ${wrong.join(', ')} of the external backend`)
}

/** The detailed export before the standard one. */
async function exportTable(caller: BigQueryCaller, { projectId, dataset }: BigQuerySpec): Promise<string> {
  const answer = await caller.get(`/datasets/${encodeURIComponent(dataset)}/tables`, { maxResults: '1000' })
  const tables = (Array.isArray(answer['tables']) ? (answer['tables'] as Json[]) : []).flatMap((item) => {
    const id = (item['tableReference'] as Json | undefined)?.['tableId']
    return typeof id === 'string' ? [id] : []
  })
  for (const kind of [/^gcp_billing_export_resource_v1_\w+$/, /^gcp_billing_export_v1_\w+$/]) {
    const found = tables.filter((id) => kind.test(id)).sort()
    if (found.length > 1)
      throw new SourceError(
        `The dataset ${projectId}.${dataset} has several billing exports (${found.slice(0, 5).join(', ')}): name the table`,
      )
    if (found[0] !== undefined) return found[0]
  }
  throw new SourceError(
    `No billing export was found in the dataset ${projectId}.${dataset}: looked for a table gcp_billing_export_resource_v1_… or gcp_billing_export_v1_…`,
  )
}

/** One that is there already is gone on with, unless it failed. */
async function startJob(caller: BigQueryCaller, id: string, location: string, query: Json): Promise<string> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const jobId = attempt === 1 ? id : `${id}_${attempt}`
    if (await caller.insertJob(jobId, location, query)) return jobId
    const status = (await caller.get(`/jobs/${jobId}`, { location }))['status'] as Json | undefined
    if (status?.['errorResult'] === undefined) return jobId
  }
  throw new SourceError('BigQuery could not read the billing export three times today: tomorrow it is asked anew')
}
