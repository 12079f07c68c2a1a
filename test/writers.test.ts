/** Two API processes write components into one config repository at the same time. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from './support/client.ts'
import { useRepositories } from './support/repositories.ts'
import { openTestServer, type TestServer, useServer } from './support/server.ts'
import { webStack } from './support/web-stack.ts'
import { gitIn, must, openWorkshop } from './support/workshop.ts'

const repositories = useRepositories()
const config = gitIn(repositories, { seconds: 60 })
const one = useServer({ config })
let two: TestServer & AsyncDisposable

beforeAll(async () => {
  two = await openTestServer({ beside: one, config })
})
afterAll(() => two[Symbol.asyncDispose]())

test('fifty changes by two processes are all there, and the history is one line', async () => {
  const { ada, at, org, config: repository } = await openWorkshop(one, repositories, webStack())
  const clients: Client[] = [ada, two.client(ada.token)]
  const create = (index: number) =>
    must(
      (clients[index % 2] as Client).createComponent({
        path: { ...at, environment_canonical: index % 4 < 2 ? 'prod' : 'staging' },
        body: {
          name: `Web ${index}`,
          canonical: `web-${index}`,
          service_catalog_ref: `${org}:web`,
          use_case: 'default',
          vars: { Server: { Pipeline: { region: `region-${index}` } } },
        },
      }),
    )
  await Promise.all(Array.from({ length: 40 }, (_, index) => create(index)))
  const update = (index: number) => {
    const path = { ...at, environment_canonical: index % 4 < 2 ? 'prod' : 'staging', component_canonical: `web-${index}` }
    const body = { name: 'Changed', use_case: 'default', vars: { Server: { Pipeline: { region: `changed-${index}` } } } }
    return must((clients[(index + 1) % 2] as Client).updateComponent({ path, body }))
  }
  await Promise.all([
    ...Array.from({ length: 5 }, (_, index) => update(index)),
    ...Array.from({ length: 5 }, (_, index) => create(40 + index)),
  ])

  const files = repositories.files(repository, 'config')
  for (let index = 0; index < 45; index++) {
    const text = files[`${org}/shop/${index % 4 < 2 ? 'prod' : 'staging'}/web-${index}/pipeline/variables.yml`]
    expect(text).toContain(`region: ${index < 5 ? 'changed' : 'region'}-${index} `)
  }
  const log = repositories.log(repository, 'config')
  expect(log).toHaveLength(50)
  expect(log.slice(0, -1).map(({ parents }) => parents)).toEqual(log.slice(1).map(({ hash }) => [hash]))
  expect((await ada.getOrganizationComponents({ path: { organization_canonical: org } })).body.data).toHaveLength(45)
}, 120_000)
