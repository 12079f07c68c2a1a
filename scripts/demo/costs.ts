import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { generateBill } from '../../test/support/bill-generator.ts'
import { type Answer, call, chapter, mailedTo, serverUrl, session, step } from './steps.ts'

/** A real bill of September 2024, in many columns and three clouds, where this installation came with one. */
const sample = fileURLToPath(new URL('../../../shared/data/billing/focus-1.0-sample.csv', import.meta.url))

/** From a bill to a budget that is crossed. Begins and ends with the key. */
export async function watchCosts({ org, email }: { org: string; email: string }): Promise<void> {
  chapter('What the clouds cost')
  const costs = `/organizations/${org}/cloud_cost_management`
  await step(
    'says which tags tell the project',
    () => call('PUT', `${costs}/tag_mapping`, { project_tags: ['application', 'Project'], environment_tags: ['environment', 'env'] }),
    ({ body }) => body.data.project_tags.join(' before '),
  )
  const account = await step(
    'opens an account for bills that come as files',
    () => call('POST', `${costs}/file-accounts`, { name: 'Clouds', cloud_provider: 'aws' }),
    ({ body }) => body.data.canonical,
  )
  const at = `${costs}/accounts/${account.body.data.canonical}/imports`
  const month = '2024-09'
  const bill = existsSync(sample) ? readFileSync(sample) : await generated(month)
  await bringIn('uploads a bill of September 2024', at, 'focus.csv', bill)
  const range = 'begin=2024-09-01&end=2024-10-01&currency=USD'
  await step(
    'sees what was spent',
    () => call('GET', `${costs}?${range}&granularity=month`),
    ({ body }) => `${figure(body.data.total_cost)} USD, ${figure(body.data.total_kwh)} kWh; ${names(body.data.providers.buckets)}`,
  )
  await step(
    'sees on what, by service',
    () => call('GET', `${costs}/providers/aws?${range}&granularity=month&group_by=service`),
    ({ body }) => names(body.data.cost_histogram?.buckets?.[0]?.buckets ?? body.data.buckets?.[0]?.buckets ?? []),
  )
  await step(
    'reads the report of the month',
    () => raw('GET', `${costs}/report?month=${month}&currency=USD`),
    ({ body }) => `\n${body.toString('utf8').split('\n').slice(0, 6).join('\n').replace(/^/gm, '             ').trimEnd()}`,
  )
  await step(
    'takes the lines out again, as FOCUS',
    () => raw('GET', `${costs}/export?month=${month}`),
    ({ body }) => {
      const lines = (body[0] === 0x1f ? gunzipSync(body) : body).toString('utf8').trimEnd().split('\n')
      return `${lines.length - 1} lines of ${lines[0]?.split(',').length} columns`
    },
  )
  await step(
    'sets a budget',
    () => {
      const thresholds = [{ percent: 80, of: 'actual' }]
      return call('POST', `${costs}/budgets`, {
        name: 'All clouds',
        amount: '50',
        currency: 'USD',
        span: 'month',
        thresholds,
        recipients: [email],
      })
    },
    ({ body }) => `${body.data.amount} ${body.data.currency} a ${body.data.span}`,
  )
  const now = new Date().toISOString().slice(0, 7)
  await bringIn('uploads the bill of this month', at, 'this-month.csv', await generated(now))
  await step(
    'is told that the budget is crossed',
    () => told(org),
    ({ body }) => body,
  )
  const subject = await mailedTo(email, /the budget All clouds[\s\S]*?spent, \d+ % or more/)
  if (subject)
    await step(
      'and so is its reader, by mail',
      async () => ({ status: 200, body: subject }),
      ({ body }) => body.replace(/\s+/g, ' '),
    )
}

async function bringIn(what: string, at: string, name: string, bill: Buffer): Promise<void> {
  const begun = await step(
    what,
    () => raw('PUT', `${at}/upload?file_name=${name}`, bill).then(asJson),
    ({ body }) => `${Math.round(bill.length / 1024)} KiB, import ${body.data.id}`,
  )
  const seen: string[] = []
  await step(
    'follows it',
    async () => {
      for (let turn = 0; turn < 600; turn++) {
        const answer = await call('GET', `${at}/${begun.body.data.id}`)
        const { status, stage, message, problems } = answer.body.data
        if (stage && seen.at(-1) !== stage) seen.push(stage)
        if (status === 'failed') throw new Error(`the import failed: ${problems.join('; ') || message}`)
        if (status === 'succeeded') return answer
        await sleep(50)
      }
      throw new Error('the import did not end within thirty seconds: is a worker running?')
    },
    ({ body }) => [...seen.map((stage) => stage.replace('_', ' ')), body.data.message].join(', '),
  )
}

/** The event, which comes when the worker has looked at the budgets. */
async function told(org: string): Promise<Answer> {
  for (let turn = 0; turn < 100; turn++) {
    const { body } = await call('GET', `/organizations/${org}/events?begin=${Date.now() - 3_600_000}&end=${Date.now() + 60_000}`)
    const event = body.data.find(({ message }: { message: string }) => message.includes('of the budget All clouds'))
    if (event) return { status: 200, body: event.message }
    await sleep(100)
  }
  throw new Error('no event told of the budget within ten seconds: is a worker running?')
}

async function generated(month: string): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of generateBill({ lines: 3000, month }).bytes()) parts.push(part)
  return Buffer.concat(parts)
}

/** For what is not JSON. */
async function raw(method: string, path: string, body?: Buffer): Promise<Answer> {
  const headers = { authorization: `Bearer ${session.token}`, ...(body ? { 'content-type': 'application/octet-stream' } : {}) }
  const response = await fetch(serverUrl + path, { method, headers, ...(body ? { body: new Uint8Array(body) } : {}) })
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, body: response.ok ? bytes : JSON.parse(bytes.toString('utf8')) }
}

const asJson = ({ status, body }: Answer): Answer => ({ status, body: Buffer.isBuffer(body) ? JSON.parse(body.toString('utf8')) : body })

const figure = (value: number): string => value.toPrecision(4)

const names = (buckets: { value: string; cost: number }[]): string =>
  [...buckets]
    .sort((one, other) => other.cost - one.cost)
    .slice(0, 3)
    .map(({ value, cost }) => `${value} ${figure(cost)}`)
    .join(', ')
