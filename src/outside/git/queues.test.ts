import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openQueue, openSharing } from './queues.ts'

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
