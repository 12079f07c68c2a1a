/** Listings and manifests come from whoever owns the bucket. */
import { expect, test } from 'vitest'
import { type ListedObject, statementsOf } from './manifests.ts'

const object = (key: string, size = 10): ListedObject => ({ key, size, etag: 'x', lastModified: new Date('2026-07-02') })
const manifest = (...reportKeys: string[]) => JSON.stringify({ reportKeys, billingPeriod: { start: '20260701T000000.000Z' } })

async function soon<T>(work: () => Promise<T>): Promise<T> {
  const began = performance.now()
  const found = await work()
  expect(performance.now() - began).toBeLessThan(2000)
  return found
}

test.each([
  ['folders', 'a/'.repeat(500_000)],
  ['months', `${'20260701-20260801/'.repeat(50_000)}a.csv`],
  ['endings', `${'.csv'.repeat(250_000)}x.gz`],
  ['digits', `${'2026-0'.repeat(150_000)}.csv`],
])('a key that no storage allows is passed over: %s', async (_, key) => {
  const listing = [object('a.csv'), ...Array.from({ length: 20 }, (_, n) => object(`${key}${n}.csv`))]
  const { statements } = await soon(() => statementsOf(listing, () => Promise.resolve('')))
  expect(statements.map(({ files }) => files.map(({ key }) => key))).toEqual([['a.csv']])
})

test('a manifest with names as long as itself, or with thousands that are not there, is a problem that is soon told', async () => {
  const listing = [object('20260701-20260801/a-Manifest.json'), object('20260601-20260701/b.csv')]
  const problem = async (...names: string[]) =>
    (await soon(() => statementsOf(listing, () => Promise.resolve(manifest(...names))))).problems.map(({ message }) => message)
  expect(await problem('a/'.repeat(8000))).toEqual([expect.stringContaining('longer than the 1024 characters that a file')])
  expect(await problem('a/'.repeat(4_000_000))).toHaveLength(1)
  expect(await problem(...Array.from({ length: 7000 }, (_, n) => `${n}/${'a/'.repeat(500)}`))).toEqual([
    expect.stringContaining('which is not there'),
  ])
})

test('a manifest may name files below folders that the listing lacks, and many of them', async () => {
  const deep = Array.from({ length: 20 }, (_, n) => `folder${n}/`).join('')
  const keys = Array.from({ length: 7000 }, (_, n) => `20260701-20260801/${'part/'.repeat(100)}${n}.csv`)
  const listing = [object('20260701-20260801/a-Manifest.json'), ...keys.map((key) => object(key))]
  const text = manifest(...keys.map((key) => `s3://bucket/${deep}${key}`))
  const { statements, problems } = await soon(() => statementsOf(listing, () => Promise.resolve(text)))
  expect(problems).toEqual([])
  expect(statements[0]?.files).toHaveLength(7000)
})
