/** Bills as they are uploaded, and what becomes of them. */
import { existsSync, readFileSync } from 'node:fs'
import type { Schema } from '../../src/contract/operation.ts'
import type { Client } from './client.ts'
import { fresh, member, organization, scenario } from './scenario.ts'
import type { TestServer } from './server.ts'
import { must } from './workshop.ts'

const folder = new URL('../../../shared/data/billing/', import.meta.url).pathname
export const billsAreThere = existsSync(folder)
export const whyNoBills = 'needs the real bills in ../shared/data/billing'
export const realBill = (name: string): Buffer => readFileSync(`${folder}${name}`)

const columns =
  'BillingAccountId,SubAccountId,SubAccountName,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ProviderName,PublisherName,InvoiceIssuerName,ServiceName,ServiceCategory,RegionId,ResourceId,BillingCurrency,BilledCost,EffectiveCost,ListCost,ContractedCost,Tags'

export interface Line {
  day: string
  cost: string
  month?: string
  currency?: string
  service?: string
  resource?: string
  linked?: string
  tags?: Record<string, string>
}

/** A FOCUS file. */
export const focus = (lines: readonly Line[]): string => `${columns}\n${lines.map(lineOf).join('')}`

function lineOf({
  day,
  cost,
  month = day.slice(0, 7),
  currency = 'USD',
  service = 'Amazon EC2',
  resource = 'i-1',
  linked = '222',
  tags,
}: Line): string {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString()
  const [year = 0, number = 1] = month.split('-').map(Number)
  const end = new Date(Date.UTC(year, number, 1)).toISOString()
  const cells = [
    '111',
    linked,
    `Account ${linked}`,
    `${month}-01T00:00:00Z`,
    end,
    `${day}T00:00:00Z`,
    next,
    'Usage',
    'AWS',
    'AWS',
    'AWS',
    service,
  ]
  const json = tags ? `"${JSON.stringify(tags).replaceAll('"', '""')}"` : ''
  return `${[...cells, 'Compute', 'eu-west-1', resource, currency, cost, cost, cost, cost, json].join(',')}\n`
}

/** One line for each day of a month. */
export const month = (name: string, days: number, cost: string, more: Partial<Line> = {}): Line[] =>
  Array.from({ length: days }, (_, index) => ({ day: `${name}-${String(index + 1).padStart(2, '0')}`, cost, ...more }))

type Import = Schema<'CloudCostImport'>
type Body = string | Uint8Array | ReadableStream

export interface Bills {
  org: string
  ada: Client
  path: { organization_canonical: string; cloud_cost_management_account_canonical: string }
  /** As a stranger's program would. */
  send(body: Body, options?: { name?: string; type?: string; headers?: Record<string, string> }): Promise<{ status: number; body: unknown }>
  /** Sent, and not waited for. */
  begin(body: Body, name?: string): Promise<number>
  /** Sent, and waited for. */
  upload(body: Body, name?: string): Promise<Import>
  look(id: number): Promise<Import>
  ended(id: number): Promise<Import>
  /** What readers see of each month, and what waits. */
  months(): Promise<Record<string, unknown>[]>
  account(): Promise<Schema<'CloudCostManagementAccount'>>
}

/** An organization with an account whose bills come as files. */
export async function openBills(server: TestServer, provider = 'aws'): Promise<Bills> {
  const org = fresh('acme')
  const { ada } = await scenario(server, organization(org, member('ada')))
  const made = await must(
    ada.createCloudCostFileAccount({
      path: { organization_canonical: org },
      body: { name: 'Bills', canonical: 'bills', cloud_provider: provider as 'aws' },
    }),
  )
  if (made.body.data.canonical !== 'bills') throw new Error('the account is called otherwise')
  return billsOf(server, org, ada)
}

/** What is tried again in some seconds is tried now: who tests the seconds looks at the queue. */
async function hurry({ database }: TestServer): Promise<void> {
  await database.query(
    `with sooner as (
       update graphile_worker._private_jobs set run_at = now()
       where run_at > now() and locked_at is null and task_id = (select id from graphile_worker._private_tasks where identifier = 'costs.import')
       returning id)
     select pg_notify('jobs:insert', json_build_object('r', random(), 'count', count(*))::text) from sooner having count(*) > 0`,
  )
}

/** Of an organization whose account is called `bills`. */
export function billsOf(server: TestServer, org: string, ada: Client): Bills {
  const path = { organization_canonical: org, cloud_cost_management_account_canonical: 'bills' }
  const send: Bills['send'] = async (body, { name, type = 'application/octet-stream', headers = {} } = {}) => {
    const query = name === undefined ? '' : `?file_name=${encodeURIComponent(name)}`
    const url = `${server.url}/organizations/${org}/cloud_cost_management/accounts/bills/imports/upload${query}`
    const response = await fetch(url, {
      method: 'PUT',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': type, ...headers },
      body,
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    } as RequestInit)
    return { status: response.status, body: await response.json() }
  }
  const look = async (id: number) => (await must(ada.getCloudCostImport({ path: { ...path, import_id: id } }))).body.data
  const ended = async (id: number) => {
    for (let turn = 0; turn < 600; turn++) {
      const found = await look(id)
      if (found.status === 'succeeded' || found.status === 'failed') return found
      if (turn % 5 === 4) await hurry(server)
      await new Promise((wake) => setTimeout(wake, 100))
    }
    throw new Error(`import ${id} does not end: ${JSON.stringify(await look(id))}`)
  }
  const begin = async (body: Body, name = 'bill.csv') => {
    const { status, body: answer } = await send(body, { name })
    if (status !== 200) throw new Error(`the upload was refused with ${status}: ${JSON.stringify(answer)}`)
    return (answer as { data: Import }).data.id
  }
  return {
    org,
    ada,
    path,
    send,
    begin,
    look,
    ended,
    upload: async (body, name) => ended(await begin(body, name)),
    async months() {
      const { body } = await must(ada.listCloudCostMonths({ path }))
      return body.data.map(({ month, state, lines, billed_cost, currency }) => ({
        month,
        state,
        lines,
        billed_cost: Number(billed_cost),
        currency,
      }))
    },
    account: async () => (await must(ada.getCloudCostManagementAccount({ path }))).body.data,
  }
}
