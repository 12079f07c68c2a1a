import { expect, test } from 'vitest'
import { ConcourseError } from './errors.ts'
import { below, isSafeName, pathOf } from './path.ts'

test.each([
  [['teams', 'a b', 'pipelines', 'ž?#&'], '/teams/a%20b/pipelines/%C5%BE%3F%23%26'],
  [['builds', 12], '/builds/12'],
  [['jobs', '1.2', '...', '.a'], '/jobs/1.2/.../.a'],
])('%j is %s', (segments, path) => {
  expect(pathOf(segments)).toBe(path)
})

test.each([
  '',
  '.',
  '..',
  '../x',
  'a/b',
  'a\\b',
  '%2e%2e',
  'a%2fb',
  'a\0',
  'a\nb',
  '\ud800',
  'x'.repeat(1001),
  -1,
  0.5,
  Number.NaN,
  2 ** 60,
])('there is no path to %j', (name) => {
  if (typeof name === 'string') expect(isSafeName(name)).toBe(false)
  expect(() => pathOf(below({ team: 't', pipeline: 'p' }, name))).toThrow(ConcourseError)
})

test('queries are encoded, several of a name too, and what is undefined is left out', () => {
  const query = [
    ['filter', 'a:b&c'],
    ['filter', 'd=e'],
    ['from', undefined],
    ['limit', 5],
  ] as const
  expect(pathOf(['x'], query)).toBe('/x?filter=a%3Ab%26c&filter=d%3De&limit=5')
})
