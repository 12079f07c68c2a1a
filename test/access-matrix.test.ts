/**
 * Who may do what, as a table that is committed: a change of policy is a small readable diff. It is computed from the rules
 * of the built-in roles alone, and then every cell is tried over HTTP.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { decide, decideBelow } from '../src/access/decide.ts'
import { ruleSet } from '../src/access/rules.ts'
import type { OperationId, OperationRow } from '../src/contract/operations.ts'
import { adminRole, builtInRoles } from '../src/domains/roles/built-in.ts'
import { ask, inTurns, operations } from './support/ask.ts'
import { type AnyQuestion, plainQuestion } from './support/questions.ts'
import { apiKey, fresh, member, organization, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'
import { textFile } from './support/text-file.ts'

// Some thousand requests: plenty of time, for machines that do something else too.
vi.setConfig({ testTimeout: 240_000 })

/** ✔ may, ✘ a member who may not (403), - not even a member (403), ! nobody knows who this is (401), p for people only (422) */
type Cell = '✔' | '✘' | '-' | '!' | 'p'

const roles = builtInRoles.map(({ canonical }) => canonical)
const columns = [...roles, 'key **', 'outsider', 'anonymous']
const short: Record<string, string> = {
  [adminRole]: 'admin',
  'organization-member': 'member',
  'default-project-viewer': 'viewer',
  'default-project-creator': 'creator',
  'default-project-manager': 'manager',
  'default-no-permissions': 'nothing',
}

function cell(operation: OperationRow, column: string): Cell {
  const { scope, permission, apiKeys } = operation
  if (scope === 'public') return '✔'
  if (scope === 'token') return '!'
  if (column === 'anonymous') return '!'
  if (scope === 'authenticated') return column === 'key **' && !apiKeys ? 'p' : '✔'
  if (column === 'outsider') return '-'
  const actions = column === 'key **' ? ['organization:**'] : (builtInRoles.find(({ canonical }) => canonical === column)?.actions ?? [])
  const rules = ruleSet(
    actions.map((action, id) => ({ id, organization_id: 1, action, resources: [] })),
    1,
  )
  const resource = operation.resource.map(({ entity }) => `${entity}:x`).join(':')
  const open = operation.target !== null && /:(create|list)$/.test(permission ?? '')
  return (open ? decideBelow(rules, permission ?? '', `${resource}:${operation.target}:`) : decide(rules, permission ?? '', resource))
    ? '✔'
    : '✘'
}

const rows = operations
  .map(([id, operation]) => ({
    id,
    operation,
    what: operation.permission ?? `(${operation.scope})`,
    cells: columns.map((column) => cell(operation, column)),
  }))
  .sort((a, b) => a.what.localeCompare(b.what, 'en') || a.id.localeCompare(b.id, 'en'))

describe('the access matrix', () => {
  const legend =
    '✔ may, ✘ a member who may not, - not a member, ! nobody knows who this is, p for people only. Owners may more. Written by: UPDATE=1 npx vitest run test/access-matrix.test.ts'
  const file = textFile('test/access-matrix.txt', legend)

  test('is the committed one', () => {
    const width = (values: string[]) => Math.max(...values.map((value) => value.length)) + 2
    const [what, id] = [width(rows.map((row) => row.what)), width(rows.map((row) => row.id))]
    const titles = columns.map((column) => short[column] ?? column)
    const line = (left: string, middle: string, cells: string[]) =>
      `${left.padEnd(what)}${middle.padEnd(id)}${cells.map((value, index) => value.padEnd((titles[index]?.length ?? 0) + 2)).join('')}`.trimEnd()
    file.expectOrUpdate([line('', '', titles), ...rows.map((row) => line(row.what, row.id, row.cells))])
  })

  test('an administrator may do everything, and somebody without a right nothing', () => {
    const inOrganization = rows.filter(({ operation }) => operation.scope === 'organization')
    expect(inOrganization.filter(({ cells }) => cells[columns.indexOf(adminRole)] !== '✔')).toEqual([])
    expect(inOrganization.filter(({ cells }) => cells[columns.indexOf('default-no-permissions')] !== '✘')).toEqual([])
  })
})

describe('over HTTP', () => {
  const server = useServer()
  const canonical = fresh('matrix')
  const tokens = new Map<string, string | undefined>()

  beforeAll(async () => {
    const people = roles.map((role) => member(`holds-${role}`, role))
    const cast = (await scenario(
      server,
      organization(canonical, ...people, apiKey('all')),
      organization(fresh('other'), member('stranger')),
    )) as Record<string, { token: string | undefined }>
    for (const role of roles) tokens.set(role, cast[`holds-${role}`]?.token)
    tokens.set('key **', cast['all']?.token).set('outsider', cast['stranger']?.token)
  })

  /** About things that are not there, and with a body that nobody takes: what may be done is decided before, and nothing changes. */
  const harmless = (id: OperationId): AnyQuestion => {
    const question = plainQuestion(id)
    return {
      ...question,
      path: {
        ...question.path,
        ...('organization_canonical' in question.path ? { organization_canonical: canonical } : {}),
        // The first session is somebody's here.
        ...('session_id' in question.path ? { session_id: 4_294_967_295 } : {}),
      },
    }
  }
  const meant: Record<Cell, (status: number) => boolean> = {
    '✔': (status) => status !== 401 && status !== 403,
    '✘': (status) => status === 403,
    '-': (status) => status === 403,
    '!': (status) => status === 401,
    p: (status) => status === 422,
  }
  /** Check a secret or a membership of their own, or end what the test stands on; all have tests of their own. */
  const apart: OperationId[] = [
    'login',
    'emailAuthenticationVerification',
    'getOAuthUser',
    'createOAuthUser',
    'deleteOrg',
    'deleteUserAccount',
    'closeBrowserSession',
    'getAccess',
  ]

  test.each(columns)('the column %s says what happens', async (column) => {
    const tried = rows.filter(({ id, operation }) => !apart.includes(id) && operation.scope !== 'token')
    const wrong: string[] = []
    await inTurns(tried, 8, async ({ id, cells }) => {
      const expected = cells[columns.indexOf(column)] as Cell
      const question = harmless(id)
      const answer = await ask(server.url, id, question, {
        token: tokens.get(column),
        ...(question.body === undefined ? {} : { text: '"nobody takes this"' }),
      })
      if (!meant[expected](answer.status)) wrong.push(`${id}: ${expected} but ${answer.status} ${answer.text.slice(0, 200)}`)
    })
    expect(wrong).toEqual([])
  })
})
