import { expect, test } from 'vitest'
import { openPlaces } from './places.ts'

function open() {
  let now = 0
  const places = openPlaces({ together: 2, each: 1 }, () => now)
  const enter = (tenant: number) => {
    const place = places.enter(tenant)
    if (typeof place === 'number') throw new Error(`${tenant} has to come back in ${place} s`)
    return place
  }
  return { ...places, inside: enter, pass: (seconds: number) => (now += seconds * 1000) }
}

test('two work at once, and each tenant once', () => {
  const { enter, inside } = open()
  const leave = inside(1)
  expect(enter(1)).toBe(60)
  inside(2)
  expect(enter(3)).toBe(5)
  leave()
  inside(3)
})

test('who has much to do comes after all who wait', () => {
  const { enter, inside } = open()
  const first = inside(1)
  inside(2)
  expect([enter(3), enter(4)]).toEqual([5, 10])
  first()
  // The next work of the one who had a turn asks at once, and there is room: others wait for it.
  expect(enter(1)).toBe(15)
  expect(enter(4)).not.toBeTypeOf('function')
  const third = inside(3)
  third()
  expect(enter(1)).not.toBeTypeOf('function')
  inside(4)
})

test('of one tenant one piece of work asks now and then, however much waits, and it keeps its turn', () => {
  const { enter, inside, pass } = open()
  inside(1)
  inside(2)
  expect([enter(3), enter(3), enter(3), enter(4)]).toEqual([5, 60, 60, 10])
  pass(5)
  expect([enter(3), enter(3)]).toEqual([5, 60])
})

test('who does not come back keeps nobody from their turn', () => {
  const { enter, inside, pass } = open()
  const leave = inside(1)
  inside(2)
  enter(3)
  leave()
  expect(enter(4)).not.toBeTypeOf('function')
  pass(180)
  inside(4)
})
