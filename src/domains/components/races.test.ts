/** What happens to a component between the moment it was read and the moment its change begins. */
import { expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const vars = (region: string) => ({ Server: { Pipeline: { region } } })

async function open() {
  const workshop = await openWorkshop(server, repositories, webStack())
  const { ada, at, org } = workshop
  await must(
    ada.createComponent({
      path: at,
      body: { name: 'Front', canonical: 'front', service_catalog_ref: `${org}:web`, use_case: 'default', vars: vars('old') },
    }),
  )
  return { ...workshop, front: { ...at, component_canonical: 'front' } }
}

/** When git is read next, something else happens first. */
function beforeNextRead(happen: () => Promise<unknown>): void {
  const { git } = server.platform
  const { read } = git
  git.read = async (...call) => {
    git.read = read
    await happen()
    return read(...call)
  }
}

test('a move does not take back an update that was faster', async () => {
  const { ada, front, config, org } = await open()
  beforeNextRead(() => must(ada.updateComponent({ path: front, body: { name: 'Front', use_case: 'default', vars: vars('new') } })))
  const moved = await ada.migrateComponent({ path: front, body: { destination_environment_canonical: 'staging' } })
  expect(moved).toBeError('Conflict', 'changed meanwhile')
  expect(repositories.files(config, 'config')[`${org}/shop/prod/front/pipeline/variables.yml`]).toContain('region: new')
  expect(await ada.updateComponent({ path: front, body: { name: 'Again', use_case: 'default' } })).toHaveStatus(200)
})
