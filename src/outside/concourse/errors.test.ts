import { expect, test } from 'vitest'
import { type ConcourseProblem, problemOf } from './errors.ts'

test.each<[number, string, ConcourseProblem]>([
  [401, 'not authorized', { kind: 'unauthorized' }],
  [403, 'forbidden', { kind: 'forbidden' }],
  [403, '', { kind: 'forbidden' }],
  [403, 'policy check failed: no', { kind: 'forbidden', reason: 'policy check failed: no' }],
  [404, '', { kind: 'notFound' }],
  [404, '{"errors":[{"title":"x"}]}', { kind: 'notFound' }],
  [409, '', { kind: 'conflict', because: 'refused' }],
  [409, 'action not allowed for an archived pipeline', { kind: 'conflict', because: 'archived' }],
  [500, 'failed to save config: comparison with existing config failed during save', { kind: 'conflict', because: 'changed' }],
  [500, '', { kind: 'server', status: 500 }],
  [501, '<html>', { kind: 'server', status: 501 }],
  [502, '<html>bad gateway</html>', { kind: 'unavailable' }],
  [503, '', { kind: 'unavailable' }],
  [504, '', { kind: 'unavailable' }],
  [429, '', { kind: 'unavailable' }],
  [400, '{"errors":["one","two"]}', { kind: 'invalid', errors: ['one', 'two'] }],
  [400, '{"errors":[{"title":"t","detail":"d"},{"title":"t"},7]}', { kind: 'invalid', errors: ['d', 't'] }],
  [400, '{"errors":"no list"}', { kind: 'invalid', errors: [] }],
  [400, 'null', { kind: 'invalid', errors: [] }],
  [400, 'a sentence', { kind: 'invalid', errors: ['a sentence'] }],
  [400, '<html>a page of a proxy</html>', { kind: 'invalid', errors: [] }],
  [415, '', { kind: 'invalid', errors: [] }],
  [302, '', { kind: 'server', status: 302 }],
])('status %i with %j', (status, body, problem) => {
  expect(problemOf(status, Buffer.from(body))).toEqual(problem)
})

test('what is told of an error is bounded', () => {
  const many = JSON.stringify({ errors: Array.from({ length: 5000 }, () => 'x') })
  const long = JSON.stringify({ errors: ['x'.repeat(50_000)] })
  for (const body of [many, long]) expect(JSON.stringify(problemOf(400, Buffer.from(body))).length).toBeLessThan(3000)
})
