/** Pages, orders and filters as every list has them: sections 1.4 and 1.6 of platform-semantics.md, told in sentences. */
import { describe, expect, test } from 'vitest'
import { projects, useAcme } from './support/acme.ts'
import type { RawAnswer } from './support/raw.ts'
import { useServer } from './support/server.ts'

const server = useServer()
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
