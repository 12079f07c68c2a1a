import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { acmeWith, below, catalog, stackFiles } from '../../../test/support/catalog.ts'
import type { Client } from '../../../test/support/client.ts'
import { realCatalogue, stacksAreThere, whyNoStacks } from '../../../test/support/real-stacks.ts'
import { type Files, useRepositories } from '../../../test/support/repositories.ts'
import { child, fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { gitIn } from '../../../test/support/workshop.ts'
import type { Schema } from '../../contract/operation.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const acme = (files: Files) => acmeWith(server, repositories, files)

const blueprint = (files: Record<string, string | Buffer> = {}) => ({
  ...stackFiles('print', '', {
    '.cycloid.yml': `# ($> .stack_usecase <$)
version: '3'
name: Blueprint
canonical: print
author: somebody
template: true # no longer
config:
  aws:
    name: AWS
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
      variables: {path: pipeline/variables.sample.yml, destination: '($ .project $)/variables.yml'}
    raw:
      notes: {path: docs/notes.txt, destination: '($ .project $)/notes.txt'}
  gcp:
    name: GCP
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
`,
    '.forms.yml': `use_cases:
- name: aws
  sections: []
- name: gcp
  sections: []
`,
    'pipeline/pipeline.yml': `($>- if eq .stack_usecase "aws" <$)
# ($> .stack_canonical <$) by ($> .stack_author <$) in ($> .stack_path <$) of ($> .scs_canonical <$) at ($> .api_url <$)
($>- end <$)
path: ($ .stack_path $) {{ old }}
jobs: []
`,
    'terraform/modules/main.tf': 'deep',
    'terraform/aws/main.tf': 'for aws',
    'terraform/gcp/main.tf': 'for gcp',
    'docs/notes.txt': 'named',
    'docs/other.txt': 'not named',
    'pipeline/logo.png': Buffer.from([0xff, 0xfe, 0, 1]),
    ...files,
  }),
  ...stackFiles('stack-old'),
})

describe('a stack from a blueprint', () => {
  const body = (more: Partial<Schema<'NewServiceCatalogFromTemplate'>> = {}): Schema<'NewServiceCatalogFromTemplate'> => ({
    name: 'Made: of it',
    canonical: 'stack-made',
    service_catalog_source_canonical: 'catalog',
    use_case: 'aws',
    ...more,
  })
  const make = (who: Client, home: string, from: string, more = {}) =>
    who.createServiceCatalogFromTemplate({
      path: { organization_canonical: home, service_catalog_ref: `${home}:${from}` },
      body: body(more),
    })

  test('has one use case, filled in, with the tokens of components left alone', async () => {
    const { home, ada, repository } = await acme(blueprint())
    const made = await make(ada, home, 'print', { visibility: 'hidden', team_canonical: 'core' })
    expect(made).toHaveStatus(200)
    expect(made.body.data).toMatchObject({
      ref: `${home}:stack-made`,
      name: 'Made: of it',
      author: 'ada',
      blueprint: false,
      form_enabled: true,
      visibility: 'hidden',
      team: { canonical: 'core' },
    })
    const files = below(repositories, repository, 'stack-made')
    expect(files['.cycloid.yml']).toContain('# aws\nversion: \'3\'\nname: "Made: of it"\ncanonical: stack-made\nauthor: ada\nconfig:')
    expect(Object.keys(parse(files['.cycloid.yml'] ?? '').config)).toEqual(['aws'])
    expect(parse(files['.forms.yml'] ?? '').use_cases).toEqual([{ name: 'aws', sections: [] }])
    expect(files['pipeline/pipeline.yml']).toBe(
      `\n# stack-made by ada in stack-made of catalog at ${server.platform.config.apiUrl}\npath: ($ .stack_path $) {{ old }}\njobs: []\n`,
    )
  })

  test('takes the files of its use case', async () => {
    const { home, ada, repository } = await acme(blueprint())
    await make(ada, home, 'print', { author: 'Somebody else' })
    const files = below(repositories, repository, 'stack-made')
    expect(Object.keys(files)).toEqual([
      '.cycloid.yml',
      '.forms.yml',
      'README.md',
      'docs/notes.txt',
      'pipeline/logo.png',
      'pipeline/pipeline.yml',
      'pipeline/variables.sample.yml',
      'terraform/aws/main.tf',
      'terraform/main.tf',
    ])
    expect(files['pipeline/pipeline.yml']).toContain('by Somebody else')
  })

  test('comes into the repository of a child from the blueprint of its parent', async () => {
    const [parent, kid] = [fresh('parent'), fresh('kid')]
    const { ada, bob } = await scenario(server, organization(parent, member('ada'), child(kid, member('bob'))))
    await catalog(repositories, ada, parent, 'catalog', blueprint())
    await catalog(repositories, bob, kid, 'catalog', stackFiles('stack-own'))
    const path = { organization_canonical: kid, service_catalog_ref: `${parent}:print` }
    expect(await bob.createServiceCatalogFromTemplate({ path, body: body() })).toBeError('NotFoundEntity')
    await ada.updateServiceCatalog({
      path: { organization_canonical: parent, service_catalog_ref: `${parent}:print` },
      body: { visibility: 'shared' },
    })
    const made = await bob.createServiceCatalogFromTemplate({ path, body: body() })
    expect(made.body.data).toMatchObject({ ref: `${kid}:stack-made`, organization_canonical: kid })
  })

  test('needs a blueprint with the use case', async () => {
    const { home, ada } = await acme(blueprint())
    expect(await make(ada, home, 'stack-old')).toBeError('Invalid', 'no blueprint')
    expect(await make(ada, home, 'print', { use_case: 'azure' })).toBeError('Invalid', 'body.use_case: must be one of aws, gcp')
    expect(await make(ada, home, 'print', { canonical: 'stack-old' })).toBeError('AlreadyExists', 'stack-old')
    expect(await make(ada, home, 'print', { service_catalog_source_canonical: 'nowhere' })).toBeError('NotFoundEntity', 'nowhere')
    expect(await make(ada, home, 'nowhere')).toBeError('NotFoundEntity')
  })

  test.each([
    ['pipeline/pipeline.yml', '($> if <$)'],
    [
      '.cycloid.yml',
      `# ($> nope <$)\ntemplate: true\nname: a\ncanonical: print\nconfig:\n  aws: {name: a, pipeline: {pipeline: {path: p}}}\n`,
    ],
    [
      '.cycloid.yml',
      `x: '($> .stack_author <$)'\ntemplate: true\nname: a\ncanonical: print\nconfig:\n  aws: {name: a, pipeline: {pipeline: {path: p}}}\n`,
    ],
  ])('is refused when %s cannot be filled in, and nothing is written', async (file, text) => {
    const { home, ada, repository } = await acme(blueprint({ [file]: text }))
    const refused = await make(ada, home, 'print', { author: "it's\n: [" })
    expect(refused).toHaveStatus(422)
    expect(refused).toBeError('Invalid', `${file}: `)
    expect(repositories.log(repository, 'stacks')).toHaveLength(1)
  })

  test('is refused when filling it in takes too long, or makes it too large', async () => {
    const many = (text: string) => blueprint(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`pipeline/${index}.yml`, text])))
    for (const [text, words] of [
      ['($> range until 90000 <$)($> mul . . | add 1 | print | len <$)($> end <$)', 'too long'],
      ['($> repeat 500000 "x" <$)', 'larger than 6 MiB'],
    ] as const) {
      const { home, ada, repository } = await acme(many(text))
      expect(await make(ada, home, 'print')).toBeError('Invalid', words)
      expect(repositories.log(repository, 'stacks')).toHaveLength(1)
    }
  })

  test.skipIf(!stacksAreThere)(`is made of a real one (${whyNoStacks})`, async () => {
    const real = Object.fromEntries(Object.entries(realCatalogue()).filter(([path]) => path.startsWith('testing_blueprint/')))
    const definition = real['testing_blueprint/.cycloid.yml']?.replace('template: false', 'template: true') ?? ''
    const { home, ada, repository } = await acme({ ...real, 'testing_blueprint/.cycloid.yml': definition })
    const made = await make(ada, home, 'testing_blueprint')
    expect(made).toHaveStatus(200)
    expect(made.body.data).toMatchObject({ form_enabled: true, blueprint: false, cloud_providers: [{ canonical: 'aws' }] })
    const files = below(repositories, repository, 'stack-made')
    expect(files['pipeline/pipeline.yml']).toBe(real['testing_blueprint/pipeline/pipeline.yml'])
    expect(files['.cycloid.yml']?.split('\n').slice(0, 3)).toEqual(definition.split('\n').slice(0, 2).concat('name: "Made: of it"'))
  })
})
