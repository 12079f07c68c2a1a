import { beforeEach, expect, test } from 'vitest'
import { ConcourseError } from './errors.ts'
import { openTokens, type Tokens } from './tokens.ts'

let now: number
let logins: number
let next: ConcourseError | undefined
let tokens: Tokens

beforeEach(() => {
  now = 1_000_000
  logins = 0
  next = undefined
  tokens = openTokens(
    async () => {
      const failure = next
      logins += 1
      const token = `token-${logins}`
      await Promise.resolve()
      if (failure) throw failure
      return { token, lifetime: 100 }
    },
    () => now,
  )
})

const wrong = () => new ConcourseError({ kind: 'unauthorized' }, 'wrong')
const down = () => new ConcourseError({ kind: 'unavailable' }, 'down')

test('many who ask at once share one login', async () => {
  expect(new Set(await Promise.all(Array.from({ length: 50 }, () => tokens.get())))).toEqual(new Set(['token-1']))
  expect(logins).toBe(1)
})

test('a token is used for four fifths of its life', async () => {
  await tokens.get()
  now += 79_000
  expect(await tokens.get()).toBe('token-1')
  now += 2_000
  expect(await tokens.get()).toBe('token-2')
})

test('a token that was dropped is not given again; dropping an older one is no matter', async () => {
  const first = await tokens.get()
  tokens.drop(first)
  const second = await tokens.get()
  tokens.drop(first)
  expect([second, await tokens.get(), logins]).toEqual(['token-2', 'token-2', 2])
})

test('while Concourse is down an old token is used to its end', async () => {
  await tokens.get()
  next = down()
  now += 90_000
  expect(await tokens.get()).toBe('token-1')
  expect(await tokens.get()).toBe('token-1')
  expect(logins).toBe(2)
  now += 20_000
  await expect(tokens.get()).rejects.toBe(next)
})

test('a wrong password is not tried again at once', async () => {
  next = wrong()
  for (let attempt = 0; attempt < 5; attempt++) await expect(tokens.get()).rejects.toBe(next)
  expect(logins).toBe(1)
  next = undefined
  now += 6_000
  expect(await tokens.get()).toBe('token-2')
})

test('what was down is asked again with the next question', async () => {
  next = down()
  await expect(tokens.get()).rejects.toBe(next)
  next = undefined
  expect(await tokens.get()).toBe('token-2')
})
