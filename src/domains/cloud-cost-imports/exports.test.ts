import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openS3Double, type S3Double, s3Keys } from '../../../test/support/bill-doubles/s3.ts'
import { child, fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { billsOf, focus, type Line, month } from '../../../test/support/uploaded-bills.ts'
import { must } from '../../../test/support/workshop.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { beginDue } from './due.ts'

const server = useServer({ worker: true })
let s3: S3Double
beforeAll(async () => {
  s3 = await openS3Double()
  const { config } = server.platform
  Object.assign(config, { terraform: { ...config.terraform, awsEndpoint: s3.url } })
})
afterAll(() => s3[Symbol.asyncDispose]())

const bill = (lines: Line[]) => gzipSync(focus(lines))
const keyOf = (name: string) => `daily/BILLING_PERIOD=${name}/focus-00001.csv.gz`

/** An organization, one below it, and an account with an export of two months, which is read at once. */
async function openExport() {
  const [org, below] = [fresh('acme'), fresh('below')]
  const { ada } = await scenario(server, organization(org, member('ada'), child(below, member('ada'))))
  const path = { organization_canonical: org }
  await must(ada.createCredential({ path, body: { name: 'AWS', canonical: 'aws-keys', type: 'aws', path: 'aws', raw: s3Keys } }))
  const bucket = `bills-${org}`
  s3.buckets[bucket] = { [keyOf('2026-06')]: bill(month('2026-06', 30, '1')), [keyOf('2026-07')]: bill(month('2026-07', 31, '2')) }
  const made = await must(
    ada.createCloudCostManagementAccount({
      path,
      body: {
        name: 'Bills',
        canonical: 'bills',
        external_backend: {
          purpose: 'cost_explorer',
          credential_canonical: 'aws-keys',
          configuration: { engine: 'AWSStorage', bucket, region: 'eu-west-1', key: 'daily', s3_force_path_style: true },
        },
      } as never,
    }),
  )
  expect(made.body.data.canonical).toBe('bills')
  const bills = billsOf(server, org, ada)
  const [first] = (await must(ada.listCloudCostImports({ path: bills.path }))).body.data
  const start = async (body: { month?: string; force?: boolean } = {}) => {
    const { data } = (await must(ada.startCloudCostImport({ path: bills.path, body: { force: false, ...body } }))).body
    return bills.ended(data.id)
  }
  return { ...bills, below, bucket: s3.buckets[bucket] ?? {}, first: await bills.ended(first?.id ?? 0), start }
}

test('an export is read month by month, the newest first, and then only what changed', async () => {
  const { first, start, bucket, months } = await openExport()
  expect(first).toMatchObject({ source: 'backend', status: 'succeeded', files_total: 2, files_done: 2, lines: 61 })
  expect(first.source_name).toMatch(/^s3:\/\/bills-/)
  expect(first.message).toMatch(/^Read 2026-07 \(31 lines, 62\.00 USD\); 2026-06 \(30 lines/)
  expect(await start()).toMatchObject({ status: 'succeeded', files_total: 0, lines: 0, message: '2 months are as before' })
  bucket[keyOf('2026-06')] = bill(month('2026-06', 30, '1.5'))
  expect(await start()).toMatchObject({ files_total: 1, lines: 30, message: 'Read 2026-06 (30 lines, 45.00 USD). One month is as before' })
  expect(await start({ month: '2026-07', force: true })).toMatchObject({
    files_total: 1,
    lines: 31,
    message: expect.stringMatching(/^Read 2026-07/),
  })
  expect((await months()).map(({ billed_cost }) => billed_cost)).toEqual([62, 45])
})

test('a month that cannot be read keeps no other from being read, and it is told once', async () => {
  const { org, start, bucket, months, account } = await openExport()
  bucket[keyOf('2026-07')] = bill(month('2026-07', 31, '3')).subarray(0, 200)
  bucket[keyOf('2026-06')] = bill(month('2026-06', 30, '2'))
  const failed = await start()
  expect(failed).toMatchObject({ status: 'failed', message: expect.stringMatching(/^Read 2026-06 .* 2026-07: .*focus-00001\.csv\.gz/) })
  expect((await months()).map(({ month, state, billed_cost }) => [month, state, billed_cost])).toEqual([
    ['2026-07', 'active', 62],
    ['2026-06', 'active', 60],
  ])
  expect(await account()).toMatchObject({ status: 'error', status_message: failed.message })
  // The clock comes by twice, and nothing has changed.
  for (let turn = 0; turn < 2; turn++) {
    await server.database.query(`update cost_imports set created_at = now() - interval '7 hours'`)
    await beginDue(server.platform)
    await beginDue(server.platform)
    await expect.poll(async () => (await account()).status, { timeout: 30_000, interval: 200 }).toBe('error')
  }
  const told = await server.database.query(
    `select e.message from events e join organizations o on o.id = e.organization_id where o.canonical = $1 and e.title = 'A cloud cost import has failed'`,
    [org],
  )
  // By hand, and then the clock, which had nothing else to say, whatever else it read.
  expect(told).toHaveLength(1)
  const [count] = await server.database.query<{ n: string }>(
    `select count(*) as n from cost_imports i join organizations o on o.id = i.organization_id where o.canonical = $1`,
    [org],
  )
  expect(Number(count?.n)).toBe(4)
})

test('a month is final when each of its lines has an invoice, and is read again only on demand then', async () => {
  const { org, below, ada, path, start, bucket } = await openExport()
  await server.database.query(
    `insert into cost_accounts (organization_id, canonical, name, account_id, cloud_provider, parent_organization_id, parent_account_id)
     select b.id, 'bills', 'Part', '222', 'aws', o.id, '111' from organizations o, organizations b where o.canonical = $1 and b.canonical = $2`,
    [org, below],
  )
  const part = billsOf(server, below, ada)
  const states = async (of: typeof path) =>
    (await must(ada.listCloudCostMonths({ path: of }))).body.data.map(({ month, finalized, billed_cost }) => [
      month,
      finalized,
      Number(billed_cost),
    ])
  const invoiced = (cost: string) =>
    gzipSync(
      focus(month(last, 28, cost))
        .trimEnd()
        .split('\n')
        .map((line, at) => `${line},${at === 0 ? 'InvoiceId' : '4711'}\n`)
        .join(''),
    )
  const now = new Date()
  const last = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7)
  const soon = { timeout: 12_000, interval: 200 }
  bucket[keyOf(last)] = invoiced('2')
  expect(await start()).toMatchObject({ status: 'succeeded', lines: 28 })
  expect(await states(path)).toEqual([
    [last, true, 56],
    ['2026-07', false, 62],
    ['2026-06', false, 30],
  ])
  await expect.poll(() => states(part.path), soon).toEqual([[last, true, 56]])
  bucket[keyOf(last)] = invoiced('3')
  const corrected = `The bill of ${last} that lies there is another one than was read; the month is final: ask for an import of it to have it read`
  expect(await start()).toMatchObject({
    status: 'succeeded',
    lines: 0,
    message: `2 months are as before. ${corrected}`,
    problems: [expect.stringContaining(`the bill of ${last} that lies there`)],
  })
  expect(await start({ month: last })).toMatchObject({ lines: 28 })
  expect((await states(path))[0]).toEqual([last, true, 84])
  // A part of the bill follows it.
  await expect.poll(() => states(part.path), soon).toEqual([[last, true, 84]])
}, 60_000)

test('a month whose manifest cannot be used is a problem of the account, and the others are read', async () => {
  const { start, bucket, months, account } = await openExport()
  const metadata = (name: string) => `daily/metadata/BILLING_PERIOD=${name}/focus-Manifest.json`
  bucket[metadata('2026-07')] = Buffer.from(JSON.stringify({ reportKeys: ['daily/gone.csv.gz'] }))
  bucket[keyOf('2026-06')] = bill(month('2026-06', 30, '2'))
  const failed = await start()
  expect(failed).toMatchObject({
    status: 'failed',
    message: expect.stringMatching(/^Read 2026-06 .* 2026-07: .*focus-Manifest\.json names daily\/gone\.csv\.gz, which is not there/),
  })
  expect(await account()).toMatchObject({ status: 'error', status_message: failed.message })
  expect((await months()).map(({ billed_cost }) => billed_cost)).toEqual([62, 60])
  expect(await start({ month: '2026-06' })).toMatchObject({ status: 'succeeded' })
  expect((await start({ month: '2026-07' })).problems).toEqual([expect.stringContaining('which is not there')])
})

test('an export that takes uploads, too, is looked at by the clock all the same', async () => {
  const { upload, start, path, ada } = await openExport()
  await server.database.query(`update cost_imports set created_at = now() - interval '7 hours'`)
  await upload(focus(month('2026-05', 31, '1')))
  await start({ month: '2026-06' })
  const count = async () => (await must(ada.listCloudCostImports({ path }))).body.data.length
  const before = await count()
  await beginDue(server.platform)
  expect(await count()).toBe(before + 1)
  await expect
    .poll(async () => (await must(ada.listCloudCostImports({ path }))).body.data[0]?.status, { timeout: 30_000 })
    .toBe('succeeded')
})

test('a source that cannot be opened says why, and secrets stay where they are', async () => {
  const { start, bucket, account } = await openExport()
  for (const key of Object.keys(bucket)) delete bucket[key]
  expect(await start()).toMatchObject({ status: 'failed', problems: [expect.stringMatching(/./)] })
  s3.forbidden.push('ListObjectsV2')
  const refused = await start()
  s3.forbidden.length = 0
  expect(refused.status).toBe('failed')
  expect(refused.message).not.toContain(s3Keys.secret_key)
  expect((await account()).status).toBe('error')
})

test('an account of an organization below takes its part of the bill whenever that has changed', async () => {
  const { org, ada, below, bucket, start } = await openExport()
  const part = (cost: string) =>
    bill([...month('2026-11', 20, '2'), ...month('2026-11', 20, cost, { linked: '333', tags: { team: 'a, "b"' } })])
  bucket[keyOf('2026-11')] = part('5')
  await server.database.query(
    `insert into cost_accounts (organization_id, canonical, name, account_id, cloud_provider, parent_organization_id, parent_account_id)
     select b.id, 'bills', 'Part', '333', 'aws', o.id, '111' from organizations o, organizations b where o.canonical = $1 and b.canonical = $2`,
    [org, below],
  )
  const mine = billsOf(server, below, ada)
  await start()
  const month0 = () => mine.months().then((months) => months[0])
  await expect
    .poll(month0, { timeout: 30_000, interval: 200 })
    .toEqual({ month: '2026-11', state: 'active', lines: 20, billed_cost: 100, currency: 'USD' })
  bucket[keyOf('2026-11')] = part('6')
  await start()
  await expect.poll(month0, { timeout: 30_000, interval: 200 }).toMatchObject({ state: 'active', billed_cost: 120 })
  expect((await must(ada.listCloudCostImports({ path: mine.path }))).body.data[0]).toMatchObject({ source: 'parent', status: 'succeeded' })
})

test('a part of a bill whose lines are not kept any more cannot be taken, and that is what is said', async () => {
  const { org, ada, below } = await openExport()
  await server.database.query(
    `with made as (insert into cost_accounts (organization_id, canonical, name, account_id, cloud_provider, parent_organization_id, parent_account_id)
       select b.id, 'bills', 'Part', '222', 'aws', o.id, '111' from organizations o, organizations b where o.canonical = $1 and b.canonical = $2)
     insert into cost_keeping (organization_id, lines_months, figures_months) select id, 1, 36 from organizations where canonical = $1`,
    [org, below],
  )
  const mine = billsOf(server, below, ada)
  const { data } = (await must(ada.startCloudCostImport({ path: mine.path, body: { force: false } }))).body
  const ended = await mine.ended(data.id)
  expect(ended).toMatchObject({ status: 'failed', problems: [expect.stringMatching(/^the lines of .* are not kept any more/)] })
  const one = (await must(ada.startCloudCostImport({ path: mine.path, body: { force: false, month: '2025-01' } }))).body.data
  expect((await mine.ended(one.id)).problems).toEqual([expect.stringMatching(/^there are no figures of .* for 2025-01 yet/)])
})

test('another tag mapping: every month is attributed anew, without being read', async () => {
  const { org, months, ada, path } = await openExport()
  expect(await months()).toHaveLength(2)
  const [row] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
  const organizationId = Number(row?.id)
  await OrgTx.write(server.platform.database, insideOf(organizationId), async (tx) => {
    await tx.insertInto('cost_tag_mappings', { project_tags: ['project'], generation: 7 }).execute()
    await enqueue(tx, 'costs.attribute', { organizationId })
  })
  const attributed = async () => (await must(ada.listCloudCostMonths({ path }))).body.data.map(({ attributed }) => attributed)
  expect(await attributed()).toContain(false)
  await expect.poll(attributed, { timeout: 30_000, interval: 200 }).toEqual([true, true])
})
