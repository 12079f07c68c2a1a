import { expect, test } from 'vitest'
import { openTurns } from './turns.ts'

/** Work that is done when it is told so, and who began in which order. */
function works(most: number) {
  const turns = openTurns(most)
  const began: number[] = []
  const ends: (() => void)[] = []
  const begin = (whose: number) =>
    turns(whose, () => {
      began.push(whose)
      return new Promise<void>((resolve) => ends.push(resolve))
    })
  const endOne = async () => {
    ends.shift()?.()
    await new Promise(setImmediate)
  }
  return { began, begin, endOne, rest: () => ends.length }
}

test('an organization that asks for much does not keep others from their turn', async () => {
  const { began, begin, endOne, rest } = works(2)
  const all = [1, 1, 1, 1, 1, 2, 3, 2].map(begin)
  await endOne()
  expect(began).toEqual([1, 1, 1])
  while (rest() > 0) await endOne()
  await Promise.all(all)
  expect(began).toEqual([1, 1, 1, 2, 3, 1, 2, 1])
})

test('one organization has at most four waiting; more are told at once to try again', async () => {
  const { begin, endOne, rest } = works(1)
  const all = [1, 1, 1, 1, 1].map(begin)
  await expect(begin(1)).rejects.toThrow('try again')
  const other = begin(2)
  while (rest() > 0) await endOne()
  await Promise.all([...all, other])
  const again = begin(1)
  await endOne()
  await again
})
