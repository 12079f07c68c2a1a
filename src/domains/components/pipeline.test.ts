import { describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop, type Workshop } from '../../../test/support/workshop.ts'
import { mainPipelineName } from './pipeline.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const pipeline = (more = '') => `resources:
  - {name: tick, type: time, source: {interval: 1h, location: ((region))}}
jobs:
  - name: deploy-($ .project $)-($ .env $)
    plan: [{get: tick}]
${more}`
const stack = (text = pipeline()) => ({ ...webStack(), 'web/pipeline/pipeline.yml': text })
const open = (text?: string) => openWorkshop(server, repositories, stack(text))

const vars = (region = 'Europe/Paris') => ({ Server: { Pipeline: { region } } })
const create = (workshop: Workshop, canonical = 'front', at = workshop.at) =>
  workshop.ada.createComponent({
    path: at,
    body: { name: 'Front', canonical, service_catalog_ref: `${workshop.org}:web`, use_case: 'default', vars: vars() },
  })
const pathOf = ({ at }: Workshop, component = 'front', name = `shop-prod-${component}`) => ({
  ...at,
  component_canonical: component,
  inpath_pipeline_name: name,
})

describe('a component', () => {
  test('gets its pipeline, filled from the stack and its variables, and in sync at once', async () => {
    const workshop = await open()
    const { ada } = workshop
    const component = (await must(create(workshop))).body.data
    const { data } = (await must(ada.getPipeline({ path: pathOf(workshop) }))).body
    expect(data).toMatchObject({ name: 'shop-prod-front', jobs: [{ name: 'deploy-shop-prod' }], created_by: 'ada' })
    expect(data.problem).toBeUndefined()
    expect(data.component).toEqual(component)
    expect((await ada.getPipelineConfig({ path: pathOf(workshop) })).body.data).toContain('Europe/Paris')
    expect((await ada.syncedPipeline({ path: pathOf(workshop) })).body.data).toEqual({ synced: 'synced' })
  })

  test('takes its pipeline along when its values change', async () => {
    const workshop = await open()
    const { ada, at } = workshop
    await must(create(workshop))
    const body = { name: 'Front', use_case: 'default', vars: vars('Asia/Tokyo') }
    await must(ada.updateComponent({ path: { ...at, component_canonical: 'front' }, body }))
    expect((await ada.getPipelineConfig({ path: pathOf(workshop) })).body.data).toContain('Asia/Tokyo')
    const versions = (await must(ada.getPipelineConfigVersions({ path: pathOf(workshop) }))).body.data
    expect(versions.map(({ reason }) => reason)).toEqual(['component', 'component'])
  })

  test('takes its pipeline along when it moves, with its history and under its new name', async () => {
    const workshop = await open()
    const { ada, at } = workshop
    await must(create(workshop))
    const before = (await must(ada.getPipeline({ path: pathOf(workshop) }))).body.data
    await must(
      ada.migrateComponent({ path: { ...at, component_canonical: 'front' }, body: { destination_environment_canonical: 'staging' } }),
    )
    const moved = { ...pathOf(workshop, 'front', 'shop-staging-front'), environment_canonical: 'staging' }
    const { data } = (await must(ada.getPipeline({ path: moved }))).body
    expect(data).toMatchObject({ id: before.id, environment: { canonical: 'staging' }, jobs: [{ name: 'deploy-shop-staging' }] })
    expect((await ada.syncedPipeline({ path: moved })).body.data).toEqual({ synced: 'synced' })
  })

  test('takes its pipelines with it when it goes', async () => {
    const workshop = await open()
    const { ada, at, org } = workshop
    await must(create(workshop))
    await must(ada.deleteComponent({ path: { ...at, component_canonical: 'front' } }))
    expect((await must(ada.getPipelines({ path: { organization_canonical: org } }))).body.data).toEqual([])
    await must(create(workshop))
    expect((await must(ada.getPipelines({ path: { organization_canonical: org } }))).body.data).toHaveLength(1)
  })

  test('is refused, and nothing is written, when the pipeline of its stack is none', async () => {
    const workshop = await open('jobs:\n  - name: broken\n    plan: [{get: nowhere}]\n')
    const answer = await create(workshop)
    expect(answer).toBeError('Invalid', 'pipeline')
    expect(JSON.stringify(answer.body)).toContain('jobs[0].plan[0]')
    expect(() => repositories.files(workshop.config, 'config')).toThrow()
    expect((await workshop.ada.getComponents({ path: workshop.at })).body.data).toEqual([])
  })

  test('is there although the engine cannot run its pipeline, which says why', async () => {
    const task =
      '{task: t, config: {platform: linux, image_resource: {type: registry-image, source: {repository: alpine}}, run: {path: ls}}}'
    const workshop = await open(`jobs: [{name: plan, plan: [${task}]}]`)
    await must(create(workshop))
    const { data } = (await must(workshop.ada.getPipeline({ path: pathOf(workshop) }))).body
    expect(data).toMatchObject({ jobs: [{ name: 'plan' }], problem: expect.stringMatching(/^Nothing of it runs: jobs/) })
    const build = await workshop.ada.createBuild({ path: { ...pathOf(workshop), job_name: 'plan' } })
    expect(build).toBeError('Conflict')
  })

  test('is refused when another pipeline has the name that its own would get', async () => {
    const workshop = await open()
    const { ada, at } = workshop
    await must(create(workshop))
    const passed_config = 'resources: [{name: t, type: time, source: {interval: 1h}}]\njobs: [{name: j, plan: [{get: t}]}]'
    await must(
      ada.createPipeline({ path: { ...at, component_canonical: 'front' }, body: { pipeline_name: 'shop-prod-back', passed_config } }),
    )
    const answer = await create(workshop, 'back')
    expect(answer).toBeError('Conflict', 'shop-prod-back')
  })

  test('without a pipeline in its use case has none', async () => {
    const workshop = await open('# nothing to run\n')
    await must(create(workshop))
    expect((await must(workshop.ada.getPipelines({ path: { organization_canonical: workshop.org } }))).body.data).toEqual([])
  })
})

describe('a pipeline that somebody changed by hand', () => {
  test('is out of sync, and says in which lines', async () => {
    const workshop = await open()
    const { ada } = workshop
    await must(create(workshop))
    const text = (await must(ada.getPipelineConfig({ path: pathOf(workshop) }))).body.data
    await must(ada.updatePipeline({ path: pathOf(workshop), body: { passed_config: text.replace('1h', '5m') } }))
    const { data } = (await must(ada.syncedPipeline({ path: pathOf(workshop) }))).body
    expect(data).toMatchObject({ synced: 'out_of_sync', diffs: { resources: [{ name: 'tick', status: 'changed' }], jobs: [] } })
    const before = (await must(ada.getPipelineConfigVersions({ path: pathOf(workshop) }))).body.data.length
    const synced = await must(ada.syncPipeline({ path: pathOf(workshop) }))
    expect(synced.body.data.name).toBe('shop-prod-front')
    expect((await ada.syncedPipeline({ path: pathOf(workshop) })).body.data).toEqual({ synced: 'synced' })
    const versions = (await must(ada.getPipelineConfigVersions({ path: pathOf(workshop) }))).body.data
    expect(versions).toHaveLength(before + 1)
    expect(versions[0]).toMatchObject({ reason: 'component', author: 'ada' })
    // In line already: nothing is saved.
    await must(ada.syncPipeline({ path: pathOf(workshop) }))
    expect((await must(ada.getPipelineConfigVersions({ path: pathOf(workshop) }))).body.data).toHaveLength(before + 1)
  })

  test('is in sync again when its component is saved', async () => {
    const workshop = await open()
    const { ada, at } = workshop
    await must(create(workshop))
    const text = (await must(ada.getPipelineConfig({ path: pathOf(workshop) }))).body.data
    await must(ada.updatePipeline({ path: pathOf(workshop), body: { passed_config: text.replace('1h', '5m') } }))
    const body = { name: 'Front', use_case: 'default', vars: vars() }
    await must(ada.updateComponent({ path: { ...at, component_canonical: 'front' }, body }))
    expect((await ada.syncedPipeline({ path: pathOf(workshop) })).body.data).toEqual({ synced: 'synced' })
  })
})

describe('the name of a main pipeline', () => {
  test('is in lower case, as URLs of pipelines are', () => {
    expect(mainPipelineName({ project: 'shop', environment: 'Prod', component: 'Web.1' })).toBe('shop-prod-web.1')
  })

  test('is cut where it would be too long, and still tells long ones apart', () => {
    const long = (end: string) => mainPipelineName({ project: 'p'.repeat(90), environment: 'e'.repeat(90), component: end })
    expect(long('a')).toHaveLength(100)
    expect(long('a')).not.toBe(long('b'))
  })
})
