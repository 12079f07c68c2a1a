import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { acmeWith, below, catalog, stackFiles } from '../../../test/support/catalog.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { gitIn } from '../../../test/support/workshop.ts'
import type { Schema } from '../../contract/operation.ts'
import { templateData } from '../../formats/template/keys.ts'
import { renderTemplate } from '../../formats/template/template.ts'
import { bareStack } from './bare.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const bare = (more: Partial<Schema<'NewServiceCatalog'>> = {}): Schema<'NewServiceCatalog'> => ({
  name: 'My "new": stack',
  canonical: 'stack-new',
  description: 'First line.\n\n- second: line',
  author: 'Ada',
  keywords: ['a', 'yes', '1.0'],
  service_catalog_source_canonical: 'catalog',
  ...more,
})

const acme = () => acmeWith(server, repositories)

describe('a bare stack', () => {
  test('is one commit by its author, and a stack from then on', async () => {
    const { home, ada, path, repository } = await acme()
    const created = await ada.createServiceCatalog({ path, body: bare({ visibility: 'hidden', team_canonical: 'core' }) })
    expect(created).toHaveStatus(200)
    expect(created.body.data).toMatchObject({
      ref: `${home}:stack-new`,
      name: 'My "new": stack',
      description: 'First line.\n\n- second: line',
      author: 'Ada',
      keywords: ['a', 'yes', '1.0'],
      directory: 'stack-new',
      visibility: 'hidden',
      team: { canonical: 'core' },
      service_catalog_source_canonical: 'catalog',
    })
    const service_catalog_ref = `${home}:stack-new`
    expect((await ada.getServiceCatalog({ path: { ...path, service_catalog_ref } })).body).toEqual(created.body)
    const [newest, ...older] = repositories.log(repository, 'stacks')
    expect(newest).toMatchObject({ author: 'ada Tester <ada@example.com>', parents: [older[0]?.hash] })
    expect(newest?.message).toContain('Add the stack stack-new')
    expect(older).toHaveLength(1)
    expect(Object.keys(below(repositories, repository, 'stack-new'))).toEqual([
      '.cycloid.yml',
      'README.md',
      'pipeline/pipeline.yml',
      'pipeline/variables.sample.yml',
      'terraform/main.tf',
    ])
    const events = await ada.getEvents({ path, query: { begin: 0, end: Date.now() + 1000 } })
    expect(events.body.data[0]?.message).toBe(`ada created the stack ${service_catalog_ref}`)
  })

  test('is committed in the name of a key when a key asks for it', async () => {
    const { robot, path, repository } = await acme()
    expect(await robot.createServiceCatalog({ path, body: bare() })).toHaveStatus(200)
    expect(repositories.log(repository, 'stacks')[0]?.author).toContain('API key robot')
  })

  test('gets its canonical from its name', async () => {
    const { home, ada, path } = await acme()
    const { canonical: _, ...body } = bare({ name: 'Übung eins' })
    expect((await ada.createServiceCatalog({ path, body })).body.data.ref).toBe(`${home}:ubung-eins`)
  })

  test.each(['ssh', 'basic_auth', ''])('has a pipeline with a job, whatever the type of the credential: "%s"', (type) => {
    const files = bareStack({ ...bare(), canonical: 'stack-new' })
    const data = templateData({
      organization: 'acme',
      project: 'web',
      environment: 'prod',
      component: 'api',
      configUrl: 'git@example.com:a/b.git',
      configBranch: 'config',
      configCredType: type,
      configCredPath: 'git_key',
    })
    const pipeline = parse(renderTemplate(files.get('pipeline/pipeline.yml')?.toString() ?? '', data, { missing: 'print' }))
    expect(pipeline.jobs).toHaveLength(1)
    expect(pipeline.jobs[0].plan[1].config.run.dir).toBe('config/acme/web/prod/api/terraform')
    const secret = { ssh: { private_key: '((git_key.ssh_key))' }, basic_auth: { username: '((git_key.username))' } }[type] ?? {}
    expect(pipeline.resources[0].source).toMatchObject({ uri: 'git@example.com:a/b.git', branch: 'config', ...secret })
    const variables = parse(files.get('pipeline/variables.sample.yml')?.toString() ?? '')
    expect(Object.keys(variables)).toEqual(['terraform_version'])
  })

  test('needs a canonical that no stack of the organization has', async () => {
    const { home, ada, path, repository } = await acme()
    const renamed = String(stackFiles('stack-unseen')['stack-unseen/.cycloid.yml'])
    await catalog(repositories, ada, home, 'other', stackFiles('stack-elsewhere'))
    // Pushed, and not scanned yet.
    repositories.commit(repository, 'stacks', { 'somewhere/.cycloid.yml': renamed, 'only-a-folder/file': '' })
    const before = repositories.log(repository, 'stacks').length
    for (const canonical of ['stack-old', 'stack-elsewhere', 'stack-unseen', 'only-a-folder'])
      expect(await ada.createServiceCatalog({ path, body: bare({ canonical }) }), canonical).toBeError('AlreadyExists')
    expect(repositories.log(repository, 'stacks')).toHaveLength(before)
  })

  test('is made once when many want the same', async () => {
    const { ada, path, repository } = await acme()
    const answers = await Promise.all(Array.from({ length: 4 }, () => ada.createServiceCatalog({ path, body: bare() })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
    expect(repositories.log(repository, 'stacks')).toHaveLength(2)
  })

  test('is made in one repository when several want it', async () => {
    const { home, ada, path, repository } = await acme()
    const other = await catalog(repositories, ada, home, 'other', stackFiles('stack-elsewhere'))
    const answers = await Promise.all(
      ['catalog', 'other'].map((service_catalog_source_canonical) =>
        ada.createServiceCatalog({ path, body: bare({ service_catalog_source_canonical }) }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const lost = answers.find(({ status }) => status === 409)
    const committed = [repository, other.repository].filter((name) => 'README.md' in below(repositories, name, 'stack-new'))
    // Who learns it only after the commit is told where the files are.
    if (committed.length > 1) expect(lost).toBeError('Conflict', 'was committed to the directory stack-new')
  })

  test('does not take the place of one that is made at the same time', async () => {
    const { ada, path, repository } = await acme()
    const names = ['stack-a', 'stack-b', 'stack-c', 'stack-d']
    const answers = await Promise.all(names.map((canonical) => ada.createServiceCatalog({ path, body: bare({ canonical }) })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const { body } = await ada.listServiceCatalogs({ path })
    expect(body.data.map(({ canonical }) => canonical)).toEqual([...names, 'stack-old'])
    expect(repositories.log(repository, 'stacks').map(({ parents }) => parents.length)).toEqual([1, 1, 1, 1, 0])
  })

  test('names what is wrong, before anything is written', async () => {
    const { ada, path, repository } = await acme()
    const create = (more: Partial<Schema<'NewServiceCatalog'>>) => ada.createServiceCatalog({ path, body: bare(more) })
    expect(await create({ service_catalog_source_canonical: 'nowhere' })).toBeError('NotFoundEntity', 'catalog repository nowhere')
    expect(await create({ team_canonical: 'nobody' })).toBeError('Invalid', 'body.team_canonical')
    expect(await create({ visibility: 'public' })).toBeError('Invalid', 'body.visibility')
    expect(await create({ name: ' ' })).toBeError('Invalid', 'name is missing')
    expect(await create({ dependencies: [{ ref: 'no-colon' }] })).toBeError('Invalid', 'dependencies[0].ref')
    expect(await create({ description: 'a\0b' })).toHaveStatus(422)
    expect(repositories.log(repository, 'stacks')).toHaveLength(1)
  })

  test('says what git says when it cannot be pushed', async () => {
    const { ada, path, repository } = await acme()
    rmSync(`${repositories.folder}/${repository}.git`, { recursive: true })
    const refused = await ada.createServiceCatalog({ path, body: bare() })
    expect(refused).toHaveStatus(422)
    expect(refused).toBeError('Invalid', 'body.service_catalog_source_canonical')
  })

  test('may be made only where a rule covers its name', async () => {
    const home = fresh('acme')
    const { ada, bob } = await scenario(
      server,
      organization(
        home,
        role('maker', ['organization:service_catalog:create', `organization:${home}:service_catalog:cy-*`]),
        member('ada'),
        member('bob', 'maker'),
      ),
    )
    await catalog(repositories, ada, home, 'catalog', stackFiles('stack-old'))
    const path = { organization_canonical: home }
    expect(await bob.createServiceCatalog({ path, body: bare() })).toBeError('Unauthorized', 'no rule grants')
    expect(await bob.createServiceCatalog({ path, body: bare({ canonical: 'cy-new' }) })).toHaveStatus(200)
  })
})
