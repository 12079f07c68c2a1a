/** Pages, orders and filters as every list has them: sections 1.4 and 1.6 of platform-semantics.md, told in sentences. */
import { beforeAll, describe, expect, test } from 'vitest'
import { notImplemented } from '../src/contract/operation.ts'
import { handlers } from '../src/http/handlers.ts'
import { projects, useAcme } from './support/acme.ts'
import { ask, operations } from './support/ask.ts'
import { fullHouse, type House } from './support/full-house.ts'
import { plainQuestion } from './support/questions.ts'
import type { RawAnswer } from './support/raw.ts'
import { useRepositories } from './support/repositories.ts'
import { useServer } from './support/server.ts'
import { gitIn } from './support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const { at, post } = useAcme(server)
const names = ({ json }: RawAnswer) => (json as { data: { canonical: string }[] }).data.map(({ canonical }) => canonical)
const errorOf = ({ json }: RawAnswer) =>
  (json as { errors: { code: string; message: string; details: string[] }[]; request_id: string }).errors[0]

describe('pages', () => {
  const list = async (search: string) =>
    at(`${projects}?project_config_repository_canonical=config&project_canonical[rlike]=^[a-z]*$&${search}`)

  test('walk through everything once', async () => {
    const seen = await Promise.all([1, 2, 3].map(async (index) => names(await list(`page_index=${index}&page_size=2`))))
    expect(seen.flat().sort()).toEqual(['alpha', 'beta', 'delta', 'epsilon', 'gamma'])
  })

  test('default to the first thousand', async () => {
    expect((await list('')).json).toMatchObject({ pagination: { index: 1, size: 1000, total: 5 } })
  })

  test.each([
    'page_index=0',
    'page_size=0',
    'page_index=-1',
    'page_size=x',
    'page_index=1.5',
    'page_index=',
    'page_index=1e400',
    'page_size=99999999999',
    'page_index=1&page_index=2',
  ])('%s is a 422 that names it', async (search) => {
    const answer = await list(search)
    expect(answer.status, answer.text).toBe(422)
    expect(errorOf(answer)?.details.join()).toContain(search.split('=')[0])
  })

  test('far beyond the last are empty, and know the total', async () => {
    expect((await list('page_index=4294967295&page_size=4294967295')).json).toMatchObject({
      data: [],
      pagination: { index: 4294967295, total: 5 },
    })
  })
})

describe('order and filters', () => {
  const wanted = 'project_canonical[rlike]=^[a-z]*$'
  test('order_by goes up and down, by what the list knows', async () => {
    expect(names(await at(`${projects}?${wanted}&order_by=project_canonical:asc`))).toEqual(['alpha', 'beta', 'delta', 'epsilon', 'gamma'])
    expect(names(await at(`${projects}?${wanted}&order_by=project_canonical%3Adesc`))).toEqual([
      'gamma',
      'epsilon',
      'delta',
      'beta',
      'alpha',
    ])
    expect(names(await at(`${projects}?${wanted}&order_by=project_name`))).toEqual(['alpha', 'beta', 'delta', 'epsilon', 'gamma'])
  })

  test.each([
    'order_by=nothing:asc',
    'order_by=project_name:up',
    'order_by=',
    'order_by=project_name:asc:desc',
    'order_by=__proto__:asc',
    'order_by=id;drop%20table%20projects',
  ])('%s is a 422', async (search) => {
    const answer = await at(`${projects}?${search}`)
    expect(answer.status, answer.text).toBe(422)
    expect(errorOf(answer)?.details.join()).toContain('order_by')
  })

  test.each([
    ['project_canonical[eq]=alpha', ['alpha']],
    ['project_canonical%5Beq%5D=alpha', ['alpha']],
    ['project_canonical[neq]=alpha&project_canonical[rlike]=^[a-z]*$', ['beta', 'delta', 'epsilon', 'gamma']],
    ['project_canonical[gt]=delta&project_canonical[rlike]=^[a-z]*$', ['epsilon', 'gamma']],
    ['project_canonical[lt]=beta', ['alpha']],
    ['project_canonical[rlike]=^(alpha|beta)$', ['alpha', 'beta']],
    ['project_canonical[rlike]=^al&project_name[rlike]=pha$', ['alpha']],
    ['project_canonical[rlike]=^al&project_canonical[rlike]=^be', []],
    ['project_canonical[rlike]=^a.%2Ba$', ['alpha']],
    ['project_canonical[rlike]=^a.+a$', ['alpha']],
  ])('%s', async (search, expected) => {
    expect(names(await at(`${projects}?${search}&order_by=project_canonical`))).toEqual(expected)
  })

  test('a plus is a plus in a bracket filter, and a space in a plain parameter', async () => {
    await post(projects, JSON.stringify({ name: 'one + two', canonical: 'plus', config_repository_canonical: 'config' }))
    expect(names(await at(`${projects}?project_name[eq]=one%20+%20two`))).toEqual(['plus'])
    expect(names(await at(`${projects}?project_name=one+%2B+two`))).toEqual(['plus'])
    await at(`${projects}/plus`, { method: 'DELETE' })
  })

  test.each([
    'nothing[eq]=1',
    'project_canonical[like]=a',
    'project_canonical[rlike]=(',
    'project_canonical[rlike]=[',
    `project_canonical[rlike]=${'a'.repeat(300)}`,
    '__proto__[eq]=1',
  ])('%s is a 422', async (search) => {
    const answer = await at(`${projects}?${search}`)
    expect(answer.status, answer.text).toBe(422)
  })

  test('a hostile expression does not hold the service up', async () => {
    const started = performance.now()
    const answer = await at(`${projects}?project_canonical[rlike]=${encodeURIComponent('((((a*)*)*)*)*$'.repeat(5))}`, { timeout: 25_000 })
    expect(answer.status).toBeLessThan(504)
    expect((await at(`${projects}/alpha`)).status).toBe(200)
    expect(performance.now() - started).toBeLessThan(25_000)
  })
})

describe('every list, of whatever', () => {
  let house: House
  beforeAll(async () => {
    house = await fullHouse(server, repositories, 'full', 'mkfull')
  })
  const askFor = async (id: (typeof operations)[number][0], search: string): Promise<RawAnswer> =>
    ask(server.url, id, plainQuestion(id, house.shared), { token: house.admin.token, search })
  const built = operations.filter(([id, { method }]) => method === 'get' && (handlers[id] as unknown) !== notImplemented)
  /** The contract has pages for these too, where they mean nothing. */
  const single = ['getConfigRepository', 'getServiceCatalogSource']
  const taking = (parameter: string) =>
    built.filter(([id, { query }]) => query.includes(parameter) && !single.includes(id)).map(([id]) => id)
  const dataOf = ({ json }: RawAnswer) => (json as { data: unknown[] }).data
  interface Pages {
    data: unknown[]
    pagination?: { index: number; size: number; total: number }
  }

  // A build's resources are two lists in one.
  test.each(taking('page_index').filter((id) => id !== 'getBuildResources'))('%s comes in pages that leave nothing out', async (id) => {
    const whole = await askFor(id, '')
    expect(whole.status, whole.text).toBe(200)
    const count = dataOf(whole).length
    const pages = await Promise.all(Array.from({ length: count + 1 }, (_, index) => askFor(id, `page_index=${index + 1}&page_size=1`)))
    expect(pages.flatMap(dataOf)).toEqual(dataOf(whole))
    const { pagination } = (pages[0]?.json ?? { data: [] }) as Pages
    if (pagination) expect(pagination).toEqual({ index: 1, size: 1, total: count })
  })

  test.each(taking('page_index'))('%s names what is no page', async (id) => {
    for (const search of ['page_index=0', 'page_size=0', 'page_size=x']) {
      const answer = await askFor(id, search)
      expect(answer.status, `${search}: ${answer.text}`).toBe(422)
      expect(errorOf(answer)?.details.join(), search).toContain(search.split('=')[0])
    }
  })

  test.each(taking('order_by'))('%s says by what it cannot be ordered', async (id) => {
    expect((await askFor(id, 'order_by=nothing:asc')).status).toBe(422)
  })

  test.each(taking('concourse_page_limit'))('%s comes in pages that are bounded by numbers', async (id) => {
    const pageAt = async (search: string) =>
      (await askFor(id, search)).json as {
        data: { id: number }[]
        pagination_concourse: Record<'next' | 'previous', { since: number; until: number; limit: number }>
      }
    const seen: number[] = []
    for (let since = -1; since !== 0; ) {
      const { data, pagination_concourse } = await pageAt(`concourse_page_limit=1${since > 0 ? `&concourse_page_since=${since}` : ''}`)
      expect(pagination_concourse.next.limit).toBe(1)
      seen.push(...data.map((one) => one.id))
      since = pagination_concourse.next.since
    }
    const { data } = await pageAt('')
    expect(seen).toEqual(data.map((one) => one.id))
    expect(seen).toEqual([...seen].sort((one, other) => other - one))
    expect((await pageAt(`concourse_page_until=${seen.at(-1)}`)).data.map((one) => one.id)).toEqual(seen.slice(0, -1))
    expect((await askFor(id, 'concourse_page_since=1&concourse_page_until=2')).status).toBe(422)
  })
})
