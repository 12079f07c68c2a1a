import { describe, expect, test } from 'vitest'
import { pathOfConsole } from './destination.ts'

describe('where a sign-in leads', () => {
  test.each([
    ['/organizations/acme/events?kind=a#last', '/organizations/acme/events?kind=a#last'],
    ['/console/organizations/acme', '/organizations/acme'],
    ['/console', '/'],
    ['/consoles', '/consoles'],
  ])('%s is a place of the console', (to, place) => expect(pathOfConsole(to)).toBe(place))

  test.each([
    undefined,
    '',
    'organizations/acme',
    'https://example.com/',
    '//example.com/',
    '/\\example.com',
    '/\t/example.com',
    '/\u0000/example.com',
    '/console//example.com',
    '/./console//example.com/',
    '/.//example.com',
    '/a/..//example.com',
    'javascript:alert(1)',
  ])('%s is none', (to) => expect(pathOfConsole(to)).toBeUndefined())
})
