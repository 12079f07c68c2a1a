/** Documents on their way in and out, without a database: sizes, checksums, turns, and another serial in the same bytes. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { replaced } from './component-state.ts'
import { inflated, receive, receiveState } from './documents.ts'
import { openTurns } from './uploads.ts'

async function* pieces(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
async function whole(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}
const state = (more: object = {}) => Buffer.from(JSON.stringify({ version: 4, serial: 1, lineage: 'a', resources: [], ...more }))

describe('a document', () => {
  test('comes out as it went in, however it came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 1, max: 700 }), async (array, size) => {
        const bytes = Buffer.from(array)
        const document = await receive(pieces(bytes, size), { most: 5000 })
        expect(document.size).toBe(bytes.length)
        expect(document.md5).toBe(createHash('md5').update(bytes).digest('hex'))
        expect((await whole(inflated(document.parts))).equals(bytes)).toBe(true)
      }),
      { seed: 6, numRuns: 50 },
    )
  })

  test('is kept in parts that are small, and all of them are needed', async () => {
    const bytes = Buffer.from(Array.from({ length: 400_000 }, () => Math.random().toString(36)).join())
    const { parts } = await receive(pieces(bytes, 65_536), { most: 2 ** 30 })
    expect(parts.length).toBeGreaterThan(5)
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(400_000)
    expect((await whole(inflated(parts))).equals(bytes)).toBe(true)
    await expect(whole(inflated(parts.slice(0, -1)))).rejects.toThrow(/unexpected end/)
    await expect(whole(inflated(parts.slice(1)))).rejects.toThrow()
  })

  test('is refused as soon as it is too large, and when it is not what was announced', async () => {
    let read = 0
    async function* endless(): AsyncIterable<Buffer> {
      for (;;) {
        read++
        yield Buffer.alloc(1000, ' ')
      }
    }
    await expect(receive(endless(), { most: 2 ** 20 })).rejects.toMatchObject({
      code: 'TooLarge',
      message: expect.stringContaining('1 MB'),
    })
    expect(read).toBeLessThan(1100)
    const md5 = createHash('md5').update(state()).digest('base64')
    await expect(receiveState(pieces(state(), 7), { most: 1000, md5 })).resolves.toMatchObject({ count: 0, head: { serial: 1 } })
    await expect(receiveState(pieces(state({ serial: 2 }), 7), { most: 1000, md5 })).rejects.toThrow(/did not arrive as it was sent/)
  })

  test('that breaks off on its way is an error, and nothing that waits for ever', async () => {
    async function* broken(): AsyncIterable<Buffer> {
      yield Buffer.from('{')
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
    }
    await expect(receiveState(broken(), { most: 100 })).rejects.toThrow('aborted')
  })

  test('takes another serial, and every other byte stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 1e9 }),
        fc.nat({ max: 1e9 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (old, serial, size, first) => {
          const rest = { version: 4, lineage: 'é', resources: [] }
          const text = (n: number) => JSON.stringify(first ? { serial: n, ...rest } : { ...rest, serial: n }, null, 1)
          const { head } = await receiveState(pieces(Buffer.from(text(old)), size), { most: 1000 })
          const made = await whole(replaced(pieces(Buffer.from(text(old)), size), head.serialAt, String(serial)))
          expect(made.toString()).toBe(text(serial))
        },
      ),
      { seed: 6, numRuns: 200 },
    )
  })
})

describe('turns', () => {
  let organizationId = 0
  const large = () => ({ organizationId: organizationId++, bytes: undefined })
  test('are taken by so many large documents at once, and by more of the small ones', async () => {
    const turns = openTurns({ most: 2 })
    let busy = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++busy)
      await new Promise((wake) => setTimeout(wake, 5))
      busy--
    }
    await Promise.all(Array.from({ length: 9 }, () => turns.take(large(), work)))
    expect(most).toBe(2)
    const failed = Array.from({ length: 3 }, () => turns.take({ ...large(), bytes: 2 ** 30 }, () => Promise.reject(new Error('no'))))
    expect((await Promise.allSettled(failed)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    most = 0
    await Promise.all(Array.from({ length: 9 }, () => turns.take({ ...large(), bytes: 100 }, work)))
    expect(most).toBe(8)
    await turns.take(large(), work)
  })

  test('that do not come are told to be asked for again', async () => {
    vi.useFakeTimers()
    const turns = openTurns({ most: 1, waitSeconds: 60 })
    let end = () => {}
    const long = turns.take(large(), () => new Promise<void>((resolve) => (end = resolve)))
    const late = turns.take(large(), async () => 'done').catch((error) => error)
    await vi.advanceTimersByTimeAsync(61_000)
    vi.useRealTimers()
    expect(await late).toMatchObject({ code: 'RetryOperation', retryAfter: 10 })
    end()
    await long
    expect(await turns.take(large(), async () => 'done')).toBe('done')
  })
})
