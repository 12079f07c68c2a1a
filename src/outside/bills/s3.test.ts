import { randomBytes } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openS3Double, s3Keys } from '../../../test/support/bill-doubles/s3.ts'
import { statementsOf } from '../../formats/billing/manifests.ts'
import { openAddressGuard } from '../address-guard.ts'
import { openSource, type SourceDeps, type SourceSpec } from './sources.ts'
import { SourceError, type StatementFile } from './types.ts'

const s3 = await openS3Double()
afterAll(() => s3[Symbol.asyncDispose]())
beforeEach(() => {
  Object.assign(s3, { buckets: {}, forbidden: [], broken: { times: 0, after: 0 }, isSilent: false })
  s3.asked.length = 0
})

const guard = openAddressGuard({ allowed: ['127.0.0.1'] })
const spec = (more: Partial<Extract<SourceSpec, { kind: 's3' }>> = {}): SourceSpec => ({
  kind: 's3',
  bucket: 'bills',
  region: 'eu-west-1',
  prefix: 'cur',
  endpoint: s3.url,
  pathStyle: true,
  skipVerify: false,
  accessKey: s3Keys.access_key,
  secretKey: s3Keys.secret_key,
  ...more,
})
const open = (more: Parameters<typeof spec>[0] = {}, deps: Partial<SourceDeps> = {}) =>
  openSource(spec(more), { guard, statementsOf, pause: 5, ...deps })
const json = (value: object) => Buffer.from(JSON.stringify(value))
const contentOf = async (file: StatementFile | undefined) => {
  const parts: Uint8Array[] = []
  for await (const part of file?.bytes() ?? []) parts.push(part)
  return Buffer.concat(parts)
}
const refusal = async (more: Parameters<typeof spec>[0] = {}, deps: Partial<SourceDeps> = {}) => {
  const error = await open(more, deps)
    .list()
    .catch((error: unknown) => error)
  expect(error).toBeInstanceOf(Error)
  const { message } = error as Error
  expect(message).not.toContain(s3Keys.secret_key)
  return message
}

const manifest = (assembly: string, keys: string[], month = '07') => ({
  assemblyId: assembly,
  account: '111122223333',
  columns: [{ category: 'identity', name: 'LineItemId' }],
  charset: 'UTF-8',
  compression: 'GZIP',
  contentType: 'text/csv',
  reportName: 'daily',
  billingPeriod: { start: `2026${month}01T000000.000Z`, end: '20260801T000000.000Z' },
  bucket: 'bills',
  reportKeys: keys,
})

describe('a cost and usage report in S3', () => {
  test('that is written anew each time is what its newest manifest names', async () => {
    const folder = 'cur/daily/20260701-20260801'
    const keys = [1, 2].map((number) => `${folder}/new/daily-0000${number}.csv.gz`)
    s3.buckets = {
      bills: {
        [`${folder}/daily-Manifest.json`]: json(manifest('new', keys)),
        [`${folder}/new/daily-Manifest.json`]: json(manifest('new', keys)),
        [`${folder}/old/daily-Manifest.json`]: json(manifest('old', [`${folder}/old/daily-00001.csv.gz`])),
        [`${folder}/old/daily-00001.csv.gz`]: Buffer.from('old'),
        [keys[0] ?? '']: Buffer.from('first'),
        [keys[1] ?? '']: Buffer.from('second'),
      },
    }
    const source = open()
    const statements = await source.list()
    expect(statements.map(({ period, files }) => [period, files.map(({ name }) => name)])).toEqual([['2026-07-01', keys]])
    expect((await contentOf(statements[0]?.files[1])).toString()).toBe('second')
    expect(source.name).toBe('s3://bills/cur')
    await source.close()
  })

  test('that overwrites itself changes its digest when a file did, and lists the newest month first', async () => {
    const month = (name: string, number: string) => {
      const key = `cur/daily/2026${number}01-2026${name}01/daily-00001.csv.gz`
      return {
        [`cur/daily/2026${number}01-2026${name}01/daily-Manifest.json`]: json(manifest('a', [key], number)),
        [key]: Buffer.from(`bill of ${number}`),
      }
    }
    s3.buckets = { bills: { ...month('07', '06'), ...month('08', '07') } }
    const before = await open().list()
    expect(before.map(({ period }) => period)).toEqual(['2026-07-01', '2026-06-01'])
    Object.assign(s3.buckets['bills'] ?? {}, { 'cur/daily/20260701-20260801/daily-00001.csv.gz': Buffer.from('corrected') })
    const after = await open().list()
    expect(after[0]?.digest).not.toBe(before[0]?.digest)
    expect(after[1]?.digest).toBe(before[1]?.digest)
    expect((await open({}, { period: '2026-06-01' }).list()).map(({ period }) => period)).toEqual(['2026-06-01'])
  })
})

describe('reading an object', () => {
  const content = randomBytes(300_000)
  beforeEach(() => {
    s3.buckets = { bills: { 'cur/july.csv.gz': content, 'cur-old/june.csv': Buffer.from('other') } }
  })

  test('goes on where the connection broke, and hands out every byte once', async () => {
    const [statement] = await open().list()
    s3.broken = { times: 3, after: 70_000 }
    expect((await contentOf(statement?.files[0])).equals(content)).toBe(true)
    const ranges = s3.asked.filter(({ action }) => action === 'GetObject').map(({ range }) => range)
    expect(ranges[0]).toBeUndefined()
    expect(ranges.length).toBeGreaterThan(2)
    expect(ranges[1]).toMatch(/^bytes=\d+-299999$/)
  })

  test('gives up when nothing gets through any more, in words', async () => {
    const [statement] = await open().list()
    s3.broken = { times: 100, after: 0 }
    await expect(contentOf(statement?.files[0])).rejects.toThrow(/does not answer, or broke off again and again/)
  })

  test('does not wait for ever for who says nothing', async () => {
    const [statement] = await open({}, { silence: 100 }).list()
    s3.isSilent = true
    await expect(contentOf(statement?.files[0])).rejects.toThrow(SourceError)
  })

  test('gives parts of it', async () => {
    const [statement] = await open().list()
    const part = await statement?.files[0]?.slice?.(1000, 2000)
    expect(Buffer.from(part ?? []).equals(content.subarray(1000, 2000))).toBe(true)
  })

  test('ends when it was written anew meanwhile', async () => {
    const [statement] = await open().list()
    s3.buckets = { bills: { 'cur/july.csv.gz': Buffer.from('another') } }
    await expect(contentOf(statement?.files[0])).rejects.toThrow(/written anew while it was read/)
  })

  test('takes the folder that is meant, not those whose names begin like it', async () => {
    const statements = await open().list()
    expect(statements.flatMap(({ files }) => files.map(({ name }) => name))).toEqual(['cur/july.csv.gz'])
  })
})

describe('what keeps S3 from being read is told', () => {
  test('a key that nobody knows, a bucket, a region', async () => {
    s3.buckets = { bills: {} }
    expect(await refusal({ accessKey: 'AKIANOBODY' })).toContain('refuses the credential (InvalidAccessKeyId)')
    expect(await refusal({ bucket: 'nowhere' })).toContain('There is no bucket s3://nowhere')
    expect(await refusal({ region: 'us-east-2' })).toContain('in another region than us-east-2')
  })

  test('which permission is missing', async () => {
    s3.buckets = { bills: { 'cur/july.csv': Buffer.from('bill') } }
    s3.forbidden = ['ListObjectsV2']
    expect(await refusal()).toContain('it needs the permission s3:ListBucket')
    s3.forbidden = ['GetObject']
    const [statement] = await open().list()
    await expect(contentOf(statement?.files[0])).rejects.toThrow('it needs the permission s3:GetObject')
  })

  test('that nothing lies there, and what was looked for', async () => {
    s3.buckets = { bills: { 'other/july.csv': Buffer.from('bill') } }
    expect(await refusal()).toMatch(/No export was found at s3:\/\/bills\/cur: nothing lies there yet\. Looked for a manifest/)
  })

  test.each(['http://127.0.0.1:9', 'http://localhost:9', 'http://169.254.169.254', 'http://[::1]:9', 'http://0x7f.1:9'])(
    'an endpoint that is not to be reached: %s',
    async (endpoint) => {
      const strict = { guard: openAddressGuard({ allowed: [] }) }
      s3.buckets = { bills: { 'cur/july.csv': Buffer.from('bill') } }
      expect(await refusal({ endpoint }, strict)).toContain('cannot be used: either its name is unknown')
      expect(await refusal({ endpoint: s3.url, pathStyle: false }, strict)).toContain('cannot be used')
      expect(s3.asked).toEqual([])
    },
  )

  test('but the address of the operator is reached wherever it is', async () => {
    s3.buckets = { bills: { 'cur/july.csv': Buffer.from('bill') } }
    const strict = { guard: openAddressGuard({ allowed: [] }) }
    expect(await open({ isOperators: true, pathStyle: false }, strict).list()).toHaveLength(1)
  })
})
