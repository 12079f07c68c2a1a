import { setTimeout as sleep } from 'node:timers/promises'
import type { DemoRepositories } from './repositories.ts'
import { type Answer, call, chapter, follow, step } from './steps.ts'

interface Demo {
  org: string
  repositories: DemoRepositories
  run: string
}

/** The component's own pipeline, and one that really runs: git, a task that fails and then passes, a put, an abort, a rerun. */
export async function runPipeline({ org, repositories, run }: Demo): Promise<void> {
  const component = `/organizations/${org}/projects/web-shop/environments/staging/components/front`
  chapter('Pipelines')
  await step(
    'finds the pipeline of the component',
    () => call('GET', `/organizations/${org}/pipelines?project_canonical=web-shop`),
    ({ body }) =>
      body.data
        .map(({ name, jobs, problem }: Shown) => `${name}, ${jobs.length} jobs${problem ? `; ${problem.slice(0, 110)}…` : ''}`)
        .join(),
  )
  await step(
    'which follows its stack',
    () => call('GET', `${component}/pipelines/web-shop-staging-front/synced`),
    ({ body }) => body.data.synced,
  )
  const name = `tests-${run}`
  const at = `${component}/pipelines/${name}`
  const body = { pipeline_name: name, passed_config: config(repositories.app), yaml_vars: 'greeting: Hello' }
  const made = await call('POST', `${component}/pipelines`, body)
  if (made.status === 422) {
    await step('is told why tasks do not run here', async () => made, 422)
    console.log(`             ${made.body.errors[0].details[0]}`)
    console.log('             To see them run: ENGINE_TASKS=all ENGINE_IMAGES=busybox=host npm start')
    return
  }
  await step(
    'adds a pipeline',
    async () => made,
    ({ body }) => `${body.data.jobs.length} jobs, run by the ${body.data.engine} engine`,
  )
  const first = await begun(at, 'test', 0)
  await step('a commit started a build, whose log comes live', () => follow(`${at}/builds/${first}/events`, print), lines)
  await step('it failed', () => ended(at, 'test', first), status)
  repositories.mend()
  await step('a check finds the commit that mends it', () => call('POST', `${at}/resources/app/check`, {}), status)
  const second = await begun(at, 'test', first)
  await step('the next build', () => follow(`${at}/builds/${second}/events`, print), lines)
  await step('passed', () => ended(at, 'test', second), status)
  await step(
    'and put a version',
    () => call('GET', `${at}/jobs/test/builds/${second}/resources`),
    ({ body }) => JSON.stringify(body.data.outputs[0]),
  )
  await abort(at)
  await step(
    'runs the first build again, with the same versions',
    () => call('POST', `${at}/jobs/test/builds/${first}`),
    ({ body }) => `build ${body.data.name}`,
  )
  await step(
    'sees what a change would change',
    () => call('PUT', `${at}/diff`, { passed_config: config(repositories.app).replace('busybox', 'alpine'), yaml_vars: 'greeting: Hello' }),
    ({ body }) => body.data.jobs.map((one: { name: string; status: string }) => `${one.name} ${one.status}`).join(', '),
  )
  await step(
    'and who saved what',
    () => call('GET', `${at}/config/versions`),
    ({ body }) =>
      body.data
        .map((one: { version: number; author: string; reason: string }) => `${one.version}: ${one.reason} by ${one.author}`)
        .join(', '),
  )
  await step(
    'measures how often the tests run',
    () =>
      call('POST', `/organizations/${org}/projects/web-shop/kpis?fetch_data=true`, {
        name: 'Test runs',
        type: 'build_history',
        widget: 'pie',
        pipeline_name: name,
        job_name: 'test',
      }),
    ({ body }) => JSON.stringify(body.data.data_set),
  )
  await step(
    'looks at the workers',
    () => call('GET', `/organizations/${org}/workers`),
    ({ body }) => body.data.map((worker: { name: string; engine: string; state: string }) => `${worker.name} ${worker.state}`).join(', '),
  )
}

interface Shown {
  name: string
  jobs: unknown[]
  problem?: string
}

const config = (app: string): string => `
resources:
  - {name: app, type: git, source: {uri: '${app}', branch: main}}
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
          params: {GREETING: ((greeting)), SECRET: ((git.password))}
          run: {path: sh, args: [-ec, 'echo "$GREETING, the password is $SECRET"; sh app/test.sh']}
      - {put: release, params: {version: '1.0'}}
  - name: wait
    plan:
      - task: wait
        config:
          platform: linux
          image_resource: {type: registry-image, source: {repository: busybox}}
          run: {path: sh, args: [-c, 'echo waiting; sleep 600']}
`

const print = (text: string): void => {
  for (const line of text.split(/\r?\n/)) if (line.trim() !== '') console.log(`             | ${line}`)
}
const lines = ({ body }: Answer): string => `${body.data.lines} pieces of log`
const status = ({ body }: Answer): string => body.data.status

async function abort(at: string): Promise<void> {
  const { body } = await call('POST', `${at}/jobs/wait/builds`)
  const build: number = body.data.id
  let asked = 0
  const events = await follow(`${at}/builds/${build}/events`, async () => {
    if (asked > 0) return
    asked = performance.now()
    await call('PUT', `${at}/jobs/wait/builds/${build}/abort`)
  })
  const took = performance.now() - asked
  await step(
    'aborts a build that waits',
    async () => events,
    () => `ended after ${took.toFixed(0)} ms`,
  )
}

/** A build of the job that came after this one. */
async function begun(at: string, job: string, after: number): Promise<number> {
  for (let turn = 0; turn < 300; turn++) {
    const { body } = await call('GET', `${at}/jobs/${job}/builds`)
    const build = body.data?.find(({ id }: { id: number }) => id > after)
    if (build) return build.id
    await sleep(100)
  }
  throw new Error(`no build of ${job} began within 30 seconds`)
}

async function ended(at: string, job: string, build: number): Promise<Answer> {
  for (let turn = 0; turn < 300; turn++) {
    const answer = await call('GET', `${at}/jobs/${job}/builds/${build}`)
    if (answer.status !== 200 || !['pending', 'started'].includes(answer.body.data.status)) return answer
    await sleep(100)
  }
  throw new Error(`the build ${build} did not end within 30 seconds`)
}
