import { expect, test } from 'vitest'
import { openPlanTurns } from './plan-turns.ts'

const characters = 3 * 2 ** 20
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test('large plans are read one at a time, and organizations take turns', async () => {
  const turns = openPlanTurns()
  const order: string[] = []
  let together = 0
  const work = (name: string) => async () => {
    expect(++together).toBe(1)
    await settled()
    together--
    order.push(name)
  }
  const names = ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2']
  await Promise.all(names.map((name) => turns.take({ organizationId: name.charCodeAt(0), characters }, work(name))))
  expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
})

test('a small plan does not wait for a large one, nor does the next one for what failed', async () => {
  const turns = openPlanTurns()
  let end = () => {}
  const long = turns.take({ organizationId: 1, characters }, () => new Promise<void>((resolve) => (end = resolve)))
  expect(await turns.take({ organizationId: 1, characters: 100 }, async () => 'small')).toBe('small')
  const failing = turns.take({ organizationId: 1, characters }, () => Promise.reject(new Error('no')))
  const next = turns.take({ organizationId: 1, characters }, async () => 'next')
  end()
  await long
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('next')
})

test('who waits too long, behind too many, or for nobody, is told to come again', async () => {
  const turns = openPlanTurns(0.05)
  let end = () => {}
  const long = turns.take({ organizationId: 1, characters }, () => new Promise<void>((resolve) => (end = resolve)))
  const gone = new AbortController()
  const ask = (signal?: AbortSignal) => turns.take({ organizationId: 1, characters, ...(signal && { signal }) }, async () => 'done')
  const late = Array.from({ length: 3 }, () => ask())
  const leaving = ask(gone.signal)
  const busy = { code: 'RetryOperation' }
  const refused = ask()
  gone.abort()
  for (const one of [refused, leaving, ...late]) await expect(one).rejects.toMatchObject(busy)
  end()
  await long
  expect(await ask()).toBe('done')
})

test('between two large plans that are refused at once everybody else is answered', async () => {
  const turns = openPlanTurns()
  let answered = 0
  const others = setInterval(() => answered++, 0)
  const before: number[] = []
  const refuse = () => {
    const end = performance.now() + 10
    while (performance.now() < end);
    before.push(answered)
    return Promise.reject(new Error('no'))
  }
  await Promise.allSettled([1, 2, 3, 4].map((organizationId) => turns.take({ organizationId, characters }, refuse)))
  clearInterval(others)
  expect(new Set(before).size).toBe(4)
})
