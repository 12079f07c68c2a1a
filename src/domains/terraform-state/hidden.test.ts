/** The token of a state stands in files and pipelines that more people may read than may have the state. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { member, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { keepStates } from '../../../test/support/state-world.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop, type Workshop } from '../../../test/support/workshop.ts'
import { hidden } from './hidden.ts'
import { mintStateToken } from './tokens.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const vars = { Server: { Pipeline: { region: 'eu' } } }

let world: Workshop
let token: string
let people: Record<string, Client>

beforeAll(async () => {
  world = await openWorkshop(server, repositories, stackWithTokens())
  const [row] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [world.org])
  const organizationId = Number(row?.id)
  await keepStates(server, organizationId)
  const body = { name: 'front', canonical: 'front', service_catalog_ref: `${world.org}:web`, use_case: 'default', vars }
  await must(world.ada.createComponent({ path: world.at, body }))
  token = mintStateToken(server.platform, { organizationId, project: 'shop', environment: 'prod', component: 'front', generation: 1 })
  const home = { id: organizationId, path: [organizationId], canonical: world.org }
  const cast = [
    member('mia', 'organization-member'),
    member('vic', 'default-project-viewer'),
    role('forms', ['organization:form:*'], ['organization:service_catalog:read'], ['organization:service_catalog:list']),
    member('fay', 'forms'),
    role(
      'keeper',
      ['organization:terraform_state:download'],
      ['organization:component:read'],
      ['organization:project:read'],
      ['organization:pipeline:read'],
      ['organization:service_catalog:read'],
    ),
    member('kim', 'keeper'),
  ]
  people = (await scenario(server, async (cut) => {
    for (const part of cast) await part(cut, home)
  })) as Record<string, Client>
})

/** Its form and its pipeline name the token, as stacks do that keep their state here. */
function stackWithTokens() {
  const files = webStack()
  const form = files['web/.forms.yml'] ?? ''
  files['web/.forms.yml'] = form.replace('($ .org $)-($ .project $)-state', '($ .inventory_jwt $)')
  expect(files['web/.forms.yml']).not.toBe(form)
  files['web/pipeline/pipeline.yml'] = `resources:
  - {name: tick, type: time, source: {interval: 1h, start: '1:00', stop: '2:00', location: UTC}}
jobs:
  - name: deploy
    plan: [{get: tick}, {task: t, config: {platform: linux, image_resource: {type: registry-image, source: {repository: alpine}}, params: {TF_ADDRESS: '($ .api_url $)/inventory?jwt=($ .inventory_jwt $)'}, run: {path: 'true'}}}]
`
  return files
}

/** Everything that shows files and pipelines of the component. */
const looks: [string, (client: Client) => Promise<{ status: number; body: unknown }>][] = [
  [
    'the configuration of the stack',
    (client) =>
      client.getServiceCatalogConfig({
        path: { organization_canonical: world.org, service_catalog_ref: `${world.org}:web` },
        query: { project_canonical: 'shop', environment_canonical: 'prod', component_canonical: 'front' },
      }),
  ],
  ['the values of the component', (client) => client.getComponentConfig({ path: { ...world.at, component_canonical: 'front' } })],
  [
    'a preview',
    (client) =>
      client.interpolateFormsConfig({
        path: world.at,
        body: { service_catalog_ref: `${world.org}:web`, use_case: 'default', component_canonical: 'front', vars },
      }),
  ],
  [
    'its pipeline',
    (client) => client.getPipelineConfig({ path: { ...world.at, component_canonical: 'front', inpath_pipeline_name: 'shop-prod-front' } }),
  ],
]

describe('the token of a component’s state', () => {
  test.each(looks)('is in %s for who may have it', async (_, look) => {
    const [ada, kim] = [await look(world.ada), await look(people['kim'] as Client)]
    expect(JSON.stringify(ada.body)).toContain(token)
    if (kim.status === 200) expect(JSON.stringify(kim.body)).toContain(token)
  })

  test.each(looks)('is not in %s for members, viewers and whoever fills in forms', async (_, look) => {
    const answers = await Promise.all(['mia', 'vic', 'fay'].map((name) => look(people[name] as Client)))
    for (const { body } of answers) expect(JSON.stringify(body)).not.toContain(token)
    const shown = answers.filter(({ status }) => status === 200)
    expect(shown.length).toBeGreaterThan(0)
    expect(shown.some(({ body }) => JSON.stringify(body).includes(hidden))).toBe(true)
  })
})
