/** A project that gets another config repository: whatever goes wrong, no file is lost that was there before. */
import { expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop, type Workshop } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ worker: true, config: gitIn(repositories) })

const create = ({ ada, at, org }: Workshop, canonical: string) =>
  ada.createComponent({
    path: at,
    body: {
      name: canonical,
      canonical,
      service_catalog_ref: `${org}:web`,
      use_case: 'default',
      vars: { Server: { Pipeline: { region: 'eu-west-1' } } },
    },
  })

async function openWithOne(): Promise<Workshop> {
  const workshop = await openWorkshop(server, repositories, webStack())
  await must(create(workshop, 'one'))
  return workshop
}

const addRepository = ({ ada, org }: Workshop, url: string, branch: string) =>
  must(
    ada.createConfigRepository({
      path: { organization_canonical: org },
      body: { name: 'Second', url, branch, credential_canonical: 'git', default: false },
    }),
  )

async function moveToSecond({ ada, at }: Workshop) {
  const { updated_at } = (await must(ada.getProject({ path: at }))).body.data ?? { updated_at: 0 }
  return ada.updateProject({ path: at, body: { name: 'Shop', config_repository_canonical: 'second', updated_at } })
}

/** Until every job that the answer left has run. */
const jobsDone = () =>
  expect
    .poll(
      async () =>
        (await server.database.query(`select 1 from graphile_worker.jobs where task_identifier = 'components.removeFiles'`)).length,
      { timeout: 10_000 },
    )
    .toBe(0)

test('a file that stands in the way is not touched', async () => {
  const workshop = await openWithOne()
  const taken = { [`${workshop.org}/shop/prod/one/pipeline/variables.yml`]: 'precious: by hand\n' }
  await addRepository(workshop, repositories.make(`${workshop.org}-second`, { main: taken }), 'main')
  expect(await moveToSecond(workshop)).toBeError('Conflict', 'pipeline/variables.yml')
  await jobsDone()
  expect(repositories.files(`${workshop.org}-second`, 'main')).toEqual(taken)
  expect(await create(workshop, 'two')).toHaveStatus(200)
})

test('another name of the same branch loses nothing', async () => {
  const workshop = await openWithOne()
  const before = repositories.files(workshop.config, 'config')
  await addRepository(workshop, `${repositories.folder}/${workshop.config}.git`, 'config')
  expect(await moveToSecond(workshop)).toHaveStatus(200)
  await jobsDone()
  expect(repositories.files(workshop.config, 'config')).toEqual(before)
})

test('a component that is made in between stops the move, and the copies go again', async () => {
  const workshop = await openWithOne()
  await addRepository(workshop, repositories.make(`${workshop.org}-second`, { main: { 'README.md': 'mine\n' } }), 'main')
  const { git } = server.platform
  const { commit } = git
  git.commit = async (...call) => {
    git.commit = commit
    const done = await commit(...call)
    await must(create(workshop, 'two'))
    return done
  }
  expect(await moveToSecond(workshop)).toBeError('Conflict', 'changed meanwhile')
  await jobsDone()
  expect(repositories.files(`${workshop.org}-second`, 'main')).toEqual({ 'README.md': 'mine\n' })
  expect(Object.keys(repositories.files(workshop.config, 'config'))).toHaveLength(4)
})
