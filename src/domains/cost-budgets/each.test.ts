import { expect, test } from 'vitest'
import { eachOf } from './each.ts'

test('what goes wrong with one does not take the turn of the others, and is told at the end', async () => {
  const done: number[] = []
  const act = async (one: number) => {
    if (one % 2 === 0) throw new Error(`${one} is broken`)
    done.push(one)
  }
  await expect(eachOf([1, 2, 3], act)).rejects.toThrow('2 is broken')
  await expect(eachOf([2, 4, 5], act)).rejects.toThrow('2 of 3 failed: Error: 2 is broken')
  await eachOf([7], act)
  expect(done).toEqual([1, 3, 5, 7])
})
