import { describe, expect, test } from 'vitest'
import { catalog, stackFiles } from '../../../test/support/catalog.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { child, fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { gitIn } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const definition = `version: '3'
name: Crafted
canonical: crafted
author: somebody
config:
  # for a start
  aws:
    name: AWS # short
    terraform:
      other: {path: terraform/other.tf, destination: '($ .project $)/other.tf'}
      main: {path: terraform/main.tf, destination: '($ .project $)/main.tf'}

  bare:
    name: Nothing yet # really
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
`
const files = {
  ...stackFiles('crafted', '', { '.cycloid.yml': definition, 'terraform/other.tf': 'locals {}\n' }),
  ...stackFiles('stack-templated', 'status: public', { 'terraform/main.tf': '($ if .x $)\nlocals {}\n($ end $)\n' }),
}

async function world() {
  const [parent, kid] = [fresh('parent'), fresh('kid')]
  const { ada, bob } = await scenario(server, organization(parent, member('ada'), child(kid, member('bob'))))
  const { repository } = await catalog(repositories, ada, parent, 'catalog', files)
  const at = (stack: string, use_case_canonical: string, home = parent) => ({
    organization_canonical: home,
    service_catalog_ref: `${parent}:${stack}`,
    use_case_canonical,
  })
  return { parent, kid, ada, bob, repository, at }
}

const config = {
  variable: { region: { type: 'string', default: 'eu-west-1' } },
  resource: { aws_s3_bucket: { logs: { bucket: `logs-\${var.region}`, force_destroy: true } } },
}

describe('the Terraform of a use case', () => {
  test('is read from the file that it calls main', async () => {
    const { ada, at } = await world()
    const { body } = await ada.getServiceCatalogTerraform({ path: at('crafted', 'aws') })
    expect(JSON.stringify(body.data.config)).toContain('./here')
  })

  test('is written as HCL to that file, in one commit, and reads back', async () => {
    const { ada, repository, at } = await world()
    expect(await ada.updateServiceCatalogTerraform({ path: at('crafted', 'aws'), body: { config } })).toHaveStatus(204)
    const [newest, ...older] = repositories.log(repository, 'stacks')
    expect(newest?.author).toBe('ada Tester <ada@example.com>')
    expect(older).toHaveLength(1)
    const stored = repositories.files(repository, 'stacks')
    expect(stored['crafted/terraform/main.tf']).toMatch(/resource "aws_s3_bucket" "logs" \{\n {2}bucket += "logs-\$\{var\.region\}"/)
    expect(stored['crafted/.cycloid.yml']).toBe(definition)
    const { body } = await ada.getServiceCatalogTerraform({ path: at('crafted', 'aws') })
    expect(JSON.stringify(body.data.config)).toContain('aws_s3_bucket')
    await ada.updateServiceCatalogTerraform({ path: at('crafted', 'aws'), body: { config: body.data.config } })
    expect((await ada.getServiceCatalogTerraform({ path: at('crafted', 'aws') })).body).toEqual(body)
  })

  test('is not committed twice', async () => {
    const { ada, repository, at } = await world()
    for (let save = 0; save < 2; save++)
      expect(await ada.updateServiceCatalogTerraform({ path: at('crafted', 'aws'), body: { config } })).toHaveStatus(204)
    expect(repositories.log(repository, 'stacks')).toHaveLength(2)
  })

  test('of a use case without any gets a file, and an entry in a definition that is otherwise as it was', async () => {
    const { ada, repository, at } = await world()
    expect(await ada.getServiceCatalogTerraform({ path: at('crafted', 'bare') })).toBeError('NotFoundEntity', 'bare')
    expect(await ada.updateServiceCatalogTerraform({ path: at('crafted', 'bare'), body: { config } })).toHaveStatus(204)
    const stored = repositories.files(repository, 'stacks')
    expect(stored['crafted/.cycloid.yml']).toBe(`${definition}    terraform:
      main:
        path: terraform/bare/main.tf
        destination: ($ .organization_canonical $)/($ .project $)/($ .environment $)/($ .component $)/terraform/main.tf
`)
    expect(stored['crafted/terraform/bare/main.tf']).toContain('aws_s3_bucket')
    expect(await ada.getServiceCatalogTerraform({ path: at('crafted', 'bare') })).toHaveStatus(200)
  })

  test('follows what was pushed since the last scan', async () => {
    const { ada, repository, at } = await world()
    repositories.commit(repository, 'stacks', { 'crafted/.cycloid.yml': definition.replace('terraform/main.tf', 'terraform/moved.tf') })
    expect(await ada.updateServiceCatalogTerraform({ path: at('crafted', 'aws'), body: { config } })).toHaveStatus(204)
    expect(repositories.files(repository, 'stacks')['crafted/terraform/moved.tf']).toContain('aws_s3_bucket')
    repositories.commit(repository, 'stacks', { 'crafted/.cycloid.yml': null })
    expect(await ada.updateServiceCatalogTerraform({ path: at('crafted', 'aws'), body: { config } })).toBeError('Conflict', 'no longer')
  })

  test('is not that of a use case that is not there, nor a text with tokens', async () => {
    const { ada, at } = await world()
    expect(await ada.getServiceCatalogTerraform({ path: at('crafted', 'gcp') })).toBeError('NotFoundEntity', 'use case gcp')
    expect(await ada.updateServiceCatalogTerraform({ path: at('crafted', 'gcp'), body: { config } })).toBeError('NotFoundEntity', 'gcp')
    expect(await ada.getServiceCatalogTerraform({ path: at('stack-templated', 'default') })).toBeError('Invalid', 'not plain HCL')
  })

  test('is refused when it is no Terraform configuration', async () => {
    const { ada, repository, at } = await world()
    const answer = await ada.updateServiceCatalogTerraform({ path: at('crafted', 'aws'), body: { config: { resource: 'a text' } } })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', 'body.config')
    expect(repositories.log(repository, 'stacks')).toHaveLength(1)
  })

  test('of an ancestor is read where it is shared, and written where it belongs', async () => {
    const { parent, kid, ada, bob, at } = await world()
    await ada.updateServiceCatalog({ path: at('crafted', 'aws'), body: { visibility: 'shared' } })
    expect(await bob.getServiceCatalogTerraform({ path: at('crafted', 'aws', kid) })).toHaveStatus(200)
    expect(await bob.updateServiceCatalogTerraform({ path: at('crafted', 'aws', kid), body: { config } })).toBeError('Unauthorized', parent)
  })
})

describe('the diagram of a stack', () => {
  test.each([[{ nodes: [{ id: 1.5, ключ: ['\u0000', null] }] }], [[]], ['text'], [0], [null]])(
    'comes back as it was saved: %j',
    async (diagram) => {
      const { ada, at } = await world()
      const path = at('crafted', '')
      expect(await ada.getServiceCatalogTerraformDiagram({ path })).toBeError('NotFoundEntity', 'diagram')
      const saved = await ada.call('updateServiceCatalogTerraformDiagram', { path, body: JSON.stringify(diagram), headers: json })
      expect(saved).toHaveStatus(204)
      const { body } = await ada.getServiceCatalogTerraformDiagram({ path })
      expect(body.data).toEqual(diagram)
      expect(body.created_at).toBe(body.updated_at)
    },
  )

  test('may be nested as deep as anybody draws, and no deeper', async () => {
    const { ada, at } = await world()
    const path = at('crafted', '')
    const save = (deep: number) =>
      ada.call('updateServiceCatalogTerraformDiagram', { path, body: `${'['.repeat(deep)}${']'.repeat(deep)}`, headers: json })
    expect(await save(400)).toHaveStatus(204)
    expect(await ada.getServiceCatalogTerraformDiagram({ path })).toHaveStatus(200)
    expect(await save(100_000)).toBeError('Invalid', 'nested')
  })

  test('keeps when it was first saved', async () => {
    const { ada, at } = await world()
    const path = at('crafted', '')
    await ada.updateServiceCatalogTerraformDiagram({ path, body: { a: 1 } })
    await server.database.query(`update stack_diagrams set diagram_created_at = now() - interval '1 hour'`)
    await ada.updateServiceCatalogTerraformDiagram({ path, body: { a: 2 } })
    const { data, created_at = 0, updated_at = 0 } = (await ada.getServiceCatalogTerraformDiagram({ path })).body
    expect(data).toEqual({ a: 2 })
    expect(updated_at - created_at).toBeGreaterThanOrEqual(3600)
  })

  test('has a picture of its own', async () => {
    const { ada, at } = await world()
    const path = at('crafted', '')
    expect(await ada.getServiceCatalogTerraformImage({ path })).toBeError('NotFoundEntity', 'image')
    const image = Buffer.from('a picture').toString('base64')
    expect(await ada.updateServiceCatalogTerraformImage({ path, body: { image } })).toHaveStatus(204)
    expect((await ada.getServiceCatalogTerraformImage({ path })).body.data).toEqual({ image })
    expect(await ada.getServiceCatalogTerraformDiagram({ path })).toBeError('NotFoundEntity', 'diagram')
    await ada.updateServiceCatalogTerraformDiagram({ path, body: {} })
    expect((await ada.getServiceCatalogTerraformImage({ path })).body.data).toEqual({ image })
  })

  test.each([
    ['nothing', ''],
    ['a letter', 'a'],
    ['no base64', 'abc!'],
    ['padding inside', 'ab=c'],
    ['an address', 'data:image/png;base64,AAAA'],
    ['too much', 'A'.repeat(960_000)],
  ])('has no picture that is not one: $0', async (image) => {
    const { ada, at } = await world()
    expect(await ada.updateServiceCatalogTerraformImage({ path: at('crafted', ''), body: { image } })).toBeError('Invalid', 'image')
  })

  test('stays in the organization of the stack', async () => {
    const { parent, kid, ada, bob, at } = await world()
    const [own, foreign] = [at('stack-templated', ''), at('stack-templated', '', kid)]
    await ada.updateServiceCatalogTerraformDiagram({ path: own, body: {} })
    expect(await bob.getServiceCatalogTerraformDiagram({ path: foreign })).toBeError('NotFoundEntity')
    expect(await bob.updateServiceCatalogTerraformDiagram({ path: foreign, body: {} })).toBeError('Unauthorized', parent)
    expect(await bob.updateServiceCatalogTerraformImage({ path: foreign, body: { image: 'AAAA' } })).toBeError('Unauthorized', parent)
  })
})

const json = { 'content-type': 'application/json' }
