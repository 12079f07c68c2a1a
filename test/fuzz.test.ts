/**
 * Every operation, asked some hundred good and bad questions that a seeded generator makes from the document. Whatever is
 * asked: no 500, no hang, every answer matches its schema (a test server turns one that does not into a 500), errors have
 * the shape of errors, and each change leaves exactly one event.
 *
 * `FUZZ_RUNS=2000 FUZZ_SEED=7` asks more, and other questions; a failure names the seed and the question.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readConfig } from '../src/config.ts'
import { notImplemented } from '../src/contract/operation.ts'
import { type OperationId, type OperationRow, operationTable } from '../src/contract/operations.ts'
import { assertWalls } from '../src/db/assert-walls.ts'
import { errorCodes } from '../src/errors.ts'
import { handlers } from '../src/http/handlers.ts'
import { ask, inTurns, operations, targetOf } from './support/ask.ts'
import { openAwsDouble } from './support/aws-double.ts'
import { fullHouse, type House } from './support/full-house.ts'
import { knownOf, linePlace, makeSpares, suited } from './support/fuzz-house.ts'
import { jsonOf } from './support/hostile.ts'
import { lineOf, succeeded, withRunner } from './support/pipelines.ts'
import { type AnyQuestion, deepQuestions, type Known, spoiledQuestion, validQuestion } from './support/questions.ts'
import { Random, seedOf } from './support/random.ts'
import type { RawAnswer } from './support/raw.ts'
import { useRepositories } from './support/repositories.ts'
import { configRepository, fresh, member, organization, person, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'
import { gitIn } from './support/workshop.ts'

const seed = Number(process.env.FUZZ_SEED ?? 20261121)
const runs = Number(process.env.FUZZ_RUNS ?? 24)
vi.setConfig({ testTimeout: 600_000 + runs * 5000, hookTimeout: 120_000 })

const repositories = useRepositories()
const aws = await openAwsDouble()
const terraform = { ...readConfig({}).terraform, awsEndpoint: aws.url }
const server = useServer({ config: { ...gitIn(repositories), privateAddresses: ['127.0.0.1'], rateLimitFactor: 0, terraform } })
/** Somebody else's, that forms may refer to. */
const elsewhere = createServer((_, response) => response.end('["a",{"b":[1]}]'))
let house: House
let bystander: House
let known: Known
let spares: Known
let line: Known
/** `updated_at` of the project web, which an update must name. */
let webVersion = 0
const built = (id: OperationId) => (handlers[id] as unknown) !== notImplemented

beforeAll(async () => {
  // Small numbers are asked for most: the members that the test itself needs come after them.
  bystander = await fullHouse(server, repositories, fresh('decoy'), 'mkdecoy')
  await fullHouse(server, repositories, fresh('decoy'), 'mkdecoytwo')
  house = await fullHouse(server, repositories, fresh('acme'), 'mkacme')
  // Whatever is asked, an organization may demand a second factor afterwards: those who go on have given theirs.
  await server.database.query(`update sessions set second_factor = 'totp' where method = 'password'`)
  await once(elsewhere.listen(0, '127.0.0.1'), 'listening')
  known = await knownOf(server, repositories, house)
  known = { ...known, url: [...(known['url'] ?? []), addressOf(elsewhere)] }
  line = await linePlace(server, house)
  spares = await makeSpares(house, repositories)
})

afterAll(async () => {
  elsewhere.close()
  await aws[Symbol.asyncDispose]()
})

function addressOf(listening: Server): string {
  const address = listening.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/values.json`
}

/** They end what they are called by or on, so each call has its own throw-away. */
const aboutOwnAccount: OperationId[] = [
  'deleteUserAccount',
  'updateUserAccount',
  'revokeSession',
  'revokeOtherSessions',
  'closeBrowserSession',
]
const destructive: OperationId[] = ['deleteOrg', ...aboutOwnAccount]

async function callerOf(id: OperationId): Promise<{ token: string | undefined; known: Known }> {
  if (id === 'deleteOrg') {
    const canonical = fresh('throwaway')
    const cast = (await scenario(server, organization(canonical, member(fresh('owner')), configRepository()))) as Record<
      string,
      { token: string | undefined }
    >
    return { token: Object.values(cast)[0]?.token, known: { ...known, organization_canonical: [canonical] } }
  }
  if (aboutOwnAccount.includes(id))
    return { token: (Object.values(await scenario(server, person(fresh('somebody')))) as { token: string | undefined }[])[0]?.token, known }
  return { token: house.admin.token, known: { ...known, ...(onSpares(id) ? spares : {}), ...placeOf(id) } }
}

/** What they change is gone afterwards, or leads nowhere. */
const onSpares = (id: OperationId): boolean =>
  ['updateConfigRepository', 'updateServiceCatalogSource', 'updatePipeline', 'renamePipeline'].includes(id) ||
  (operationTable[id].method === 'delete' && !['unassignMemberFromTeam', 'clearTaskCache', 'deleteKPIFavorite'].includes(id))
/** Where those things are that lie inside of something. */
function placeOf(id: OperationId): Known {
  const { path } = operationTable[id]
  if (id === 'deleteEnvironment' || id === 'deleteProjectFavorite' || path.includes('/kpis')) return { project_canonical: ['web'] }
  if (path.includes('{component_canonical}/pipelines'))
    return onSpares(id) ? { ...line, inpath_pipeline_name: spares['inpath_pipeline_name'] ?? [] } : line
  return throughGit.includes(id) && path.includes('{environment_canonical}')
    ? { project_canonical: ['web'], environment_canonical: ['prod'] }
    : {}
}

const logsOf = (requestId: unknown) =>
  server.logs.filter((line) => line.includes(String(requestId)) && line.includes('unexpected')).join('')
const show = (id: OperationId, question: AnyQuestion) =>
  `${id} ${targetOf(id, question).slice(0, 300)} ${question.body === undefined ? '' : jsonOf(question.body).slice(0, 600)} (seed ${seed})`

/** @returns what is wrong with the answer, if anything */
function complaint(id: OperationId, { success, respond }: OperationRow, question: AnyQuestion, answer: RawAnswer): string | undefined {
  const { status, json, headers, text } = answer
  const wrong = (what: string) =>
    `${what}: ${status} ${text.slice(0, 300)} to ${show(id, question)} ${logsOf(headers['x-request-id']).slice(0, 1500)}`
  if (status === success) return respond === 'nothing' && text !== '' ? wrong('a body where none is promised') : undefined
  if (status === 500 && !(id === 'getServiceStatus' && built(id))) return wrong('an error of ours')
  const { errors, request_id } = (json ?? {}) as { errors?: { code: string; message: string; details: unknown }[]; request_id?: string }
  const [error] = errors ?? []
  if (!error || typeof error.message !== 'string' || error.message === '' || !Array.isArray(error.details))
    return wrong('not the shape of an error')
  if (request_id !== headers['x-request-id']) return wrong('two request ids')
  if (status !== 500 && errorCodes[error.code as keyof typeof errorCodes] !== status)
    return wrong('a code that does not go with its status')
  if (status === 501 && built(id)) return wrong('not built after all')
  return undefined
}

const eventsOf = async (operation: OperationRow): Promise<number> => {
  const label = `${operation.audit?.entity}:${operation.audit?.action}`
  // Of all organizations: some that were founded on the way answer to made-up names.
  const [row] = await server.database.query<{ n: string }>('select count(*) as n from events where operation = $1', [label])
  return Number(row?.n)
}

/** Each question costs some processes of git, ten times what others cost: fewer of them, of which more get as far as git. */
const throughGit: OperationId[] = [
  'createComponent',
  'createConfigRepositoryConfig',
  'createPipeline',
  'createServiceCatalog',
  'createServiceCatalogFromTemplate',
  'createServiceCatalogSource',
  'deleteComponent',
  'getComponentConfig',
  'getPipelineVariables',
  'getRepoBranches',
  'getServiceCatalogConfig',
  'interpolateFormsConfig',
  'migrateComponent',
  'refreshServiceCatalogSource',
  'syncedPipeline',
  'updateComponent',
  'updateProject',
  'updateServiceCatalogSource',
  'updateServiceCatalogTerraform',
  'validateServiceCatalogSource',
]
function timesOf(id: OperationId): number {
  if (!built(id)) return Math.ceil(runs / 12)
  if (destructive.includes(id)) return Math.ceil(runs / 4)
  return throughGit.includes(id) ? Math.ceil(runs / 5) : runs
}

const order = { get: 0, post: 1, put: 2, patch: 2, delete: 3 }
/** Pipelines soon, as long as nothing has moved their component away. */
const turnOf = ([, { method, path }]: (typeof operations)[number]): number =>
  path.includes('/pipelines') && method !== 'get' ? 0.1 + order[method] / 10 : order[method]
const inOrder = [...operations].sort((a, b) => turnOf(a) - turnOf(b))
const inherited = [Object, Object.prototype, Function.prototype, Array.prototype, String.prototype, Object.prototype.toString].map(
  (holder) => [holder, new Map(Reflect.ownKeys(holder).map((key) => [key, Object.getOwnPropertyDescriptor(holder, key)]))] as const,
)
const successes = new Map<OperationId, number>()

describe('whatever is asked', () => {
  test.each(inOrder.map(([id, operation]) => ({ id, operation })))('$id answers', async ({ id, operation }) => {
    const random = new Random(seedOf(id, seed), { madeUp: throughGit.includes(id) ? 0.05 : 0.2 })
    const times = timesOf(id)
    const caller = await callerOf(id)
    webVersion = (await house.admin.getProject({ path: { organization_canonical: house.canonical, project_canonical: 'web' } })).body.data
      .updated_at
    const before = operation.audit && operation.scope === 'organization' ? await eventsOf(operation) : 0
    const complaints: string[] = []
    let succeeded = 0
    const questions = Array.from({ length: times }, (_, index) =>
      index % 2 === 0
        ? suited(random, id, validQuestion(random, id, caller.known), house, webVersion)
        : spoiledQuestion(random, id, caller.known),
    )
    await inTurns(questions, 6, async (question) => {
      const answer = await ask(server.url, id, question, { token: caller.token, timeout: 30_000 })
      const wrong = complaint(id, operation, question, answer)
      if (wrong) complaints.push(wrong)
      if (answer.status === operation.success) succeeded++
    })
    successes.set(id, succeeded)
    expect(complaints.slice(0, 3), `${complaints.length} complaints`).toEqual([])
    if (operation.audit && !destructive.includes(id) && !mayChangeNothing.includes(id))
      expect((await eventsOf(operation)) - before, `events of ${id}, one for each success`).toBe(succeeded)
  })
})

/** Repeating them is a success that changes nothing, so no event says it did. */
const mayChangeNothing: OperationId[] = [
  'abortBuild',
  'inviteUserToOrgMember',
  'refreshServiceCatalogSource',
  'createConfigRepositoryConfig',
  'renamePipeline',
  'syncPipeline',
  // Keys leave none: they read what they need again and again.
  'getCredential',
  'getStateToken',
]

test('what is nested deep enough to overflow a stack, in any place of any body, is refused or kept, and nothing breaks', async () => {
  const complaints: string[] = []
  const questions = inOrder.flatMap(([id, operation]) =>
    built(id) ? deepQuestions(id, known).map((question) => ({ id, operation, question })) : [],
  )
  await inTurns(questions, 6, async ({ id, operation, question }) => {
    const wrong = complaint(id, operation, question, await ask(server.url, id, question, { token: house.admin.token, timeout: 30_000 }))
    if (wrong) complaints.push(wrong)
  })
  expect(complaints.slice(0, 3), `${complaints.length} complaints`).toEqual([])
})

describe('afterwards', () => {
  test('the service works as before, and the walls stand', async () => {
    expect(await house.admin.getProjects({ path: { organization_canonical: house.canonical } })).toHaveStatus(200)
    await assertWalls(server.platform.database)
  })

  test('what was saved, asked for and paused keeps nobody else from running builds', async () => {
    const place = { project_canonical: 'web', environment_canonical: 'prod', component_canonical: 'front' }
    const line = lineOf(bystander.admin, { organization_canonical: bystander.canonical, ...place }, 'line')
    await withRunner(server, () => succeeded(line, 'test'))
    expect(server.logs.filter((line) => line.includes('"level":"error"')).slice(0, 3)).toEqual([])
  })

  test('nothing that all objects inherit is other than before: the service runs in this very process', () => {
    for (const [holder, before] of inherited)
      expect(new Map(Reflect.ownKeys(holder).map((key) => [key, Object.getOwnPropertyDescriptor(holder, key)]))).toEqual(before)
  })

  test('nothing was logged as unexpected', () => {
    expect(
      server.logs.filter((line) => line.includes('unexpected error') || line.includes('does not match its schema')).slice(0, 3),
    ).toEqual([])
  })

  afterAll(() => {
    const never = [...successes].filter(([id, count]) => count === 0 && built(id)).map(([id]) => id)
    if (process.env.FUZZ_RUNS) console.log(`seed ${seed}; never answered with success: ${never.join(', ') || 'none'}`)
  })
})
