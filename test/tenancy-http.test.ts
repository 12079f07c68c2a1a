/**
 * Two organizations whose things have the same names. Whatever beta's administrator and its API key ask, with alpha's names
 * and numbers in paths, queries, filters and bodies: nothing of alpha is seen, changed, or can be inferred.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { OperationId, OperationRow } from '../src/contract/operations.ts'
import { ask, inTurns, operations, wordsOf } from './support/ask.ts'
import { fullHouse, type House, rowsOf } from './support/full-house.ts'
import { jsonOf } from './support/hostile.ts'
import { type AnyQuestion, describeOperation, type Known, plainQuestion, validQuestion } from './support/questions.ts'
import { Random, seedOf } from './support/random.ts'
import type { RawAnswer } from './support/raw.ts'
import { useRepositories } from './support/repositories.ts'
import { apiKey, child, environment, fresh, member, organization, project, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'
import { gitIn } from './support/workshop.ts'

vi.setConfig({ testTimeout: 240_000 })
const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
let alpha: House
let beta: House
let before: Record<string, string[]>

beforeAll(async () => {
  alpha = await fullHouse(server, repositories, fresh('alpha'), 'mkalpha')
  beta = await fullHouse(server, repositories, fresh('beta'), 'mkbeta')
  before = await rowsOf(server, alpha.id)
})

const order = { get: 0, post: 1, put: 2, patch: 2, delete: 3 }
/** Reading first, deleting last, so that there is something to read; beta itself stays. */
const inOrganization = operations
  .filter(([id, { scope }]) => scope === 'organization' && id !== 'deleteOrg')
  .sort(([, a], [, b]) => order[a.method] - order[b.method])
const callers = (): [string, string][] => [
  ['administrator', beta.admin.token ?? ''],
  ['key', beta.key.token ?? ''],
]

/** What the caller itself sent may come back; anything else with alpha's marker is a leak. */
function assertNothingOfAlpha(what: string, answer: RawAnswer, sent: Known): void {
  const own = Object.values(sent)
    .flat()
    .filter((value): value is string => typeof value === 'string')
  const rest = own.sort((a, b) => b.length - a.length).reduce((text, name) => text.replaceAll(name, '…'), answer.text)
  expect(rest, what).not.toContain(alpha.marker)
  expect(answer.status, `${what}: ${answer.text}`).not.toBe(500)
}

const inBeta = (question: AnyQuestion): AnyQuestion => ({ ...question, path: { ...question.path, organization_canonical: beta.canonical } })

/** The same shape as alpha's own things, and nobody has them. */
const nobodys = (): Known =>
  Object.fromEntries(
    Object.entries(alpha.own).map(([name, values]) => [
      name,
      values.map((value, index) =>
        typeof value === 'number'
          ? 4_294_967_000 + index
          : String(value)
              .replace(alpha.marker, 'mknobod')
              .replace(/^\d+$/, String(4_294_967_000 + index)),
      ),
    ]),
  )

/** Made from the same seed, so that the two questions differ in the names alone. */
function twins(id: OperationId, turn: number): { theirs: AnyQuestion; unknown: AnyQuestion } {
  const make = (own: Known) =>
    validQuestion(new Random(seedOf(id, turn), { madeUp: 0 }), id, { ...beta.shared, ...own, organization_canonical: [beta.canonical] })
  return { theirs: make(alpha.own), unknown: make(nobodys()) }
}

const neutral = (answer: RawAnswer) =>
  wordsOf(answer)
    .replaceAll(alpha.marker, '…')
    .replaceAll('mknobod', '…')
    .replace(/\b\d{5,}\b|\b\d{1,4}\b/g, '#')

/** A form is filled in for an environment before there is one; of a step that is not there no cache is removed. */
const needNotBeThere = new Set([
  'interpolateFormsConfig environment_canonical',
  'costEstimateForm environment_canonical',
  'validateFormInfraPolicies environment_canonical',
  'clearTaskCache step_name',
])

describe('an organization and another one’s things', () => {
  test('alpha’s path opens nothing, whatever is asked about, in the header and in ?api_key=', async () => {
    for (const [who, token] of callers())
      await inTurns(inOrganization, 6, async ([id]) => {
        const question = plainQuestion(id, { ...alpha.shared, member_id: alpha.own['member_id'] ?? [] })
        for (const way of [{ token }, { apiKey: token }]) {
          const answer = await ask(server.url, id, question, way)
          expect(answer.status, `${who} ${id}: ${answer.text}`).toBe(403)
          assertNothingOfAlpha(`${who} ${id}`, answer, alpha.own)
        }
      })
  })

  test('alpha’s names and numbers in beta’s paths are as unknown as those that nobody has', async () => {
    for (const [who, token] of callers())
      await inTurns(inOrganization, 6, async ([id, { path }]) => {
        for (const [, parameter = ''] of path.matchAll(/{(\w+)}/g)) {
          if (parameter === 'organization_canonical') continue
          const values = [alpha.own[parameter]?.at(-1), nobodys()[parameter]?.at(-1)]
          if (values[0] === undefined) continue
          const [theirs, unknown] = await Promise.all(
            values.map((value) => {
              const question = inBeta(plainQuestion(id, { ...beta.shared, member_id: beta.own['member_id'] ?? [] }))
              return ask(server.url, id, { ...question, path: { ...question.path, [parameter]: value } }, { token })
            }),
          )
          if (!theirs || !unknown) continue
          if (!needNotBeThere.has(`${id} ${parameter}`))
            expect(theirs.status, `${who} ${id} ${parameter}: ${theirs.text}`).toBeGreaterThanOrEqual(400)
          expect(neutral(theirs), `${who} ${id} ${parameter}`).toBe(neutral(unknown))
          assertNothingOfAlpha(`${who} ${id}`, theirs, alpha.own)
        }
      })
  })

  test('alpha’s names and numbers in queries and bodies answer like those that nobody has', async () => {
    // One after the other: what one question makes, another may find taken.
    for (const [who, token] of callers())
      for (const [id] of inOrganization) {
        const { body, parameters } = describeOperation(id)
        const named = parameters.filter(({ in: place, name }) => place === 'query' && name in alpha.own).length
        for (let turn = 0; turn < (body ? 4 : named > 0 ? 3 : 0); turn++) {
          const { theirs, unknown } = twins(id, turn)
          // Their own path stays beta's: only what is in query and body is alpha's.
          const path = inBeta(plainQuestion(id, { ...beta.shared, member_id: beta.own['member_id'] ?? [] })).path
          const answers = [
            await ask(server.url, id, { ...unknown, path }, { token }),
            await ask(server.url, id, { ...theirs, path }, { token }),
          ]
          for (const answer of answers) assertNothingOfAlpha(`${who} ${id} ${jsonOf(theirs)}`, answer, alpha.own)
          if (answers.every(({ status }) => status >= 400))
            expect(neutral(answers[1] as RawAnswer), `${who} ${id} ${jsonOf(theirs)}`).toBe(neutral(answers[0] as RawAnswer))
        }
      }
  })

  test('filters find nothing of alpha', async () => {
    const canonicals = ['project', 'team', 'user', 'organization', 'environment'].map((entity) => `${entity}_canonical`)
    const others = ['project_name', 'team_name', 'invitation_state', 'service_catalog_ref', 'service_catalog_visibility']
    const lists = inOrganization.filter(([, { method, target }]) => method === 'get' && target !== null)
    /** Of what a list cannot be filtered by, whoever asks. */
    const refused = new Set<string>()
    const conditions = [`rlike]=${alpha.marker}`, 'neq]=nothing', 'gt]=']
    for (const [who, token] of callers())
      await inTurns(lists, 6, async ([id]) => {
        const question = inBeta(plainQuestion(id, beta.shared))
        for (const attribute of [...canonicals, ...others].filter((name) => !refused.has(`${id} ${name}`)))
          for (const condition of who === 'key' ? conditions.slice(0, 1) : conditions) {
            const search = `${attribute}[${condition}`
            const answer = await ask(server.url, id, question, { token, search })
            assertNothingOfAlpha(`${who} ${id} ${search}`, answer, { sent: [`[rlike]=${alpha.marker}`] })
            // Then by no condition: that is decided before any of them is looked at.
            if (answer.status !== 422 || !answer.text.includes('This list cannot be filtered by')) continue
            refused.add(`${id} ${attribute}`)
            break
          }
      })
  })

  test('somebody else’s account is as good as none: names and addresses of alpha’s people tell nothing', async () => {
    const path = { organization_canonical: beta.canonical }
    const both = async (run: (name: string) => Promise<{ status: number; body: unknown }>) => {
      const [theirs, unknown] = [await run(`nil-${alpha.marker}`), await run('nil-mknobod')]
      const plain = ({ status, body }: { status: number; body: unknown }) =>
        `${status} ${JSON.stringify(body)
          .replaceAll(alpha.marker, '…')
          .replaceAll('mknobod', '…')
          .replace(/"(id|invited_at|created_at|updated_at|request_id)":("[^"]*"|\d+)/g, '')}`
      expect(plain(theirs)).toBe(plain(unknown))
    }
    await both((username) => beta.admin.call('assignMemberToTeam', { path: { ...path, team_canonical: 'core' }, body: { username } }))
    await both((name) =>
      beta.admin.call('inviteUserToOrgMember', { path, body: { email: `${name}@example.com`, role_canonical: 'organization-member' } }),
    )
    await both((owner) => beta.admin.call('createTeam', { path, body: { name: 'Owned', owner, roles_canonical: ['organization-member'] } }))
    await both((owner) => beta.admin.call('createProject', { path, body: { name: 'Owned', owner, config_repository_canonical: 'config' } }))
  })

  /** Beta knows this address, because it wrote to it. */
  const invited = { email: [`nil-mkalpha@example.com`] }
  test('things of the same names are beta’s own: deleting them leaves alpha’s', async () => {
    for (const [id, operation] of inOrganization.filter(([, { method }]) => method !== 'get')) {
      const question = inBeta(plainQuestion(id, { ...beta.shared, member_id: [(beta.own['member_id'] as number[])[1] ?? 0] }))
      for (const [who, token] of callers())
        assertNothingOfAlpha(`${who} ${id}`, await ask(server.url, id, updated(operation, question), { token }), alpha.own)
    }
    await inTurns(
      inOrganization.filter(([, { method }]) => method === 'get'),
      6,
      async ([id]) => {
        for (const [who, token] of callers())
          assertNothingOfAlpha(`${who} ${id}`, await ask(server.url, id, inBeta(plainQuestion(id, beta.shared)), { token }), invited)
      },
    )
  })

  test('after all of this alpha is as it was, to the last byte', async () => {
    expect(await rowsOf(server, alpha.id)).toEqual(before)
  })
})

/** A body that repeats the canonical of the path goes further than one that does not. */
function updated({ method, resource }: OperationRow, question: AnyQuestion): AnyQuestion {
  const last = resource.at(-1)
  const { body, path } = question
  if (method !== 'put' || !last || typeof body !== 'object' || body === null || !('canonical' in body)) return question
  return { ...question, body: { ...body, canonical: path[last.parameter] } }
}

describe('parents, children, and siblings', () => {
  const root = fresh('root')
  const [left, right] = [fresh('left'), fresh('right')]
  const cast = () =>
    scenario(
      server,
      organization(
        root,
        member('rootadmin'),
        member('rootmember', 'default-project-manager'),
        member('rootnobody', 'default-no-permissions'),
        apiKey('rootkey'),
        apiKey('rootreader', ['organization:*:read'], ['organization:*:list']),
        project('web'),
        child(left, member('leftadmin'), apiKey('leftkey'), project('web', environment('prod')), project('only-mkleft')),
        child(right, member('rightadmin'), apiKey('rightkey'), project('web', environment('prod')), project('only-mkright')),
      ),
    )
  let people: Awaited<ReturnType<typeof cast>>
  beforeAll(async () => {
    people = await cast()
  })
  const about = (id: OperationId, canonical: string): AnyQuestion => {
    const question = plainQuestion(id, { project_canonical: ['web'], environment_canonical: ['prod'] })
    return { ...question, path: { ...question.path, organization_canonical: canonical } }
  }

  test.each(['rightadmin', 'rightkey', 'leftadmin', 'leftkey'] as const)(
    '%s may enter neither the sibling nor the parent, and cannot tell whether they exist',
    async (name) => {
      const { token = '' } = people[name]
      const other = name.startsWith('right') ? left : right
      const nowhere = fresh('nowhere')
      await inTurns(inOrganization, 6, async ([id]) => {
        const unknown = await ask(server.url, id, about(id, nowhere), { token })
        for (const canonical of [other, root]) {
          const answer = await ask(server.url, id, about(id, canonical), { token })
          expect(answer.status, `${id}: ${answer.text}`).toBe(403)
          expect(wordsOf(answer, canonical), id).toBe(wordsOf(unknown, nowhere))
        }
      })
    },
  )

  test.each(['rootmember', 'rootnobody', 'rootreader'] as const)(
    '%s holds rights in the parent at most, and none in the child',
    async (name) => {
      const { token = '' } = people[name]
      await inTurns(inOrganization, 6, async ([id]) => {
        const answer = await ask(server.url, id, about(id, left), { token })
        expect(answer.status, `${id}: ${answer.text}`).toBe(403)
      })
    },
  )

  test('administrators and full keys of the parent act on the child', async () => {
    for (const { token } of [people.rootadmin, people.rootkey]) {
      const answer = await ask(server.url, 'getProjects', about('getProjects', left), { token })
      expect(answer.status).toBe(200)
      expect(answer.text).toContain('only-mkleft')
      expect(answer.text).not.toContain('only-mkright')
    }
  })

  test('nothing of a sibling or of the parent’s own things is in any answer', async () => {
    const { token = '' } = people.leftadmin
    await inTurns(
      inOrganization.filter(([, { method }]) => method === 'get'),
      6,
      async ([id]) => {
        const answer = await ask(server.url, id, about(id, left), { token })
        for (const secret of [right, 'mkright', 'rightadmin', 'rootkey', 'rootnobody']) expect(answer.text, id).not.toContain(secret)
      },
    )
  })
})
