/**
 * Whoever guesses names learns nothing from how long the answer takes. Times are taken in turns, in another order each
 * round, so that whatever else the machine does falls on all alike; and a difference counts when more rounds only make it plainer.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { hashPassword } from '../../src/access/password.ts'
import { fresh, person, scenario } from '../support/scenario.ts'
import { useServer } from '../support/server.ts'

vi.setConfig({ testTimeout: 180_000 })
const server = useServer({ config: { rateLimitFactor: 0 } })

const password = 'correct horse'
const [known, passwordless, unverified] = [fresh('known'), fresh('passwordless'), fresh('unverified')]
const rounds = 80
/** How many standard errors a difference must have after the first rounds, after as many more, and after all. */
const certain = [2.5, 3.2, 4]

beforeAll(async () => {
  await scenario(server, person(known), person(passwordless), person(unverified))
  await server.database.query('update users set password_hash = $1 where username = any ($2)', [
    await hashPassword(password),
    [known, unverified],
  ])
  await server.database.query('update user_emails set verified_at = null where email = $1', [`${unverified}@example.com`])
})

/** Everything that is answered with the same words. */
const cases = {
  'a wrong password': () => ({ name: known, password: 'wrong horse' }),
  'a name of nobody': () => ({ name: fresh('nobody'), password }),
  'an account without a password': () => ({ name: passwordless, password }),
  'an address that is not verified': () => ({ name: unverified, password }),
} as const
type Case = keyof typeof cases
/** Milliseconds of one round. */
type Times = Record<Case, number>
const names = Object.keys(cases) as Case[]
const wrong = 'a wrong password' satisfies Case
const others = names.filter((name) => name !== wrong)

describe.each(['username', 'email'] as const)('a refused login by %s', (by) => {
  test('takes as long for a wrong password as for a name of nobody, an account without a password, and an unverified one', async () => {
    const times: Times[] = []
    let found: string[] = []
    for (const errors of certain) {
      times.push(...(await timesOf(by)))
      found = others.flatMap((one) => difference(times, one, errors) ?? [])
      if (found.length === 0) return
    }
    expect(found).toEqual([])
  })
})

async function timesOf(by: 'username' | 'email'): Promise<Times[]> {
  const all: Times[] = []
  // The first ones open connections.
  for (let round = -3; round < rounds; round++) {
    const times: Partial<Times> = {}
    for (const one of shuffled(names)) {
      const { name, password: tried } = cases[one]()
      const body = by === 'username' ? { username: name, password: tried } : { email: `${name}@example.com`, password: tried }
      const started = performance.now()
      const answer = await server.client().login({ body })
      times[one] = performance.now() - started
      expect(answer).toBeError('Unauthenticated', 'The name or the password is wrong')
    }
    if (round >= 0) all.push(times as Times)
  }
  return all
}

/** To a wrong password of the same round: so many standard errors of the median, and more than a twentieth. */
function difference(times: readonly Times[], name: Case, errors: number): string | undefined {
  const usual = medianOf(times.map((round) => round[wrong]))
  const differences = times.map((round) => round[name] - round[wrong])
  const median = medianOf(differences)
  // 1.4826: from the median deviation to the standard one; 1.2533: from the error of a mean to that of a median.
  const deviation = 1.4826 * medianOf(differences.map((one) => Math.abs(one - median)))
  const error = (1.2533 * deviation) / Math.sqrt(times.length)
  if (Math.abs(median) < errors * error || Math.abs(median) < usual / 20) return undefined
  return `${name} differs by ${median.toFixed(2)} ms (± ${error.toFixed(2)}) from the ${usual.toFixed(2)} ms of a wrong password`
}

function medianOf(list: readonly number[]): number {
  const sorted = list.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
