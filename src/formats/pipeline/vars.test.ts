import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { PipelineProblems } from './problems.ts'
import type { Json, JsonObject } from './types.ts'
import { fillVars, lookupIn, readVars, VarsProblems, varsIn } from './vars.ts'

const variables: JsonObject = {
  name: 'web',
  count: 3,
  ratio: 1.5,
  on: true,
  nothing: null,
  list: ['a', { b: '((name))' }],
  map: { key: 'value', 'dotted.key': 'quoted', deep: { x: 1 } },
  'with.dot': 'dot',
  'a/b': 'slash',
}
const fill = (value: Json, missing: 'keep' | 'refuse' = 'refuse') => fillVars(value, lookupIn(variables), missing)
const problemsOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof VarsProblems) return { problems: error.problems, missing: error.missing }
    throw error
  }
  return undefined
}

describe('a text that is one variable and nothing else', () => {
  test.each<[string, Json]>([
    ['((name))', 'web'],
    ['((count))', 3],
    ['((ratio))', 1.5],
    ['((on))', true],
    ['((nothing))', null],
    ['((map))', variables['map'] ?? null],
    ['((map.key))', 'value'],
    ['((map."dotted.key"))', 'quoted'],
    ['((map.deep.x))', 1],
    ['(("with.dot"))', 'dot'],
    ['((a/b))', 'slash'],
    // What is filled in is not looked at again.
    ['((list))', ['a', { b: '((name))' }]],
  ])('%s takes the value with its type', (text, expected) => {
    expect(fill(text)).toEqual(expected)
  })
})

describe('a variable', () => {
  test.each<[Json, Json]>([
    ['x-((name))-((count))', 'x-web-3'],
    ['(((name)))', '(web)'],
    [
      { '((name))': 1, 'k((count))': ['((name))'] },
      { web: 1, k3: ['web'] },
    ],
    [{ '((count))': 1 }, { '3': 1 }],
    ['((no spaces))', '((no spaces))'],
    ['$((1+2)) (( )) (())', '$((1+2)) (( )) (())'],
  ])('in %j: %j', (value, expected) => {
    expect(fill(value)).toEqual(expected)
  })

  test.each<[Json, string, string]>([
    [{ a: 'x((map))' }, 'a', 'has ((map)) inside a text, where only a text or a whole number can stand, not a map'],
    ['x((ratio))', '', 'has ((ratio)) inside a text, where only a text or a whole number can stand, not 1.5'],
    ['x((on))', '', 'has ((on)) inside a text, where only a text or a whole number can stand, not true'],
    [[{ '((map))': 1 }], '[0]["((map))"]', 'is a key, which must be a text, not a map'],
    [{ '((name))': 1, web: 2 }, 'web', 'is there twice when its variables are filled in: web'],
    ['((map.other))', '', 'cannot take ((map.other)): the variable map has no field other'],
    ['((name.x))', '', 'cannot take ((name.x)): the variable name has no field x'],
    ['((map..x))', '', 'has ((map..x)), which is no variable: names and fields must not be empty'],
    ['((a:b:c))', '', 'has ((a:b:c)), which is no variable: names and fields must not be empty'],
    ['((:a))', '', 'has ((:a)), which is no variable: names and fields must not be empty'],
    ['(("a))', '', 'has (("a)), which is no variable: names and fields must not be empty'],
  ])('in %j is refused, also where missing ones stay', (value, path, message) => {
    expect(problemsOf(() => fill(value, 'keep'))?.problems).toEqual([{ path, message }])
  })

  test('without a value stays as it is written, or all of them are told at once', () => {
    const value = { a: '((zoo.x))', b: ['x((other))', '((zoo.x))'], c: '((name))' }
    expect(fill(value, 'keep')).toEqual({ ...value, c: 'web' })
    expect(problemsOf(() => fill(value))).toEqual({
      missing: ['other', 'zoo.x'],
      problems: [
        { path: 'a', message: 'needs the variable ((zoo.x)), which has no value' },
        { path: 'b[0]', message: 'needs the variable ((other)), which has no value' },
      ],
    })
  })

  test('has a source before its colon, and `.` is that of the build', () => {
    const asked: [string, readonly string[]][] = []
    fillVars(
      ['((vault:a/b.c))', '((.:name.x))', '(("a:b"))'],
      (path, source) => {
        asked.push([source, path])
        return { found: true, value: '' }
      },
      'refuse',
    )
    expect(asked).toEqual([
      ['vault', ['a/b', 'c']],
      ['.', ['name', 'x']],
      ['', ['a:b']],
    ])
  })

  test('named __proto__ is a name like any other', () => {
    expect(problemsOf(() => fill('((__proto__))'))?.missing).toEqual(['__proto__'])
    expect(Object.keys(fill(JSON.parse('{"__proto__": "((name))"}')) as JsonObject)).toEqual(['__proto__'])
    expect(problemsOf(() => fill('((map.constructor))', 'keep'))?.problems).toHaveLength(1)
  })

  test('cannot make a short text endless', () => {
    const value = Array.from({ length: 10_000 }, () => '((long))')
    const lookup = lookupIn({ long: 'x'.repeat(10_000) })
    expect(problemsOf(() => fillVars(value, lookup, 'keep'))?.problems[0]?.message).toContain('more than 8000000 characters')
    expect(problemsOf(() => fillVars('((long))'.repeat(10_000), lookup, 'keep'))?.problems).toHaveLength(1)
    const doubled = Array.from({ length: 60 }).reduce<Json>((inner) => [inner, inner], 'x')
    expect(problemsOf(() => fillVars('((big))', lookupIn({ big: doubled }), 'keep'))?.problems).toHaveLength(1)
  })
})

describe('the variables of a value', () => {
  test('are told once each, from values and keys', () => {
    expect(varsIn({ a: 'x((b.c))((s:d))', '((e))': ['((b.c))', 1, null, '((bad..one))'] })).toEqual([
      { source: '', path: ['b', 'c'], text: 'b.c' },
      { source: 's', path: ['d'], text: 's:d' },
      { source: '', path: ['e'], text: 'e' },
    ])
  })
})

describe('a file of variables', () => {
  test.each<[string, JsonObject]>([
    ['', {}],
    ['# only a comment\n', {}],
    ['---\n', {}],
    ['a: 1\nb: {c: [x, yes]}\n', { a: 1, b: { c: ['x', true] } }],
    ['{"a": "1"}', { a: '1' }],
    ['a: &x {b: 1}\nc:\n  <<: *x\n', { a: { b: 1 }, c: { b: 1 } }],
  ])('%j', (text, expected) => {
    expect(readVars(text)).toEqual(expected)
  })

  test.each(['- a', 'just a text', 'a: [', 'a: 1\na: 2', 'a: 1\n---\nb: 2', 'a: "\0"'])('%j is none', (text) => {
    expect(() => readVars(text)).toThrow(FormatError)
  })
})

describe('whatever the value is', () => {
  const word = fc.constantFrom('((', '))', 'name', 'map', '.', ':', '"', 'x', '((name))', '((map.key))', '((map))', '((no))', '__proto__')
  const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(''))
  const value = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.constantFrom<Json>(null, 1, true),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: false }),
    ),
  })).value

  test('filling it gives a value or its own error', () => {
    fc.assert(
      fc.property(value, fc.constantFrom('keep' as const, 'refuse' as const), (given, missing) => {
        try {
          fill(given, missing)
        } catch (error) {
          expect(error).toBeInstanceOf(PipelineProblems)
          expect((error as PipelineProblems).problems.length).toBeGreaterThan(0)
        }
      }),
      { seed: 1, numRuns: 2000 },
    )
  })

  test('nothing is missing when everything that it asks for is there', () => {
    fc.assert(
      fc.property(value, (given) => {
        const asked = new Set(varsIn(given).map(({ source, path }) => JSON.stringify([source, path])))
        const missing = problemsOf(() =>
          fillVars(
            given,
            (path, source) => (asked.has(JSON.stringify([source, path])) ? { found: true, value: 'v' } : { found: false }),
            'refuse',
          ),
        )
        expect(missing?.missing ?? []).toEqual([])
      }),
      { seed: 2, numRuns: 1000 },
    )
  })
})
