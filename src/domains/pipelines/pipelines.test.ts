import { beforeAll, describe, expect, test } from 'vitest'
import { lineOf, openLine } from '../../../test/support/pipelines.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop, type Workshop } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const config = (job = 'build', more = '') => `
resources:
  - {name: tick, type: time, source: {interval: 1h}}
jobs:
  - name: ${job}
    plan:
      - {get: tick, trigger: true}
${more}`

let workshop: Workshop
beforeAll(async () => {
  workshop = await openWorkshop(server, repositories, webStack())
})
let count = 0
const open = (text = config(), more: { yaml_vars?: string } = {}) => openLine(workshop, text, { name: `line-${++count}`, ...more })

describe('creating a pipeline', () => {
  test('answers with its jobs and everything that it belongs to', async () => {
    const { ada, pipeline } = await open()
    const answer = await ada.getPipeline({ path: pipeline })
    expect(answer.body.data).toMatchObject({
      name: pipeline.inpath_pipeline_name,
      component: { canonical: 'app' },
      environment: { canonical: 'prod' },
      project: { canonical: 'shop', environments: [{ canonical: 'prod' }, { canonical: 'staging' }] },
      jobs: [{ name: 'build', inputs: [{ name: 'tick', resource: 'tick', trigger: true }], paused: false }],
      paused: false,
      status: 'pending',
      created_by: 'ada',
      engine: 'embedded',
    })
  })

  test('takes the pipeline of the stack when none is passed', async () => {
    const { ada, at } = await open()
    await must(ada.createPipeline({ path: at, body: { pipeline_name: 'of-the-stack' } }))
    const answer = await ada.getPipelineConfig({ path: { ...at, inpath_pipeline_name: 'of-the-stack' } })
    expect(answer.body.data).toContain('deploy-shop-prod')
  })

  test('says every mistake at once, with its place', async () => {
    const { ada, at } = await open()
    const passed_config = 'resources: [{name: a, type: git, check_every: often}]\njobs: [{name: j, plan: [{get: b}, {task: t}]}]'
    const answer = await ada.createPipeline({ path: at, body: { pipeline_name: 'wrong', passed_config } })
    expect(answer).toBeError('Invalid', 'not valid')
    const text = JSON.stringify(answer.body)
    expect(text).toContain('jobs[0].plan[0]')
    expect(text).toContain('jobs[0].plan[1]')
    expect(text).toContain('resources[0]')
    expect((await ada.getPipeline({ path: { ...at, inpath_pipeline_name: 'wrong' } })).status).toBe(404)
  })

  test('refuses what the engine cannot do, field by field, and says how to get it', async () => {
    const { ada, at } = await open()
    const task =
      '{task: t, config: {platform: linux, image_resource: {type: registry-image, source: {repository: alpine}}, run: {path: ls}}}'
    const body = { pipeline_name: 'unsupported', passed_config: `jobs: [{name: j, plan: [${task}]}]` }
    const answer = await ada.createPipeline({ path: at, body })
    expect(answer).toBeError('Invalid', 'cannot run')
    expect(JSON.stringify(answer.body)).toMatch(/image_resource.*CONCOURSE_URL/)
  })

  test('refuses a variable without a credential only when asked to look', async () => {
    const { ada, at } = await open()
    const passed_config = config().replace('1h', '((nowhere.interval))')
    const asked = await ada.createPipeline({ path: at, body: { pipeline_name: 'checked', passed_config, check_credentials: true } })
    expect(asked).toBeError('Invalid', 'nowhere.interval')
    expect((await ada.createPipeline({ path: at, body: { pipeline_name: 'unchecked', passed_config } })).status).toBe(200)
  })

  test('warns of what is deprecated, and of what the engine leaves out', async () => {
    const { ada, at } = await open()
    const passed_config = `display: {background_image: "https://example.com/a.png"}${config().replace('name: build', 'name: build\n    build_logs_to_retain: 3')}`
    const answer = await must(ada.createPipeline({ path: at, body: { pipeline_name: 'warned', passed_config } }))
    expect(answer.body.data.warnings?.join('\n')).toMatch(/build_logs_to_retain[\s\S]*display.background_image/)
  })

  test('refuses a name that the organization has already', async () => {
    const { ada, at, pipeline } = await open()
    const again = await ada.createPipeline({ path: at, body: { pipeline_name: pipeline.inpath_pipeline_name, passed_config: config() } })
    expect(again).toBeError('AlreadyExists', 'pipeline')
  })
})

describe('the configuration of a pipeline', () => {
  test('has its variables filled in, and those without a value left', async () => {
    const { ada, pipeline } = await open(config('((job))').replace('1h', '((shop.interval))'), { yaml_vars: 'job: unit' })
    const text = (await must(ada.getPipelineConfig({ path: pipeline }))).body.data
    expect(text).toContain('name: unit')
    expect(text).toContain('((shop.interval))')
    const variables = await ada.getPipelineVariables({ path: pipeline })
    expect(variables.body.data).toEqual({ yaml_vars: 'job: unit', has_saved_yaml_vars: true })
  })

  test('shows the sample of the stack while no variables are saved', async () => {
    const { ada, pipeline } = await open()
    const variables = await ada.getPipelineVariables({ path: pipeline })
    expect(variables.body.data).toMatchObject({ has_saved_yaml_vars: false, yaml_vars: expect.stringContaining('# Where shop runs') })
  })

  test('is replaced whole: the new jobs are there, and no others', async () => {
    const { ada, pipeline, job } = await open()
    const answer = await ada.updatePipeline({ path: pipeline, body: { passed_config: config('other') } })
    expect(answer.body.data.jobs.map(({ name }) => name)).toEqual(['other'])
    expect((await ada.getJob({ path: job('build') })).status).toBe(404)
    expect((await ada.getJobs({ path: pipeline })).body.data).toHaveLength(1)
  })

  test('a refused update changes nothing', async () => {
    const { ada, pipeline } = await open()
    const answer = await ada.updatePipeline({ path: pipeline, body: { passed_config: 'jobs: []' } })
    expect(answer.status).toBe(422)
    expect((await ada.getPipeline({ path: pipeline })).body.data).toMatchObject({ config_version: 1, jobs: [{ name: 'build' }] })
  })

  test('a diff tells what would change, by section and line, and changes nothing', async () => {
    const { ada, pipeline } = await open()
    const passed_config = config('build', '  - {name: more, plan: [{get: tick, passed: [build]}]}').replace('1h', '2h')
    const { data } = (await must(ada.diffPipeline({ path: pipeline, body: { passed_config } }))).body
    expect(data.jobs).toMatchObject([{ name: 'more', status: 'added' }])
    expect(data.resources).toMatchObject([{ name: 'tick', status: 'changed' }])
    const lines = data.resources?.[0]?.diff.filter(({ delta_type }) => delta_type.trim() !== '') ?? []
    expect(lines).toEqual([
      { delta_type: '-', line: expect.stringContaining('interval: "1h"') },
      { delta_type: '+', line: expect.stringContaining('interval: "2h"') },
    ])
    expect((await ada.getPipeline({ path: pipeline })).body.data.config_version).toBe(1)
  })
})

describe('the history of a pipeline', () => {
  test('keeps every saved configuration with who saved it, and what it changed', async () => {
    const { ada, pipeline } = await open()
    await must(ada.updatePipeline({ path: pipeline, body: { passed_config: config('other') } }))
    const versions = (await must(ada.getPipelineConfigVersions({ path: pipeline }))).body.data
    expect(versions).toMatchObject([
      { version: 2, author: 'ada', reason: 'update', current: true },
      { version: 1, author: 'ada', reason: 'create', current: false },
    ])
    const one = await ada.getPipelineConfigVersion({ path: { ...pipeline, config_version: 2 } })
    expect(one.body.data.diffs.jobs).toMatchObject([
      { name: 'build', status: 'removed' },
      { name: 'other', status: 'added' },
    ])
  })

  test('goes back to an older one without losing the newer', async () => {
    const { ada, pipeline } = await open()
    await must(ada.updatePipeline({ path: pipeline, body: { passed_config: config('other') } }))
    const answer = await ada.restorePipelineConfigVersion({ path: { ...pipeline, config_version: 1 } })
    expect(answer.body.data).toMatchObject({ config_version: 3, jobs: [{ name: 'build' }] })
    const versions = (await must(ada.getPipelineConfigVersions({ path: pipeline }))).body.data
    expect(versions.map(({ version, reason }) => `${version} ${reason}`)).toEqual(['3 restore', '2 update', '1 create'])
  })
})

describe('a pipeline', () => {
  test('is paused by somebody, who is named, and twice is once', async () => {
    const { ada, pipeline } = await open()
    for (const _ of [1, 2]) expect((await ada.pausePipeline({ path: pipeline })).status).toBe(204)
    expect((await ada.getPipeline({ path: pipeline })).body.data).toMatchObject({ paused: true, paused_by: 'ada' })
    await must(ada.unpausePipeline({ path: pipeline }))
    const { data } = (await ada.getPipeline({ path: pipeline })).body
    expect(data.paused).toBe(false)
    expect(data.paused_by).toBeUndefined()
  })

  test('is renamed with everything it has', async () => {
    const { ada, at, pipeline } = await open()
    const before = (await must(ada.getPipeline({ path: pipeline }))).body.data
    await must(ada.renamePipeline({ path: pipeline, query: { pipeline_name: 'another-name' } }))
    const renamed = lineOf(ada, at, 'another-name')
    expect((await ada.getPipeline({ path: renamed.pipeline })).body.data).toMatchObject({
      id: before.id,
      jobs: [{ id: before.jobs[0]?.id }],
    })
    expect((await ada.getPipeline({ path: pipeline })).status).toBe(404)
  })

  test('does not take a name that is taken', async () => {
    const [one, other] = [await open(), await open()]
    const answer = await one.ada.renamePipeline({ path: one.pipeline, query: { pipeline_name: other.pipeline.inpath_pipeline_name } })
    expect(answer).toBeError('AlreadyExists')
    expect((await one.ada.getPipeline({ path: one.pipeline })).status).toBe(200)
  })

  test('is gone when it was deleted, and its name is free', async () => {
    const { ada, at, pipeline } = await open()
    expect((await ada.deletePipeline({ path: pipeline })).status).toBe(204)
    expect((await ada.getPipeline({ path: pipeline })).status).toBe(404)
    const again = await ada.createPipeline({ path: at, body: { pipeline_name: pipeline.inpath_pipeline_name, passed_config: config() } })
    expect(again.status).toBe(200)
  })

  test('leaves an event of who did what', async () => {
    const { ada, pipeline } = await open()
    await must(ada.pausePipeline({ path: pipeline }))
    const path = { organization_canonical: workshop.org }
    const { data } = (await must(ada.getEvents({ path, query: { begin: 0, end: Date.now() + 60_000 } }))).body
    const mine = data.filter(({ tags }) => tags.some(({ value }) => value === pipeline.inpath_pipeline_name)).map(({ message }) => message)
    expect(mine).toEqual([
      `ada paused the pipeline ${pipeline.inpath_pipeline_name}`,
      `ada created the pipeline ${pipeline.inpath_pipeline_name}`,
    ])
  })
})

describe('lists of pipelines', () => {
  test('hold those of the organization, a project or an environment, by name and state', async () => {
    const { ada, at, pipeline } = await open()
    await must(ada.pausePipeline({ path: pipeline }))
    const path = { organization_canonical: workshop.org }
    const names = async (query: object) => (await must(ada.getPipelines({ path, query }))).body.data.map(({ name }) => name)
    expect(await names({ concourse_pipeline_name: pipeline.inpath_pipeline_name })).toEqual([pipeline.inpath_pipeline_name])
    expect(await names({ statuses: ['paused'] })).toContain(pipeline.inpath_pipeline_name)
    expect(await names({ statuses: ['failed'] })).toEqual([])
    expect(await names({ project_canonical: 'shop', environment_canonical: 'staging' })).toEqual([])
    const inEnvironment = await must(ada.getEnvironmentPipelines({ path: at, query: { page_size: 1 } }))
    expect(inEnvironment.body.data).toHaveLength(1)
    expect(inEnvironment.body.pagination.total).toBeGreaterThan(1)
    expect((await must(ada.getProjectPipelines({ path: at }))).body.pagination.total).toBe(inEnvironment.body.pagination.total)
  })

  test('are narrowed by names and by component, and put in another order', async () => {
    const { ada, pipeline } = await open()
    const path = { organization_canonical: workshop.org }
    const names = async (query: object, search = '') =>
      (await must(ada.getPipelines({ path, query, search }))).body.data.map(({ name }) => name)
    const [mine] = [pipeline.inpath_pipeline_name]
    expect(await names({}, `name[rlike]=^${mine}$`)).toEqual([mine])
    expect(await names({}, `name[eq]=${mine}&component_canonical[eq]=other`)).toEqual([])
    expect(await names({ component_canonical: 'app' })).toContain(mine)
    expect(await names({ component_canonical: 'other' })).toEqual([])
    expect((await names({ order_by: 'updated_at:desc' }))[0]).toBe(mine)
    const byName = await names({ order_by: 'name:asc' })
    expect(byName).toEqual([...byName].sort())
    expect(await ada.getPipelines({ path, search: 'status[eq]=x' })).toBeError('Invalid', 'component_canonical')
  })

  test('say the same of a pipeline as it says itself', async () => {
    const { ada, at, pipeline } = await open()
    const one = (await must(ada.getPipeline({ path: pipeline }))).body.data
    const list = (await must(ada.getEnvironmentPipelines({ path: at }))).body.data
    expect(list.find(({ id }) => id === one.id)).toEqual(one)
  })
})
