import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openQueue, openSharing, openTurnstile } from './queues.ts'

describe('a queue', () => {
  test('lets one in at a time, in the order of asking, whatever becomes of those before', async () => {
    const queue = openQueue()
    const seen: string[] = []
    const work =
      (name: string, fails = false) =>
      async () => {
        seen.push(`${name} in`)
        await sleep(5)
        seen.push(`${name} out`)
        if (fails) throw new Error(name)
      }
    await Promise.allSettled([queue(work('a')), queue(work('b', true)), queue(work('c'))])
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
  })

  test('lets who is tired of waiting leave, and keeps the others apart', async () => {
    const queue = openQueue()
    const seen: string[] = []
    const first = queue(() => sleep(40).then(() => seen.push('first')))
    const late = queue(async () => seen.push('late'), { milliseconds: 5, late: () => new Error('tired') })
    const third = queue(async () => seen.push('third'))
    await expect(late).rejects.toThrow('tired')
    await Promise.all([first, third])
    expect(seen).toEqual(['first', 'third'])
  })
})

describe('sharing', () => {
  test('those who come while something is found out share the next answer, never the one that is older than their question', async () => {
    const share = openSharing<number>()
    let begun = 0
    const find = async () => {
      const mine = ++begun
      await sleep(10)
      return mine
    }
    const first = share('a', find)
    const others = [share('a', find), share('a', find), share('a', find)]
    expect(await first).toBe(1)
    expect(await Promise.all(others)).toEqual([2, 2, 2])
    expect(await share('a', find)).toBe(3)
  })

  test('an error is shared by those who asked, and not by the next', async () => {
    const share = openSharing<number>()
    const failing = share('a', () => Promise.reject(new Error('no')))
    const next = share('a', async () => 1)
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe(1)
  })
})

describe('a turnstile', () => {
  test('lets so many in, and so many of each tenant; a tenant who waits does not hold up another', async () => {
    const turnstile = openTurnstile({ together: 3, each: 2 })
    let most = 0
    const inside = new Map<number, number>()
    const visit = (tenant: number) =>
      turnstile(tenant, async () => {
        inside.set(tenant, (inside.get(tenant) ?? 0) + 1)
        most = Math.max(
          most,
          [...inside.values()].reduce((sum, count) => sum + count, 0),
        )
        expect(inside.get(tenant)).toBeLessThanOrEqual(2)
        await sleep(5)
        inside.set(tenant, (inside.get(tenant) ?? 0) - 1)
      })
    const order: number[] = []
    const many = Array.from({ length: 10 }, () => visit(1).then(() => order.push(1)))
    const other = visit(2).then(() => order.push(2))
    await Promise.all([...many, other])
    expect(most).toBe(3)
    expect(order.indexOf(2)).toBeLessThan(4)
  })

  test('lets in next whose tenant has the fewest inside, however long the queue of another is', async () => {
    const turnstile = openTurnstile({ together: 2, each: 2 })
    const order: number[] = []
    const visit = (tenant: number) => turnstile(tenant, () => sleep(5)).then(() => order.push(tenant))
    await Promise.all([...Array.from({ length: 20 }, () => visit(1)), visit(2)])
    expect(order.indexOf(2)).toBeLessThan(5)
  })
})
