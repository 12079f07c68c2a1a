/** Endpoints that a tenant chose may be made to hold whoever reads them. */
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { blobsOf } from './azure-blob.ts'
import { openPace, partsOf } from './connection.ts'
import { type ObjectStore, objectSource } from './objects.ts'
import { SourceError } from './types.ts'

/** In the tests' minutes. */
const silence = 100

async function* dripping(bytes: number, everyMs: number, parts: number): AsyncGenerator<Buffer> {
  for (let part = 0; part < parts; part++) {
    await sleep(everyMs)
    yield Buffer.alloc(bytes)
  }
}

async function sizeOf(parts: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0
  for await (const part of parts) size += part.length
  return size
}

test('what comes too slowly is given up after the second minute, with the reason', async () => {
  const began = Date.now()
  const slow = Readable.from(dripping(100, 10, 1000))
  await expect(sizeOf(partsOf(slow, silence, openPace('bills.example.com')))).rejects.toThrow(
    'What bills.example.com sends comes at less than 64 KB a second for a minute, too slowly to read a bill',
  )
  expect(Date.now() - began).toBeLessThan(10 * silence)
  expect(slow.destroyed).toBe(true)
})

test('what begins slowly and what comes steadily are read to their ends, however long the reader takes', async () => {
  expect(await sizeOf(partsOf(Readable.from(dripping(100, 10, 8)), silence))).toBe(800)
  expect(await sizeOf(partsOf(Readable.from(dripping(20_000, 10, 40)), silence))).toBe(800_000)
  let size = 0
  for await (const part of partsOf(Readable.from(dripping(1000, 1, 10)), silence)) {
    size += part.length
    await sleep(silence / 2)
  }
  expect(size).toBe(10_000)
})

test('who breaks off again and again gets no new time', async () => {
  const object = { key: 'july.csv', size: 1e9, etag: 'x', lastModified: new Date() }
  const store: ObjectStore = {
    name: 's3://bills',
    host: 'bills.example.com',
    prefix: '',
    async *list() {
      yield [object]
    },
    open: () => Promise.resolve(Readable.from(dripping(100, 20, 3))),
    close: () => Promise.resolve(),
  }
  const statementsOf = () =>
    Promise.resolve({
      statements: [{ period: undefined, format: undefined, files: [object], digest: 'x', statedLines: undefined }],
      problems: [],
      remarks: [],
    })
  const [statement] = await objectSource(store, { guard: undefined as never, statementsOf, silence, pause: 1 }).list()
  await expect(sizeOf(statement?.files[0]?.bytes() ?? Readable.from([]))).rejects.toThrow(/64 KB a second/)
})

test('a listing of megabytes that is no listing is soon read', () => {
  const began = performance.now()
  for (const part of ['<Blob>', '<Name', '<Blob><Name', '<Blob><Name Encoded="true">', '&#', '<Blob><Name>&amp;</Name><Etag>'])
    blobsOf(part.repeat((8 * 2 ** 20) / part.length))
  expect(performance.now() - began).toBeLessThan(5000)
  expect(blobsOf('<Blobs><Blob><Name>a&amp;b.csv</Name></Blob><Blob><Name Encoded="true">c%20d.csv</Name></Blob></Blobs>')).toMatchObject([
    { key: 'a&b.csv' },
    { key: 'c d.csv' },
  ])
})

test('names that no storage allows are not listed', async () => {
  const named = (key: string) => ({ key, size: 1, etag: 'x', lastModified: new Date() })
  const listings: string[][] = []
  const store: ObjectStore = {
    name: 's3://bills',
    host: 'bills.example.com',
    prefix: '',
    async *list() {
      yield [named('a.csv'), named(`${'.csv'.repeat(100_000)}x`)]
    },
    open: () => Promise.reject(new SourceError('nothing is read')),
    close: () => Promise.resolve(),
  }
  const statementsOf = (listing: readonly { key: string }[]) => {
    listings.push(listing.map(({ key }) => key))
    return Promise.resolve({ statements: [], problems: [], remarks: [] })
  }
  await objectSource(store, { guard: undefined as never, statementsOf }).list()
  expect(listings).toEqual([['a.csv']])
})
