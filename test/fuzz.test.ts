/**
 * Every operation, asked some hundred good and bad questions that a seeded generator makes from the document. Whatever is
 * asked: no 500, no hang, every answer matches its schema (a test server turns one that does not into a 500), errors have
 * the shape of errors, and each change leaves exactly one event.
 *
 * `FUZZ_RUNS=2000 FUZZ_SEED=7` asks more, and other questions; a failure names the seed and the question.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { notImplemented } from '../src/contract/operation.ts'
import type { OperationId, OperationRow } from '../src/contract/operations.ts'
import { assertWalls } from '../src/db/assert-walls.ts'
import { errorCodes } from '../src/errors.ts'
import { handlers } from '../src/http/handlers.ts'
import { ask, inTurns, operations, targetOf } from './support/ask.ts'
import { fullHouse, type House } from './support/full-house.ts'
import { type AnyQuestion, jsonOf, type Known, Random, seedOf, spoiledQuestion, validQuestion } from './support/questions.ts'
import type { RawAnswer } from './support/raw.ts'
import { configRepository, fresh, member, organization, person, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'

const seed = Number(process.env.FUZZ_SEED ?? 20261121)
const runs = Number(process.env.FUZZ_RUNS ?? 120)
vi.setConfig({ testTimeout: 600_000 + runs * 5000, hookTimeout: 120_000 })

const server = useServer({ config: { rateLimitFactor: 0 } })
let house: House
let known: Known
const built = (id: OperationId) => (handlers[id] as unknown) !== notImplemented

beforeAll(async () => {
  // Small numbers are asked for most: the members that the test itself needs come after them.
  await fullHouse(server, fresh('decoy'), 'mkdecoy')
  await fullHouse(server, fresh('decoy'), 'mkdecoytwo')
  house = await fullHouse(server, fresh('acme'), 'mkacme')
  const others = await server.database.query<{ id: string }>(`select id from members where organization_id = $1 order by id offset 1`, [house.id])
  const shared = Object.entries(house.shared)
  known = {
    ...Object.fromEntries(shared.map(([name, values]) => [name, [...values, ...(house.own[name] ?? [])]])),
    organization_canonical: [house.canonical],
    member_id: others.map(({ id }) => Number(id)),
    role_canonical: ['deployer', 'organization-member', `only-${house.marker}`],
    roles_canonical: ['deployer', 'organization-member'],
    owner: [`wil-${house.marker}`, `ada-${house.marker}`],
    username: [`wil-${house.marker}`, 'nobody-at-all'],
    user_canonical: [`wil-${house.marker}`],
    canonical: ['web', 'core', 'aws', 'new-one', 'deployer'],
    action: ['organization:project:read', 'organization:**', 'organization:team:create', 'organization:nothing:read'],
    resources: [`organization:${house.canonical}:project:*`, 'organization:**'],
    entity_canonicals: ['web', 'core'],
    order_by: ['project_name:asc', 'team_name:desc', 'organization_canonical:asc', 'user_canonical'],
    service_status_canonical: ['database', 'jobs'],
    type: ['aws', 'ssh', 'custom', 'Custom', 'info'],
    member_email: [`wil-${house.marker}@example.com`],
  }
})

/** They end what they are called by or on, so each call has its own throw-away. */
const destructive: OperationId[] = ['deleteOrg', 'deleteUserAccount', 'updateUserAccount']

async function callerOf(id: OperationId): Promise<{ token: string | undefined; known: Known }> {
  if (id === 'deleteOrg') {
    const canonical = fresh('throwaway')
    const cast = (await scenario(server, organization(canonical, member(fresh('owner')), configRepository()))) as Record<string, { token: string | undefined }>
    return { token: Object.values(cast)[0]?.token, known: { ...known, organization_canonical: [canonical] } }
  }
  if (id === 'deleteUserAccount' || id === 'updateUserAccount') return { token: (Object.values(await scenario(server, person(fresh('somebody')))) as { token: string | undefined }[])[0]?.token, known }
  return { token: house.admin.token, known }
}

const logsOf = (requestId: unknown) => server.logs.filter((line) => line.includes(String(requestId)) && line.includes('unexpected')).join('')
const show = (id: OperationId, question: AnyQuestion) => `${id} ${targetOf(id, question).slice(0, 300)} ${question.body === undefined ? '' : jsonOf(question.body).slice(0, 600)} (seed ${seed})`

/** @returns what is wrong with the answer, if anything */
function complaint(id: OperationId, { success, respond }: OperationRow, question: AnyQuestion, answer: RawAnswer): string | undefined {
  const { status, json, headers, text } = answer
  const wrong = (what: string) => `${what}: ${status} ${text.slice(0, 300)} to ${show(id, question)} ${logsOf(headers['x-request-id']).slice(0, 1500)}`
  if (status === success) return respond === 'nothing' && text !== '' ? wrong('a body where none is promised') : undefined
  if (status === 500 && !(id === 'getServiceStatus' && built(id))) return wrong('an error of ours')
  const { errors, request_id } = (json ?? {}) as { errors?: { code: string; message: string; details: unknown }[]; request_id?: string }
  const [error] = errors ?? []
  if (!error || typeof error.message !== 'string' || error.message === '' || !Array.isArray(error.details)) return wrong('not the shape of an error')
  if (request_id !== headers['x-request-id']) return wrong('two request ids')
  if (status !== 500 && errorCodes[error.code as keyof typeof errorCodes] !== status) return wrong('a code that does not go with its status')
  if (status === 501 && built(id)) return wrong('not built after all')
  return undefined
}

const eventsOf = async (operation: OperationRow): Promise<number> => {
  const label = `${operation.audit?.entity}:${operation.audit?.action}`
  const [row] = await server.database.query<{ n: string }>('select count(*) as n from events where organization_id = $1 and operation = $2', [house.id, label])
  return Number(row?.n)
}

const order = { get: 0, post: 1, put: 2, patch: 2, delete: 3 }
const inOrder = [...operations].sort(([, a], [, b]) => order[a.method] - order[b.method])
const successes = new Map<OperationId, number>()

describe('whatever is asked', () => {
  test.each(inOrder.map(([id, operation]) => ({ id, operation })))('$id answers', async ({ id, operation }) => {
    const random = new Random(seedOf(id, seed))
    const times = built(id) ? (destructive.includes(id) ? Math.ceil(runs / 4) : runs) : Math.ceil(runs / 12)
    const caller = await callerOf(id)
    const before = operation.audit && operation.scope === 'organization' ? await eventsOf(operation) : 0
    const complaints: string[] = []
    let succeeded = 0
    await inTurns(Array.from({ length: times }, (_, index) => (index % 2 === 0 ? validQuestion : spoiledQuestion)(random, id, caller.known)), 6, async (question) => {
      const answer = await ask(server.url, id, question, { token: caller.token, timeout: 30_000 })
      const wrong = complaint(id, operation, question, answer)
      if (wrong) complaints.push(wrong)
      if (answer.status === operation.success) succeeded++
    })
    successes.set(id, succeeded)
    expect(complaints.slice(0, 3), `${complaints.length} complaints`).toEqual([])
    if (operation.audit && !destructive.includes(id) && !mayChangeNothing.includes(id)) expect((await eventsOf(operation)) - before, `events of ${id}, one for each success`).toBe(succeeded)
  })
})

/** Repeating them is a success that changes nothing, so no event says it did. */
const mayChangeNothing: OperationId[] = ['inviteUserToOrgMember']

describe('afterwards', () => {
  test('the service works as before, and the walls stand', async () => {
    expect(await house.admin.getProjects({ path: { organization_canonical: house.canonical } })).toHaveStatus(200)
    await assertWalls(server.platform.database)
  })

  test('nothing was logged as unexpected', () => {
    expect(server.logs.filter((line) => line.includes('unexpected error') || line.includes('does not match its schema')).slice(0, 3)).toEqual([])
  })

  afterAll(() => {
    const never = [...successes].filter(([id, count]) => count === 0 && built(id)).map(([id]) => id)
    if (process.env.FUZZ_RUNS) console.log(`seed ${seed}; never answered with success: ${never.join(', ') || 'none'}`)
  })
})
