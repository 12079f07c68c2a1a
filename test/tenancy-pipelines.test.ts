/**
 * Numbers of builds and versions count over all organizations, and names repeat in each. Whoever asks their own pipeline for the
 * number or the name of something else, be it another organization's, a sibling pipeline's or another job's, is told that there is
 * none, in the words for what nobody has; and what it is about stays as it was, and is not even asked for.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { OperationId, OperationRow } from '../src/contract/operations.ts'
import { ask, operations, wordsOf } from './support/ask.ts'
import { type ConcourseDouble, openConcourseDouble } from './support/concourse-double/double.ts'
import { rowsOf } from './support/full-house.ts'
import { type Belongings, type Neighbour, openNeighbour } from './support/neighbours.ts'
import { type AnyQuestion, plainQuestion } from './support/questions.ts'
import type { RawAnswer } from './support/raw.ts'
import { useRepositories } from './support/repositories.ts'
import { openTestServer, type TestServer } from './support/server.ts'
import { gitIn, must } from './support/workshop.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const order = { get: 0, post: 1, put: 2, patch: 2, delete: 3 }
/** Everything below a pipeline; what reads goes first. */
const below = operations
  .filter(([, { path }]) => path.includes('{inpath_pipeline_name}'))
  .sort(([, a], [, b]) => order[a.method] - order[b.method])

interface Foreign {
  what: string
  value: string
  /** Nobody has this one: to it the answer must be the same. Undefined: the value is none that could be. */
  likeNobodys: string | undefined
}

const nobody = { number: '2000000000', name: 'nobody-has-this' }
const impossible = ['0', '2147483648', '9007199254740993', '18446744073709551615']

/** What must not be found at this place of the path, by where it is from. */
function foreignTo(parameter: string, { path }: OperationRow, mine: Neighbour, theirs: Neighbour): Foreign[] {
  const all = (likeNobodys: string | undefined, values: Record<string, string | number>): Foreign[] =>
    Object.entries(values).map(([what, value]) => ({ what, value: String(value), likeNobodys }))
  const numbers = (values: Record<string, number>) => [
    ...all(nobody.number, values),
    ...all(undefined, Object.fromEntries(impossible.map((value) => [`the number ${value}`, value]))),
  ]
  const others: [string, Belongings][] = [
    ['the other organization', theirs.line],
    ['a sibling of the other organization', theirs.sibling],
    ['the sibling', mine.sibling],
  ]
  const ofOthers = (...kinds: (keyof Omit<Belongings, 'line'>)[]) =>
    Object.fromEntries(others.flatMap(([whose, has]) => kinds.map((kind) => [`${kind} of ${whose}`, has[kind]])))
  const names = { 'only theirs': theirs.only, 'only the sibling’s': mine.onlySibling, 'of no kind': '../main', 'in other letters': 'TEST' }
  switch (parameter) {
    case 'build_id': {
      const { builtByOther, waiting, check } = mine.line
      const ofOtherJobs = path.includes('{job_name}')
        ? { 'of another job': builtByOther, 'of a paused job': waiting, 'a check': check }
        : {}
      return numbers({ ...ofOthers('built', 'builtByOther', 'waiting', 'check'), ...ofOtherJobs })
    }
    case 'resource_version_id':
      return numbers({ ...ofOthers('repo', 'image'), 'of another resource': mine.line.image })
    case 'job_name':
      return all(nobody.name, { ...names, 'a resource': 'repo' })
    case 'resource_name':
      return all(nobody.name, { ...names, 'a job': 'test' })
    case 'config_version':
      return all(nobody.number, { 'the sibling’s newest': 'sibling'.length - 1, 'the next': 'line'.length })
    case 'inpath_pipeline_name':
      return all(nobody.name, { 'of another component': mine.elsewhere, 'only theirs': theirs.elsewhere })
    default:
      return []
  }
}

/** Up to what was asked for, which is the caller's own word. */
const plainly = (answer: RawAnswer, value: string): string =>
  `${answer.status} ${wordsOf(answer)
    .slice(4)
    .replaceAll(/^\d+$/.test(value) ? /\d+/g : value, '…')}`

/** About what the caller has, in all its parts. */
function ownQuestion(id: OperationId, { line, only }: Neighbour): AnyQuestion {
  const { built, repo } = line
  const path = {
    ...{ ...line.line.pipeline, job_name: 'test', build_id: String(built), resource_name: 'repo', resource_version_id: repo },
    ...{ config_version: 1, step_name: 'work' },
  }
  const body = { passed_config: [`jobs: [{name: ${only}, plan: [{do: []}]}]`], yaml_vars: ['a: b'], pipeline_name: ['renamed'] }
  return { ...plainQuestion(id, body), path }
}

interface Scene {
  server: TestServer
  mine: Neighbour
  theirs: Neighbour
  double: ConcourseDouble | undefined
}

async function openScene(isConcourse: boolean, stack: AsyncDisposable[]): Promise<Scene> {
  const double = isConcourse ? await openConcourseDouble() : undefined
  if (double) stack.push(double)
  const access = double && { url: double.url, username: double.username, password: double.password, concurrency: 8, seconds: 10 }
  const server = await openTestServer({ config: { ...gitIn(repositories), ...(access ? { concourse: access } : {}) } })
  stack.push(server)
  return {
    server,
    double,
    theirs: await openNeighbour(server, repositories, 'theirs'),
    mine: await openNeighbour(server, repositories, 'mine'),
  }
}

/** Everything of an organization that could have changed: rows, and what the engine tells of its pipelines. */
async function everything({ server }: Scene, { id, admin, line, sibling }: Neighbour): Promise<unknown> {
  const ofPipelines = [line, sibling].map(async ({ line: { at, pipeline, job, build }, built, waiting }) => ({
    pipelines: (await must(admin.getProjectPipelines({ path: at }))).body.data,
    builds: (await must(admin.getBuilds({ path: job('test') }))).body.data,
    waiting: (await must(admin.getBuild({ path: build('hold', { id: waiting }) }))).body.data,
    preparation: (await must(admin.getBuildPreparation({ path: build('test', { id: built }) }))).body.data,
    resources: (await must(admin.getPipelineResources({ path: pipeline }))).body.data.map(({ last_checked: _, ...resource }) => resource),
    versions: await Promise.all(
      ['repo', 'image'].map(
        async (resource_name) => (await must(admin.getResourceVersions({ path: { ...pipeline, resource_name } }))).body.data,
      ),
    ),
    configs: (await must(admin.getPipelineConfigVersions({ path: pipeline }))).body.data,
  }))
  return { rows: await rowsOf(server, id), pipelines: await Promise.all(ofPipelines) }
}

const repositories = useRepositories()

describe.each([
  ['the embedded engine', false],
  ['Concourse', true],
] as const)('somebody else’s numbers and names, with %s', (_, isConcourse) => {
  let scene: Scene
  let before: { theirs: unknown; mine: unknown }
  let asked: number
  beforeAll(async () => {
    const stack: AsyncDisposable[] = []
    scene = await openScene(isConcourse, stack)
    const { server, double, mine, theirs } = scene
    if (!isConcourse)
      await server.database.query(
        `insert into engine_caches (organization_id, job_id, step, path, content) select organization_id, id, 'work', 'a', 'a' from engine_jobs`,
      )
    before = { theirs: await everything(scene, theirs), mine: await everything(scene, mine) }
    asked = double?.requests.length ?? 0
    return async () => {
      for (const one of stack.reverse()) await one[Symbol.asyncDispose]()
    }
  })

  test.each(['build_id', 'resource_version_id', 'job_name', 'resource_name', 'config_version', 'inpath_pipeline_name'])(
    'as %s are not found, in the words for what nobody has',
    async (parameter) => {
      const { server, mine, theirs } = scene
      const wrong: string[] = []
      const about = below.filter(([, { path }]) => path.includes(`{${parameter}}`))
      expect(about.length).toBeGreaterThan(1)
      for (const { token } of [mine.admin, mine.key])
        for (const [id, operation] of about) {
          const question = ownQuestion(id, mine)
          const askWith = (value: string): Promise<RawAnswer> =>
            ask(server.url, id, { ...question, path: { ...question.path, [parameter]: value } }, { token })
          for (const { what, value, likeNobodys } of foreignTo(parameter, operation, mine, theirs)) {
            const answer = await askWith(value)
            const isSame = likeNobodys === undefined || plainly(answer, value) === plainly(await askWith(likeNobodys), likeNobodys)
            // More than a number can hold is refused where the document says that it is one.
            const isRefused = answer.status === 404 || (likeNobodys === undefined && answer.status === 422)
            if (!isRefused || !isSame) wrong.push(`${id}, ${what} (${value}): ${answer.status} ${answer.text.slice(0, 200)}`)
          }
        }
      expect(wrong).toEqual([])
    },
  )

  test('the versions of a configuration are compared with the pipeline’s own alone', async () => {
    const { mine } = scene
    const path = { ...mine.line.line.pipeline, config_version: 1 }
    expect(await mine.admin.getPipelineConfigVersion({ path, query: { compare_to: 'sibling'.length - 1 } })).toHaveStatus(404)
  })

  test.runIf(isConcourse)('and nobody asked Concourse for anything but the caller’s own pipeline and builds', () => {
    const { double, mine } = scene
    const { built, builtByOther, waiting, check } = mine.line
    const team = `/api/v1/teams/${mine.team}/pipelines/line`
    const foreign = (double?.requests.slice(asked) ?? []).filter(({ path }) => {
      const [plain = ''] = path.split('?')
      const [, build] = plain.match(/^\/api\/v1\/builds\/(\d+)(\/|$)/) ?? []
      if (build !== undefined) return ![built, builtByOther, waiting, check].includes(Number(build))
      // How many builds of one's own wait or run is looked up before another one is begun.
      const general = ['/sky/issuer/token', '/api/v1/info', `/api/v1/teams/${mine.team}/builds`]
      return !(plain === team || plain.startsWith(`${team}/`) || general.includes(plain))
    })
    expect(foreign.map(({ method, path }) => `${method} ${path}`)).toEqual([])
    expect(double?.requests.length).toBeGreaterThan(asked)
  })

  test('and nothing happened to anybody: no abort, no pin, no event, no cache', async () => {
    expect(await everything(scene, scene.theirs)).toEqual(before.theirs)
    expect(await everything(scene, scene.mine)).toEqual(before.mine)
  })

  test('the same questions about what the caller has are answered', async () => {
    const { server, mine } = scene
    const wrong: string[] = []
    const parts = /{(build_id|resource_version_id|job_name|resource_name|config_version)}/
    for (const [id, { path, success }] of below.filter(([, operation]) => parts.test(operation.path))) {
      const { status, text } = await ask(server.url, id, ownQuestion(id, mine), { token: mine.admin.token })
      if (status !== success) wrong.push(`${id} ${path.slice(-40)}: ${status} ${text.slice(0, 300)}`)
    }
    expect(wrong).toEqual([])
  })
})
