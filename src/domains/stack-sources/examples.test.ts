import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

test('somebody without repositories is made two, once, and has a catalogue and a place for configuration', async () => {
  const acme = fresh('acme')
  const { ada } = await scenario(server, organization(acme, member('ada')))
  const path = { organization_canonical: acme }
  expect((await ada.getExampleRepositories({ path })).body.data).toEqual({ available: true })
  const answers = await Promise.all([1, 2, 3].map(() => ada.createExampleRepositories({ path })))
  for (const answer of answers) expect(answer).toHaveStatus(200)
  const made = (await ada.getExampleRepositories({ path })).body.data
  expect(made).toMatchObject({ available: true, catalogue: { branch: 'stacks' }, config: { branch: 'main' } })
  const catalogue = made.catalogue ?? { url: '', branch: '' }
  const config = made.config ?? { url: '', branch: '' }
  const added = await must(ada.createServiceCatalogSource({ path, body: { name: 'Examples', ...catalogue } }))
  expect(added.body.data.stack_count).toBe(2)
  const credential = { name: 'Git', type: 'basic_auth', path: 'git', raw: { username: 'git', password: 'x' } } as const
  await must(ada.createCredential({ path, body: credential }))
  const body = { name: 'Config', ...config, credential_canonical: 'git', default: true }
  expect(await ada.createConfigRepository({ path, body })).toHaveStatus(200)
})

test('each organization has its own, also under a name that was somebody else’s', async () => {
  const [acme, globex] = [fresh('acme'), fresh('globex')]
  const { ada, eve } = await scenario(server, organization(acme, member('ada')), organization(globex, member('eve')))
  await must(ada.createExampleRepositories({ path: { organization_canonical: acme } }))
  expect((await eve.getExampleRepositories({ path: { organization_canonical: globex } })).body.data).toEqual({ available: true })
  const { url = '' } = (await ada.getExampleRepositories({ path: { organization_canonical: acme } })).body.data.config ?? {}
  expect(url).toContain(repositories.folder)
  expect(url).not.toContain(acme)
})

test('nobody else finds them: neither by the number of the organization, nor one by the path of the other', async () => {
  const [acme, globex] = [fresh('acme'), fresh('globex')]
  const rules = role('reader', ['organization:service_catalog_source:list'])
  const { ada, eve, bob } = await scenario(
    server,
    organization(acme, member('ada'), rules, member('bob', 'reader')),
    organization(globex, member('eve')),
  )
  const path = { organization_canonical: acme }
  await must(ada.createExampleRepositories({ path }))
  const { catalogue, config } = (await ada.getExampleRepositories({ path })).body.data
  const folder = dirname(config?.url ?? '')
  for (const url of [`${folder}/catalogue.git`, `${folder}/config.git`, (catalogue?.url ?? '').replace('catalogue', 'config')]) {
    const body = { name: 'Foreign', url, branch: 'stacks' }
    expect(await eve.createServiceCatalogSource({ path: { organization_canonical: globex }, body })).toBeError('Invalid', 'no repository')
  }
  const seen = (await bob.getExampleRepositories({ path })).body.data
  expect(seen.catalogue).toEqual(catalogue)
  expect(seen.config).toBeUndefined()
})

test('where the machine’s own repositories are not used, there are none, and the answer says why', async () => {
  await using without = await openTestServer({ beside: server, config: { git: { ...server.platform.config.git, localPaths: [] } } })
  const acme = fresh('acme')
  const { ada } = await scenario(server, organization(acme, member('ada')))
  const path = { organization_canonical: acme }
  const there = without.client(ada.token)
  expect((await there.getExampleRepositories({ path })).body.data).toMatchObject({
    available: false,
    why: expect.stringContaining('GIT_LOCAL_PATHS'),
  })
  expect(await there.createExampleRepositories({ path })).toBeError('Invalid', 'GIT_LOCAL_PATHS')
})

test('whoever may not add a catalogue may not have them made', async () => {
  const acme = fresh('acme')
  const rules = role('reader', ['organization:service_catalog_source:list'])
  const { eve } = await scenario(server, organization(acme, rules, member('eve', 'reader')))
  const path = { organization_canonical: acme }
  expect(await eve.getExampleRepositories({ path })).toHaveStatus(200)
  expect(await eve.createExampleRepositories({ path })).toHaveStatus(403)
})
