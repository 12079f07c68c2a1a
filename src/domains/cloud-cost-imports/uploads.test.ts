import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { useServer } from '../../../test/support/server.ts'
import { billsAreThere, focus, month, openBills, realBill, whyNoBills } from '../../../test/support/uploaded-bills.ts'
import { clearCosts } from './due.ts'

const server = useServer({ worker: true })

test('an uploaded bill is read after the answer, and its months are what readers see', async () => {
  const bills = await openBills(server)
  const done = await bills.upload(focus([...month('2026-06', 30, '1.10'), ...month('2026-07', 31, '2')]), 'July & June.csv')
  expect(done).toMatchObject({
    source: 'upload',
    source_name: 'July & June.csv',
    status: 'succeeded',
    stage: '',
    progress: 1,
    files_total: 1,
    files_done: 1,
    lines: 61,
    problems: [],
  })
  expect(done.bytes_done).toBe(done.bytes_total)
  expect(done.message).toBe('Read 2026-06 (30 lines, 33.00 USD); 2026-07 (31 lines, 62.00 USD)')
  expect(done.months.map(({ month, phase, attributed }) => [month, phase, attributed])).toEqual([
    ['2026-07', 'green', true],
    ['2026-06', 'green', true],
  ])
  expect(await bills.months()).toEqual([
    { month: '2026-07', state: 'active', lines: 31, billed_cost: 62, currency: 'USD' },
    { month: '2026-06', state: 'active', lines: 30, billed_cost: 33, currency: 'USD' },
  ])
  expect(await bills.account()).toMatchObject({ status: 'idle', account_id: '111' })
  expect(await server.database.query('select import_id from cost_upload_chunks')).toEqual([])
})

test('the same file again changes nothing; a corrected one replaces its month, and the phase flips', async () => {
  const bills = await openBills(server)
  const file = focus(month('2026-07', 31, '2'))
  await bills.upload(file)
  const ids = () => server.database.query('select id, state, phase from cost_months where state <> $1 order by id', ['replaced'])
  const before = await ids()
  const again = await bills.upload(file)
  expect(again).toMatchObject({ status: 'succeeded', lines: 0, message: 'One month is as before', months: [] })
  expect(await ids()).toEqual(before)
  const corrected = await bills.upload(gzipSync(focus(month('2026-07', 31, '2.5'))), 'corrected.csv.gz')
  expect(corrected).toMatchObject({ status: 'succeeded', months: [{ month: '2026-07', phase: 'blue', billed_cost: '77.5' }] })
  expect(await bills.months()).toEqual([{ month: '2026-07', state: 'active', lines: 31, billed_cost: 77.5, currency: 'USD' }])
})

test('a month that is older than what is kept stays for as long as any other, since a person handed it over', async () => {
  const bills = await openBills(server)
  const old = `${new Date().getUTCFullYear() - 6}-01`
  expect(await bills.upload(focus(month(old, 31, '2')))).toMatchObject({ status: 'succeeded' })
  const clear = async () => {
    for (const { id } of await server.database.query<{ id: string }>('select id from organizations'))
      await clearCosts(server.platform, { organizationId: Number(id) })
  }
  const lines = async () => (await server.database.query('select from cost_lines where period = $1', [`${old}-01`])).length
  await clear()
  expect([(await bills.months()).map(({ month, state }) => [month, state]), await lines()]).toEqual([[[old, 'active']], 31])
  await server.database.query(`update cost_months set activated_at = now() - interval '37 months' where period = $1`, [`${old}-01`])
  await clear()
  expect(await bills.months()).toEqual([])
})

test('imports are listed, the newest first, and each leaves its event', async () => {
  const bills = await openBills(server)
  await bills.upload(focus(month('2026-06', 30, '1')), 'june.csv')
  await bills.upload(focus(month('2026-07', 31, '1')), 'july.csv')
  const { body } = await bills.ada.listCloudCostImports({ path: bills.path, query: { page_size: 1 } })
  expect(body.data.map(({ source_name, months }) => [source_name, months.length])).toEqual([['july.csv', 1]])
  expect(body.pagination).toEqual({ index: 1, size: 1, total: 2 })
  const events = await server.database.query(
    'select e.message from events e join organizations o on o.id = e.organization_id where o.canonical = $1',
    [bills.org],
  )
  expect(events).toContainEqual({ message: 'A bill was uploaded to Bills: july.csv' })
})

describe('what is not a bill to take', () => {
  test.each<[string, Parameters<Awaited<ReturnType<typeof openBills>>['send']>, number, RegExp]>([
    ['nothing', [''], 422, /file is empty/],
    ['another media type', ['x', { type: 'text/csv' }], 415, /must be sent as application\/octet-stream/],
    ['a content encoding', ['x', { headers: { 'content-encoding': 'gzip' } }], 415, /without a content encoding/],
  ])('%s', async (_, question, status, message) => {
    const bills = await openBills(server)
    const answer = await bills.send(...question)
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).toMatch(message)
    expect((await bills.ada.listCloudCostImports({ path: bills.path })).body.data).toEqual([])
  })

  test('a file that is larger than may be uploaded, whether it says so or not: nothing of it stays', async () => {
    const bills = await openBills(server)
    const { config } = server.platform
    const usual = config.costs
    Object.assign(config, { costs: { ...usual, uploadBytes: 3 * 2 ** 20 } })
    try {
      const body = Buffer.alloc(4 * 2 ** 20, 'x')
      expect((await bills.send(body)).status).toBe(413)
      let sent = 0
      const endless = new ReadableStream({
        pull: (controller) => (sent++ < 40 ? controller.enqueue(body.subarray(0, 2 ** 18)) : controller.close()),
      })
      const answer = await bills.send(endless)
      expect(answer.status).toBe(413)
      expect(JSON.stringify(answer.body)).toContain('larger than 3 MB')
    } finally {
      Object.assign(config, { costs: usual })
    }
    expect((await bills.ada.listCloudCostImports({ path: bills.path })).body.data).toEqual([])
    expect(await server.database.query('select import_id from cost_upload_chunks')).toEqual([])
  })

  test('that is refused in its middle leaves its connection to the next question', async () => {
    const bills = await openBills(server)
    const { config } = server.platform
    const usual = config.costs
    Object.assign(config, { costs: { ...usual, uploadBytes: 2 ** 20 } })
    const { port, hostname, host } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    try {
      let said = ''
      socket.setEncoding('utf8').on('data', (text) => (said += text))
      const place = `/organizations/${bills.org}/cloud_cost_management/accounts/bills/imports/upload`
      const piece = 'x'.repeat(2 ** 18)
      socket.write(
        `PUT ${place} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${bills.ada.token}\r\ntransfer-encoding: chunked\r\n\r\n`,
      )
      for (let sent = 0; sent < 16; sent++) socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`)
      socket.write(`0\r\n\r\nGET /version HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
      await expect.poll(() => [...said.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status), { timeout: 5000 }).toEqual(['413', '200'])
    } finally {
      socket.destroy()
      Object.assign(config, { costs: usual })
    }
  })

  test('an export is not there to be read, and a disabled account takes nothing', async () => {
    const bills = await openBills(server)
    const started = await bills.ada.startCloudCostImport({ path: bills.path, body: { force: false } })
    expect([started.status, JSON.stringify(started.body)]).toEqual([422, expect.stringContaining('come as files: upload one')])
    await server.database.query(`update cost_accounts set enabled = false where canonical = 'bills'`)
    expect((await bills.send('x')).status).toBe(409)
    await server.database.query(`update cost_accounts set enabled = true`)
  })

  test('accounts and imports of nobody are not found', async () => {
    const bills = await openBills(server)
    const other = { ...bills.path, cloud_cost_management_account_canonical: 'other' }
    expect((await bills.ada.listCloudCostMonths({ path: other })).status).toBe(404)
    expect((await bills.ada.getCloudCostImport({ path: { ...bills.path, import_id: 4_000_000_000 } })).status).toBe(404)
    expect((await bills.ada.acceptCloudCostMonth({ path: { ...bills.path, month: '2026-13' } })).status).toBe(422)
    expect((await bills.ada.acceptCloudCostMonth({ path: { ...bills.path, month: '2026-07' } })).status).toBe(409)
  })
})

describe.skipIf(!billsAreThere)(`real bills (${whyNoBills})`, () => {
  test.each([
    ['focus-1.0-sample.csv', 1000],
    ['aws-cur-1.0-sample.csv', 1281],
  ])('%s', async (name, lines) => {
    const bills = await openBills(server)
    const done = await bills.upload(realBill(name), name)
    expect(done).toMatchObject({ lines, problems: [], status: 'succeeded' })
    const again = await bills.upload(gzipSync(realBill(name)), `${name}.gz`)
    expect(again.status).toBe('succeeded')
    expect((await bills.months()).reduce((sum, { lines }) => sum + Number(lines), 0)).toBe(lines)
  })
})
