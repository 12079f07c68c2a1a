import { expect, test } from 'vitest'
import { openQuotaWorld } from '../../../test/support/quota-world.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { gitIn } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

test('of 100 components that are created at once against a quota for 10, exactly 10 are there', { timeout: 120_000 }, async () => {
  const { create, used, ada, at } = await openQuotaWorld(server, repositories, { cpu: 10, memory: 0, storage: 0 })
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => create(`c${index}`)))
  const refused = answers.filter(({ status }) => status !== 200)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
  expect(refused).toHaveLength(90)
  for (const answer of refused) {
    expect(answer).toBeError('Invalid', 'needs 1 CPU unit, 0 MB of memory and 0 MB of storage')
    expect(answer).toBeError('Invalid', '0 CPU units, 0 MB of memory and 0 MB of storage are left for the team ops in the pool metal')
  }
  expect((await used()).cpu).toBe(10)
  expect((await ada.getComponents({ path: at })).body.data).toHaveLength(10)
})
