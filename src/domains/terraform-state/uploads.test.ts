/** Turns among organizations, and senders who send nothing. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { openStateWorld, stateOf } from '../../../test/support/state-world.ts'
import { gitIn } from '../../../test/support/workshop.ts'
import { openTurns, steady } from './uploads.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

/** Work that ends when it is told to. */
function openWork() {
  const ends: (() => void)[] = []
  const order: string[] = []
  return {
    order,
    work: (name: string) => () => {
      order.push(name)
      return new Promise<void>((resolve) => ends.push(resolve))
    },
    async next() {
      ends.shift()?.()
      await sleep(1)
    },
  }
}
const large = (organizationId: number, signal?: AbortSignal) => ({ organizationId, bytes: undefined, ...(signal ? { signal } : {}) })

describe('turns', () => {
  test('of one organization leave room for the others', async () => {
    const turns = openTurns({ most: 2 })
    const { work, order, next } = openWork()
    const all = ['a1', 'a2', 'a3', 'b1', 'c1'].map((name) => turns.take(large(name.charCodeAt(0)), work(name)))
    await sleep(1)
    expect(order).toEqual(['a1', 'b1'])
    await next()
    expect(order).toEqual(['a1', 'b1', 'a2'])
    await next()
    expect(order).toEqual(['a1', 'b1', 'a2', 'c1'])
    for (let at = 0; at < 3; at++) await next()
    await Promise.all(all)
    expect(order).toEqual(['a1', 'b1', 'a2', 'c1', 'a3'])
  })

  test('are not waited for without end: by so many, of one organization by fewer, and by nobody who is gone', async () => {
    const turns = openTurns({ most: 1, longest: 3, longestEach: 2 })
    const { work, order, next } = openWork()
    const gone = new AbortController()
    const first = turns.take(large(1), work('a1'))
    const leaving = turns.take(large(1, gone.signal), work('a2'))
    const second = turns.take(large(1), work('a3'))
    await expect(turns.take(large(1), work('a4'))).rejects.toMatchObject({ code: 'RetryOperation' })
    const third = turns.take(large(2), work('b1'))
    await expect(turns.take(large(3), work('c1'))).rejects.toMatchObject({ code: 'RetryOperation' })
    gone.abort()
    await expect(leaving).rejects.toMatchObject({ code: 'RetryOperation' })
    await expect(turns.take(large(3, gone.signal), work('c2'))).rejects.toMatchObject({ code: 'RetryOperation' })
    for (let at = 0; at < 3; at++) await next()
    await Promise.all([first, second, third])
    expect(order).toEqual(['a1', 'a3', 'b1'])
  })
})

describe('a body', () => {
  async function* dripping(milliseconds: number, size: number, count: number): AsyncIterable<Buffer> {
    for (let at = 0; at < count; at++) {
      await sleep(milliseconds)
      yield Buffer.alloc(size)
    }
  }
  const all = async (source: AsyncIterable<Buffer>, delay = 0) => {
    let size = 0
    for await (const chunk of source) {
      size += chunk.length
      await sleep(delay)
    }
    return size
  }

  test('that stops coming, or comes too slowly on average, is not waited for', async () => {
    const pace = { seconds: 0.05, bytesPerSecond: 1e5 }
    await expect(all(steady(dripping(200, 1e6, 2), pace))).rejects.toThrow('came too slowly')
    await expect(all(steady(dripping(10, 100, 50), pace))).rejects.toThrow('came too slowly')
    expect(await all(steady(dripping(10, 1e5, 10), pace))).toBe(1e6)
  })

  test('may be read slowly by us', async () => {
    expect(await all(steady(dripping(1, 1000, 5), { seconds: 0.02, bytesPerSecond: 2e4 }), 30)).toBe(5000)
  })

  test('that is refused in the middle can be thrown away by whoever reads on', async () => {
    const stream = Readable.from([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')])
    for await (const _ of steady(stream.iterator({ destroyOnReturn: false }))) break
    stream.resume()
    await once(stream, 'end')
  })

  test('that one organization sends slowly does not keep another from writing', async () => {
    const mallory = await openStateWorld(server, repositories)
    const victim = await openStateWorld(server, repositories)
    const { port, hostname } = new URL(server.url)
    const sockets = [1, 2, 3].map(() => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      socket.write(`POST /inventory?jwt=${mallory.token} HTTP/1.1\r\nhost: x\r\ncontent-length: 1100000\r\n\r\n{"versio`)
      return socket
    })
    await sleep(500)
    const outputs = { x: { value: 'y'.repeat(1_200_000), type: 'string' } }
    const began = performance.now()
    expect((await victim.backend.push(stateOf(1, ['a'], { outputs }))).status).toBe(204)
    expect(performance.now() - began).toBeLessThan(5000)
    for (const socket of sockets) socket.destroy()
  })
})
