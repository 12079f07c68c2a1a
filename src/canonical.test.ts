import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalOf } from './canonical.ts'
import { ApiError } from './errors.ts'

describe('the canonical of a name', () => {
  test.each([
    ['My org', 'my-org'],
    ['My Éclair 2', 'my-eclair-2'],
    ['  spaced   out  ', 'spaced-out'],
    ['snake_case', 'snake_case'],
    ['--edges__', 'edges'],
    ['Straße & Söhne', 'stra-e-sohne'],
    ['a'.repeat(150), 'a'.repeat(100)],
  ])('%j becomes %j', (name, canonical) => {
    expect(canonicalOf(name)).toBe(canonical)
  })

  test.each(['', 'ab', '!!!', '日本語', '-_-'])('%j leaves too little, and the caller is asked for one', (name) => {
    expect(() => canonicalOf(name)).toThrow(ApiError)
  })

  test('a project may have a canonical of one character', () => {
    expect(canonicalOf('X', 1)).toBe('x')
  })

  test('whatever the name: what comes out is a canonical, and its own canonical', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
        let canonical: string
        try {
          canonical = canonicalOf(name)
        } catch (error) {
          expect(error).toMatchObject({ code: 'Invalid' })
          return
        }
        expect(canonical).toMatch(/^[a-z0-9]+[a-z0-9\-_]+[a-z0-9]+$/)
        expect(canonical.length).toBeLessThanOrEqual(100)
        expect(canonicalOf(canonical)).toBe(canonical)
      }),
      { seed: 20261121, numRuns: 3000 },
    )
  })

  test('a long name cut at a dash still ends in a letter', () => {
    expect(canonicalOf(`${'a'.repeat(99)} b`)).toBe('a'.repeat(99))
  })
})
