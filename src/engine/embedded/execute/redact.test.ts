import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../formats/pipeline/types.ts'
import { openSecrets, redacted, shortest } from './redact.ts'

const secretsOf = (...values: Json[]) => {
  const secrets = openSecrets()
  for (const value of values) secrets.add(value)
  return secrets
}

/** Few letters, so that texts hold secrets, parts of them, and several that overlap. */
const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n', '😀'), maxLength: 60 })
const secret = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '😀'), minLength: shortest, maxLength: 8 })
const cut = (text: string, at: readonly number[]): string[] => {
  const places = [0, ...at.map((place) => place % (text.length + 1)).sort((one, other) => one - other), text.length]
  return places.slice(1).map((place, index) => text.slice(places[index] ?? 0, place))
}

describe('a secret', () => {
  test('is in no part of what is told, however the output is cut into pieces', () => {
    const property = fc.property(fc.array(secret, { minLength: 1, maxLength: 5 }), letters, fc.array(fc.nat()), (values, text, places) => {
      const secrets = secretsOf(...values)
      const stream = secrets.stream()
      const told = [...cut(text, places).map((piece) => stream.push(piece)), stream.end()].join('')
      for (const part of told.split(redacted)) for (const value of values) expect(part).not.toContain(value)
      expect(told).toBe(secrets.text(text))
    })
    fc.assert(property, { seed: 1, numRuns: 2000 })
  })

  test('leaves everything else as it was', () => {
    const property = fc.property(fc.array(secret, { maxLength: 5 }), letters, (values, text) => {
      const parts = secretsOf(...values)
        .text(text)
        .split(redacted)
      let at = 0
      for (const part of parts) {
        at = text.indexOf(part, at)
        expect(at).toBeGreaterThanOrEqual(0)
        at += part.length
      }
      if (!values.some((value) => text.includes(value))) expect(parts).toEqual([text])
    })
    fc.assert(property, { seed: 2, numRuns: 1000 })
  })

  test('that becomes known while half of it is held back is still found', () => {
    const secrets = secretsOf('abcdef')
    const stream = secrets.stream()
    expect(stream.push('say abcd')).toBe('say ')
    secrets.add('bcdxyz')
    expect(stream.push('xyz!') + stream.end()).toBe(`a${redacted}!`)
  })

  test('that repeats without an end does not grow in memory, and is told once', () => {
    const stream = secretsOf('aaa').stream()
    const told = Array.from({ length: 1000 }, () => stream.push('a')).join('')
    expect(told + stream.end()).toBe(redacted)
  })

  test.each<[string, Json, string, string]>([
    ['in a list of a map', { keys: ['hunter2', 1] }, 'it is hunter2', `it is ${redacted}`],
    ['a number', 123456, 'pin=123456', `pin=${redacted}`],
    ['of several lines, by line', 'first line\r\n  second\n', 'a second one\nfirst line', `a ${redacted} one\n${redacted}`],
    ['as JSON writes it', 'pass"word\\', '{"x":"pass\\"word\\\\"}', `{"x":"${redacted}"}`],
    ['as an address writes it', 'p@ss/word', 'https://u:p%40ss%2Fword@host', `https://u:${redacted}@host`],
    ['with spaces around it', '  hunter2 \n', 'x hunter2 y', `x ${redacted} y`],
    ['with a NUL in the output', 'hunter2', 'hun\0ter2', redacted],
  ])('is found %s', (_name, value, text, expected) => {
    expect(secretsOf(value).text(text)).toBe(expected)
  })

  test('is found in base64, alone and inside something longer', () => {
    const value = 'correct horse'
    const secrets = secretsOf(value)
    for (const text of [value, `${value}\n`, `u:${value}`, `me:${value}:x`, `joe:${value}`])
      for (const encoding of ['base64', 'base64url'] as const)
        expect(secrets.text(Buffer.from(text).toString(encoding)), `${encoding} of ${text}`).toContain(redacted)
  })

  test.each<[string, Json, string]>([
    ['shorter than three characters', 'ab', 'ab'],
    ['lines of a longer one that are only punctuation', 'key: hunter2\n---\n', '---'],
    ['yes or no', { enabled: true, other: null }, 'true null'],
  ])('hides nothing when it is %s', (_name, value, text) => {
    expect(secretsOf(value).text(text)).toBe(text)
  })

  test('is taken out of every text of an event, and what cannot be stored with it', () => {
    const secrets = secretsOf('hunter2')
    expect(secrets.json({ 'a\0': ['x hunter2', 1, null, '\ud800'], b: { c: 'hunter2' } })).toEqual({
      a: [`x ${redacted}`, 1, null, '\ufffd'],
      b: { c: redacted },
    })
  })

  test('takes time that grows with the text alone, however alike the secrets are', () => {
    const secrets = secretsOf(...Array.from({ length: 200 }, (_, at) => `${'a'.repeat(600)}${at}`))
    const begin = performance.now()
    const text = 'a'.repeat(400_000)
    expect(secrets.text(text)).toBe(text)
    expect(performance.now() - begin).toBeLessThan(3000)
  })

  test('that is too large to be looked for is refused', () => {
    expect(() => secretsOf('x'.repeat(1_100_000))).toThrow('too large to keep them out of its log')
  })
})
