import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openTurnstile } from './turnstile.ts'

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

  test('lets tenants in by turns, however long the queue of one is', async () => {
    const turnstile = openTurnstile({ together: 2, each: 2 })
    const order: number[] = []
    const visit = (tenant: number) => turnstile(tenant, () => sleep(5)).then(() => order.push(tenant))
    await Promise.all([...Array.from({ length: 20 }, () => visit(1)), visit(2)])
    expect(order.indexOf(2)).toBeLessThan(5)
  })

  test('refuses who waits too long, or behind too many, and lets go who gives up', async () => {
    const refused = () => new Error('too many')
    const turnstile = openTurnstile({ together: 1, patience: { seconds: 0.05, waiting: 3, waitingEach: 2, refused } })
    const gone = new AbortController()
    let end = () => {}
    const long = turnstile(1, () => new Promise<void>((resolve) => (end = resolve)))
    const waiting = [turnstile(1, async () => 1), turnstile(1, async () => 2, gone.signal)]
    await expect(turnstile(1, async () => 3)).rejects.toThrow('too many')
    const other = turnstile(2, async () => 4)
    await expect(turnstile(3, async () => 5)).rejects.toThrow('too many')
    gone.abort(new Error('gone'))
    await expect(waiting[1]).rejects.toThrow('gone')
    for (const late of [waiting[0], other]) await expect(late).rejects.toThrow('too many')
    end()
    await long
    expect(await turnstile(1, async () => 6)).toBe(6)
  })
})
