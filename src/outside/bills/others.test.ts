import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openAzureDouble } from '../../../test/support/bill-doubles/azure.ts'
import { openGoogleDouble } from '../../../test/support/bill-doubles/google.ts'
import { statementsOf } from '../../formats/billing/manifests.ts'
import { openAddressGuard } from '../address-guard.ts'
import { openSource, type SourceDeps, type SourceSpec } from './sources.ts'
import type { StatementFile } from './types.ts'

const [azure, google] = await Promise.all([openAzureDouble(), openGoogleDouble()])
const folder = mkdtempSync(join(tmpdir(), 'trochoid-bills-'))
afterAll(async () => {
  await azure[Symbol.asyncDispose]()
  await google[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  Object.assign(azure, { containers: {}, exports: {}, refusal: undefined, broken: { times: 0, after: 0 }, isSilent: false })
  Object.assign(google, { buckets: {}, rows: [], jobs: {}, refusal: undefined, stumbles: 0, tables: ['export'] })
  azure.asked.length = 0
  google.asked.length = 0
})

const deps = (more: Partial<SourceDeps> = {}): SourceDeps => ({
  guard: openAddressGuard({ allowed: ['127.0.0.1'] }),
  statementsOf,
  pause: 5,
  hosts: {
    azure: { login: azure.url, management: azure.url, blobSuffix: 'blob.core.windows.net' },
    google: { token: `${google.url}/token`, storage: google.url, bigquery: google.url },
  },
  ...more,
})
const open = (spec: SourceSpec, more: Partial<SourceDeps> = {}) => openSource(spec, deps(more))
const refusal = async (spec: SourceSpec, more: Partial<SourceDeps> = {}) => {
  const error = await open(spec, more)
    .list()
    .catch((error: unknown) => error)
  expect(error).toBeInstanceOf(Error)
  return (error as Error).message
}
const textOf = async (file: StatementFile | undefined) => {
  const parts: Uint8Array[] = []
  for await (const part of file?.bytes() ?? []) parts.push(part)
  return Buffer.concat(parts).toString()
}
const json = (value: object) => Buffer.from(JSON.stringify(value))

describe('an Azure cost export', () => {
  type Azure = Extract<SourceSpec, { kind: 'azure' }>
  const spec = (more: Partial<Azure> = {}): Azure => ({
    kind: 'azure',
    blobServiceUrl: azure.url,
    name: 'monthly',
    scope: 'subscriptions/s1',
    ...azure.client,
    ...more,
  })
  const run = 'team/monthly/20260701-20260731/run-2'
  const withManifest = () => ({
    [`${run}/manifest.json`]: json({
      manifestVersion: '2024-04-01',
      exportConfig: { exportName: 'monthly', dataVersion: '2021-10-01', type: 'ActualCost' },
      deliveryConfig: { fileFormat: 'Csv' },
      runInfo: { runId: 'run-2', startDate: '2026-07-01T00:00:00', endDate: '2026-07-31T00:00:00' },
      dataRowCount: 2,
      blobs: [
        { blobName: `${run}/part_0_0001.csv`, byteCount: 5, dataRowCount: 1 },
        { blobName: `${run}/part_1_0001.csv`, byteCount: 6, dataRowCount: 1 },
      ],
    }),
    [`${run}/part_0_0001.csv`]: Buffer.from('first'),
    [`${run}/part_1_0001.csv`]: Buffer.from('second'),
  })

  test('lies where Azure says that it delivers it, and is what its manifest names', async () => {
    azure.exports = { 'subscriptions/s1/monthly': { container: 'bills', rootFolderPath: '/team' } }
    azure.containers = { bills: { ...withManifest(), 'team/other/x.csv': Buffer.from('no') } }
    const source = open(spec({ scope: '/subscriptions/s1/' }))
    const statements = await source.list()
    expect(statements.map(({ period, format, lines, files }) => [period, format, lines, files.length])).toEqual([
      ['2026-07-01', 'azure', 2, 2],
    ])
    expect(await textOf(statements[0]?.files[1])).toBe('second')
    expect(source.name).toBe(`${azure.url}/bills/team/monthly`)
    expect(azure.asked.filter((path) => path.includes('marker=2'))).toHaveLength(1)
  })

  test('is found by an address with its container too, and read without a manifest', async () => {
    const key = 'team/monthly/20260701-20260731/monthly_1b4e28ba-2fa1-11d2-883f-0016d3cca427.csv'
    azure.containers = { bills: { [key]: Buffer.from('x'.repeat(50_000)) } }
    const [statement] = await open(spec({ blobServiceUrl: `${azure.url}/bills/team`, scope: '' })).list()
    expect(statement?.period).toBe('2026-07-01')
    azure.broken = { times: 2, after: 20_000 }
    expect(await textOf(statement?.files[0])).toHaveLength(50_000)
  })

  test('that cannot be read says why', async () => {
    expect(await refusal(spec({ clientSecret: 'wrong' }))).toContain('Azure refuses the credential (invalid_client)')
    expect(await refusal(spec())).toContain('knows no cost export monthly in the scope subscriptions/s1')
    expect(await refusal(spec({ scope: 'subscription/s1' }))).toContain(
      'cost export monthly of the scope subscription/s1 lies (status 400)',
    )
    const inContainer = spec({ blobServiceUrl: `${azure.url}/bills` })
    expect(await refusal(inContainer)).toContain('There is no container bills')
    azure.refusal = { status: 403, code: 'AuthorizationPermissionMismatch' }
    expect(await refusal(inContainer)).toContain('it needs the role Storage Blob Data Reader')
    azure.refusal = { status: 403, code: 'AuthorizationFailure' }
    expect(await refusal(inContainer)).toContain('networks that the storage account allows')
    azure.refusal = undefined
    azure.containers = { bills: {} }
    expect(await refusal(inContainer)).toContain('No export was found at')
    expect(await refusal(spec({ blobServiceUrl: '', name: '' }))).toContain('give its name and scope')
  })

  test('is not asked for on a private network, and never over an open line', async () => {
    const inContainer = spec({ blobServiceUrl: `${azure.url}/bills` })
    expect(await refusal(inContainer, { guard: openAddressGuard({ allowed: [] }) })).toContain('cannot be used')
    expect(azure.asked.filter((path) => path.includes('comp=list'))).toEqual([])
    expect(await refusal(inContainer, { hosts: {} })).toContain('must begin with https://')
  })
})

describe('a folder in Google Cloud Storage', () => {
  test('is listed page by page, and read', async () => {
    google.buckets = { bills: Object.fromEntries(['a', 'b', 'c'].map((name) => [`focus/${name}.csv`, Buffer.from(name)])) }
    const statements = await open({ kind: 'gcs', bucket: 'bills', prefix: 'focus', keyFile: google.keyFile }).list()
    const files = statements.flatMap(({ files }) => files)
    expect((await Promise.all(files.map(textOf))).sort()).toEqual(['a', 'b', 'c'])
    expect(await refusal({ kind: 'gcs', bucket: 'none', prefix: '', keyFile: google.keyFile })).toBe('There is no bucket gs://none')
    google.refusal = { status: 403, reason: 'forbidden', message: '' }
    expect(await refusal({ kind: 'gcs', bucket: 'bills', prefix: '', keyFile: google.keyFile })).toContain('it needs storage.objects.list')
  })
})

describe("Google's export in BigQuery", () => {
  type BigQuery = Extract<SourceSpec, { kind: 'bigquery' }>
  const spec = (more: Partial<BigQuery> = {}): BigQuery => ({
    kind: 'bigquery',
    projectId: 'shop',
    dataset: 'billing',
    table: 'export',
    keyFile: google.keyFile,
    ...more,
  })
  const row = (month: string, cost: number) => ({
    invoice: { month },
    cost,
    export_time: '2026-08-01T00:00:00Z',
    labels: [{ key: 'a', value: 'b' }],
  })

  test('is a statement for each month of invoice, whose rows come page by page as lines of JSON', async () => {
    google.rows = [row('202607', 1), row('202607', 2), row('202607', 3), row('202606', 4)]
    const statements = await open(spec()).list()
    expect(statements.map(({ period, format }) => [period, format])).toEqual([
      ['2026-07-01', 'gcp'],
      ['2026-06-01', 'gcp'],
    ])
    // What it counts and adds up itself is what the lines have to come to.
    expect(statements.map(({ lines, total }) => [lines, total])).toEqual([
      [3, '6'],
      [1, '4'],
    ])
    google.stumbles = 2
    const lines = (await textOf(statements[0]?.files[0])).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(google.rows.slice(0, 3))
    google.stumbles = 100
    await expect(textOf(statements[1]?.files[0])).rejects.toThrow('does not answer, or broke off again and again')
    google.stumbles = 0
    expect((await open(spec(), { period: '2026-06-01' }).list()).map(({ period }) => period)).toEqual(['2026-06-01'])
  })

  test('changes its digest with its rows, and is read in the same order by who goes on', async () => {
    google.rows = [row('202607', 1), row('202606', 4)]
    const before = await open(spec()).list()
    const again = await open(spec()).list()
    expect(again.map(({ digest }) => digest)).toEqual(before.map(({ digest }) => digest))
    await textOf(before[0]?.files[0])
    await textOf(again[0]?.files[0])
    expect(Object.keys(google.jobs)).toHaveLength(1)
    google.rows.push(row('202607', 2))
    const after = await open(spec()).list()
    expect(after[0]?.digest).not.toBe(before[0]?.digest)
    expect(after[1]?.digest).toBe(before[1]?.digest)
  })

  test('is found in its dataset when no table is named', async () => {
    google.rows = [row('202607', 1)]
    google.tables = ['gcp_billing_export_v1_AAA', 'gcp_billing_export_resource_v1_AAA']
    const source = open(spec({ table: '' }))
    await source.list()
    expect(source.name).toBe('BigQuery shop.billing.gcp_billing_export_resource_v1_AAA')
    google.tables = ['other']
    expect(await refusal(spec({ table: '' }))).toContain('No billing export was found in the dataset shop.billing')
  })

  test('that cannot be read says why, and names that are none are not asked for', async () => {
    google.refusal = { status: 403, reason: 'accessDenied', message: 'User does not have bigquery.jobs.create permission in project shop.' }
    expect(await refusal(spec())).toContain('it needs bigquery.jobs.create')
    google.refusal = { status: 404, reason: 'notFound', message: '' }
    expect(await refusal(spec())).toContain('There is no shop.billing.export in BigQuery')
    google.asked.length = 0
    expect(await refusal(spec({ table: 'x` where true --' }))).toContain('correct the table')
    expect(google.asked).toEqual([])
    expect(await refusal(spec({ keyFile: '{}' }))).toContain('not a usable service account key')
  })
})

describe('files of the operator', () => {
  test('are listed through their folders, and read', async () => {
    mkdirSync(join(folder, 'focus', 'deep'), { recursive: true })
    writeFileSync(join(folder, 'focus', 'deep', 'july.csv'), 'bill')
    writeFileSync(join(folder, 'focus', '.hidden.csv'), 'no')
    const [statement, ...others] = await open({ kind: 'files', paths: [join(folder, 'focus')] }).list()
    expect(others).toEqual([])
    expect(statement?.files.map(({ name }) => name)).toEqual(['focus/deep/july.csv'])
    expect(await textOf(statement?.files[0])).toBe('bill')
    expect(await refusal({ kind: 'files', paths: [join(folder, 'nothing')] })).toContain('there is no such file or folder')
  })

  test('are two folders when two are called the same, and one that is named twice', async () => {
    const bills = ['one', 'two'].map((name) => join(folder, name, 'bills'))
    for (const path of bills) {
      mkdirSync(path, { recursive: true })
      writeFileSync(join(path, 'july.csv'), path)
    }
    const statements = await open({ kind: 'files', paths: [...bills, `${bills[0]}/`] }).list()
    const texts = await Promise.all(statements.flatMap(({ files }) => files).map(textOf))
    expect([statements.length, texts.sort()]).toEqual([2, bills])
  })
})
