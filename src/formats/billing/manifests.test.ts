import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FoundStatements, type ListedObject, largestManifest, statementsOf } from './manifests.ts'
import { BillError } from './types.ts'

/** Objects by key: their text, if they are manifests, or their size. The later ones were written later. */
type Bucket = Readonly<Record<string, string | number>>

function listing(bucket: Bucket): ListedObject[] {
  return Object.entries(bucket).map(([key, content], at) => ({
    ...{ key, size: typeof content === 'number' ? content : Buffer.byteLength(content), etag: `"${at}"` },
    lastModified: new Date(Date.UTC(2026, 6, 1, 0, at)),
  }))
}

const found = (bucket: Bucket, objects = listing(bucket)): Promise<FoundStatements> =>
  statementsOf(objects, (key) => Promise.resolve(String(bucket[key])))

/** What is read, shortly: `2026-07-01 azure: a.csv, b.csv`. */
async function plan(bucket: Bucket): Promise<string[]> {
  const { statements } = await found(bucket)
  return statements.map(
    ({ period, format, files }) => `${period ?? '?'}${format ? ` ${format}` : ''}: ${files.map(({ key }) => key).join(', ')}`,
  )
}

const refusal = async (bucket: Bucket): Promise<string> => {
  const error: unknown = await found(bucket).catch((reason: unknown) => reason)
  if (error instanceof BillError) return error.message
  throw error
}

const cur = (month: string, ...reportKeys: string[]): string =>
  JSON.stringify({
    ...{ assemblyId: 'a', account: '1', charset: 'UTF-8', compression: 'GZIP', contentType: 'text/csv', reportName: 'team', bucket: 'b' },
    ...{
      reportKeys,
      billingPeriod: { start: `${month}01T000000.000Z`, end: '20990101T000000.000Z' },
      columns: [{ category: 'bill', name: 'x' }],
    },
  })

const azure = (blobs: Readonly<Record<string, number>>, type = 'ActualCost', startDate = '2026-07-01T00:00:00'): string =>
  JSON.stringify({
    ...{ manifestVersion: '2024-04-01', blobCount: Object.keys(blobs).length, exportConfig: { exportName: 'e', type } },
    runInfo: { startDate, endDate: '2026-07-31T00:00:00' },
    blobs: Object.entries(blobs).map(([blobName, dataRowCount]) => ({ blobName, byteCount: 1, dataRowCount })),
  })

describe('AWS cost and usage reports', () => {
  test('that are overwritten: the manifest of the month names its files', async () => {
    const bucket = {
      'p/team/20260601-20260701/team-Manifest.json': cur('202606', 'p/team/20260601-20260701/team-00001.csv.gz'),
      'p/team/20260601-20260701/team-00001.csv.gz': 10,
      'p/team/20260701-20260801/team-Manifest.json': cur(
        '202607',
        'p/team/20260701-20260801/team-00002.csv.gz',
        'p/team/20260701-20260801/team-00001.csv.gz',
      ),
      'p/team/20260701-20260801/team-00001.csv.gz': 10,
      'p/team/20260701-20260801/team-00002.csv.gz': 10,
      'p/team/20260701-20260801/team-00003.csv.gz': 10,
      'p/team/cost_and_usage_data_status/x-status.json': 10,
    }
    expect(await plan(bucket)).toEqual([
      '2026-06-01: p/team/20260601-20260701/team-00001.csv.gz',
      '2026-07-01: p/team/20260701-20260801/team-00002.csv.gz, p/team/20260701-20260801/team-00001.csv.gz',
    ])
    expect((await found(bucket)).statements[1]).toMatchObject({ name: 'p/team, 20260701-20260801', statedLines: undefined })
  })

  const old = 'p/team/20260701-20260801/20260702T000000Z'
  const young = 'p/team/20260701-20260801/20260730T000000Z'
  const assemblies = {
    [`${young}/team-00001.csv.gz`]: 10,
    [`${young}/team-Manifest.json`]: cur('202607', `${young}/team-00001.csv.gz`),
    [`${old}/team-00001.csv.gz`]: 10,
    [`${old}/team-Manifest.json`]: cur('202607', `${old}/team-00001.csv.gz`),
  }

  test('that are kept: the manifest of the month points to the valid assembly, whenever others were written', async () => {
    const bucket = { 'p/team/20260701-20260801/team-Manifest.json': cur('202607', `${young}/team-00001.csv.gz`), ...assemblies }
    expect(await plan(bucket)).toEqual([`2026-07-01: ${young}/team-00001.csv.gz`])
  })

  test('that are kept, without it: the assembly that was written last', async () => {
    expect(await plan(assemblies)).toEqual([`2026-07-01: ${old}/team-00001.csv.gz`])
  })

  test('in Parquet, which lies elsewhere', async () => {
    const bucket = {
      'p/team/team/year=2026/month=7/team-00001.snappy.parquet': 10,
      'p/team/20260701-20260801/team-Manifest.json': cur('202607', 'p/team/team/year=2026/month=7/team-00001.snappy.parquet'),
    }
    expect(await plan(bucket)).toEqual(['2026-07-01: p/team/team/year=2026/month=7/team-00001.snappy.parquet'])
  })

  test('that somebody copied without the folders above', async () => {
    const bucket = {
      '20260701-20260801/team-00001.csv.gz': 10,
      '20260701-20260801/team-Manifest.json': cur('202607', 'p/team/20260701-20260801/team-00001.csv.gz'),
    }
    expect(await plan(bucket)).toEqual(['2026-07-01: 20260701-20260801/team-00001.csv.gz'])
  })

  test.each([
    ['a file is missing', cur('202607', 'gone.csv.gz'), 'm/20260701-20260801/m-Manifest.json names gone.csv.gz, which is not there'],
    [
      'it is ZIP',
      cur('202607', 'a.zip').replace('GZIP', 'ZIP'),
      'm/20260701-20260801/m-Manifest.json: the report is compressed as ZIP; choose GZIP or Parquet for it',
    ],
    [
      'it is no UTF-8',
      cur('202607', 'a').replace('UTF-8', 'UTF-16'),
      'm/20260701-20260801/m-Manifest.json: the report is written in UTF-16, not in UTF-8',
    ],
    ['it is no JSON', '{"reportKeys": [', 'm/20260701-20260801/m-Manifest.json is not JSON as a manifest has it'],
    [
      'it is something else',
      '{"a": 1}',
      'm/20260701-20260801/m-Manifest.json is no manifest of a billing export: it names no files ("reportKeys", "dataFiles" or "blobs")',
    ],
  ])('a month is left out, and the others are not, when %s', async (_, text, problem) => {
    const june = { 'm/20260601-20260701/m-Manifest.json': cur('202606', 'm/a.csv'), 'm/a.csv': 1 }
    const { statements, problems } = await found({ ...june, 'm/20260701-20260801/m-Manifest.json': text })
    expect([statements.map(({ period }) => period), problems]).toEqual([['2026-06-01'], [{ period: '2026-07-01', message: problem }]])
    expect(await refusal({ 'm/20260701-20260801/m-Manifest.json': text })).toBe(problem)
  })
})

describe('AWS data exports', () => {
  const data = 'p/focus/data/BILLING_PERIOD=2026-07'
  const metadata = 'p/focus/metadata/BILLING_PERIOD=2026-07'

  test.each(['reportKeys', 'dataFiles'])('the path says the month, the manifest its files (%s)', async (name) => {
    const bucket = {
      [`${metadata}/focus-Manifest.json`]: JSON.stringify({ [name]: [`s3://bucket/${data}/focus-00001.csv.gz`], exportName: 'focus' }),
      [`${data}/focus-00001.csv.gz`]: 10,
      [`${data}/left-behind.csv.gz`]: 10,
    }
    expect(await plan(bucket)).toEqual([`2026-07-01: ${data}/focus-00001.csv.gz`])
  })

  test('without their metadata, the newest execution counts', async () => {
    const bucket = { [`${data}/run-1/f-00001.parquet`]: 1, [`${data}/run-2/f-00001.parquet`]: 1, [`${data}/run-2/f-00002.parquet`]: 1 }
    expect(await plan(bucket)).toEqual([`2026-07-01: ${data}/run-2/f-00001.parquet, ${data}/run-2/f-00002.parquet`])
  })
})

describe('Azure exports', () => {
  const month = 'dir/costs/20260701-20260731'

  test('the newest run of each month counts, with as many lines as it says', async () => {
    const bucket = {
      [`${month}/run-1/part_0_0001.csv`]: 10,
      [`${month}/run-1/manifest.json`]: azure({ [`${month}/run-1/part_0_0001.csv`]: 5 }),
      [`${month}/run-2/part_0_0001.csv.gz`]: 10,
      [`${month}/run-2/part_1_0001.csv.gz`]: 10,
      [`${month}/run-2/manifest.json`]: azure({ [`${month}/run-2/part_0_0001.csv.gz`]: 70, [`${month}/run-2/part_1_0001.csv.gz`]: 7 }),
    }
    expect(await plan(bucket)).toEqual([`2026-07-01 azure: ${month}/run-2/part_0_0001.csv.gz, ${month}/run-2/part_1_0001.csv.gz`])
    expect((await found(bucket)).statements[0]?.statedLines).toBe(77)
  })

  test('of several months say nothing about the lines of each', async () => {
    const quarter = 'dir/costs/20260101-20260331/run-1'
    const bucket = { [`${quarter}/part_0.csv`]: 10, [`${quarter}/manifest.json`]: azure({ [`${quarter}/part_0.csv`]: 3000 }) }
    expect((await found(bucket)).statements).toMatchObject([{ period: undefined, statedLines: undefined }])
  })

  test('older ones have no manifest: the newest run is what was written last', async () => {
    const bucket = {
      [`${month}/costs_0a1b2c3d-0000-0000-0000-000000000001.csv`]: 10,
      [`${month}/costs_0a1b2c3d-0000-0000-0000-000000000002.csv`]: 10,
      'dir/costs/20260601-20260630/costs_x.csv': 10,
    }
    expect(await plan(bucket)).toEqual([
      '2026-06-01: dir/costs/20260601-20260630/costs_x.csv',
      `2026-07-01: ${month}/costs_0a1b2c3d-0000-0000-0000-000000000002.csv`,
    ])
  })

  test('older months without a manifest are there beside newer ones with one', async () => {
    const bucket = {
      'dir/costs/20260601-20260630/costs_x.csv': 10,
      [`${month}/r/part_0.csv`]: 10,
      [`${month}/r/manifest.json`]: azure({ [`${month}/r/part_0.csv`]: 1 }, 'FocusCost'),
    }
    expect(await plan(bucket)).toEqual(['2026-06-01: dir/costs/20260601-20260630/costs_x.csv', `2026-07-01 focus: ${month}/r/part_0.csv`])
  })

  test('exports of prices are none of costs', async () => {
    const bucket = { [`${month}/r/prices.csv`]: 10, [`${month}/r/manifest.json`]: azure({ [`${month}/r/prices.csv`]: 1 }, 'PriceSheet') }
    expect(await refusal(bucket)).toMatch(/^There is no billing export/)
  })

  test('a week is not a month', async () => {
    expect(await refusal({ 'e/20260706-20260712/a.csv': 1 })).toBe(
      'e/20260706-20260712 is not a whole month; export month to date, or whole months',
    )
    expect(await plan({ 'e/20260715-20260814/a.csv': 1 })).toEqual(['?: e/20260715-20260814/a.csv'])
  })
})

describe('files without any manifest', () => {
  test.each<[string, string[], string[]]>([
    ['one file', ['bill.csv'], ['?: bill.csv']],
    ['parts of one table', ['x/part-0.parquet', 'x/part-1.parquet'], ['?: x/part-0.parquet, x/part-1.parquet']],
    [
      'a file for each month',
      ['b-2026-06.csv', 'b-2026-07-1.csv', 'b-2026-07-2.csv'],
      ['?: b-2026-06.csv', '?: b-2026-07-1.csv, b-2026-07-2.csv'],
    ],
    ['a folder for each month', ['202606/a.jsonl', '202607/a.jsonl'], ['?: 202606/a.jsonl', '?: 202607/a.jsonl']],
    ['folders that are parts', ['m=2026-07/day=1/a.csv', 'm=2026-07/day=2/a.csv'], ['?: m=2026-07/day=1/a.csv, m=2026-07/day=2/a.csv']],
    ['what is no bill beside it', ['_SUCCESS', '.a.csv.crc', 'a.csv', 'readme.md', 'x/'], ['?: a.csv']],
  ])('%s', async (_, keys, expected) => {
    expect(await plan(Object.fromEntries(keys.map((key) => [key, 1])))).toEqual(expected)
  })

  test('what was written last comes last, because it replaces the months that it holds', async () => {
    expect(await plan({ 'z/a.csv': 1, 'a/a.csv': 1 })).toEqual(['?: z/a.csv', '?: a/a.csv'])
  })
})

test('two exports of the same month are not added up', async () => {
  const bucket = { 'a/20260701-20260731/x.csv': 1, 'b/20260701-20260731/x.csv': 1 }
  expect(await refusal(bucket)).toBe(
    '2026-07 is in two exports, "a" and "b": costs would be counted twice. Choose the folder of one of them',
  )
})

test.each([
  [{}, 'There is nothing yet: the provider writes the first files within a day after the export was set up'],
  [{ 'a.txt': 1 }, 'There is no billing export: neither a manifest nor a file that ends in .csv, .csv.gz, .jsonl, .json.gz or .parquet'],
  [{ 'a.csv.zip': 1 }, 'There are only ZIP files; choose GZIP or Parquet for the export'],
])('where there is nothing to read, it says what is missing: %j', async (bucket, message) => {
  expect(await refusal(bucket)).toBe(message)
})

test('the digest is that of what is to be read, whatever the order of the listing; and of nothing else', async () => {
  const bucket = { 'a/1.csv': 1, 'a/2.csv': 1, 'a/x.txt': 1 }
  const objects = listing(bucket)
  const digest = async (list: ListedObject[]) => (await found(bucket, list)).statements[0]?.digest
  const same = await digest(objects)
  expect(same).toMatch(/^[0-9a-f]{64}$/)
  expect(await digest([...objects].reverse())).toBe(same)
  expect(await digest(objects.map((object) => (object.key.endsWith('.txt') ? { ...object, etag: 'new' } : object)))).toBe(same)
  expect(await digest(objects.map((object) => ({ ...object, lastModified: new Date(0) })))).toBe(same)
  for (const change of [{ etag: 'new' }, { size: 2 }, { key: 'a/3.csv' }]) {
    expect(await digest(objects.map((object) => (object.key === 'a/2.csv' ? { ...object, ...change } : object)))).not.toBe(same)
  }
})

test('what is called a manifest somewhere else is left out, and is no problem of a bill', async () => {
  const result = await found({ 'inventory/manifest.json': '{"files": [{"key": "x"}]}', 'e/20260701-20260731/a.csv': 1 })
  expect([result.statements.length, result.problems, result.remarks]).toEqual([
    1,
    [],
    [expect.stringMatching(/^inventory\/manifest\.json/)],
  ])
})

test('a manifest of gigabytes is not read', async () => {
  const objects: ListedObject[] = [
    { key: '20260701-20260731/manifest.json', size: largestManifest + 1, etag: '', lastModified: new Date() },
  ]
  await expect(statementsOf(objects, () => Promise.reject(new Error('was read')))).rejects.toThrow(/more than a manifest may have/)
})

test('whatever a manifest says, only what is there is read, or a problem told', async () => {
  const anything = fc.anything({ withNullPrototype: false, maxDepth: 3 }).map((value) => JSON.stringify(value) ?? '')
  const shaped = fc.record(
    { reportKeys: fc.anything(), blobs: fc.anything(), billingPeriod: fc.anything(), charset: fc.anything(), compression: fc.anything() },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        anything,
        fc.string(),
        shaped.map((value) => JSON.stringify(value)),
      ),
      async (text) => {
        const bucket = { 'e/20260701-20260731/manifest.json': text || ' ', 'e/a.csv': 1 }
        const result = await found(bucket).catch((error: unknown) => error)
        if (result instanceof BillError) return
        expect(result).not.toBeInstanceOf(Error)
      },
    ),
    { numRuns: 300, seed: 7 },
  )
})
