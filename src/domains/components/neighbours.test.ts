/** What destinations that an author of stacks chose can do to files of others. */
import { expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { quietPipeline } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop, type Workshop } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const useCase = (key: string, destination: string, more = '') => `  ${key}:
    name: One
    description: One
    pipeline:
      pipeline: {path: pipeline.yml}
      variables: {path: variables.yml, destination: '${destination}'}
${more}`

function stack(canonical: string, config: string): Record<string, string> {
  const files = {
    '.cycloid.yml': `version: '4'\nname: Web\ncanonical: ${canonical}\nauthor: Ada\ndescription: Web\nkeywords: [web]\nconfig:\n${config}`,
    'pipeline.yml': quietPipeline,
    'variables.yml': 'mine: 1\n',
    'page.txt': 'I am ($ .component $)\n',
  }
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${canonical}/${path}`, text]))
}

const create = ({ ada, at, org }: Workshop, canonical: string, name: string, by = ada, more = {}) =>
  by.createComponent({
    path: { ...at, ...more },
    body: { name: canonical, canonical, service_catalog_ref: `${org}:${name}`, use_case: 'default' },
  })

async function keyFor({ ada, org }: Workshop, ...resources: string[]) {
  const rules = [
    { action: 'organization:component:*', effect: 'allow' as const, resources: resources.map((below) => `organization:${org}:${below}`) },
    { action: 'organization:service_catalog:read', effect: 'allow' as const, resources: [] },
    { action: 'organization:form:read', effect: 'allow' as const, resources: [] },
  ]
  const key = await must(ada.createAPIKey({ path: { organization_canonical: org }, body: { name: 'Key', rules } }))
  return server.client(key.body.data?.token)
}

test('a component does not write into the file of another project, unless its maker may change that component', async () => {
  const workshop = await openWorkshop(server, repositories, stack('fixed', useCase('default', 'somewhere/variables.yml')))
  const { ada, at, org } = workshop
  const project = { organization_canonical: org, project_canonical: 'blog' }
  await must(ada.createProject({ path: at, body: { name: 'Blog', canonical: 'blog', config_repository_canonical: 'config' } }))
  await must(ada.createEnvironment({ path: project, body: { name: 'prod', canonical: 'prod' } }))
  await must(create(workshop, 'one', 'fixed'))
  const blogger = await keyFor(workshop, 'project:blog:**')
  const refused = await create(workshop, 'two', 'fixed', blogger, project)
  expect(refused).toBeError('Conflict', 'somewhere/variables.yml')
  expect(JSON.stringify(refused.body)).not.toContain('shop')
  expect(await create(workshop, 'two', 'fixed', ada, project)).toHaveStatus(200)
})

test('a file that is made from a template stays the one that the other component has', async () => {
  const custom = (destination: string) => `    custom:
      page:
        templates:
          - {paths: [page.txt], destination: '${destination}', config: {destination_is_file: true}}
`
  const workshop = await openWorkshop(
    server,
    repositories,
    stack('pages', useCase('default', '($ .config_root $)/variables.yml', custom('($ .project $)/page.txt'))),
  )
  await must(create(workshop, 'one', 'pages'))
  expect(await create(workshop, 'two', 'pages')).toBeError('Conflict', 'shop/page.txt')
  expect(repositories.files(workshop.config, 'config')['shop/page.txt']).toBe('I am one\n')
})

test('a preview shows no file of the config repository but those of the component', async () => {
  const config = useCase('default', '($ .config_root $)/variables.yml') + useCase('other', 'secret/variables.yml')
  const workshop = await openWorkshop(server, repositories, stack('two-faced', config))
  const { at, org } = workshop
  repositories.commit(workshop.config, 'config', { 'secret/variables.yml': 'password: hunter2\n' })
  await must(create(workshop, 'one', 'two-faced'))
  const key = await keyFor(workshop, 'project:shop:**')
  const body = { component_canonical: 'one', service_catalog_ref: `${org}:two-faced`, use_case: 'other', vars: {} }
  const preview = await must(key.interpolateFormsConfig({ path: at, body }))
  expect(preview.body.data?.pipeline.variables.content).toBe('mine: 1\n')
})

test('who may not read a project does not learn from a stack who owns it, or where its files are', async () => {
  const telling = '($ .project $) ($ .project_owner_email $) ($ .cr_url $)'
  const workshop = await openWorkshop(server, repositories, stack('curious', useCase('default', `${telling}/variables.yml`)))
  const { ada, at, org } = workshop
  const rules = [{ action: 'organization:service_catalog:*', effect: 'allow' as const }]
  const key = await must(ada.createAPIKey({ path: { organization_canonical: org }, body: { name: 'Reader', rules } }))
  const query = { project_canonical: 'shop', environment_canonical: 'prod', component_canonical: 'one' }
  const path = { ...at, service_catalog_ref: `${org}:curious` }
  const shownTo = async (client: typeof ada) =>
    (await must(client.getServiceCatalogConfig({ path, query }))).body.data?.default?.pipeline.variables.destination
  expect(await shownTo(ada)).toContain(repositories.folder)
  expect(await shownTo(server.client(key.body.data?.token))).toBe('shop ($ .project_owner_email $) ($ .cr_url $)/variables.yml')
})
