/** One pipeline that really runs: git, tasks of this machine, a put, live logs, an abort, a rerun; all through the API. */
import { beforeAll, describe, expect, test } from 'vitest'
import { eventsOf, framesOf, logOf } from './support/event-stream.ts'
import { begun, ended, type Line, openLine, run, tasksOnHost, until } from './support/pipelines.ts'
import { useRepositories } from './support/repositories.ts'
import { useServer } from './support/server.ts'
import { webStack } from './support/web-stack.ts'
import { gitIn, must, openWorkshop } from './support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ worker: true, config: gitIn(repositories), engine: tasksOnHost })

const pipelineOn = (uri: string) => `
resources:
  - {name: app, type: git, source: {uri: '${uri}', branch: main}, check_every: 1s}
  - {name: release, type: mock, source: {no_initial_version: true}}
jobs:
  - name: test
    plan:
      - {get: app, trigger: true}
      - task: check
        config:
          platform: linux
          image_resource: {type: registry-image, source: {repository: busybox}}
          inputs: [{name: app}]
          params: {GREETING: ((greeting)), SECRET: ((shop.password))}
          run: {path: sh, args: [-ec, 'echo "$GREETING"; echo "the password is $SECRET"; sh app/test.sh']}
      - {put: release, params: {version: '1.0'}}
  - name: slow
    plan:
      - {get: app, passed: [test]}
      - task: wait
        config:
          platform: linux
          image_resource: {type: registry-image, source: {repository: busybox}}
          run: {path: sh, args: [-c, 'echo waiting; sleep 120 & wait']}
`

describe('a pipeline that runs', () => {
  let line: Line
  let stream: (id: number) => string
  beforeAll(async () => {
    const workshop = await openWorkshop(server, repositories, webStack())
    const uri = repositories.make('app', { main: { 'test.sh': 'echo "not yet" >&2\nexit 3\n' } })
    const body = { name: 'Shop', type: 'custom', path: 'shop', raw: { raw: { password: 'correct horse battery' } } } as const
    await must(workshop.ada.createCredential({ path: { organization_canonical: workshop.org }, body }))
    line = await openLine(workshop, pipelineOn(uri), { yaml_vars: 'greeting: hello' })
    const { project_canonical, environment_canonical, organization_canonical } = line.at
    stream = (id) =>
      `${server.url}/organizations/${organization_canonical}/projects/${project_canonical}/environments/${environment_canonical}/components/app/pipelines/line/builds/${id}/events`
  }, 60_000)

  test('a commit starts a build by itself, and a task that fails makes it fail, with its log', async () => {
    const build = await begun(line, 'test')
    expect(build.created_by).toBeUndefined()
    expect(await ended(line, 'test', build)).toMatchObject({ name: '1', status: 'failed' })
    const events = await eventsOf(stream(build.id), line.ada.token)
    expect(events[0]).toMatchObject({ event: 'status', data: { status: 'started' } })
    expect(events.at(-1)).toMatchObject({ event: 'status', data: { status: 'failed' } })
    expect(logOf(events)).toContain('hello\n')
    expect(logOf(events)).toContain('not yet')
    expect(events.find(({ event }) => event === 'finish-task')?.data.exit_status).toBe(3)
  })

  test('the log never shows a credential', async () => {
    const [build] = (await must(line.ada.getBuilds({ path: line.job('test') }))).body.data
    const text = await (await fetch(stream(build?.id ?? 0), { headers: { authorization: `Bearer ${line.ada.token}` } })).text()
    expect(text).toContain('the password is')
    expect(text).not.toContain('correct horse battery')
  })

  test('the log says that the image is not used', async () => {
    const [build] = (await must(line.ada.getBuilds({ path: line.job('test') }))).body.data
    expect(logOf(await eventsOf(stream(build?.id ?? 0), line.ada.token))).toMatch(/busybox.*not used/)
  })

  test('a commit that mends it starts the next one, which passes and puts a version', async () => {
    const [first] = (await must(line.ada.getBuilds({ path: line.job('test') }))).body.data
    repositories.commit('app', 'main', { 'test.sh': 'echo "all well"\n' })
    const build = await begun(line, 'test', first?.id)
    expect(await ended(line, 'test', build)).toMatchObject({ name: '2', status: 'succeeded' })
    const { inputs, outputs } = (await must(line.ada.getBuildResources({ path: line.build('test', build) }))).body.data
    expect(inputs).toMatchObject([{ name: 'app', first_occurrence: true }])
    expect(outputs).toEqual([{ name: 'release', version: { version: '1.0' } }])
    const pipeline = await must(line.ada.getPipeline({ path: line.pipeline }))
    expect(pipeline.body.data).toMatchObject({ status: 'succeeded', engine: 'embedded' })
  })

  test('logs arrive while the build runs, and an abort ends it within two seconds', async () => {
    const { body } = await must(line.ada.createBuild({ path: line.job('slow') }))
    let seen = ''
    let abortedAt = 0
    for await (const { event, data } of framesOf(stream(body.data.id), line.ada.token)) {
      if (event === 'end') break
      const { event: type, data: content } = JSON.parse(data)
      if (type === 'log') seen += content.payload
      if (seen.includes('waiting') && abortedAt === 0) {
        abortedAt = performance.now()
        await must(line.ada.abortBuild({ path: line.build('slow', body.data) }))
      }
    }
    expect(performance.now() - abortedAt).toBeLessThan(2000)
    const build = await ended(line, 'slow', body.data)
    expect(build).toMatchObject({ status: 'aborted', created_by: 'ada', aborted_by: 'ada' })
  })

  test('a rerun takes the same versions, though newer ones are there', async () => {
    const builds = (await must(line.ada.getBuilds({ path: line.job('test') }))).body.data
    const first = builds.at(-1) as (typeof builds)[number]
    const rerun = (await must(line.ada.rerunBuild({ path: line.build('test', first) }))).body.data
    expect(rerun).toMatchObject({ name: '1.1', rerun_of: { id: first.id, name: '1' }, created_by: 'ada' })
    expect(await ended(line, 'test', rerun)).toMatchObject({ status: 'failed' })
    const inputsOf = async (build: { id: number }) =>
      (await must(line.ada.getBuildResources({ path: line.build('test', build) }))).body.data.inputs.map(({ version }) => version)
    expect(await inputsOf(rerun)).toEqual(await inputsOf(first))
  })

  test('a build that waits says what for, in one sentence', async () => {
    await must(line.ada.pauseJob({ path: line.job('slow') }))
    const { body } = await must(line.ada.createBuild({ path: line.job('slow') }))
    const preparation = await until(
      'the scheduler has looked at it',
      async () => (await must(line.ada.getBuildPreparation({ path: line.build('slow', body.data) }))).body.data,
      ({ paused_job }) => paused_job === 'blocking',
    )
    expect(preparation).toMatchObject({ paused_job: 'blocking', paused_pipeline: 'not_blocking' })
    expect(preparation.reason).toMatch(/job slow is paused/i)
    const job = (await must(line.ada.getJob({ path: line.job('slow') }))).body.data
    expect(job).toMatchObject({ paused: true, paused_by: 'ada' })
    await must(line.ada.abortBuild({ path: line.build('slow', body.data) }))
    expect(await ended(line, 'slow', body.data)).toMatchObject({ status: 'aborted' })
  })

  test('a reader who lost the connection comes back without a gap', async () => {
    const build = await run(line, 'test')
    const whole = await eventsOf(stream(build.id), line.ada.token)
    const half = whole[Math.floor(whole.length / 2)]?.event_id ?? ''
    const rest: string[] = []
    for await (const { id, event } of framesOf(stream(build.id), line.ada.token, { lastEventId: half })) {
      if (event === 'end') break
      rest.push(id ?? '')
    }
    expect(rest).toEqual(whole.slice(Math.floor(whole.length / 2) + 1).map(({ event_id }) => event_id))
  })
})
