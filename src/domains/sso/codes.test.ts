import { expect, test } from 'vitest'
import { consoleAddress } from './codes.ts'

const at = (returnTo: string | null) => consoleAddress({ consoleUrl: 'https://console.example.com/app' }, 'google', 'c-_0', returnTo)

test('the console is handed the code, and a path of its own', () => {
  expect(at(null)).toBe('https://console.example.com/app/sso/google?code=c-_0')
  for (const path of [
    '/',
    '/projects',
    '/sso/return?state=k-_9&to=/organizations/acme',
    '/a b?c=d&e=%2F#f',
    '/éclair',
    `/${'x'.repeat(499)}`,
  ]) {
    const address = new URL(at(path))
    expect(address.searchParams.get('return_to')).toBe(path)
    expect(new URL(path, 'https://console.example.com').origin).toBe('https://console.example.com')
  }
})

test('nothing that a browser could take for another host comes through', () => {
  for (const returnTo of [
    '',
    'projects',
    '//evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/a\\b',
    '/a\u0000',
    '/a\u0085',
    ' /a',
    'https://evil.example',
    'javascript:alert(1)',
    '/a\r\nSet-Cookie: x=y',
  ])
    expect(at(returnTo), JSON.stringify(returnTo)).toBe('https://console.example.com/app/sso/google?code=c-_0')
})
