import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readForms } from './read.ts'
import type { FormEntity, FormGroup, FormUseCase, FormValues } from './types.ts'
import { computeValues } from './values.ts'

const entity = (fields: Partial<FormEntity> = {}): FormEntity => ({ name: 'N', key: 'k', type: 'string', widget: 'simple_text', ...fields })
const group = (name: string, fields: Partial<FormGroup>, ...vars: FormEntity[]): FormGroup => ({
  name,
  technologies: ['pipeline'],
  vars,
  ...fields,
})
const form = (...groups: FormGroup[]): FormUseCase => ({ name: 'aws', sections: [{ name: 'S', groups }] })

describe('groups', () => {
  const flag = (key: string, value?: boolean) =>
    entity({ key, type: 'boolean', widget: 'switch', ...(value === undefined ? {} : { default: value }) })
  const shown = (useCase: FormUseCase, given: FormValues = {}) =>
    Object.keys(computeValues(useCase, given, { env: 'prod' }).values['S'] ?? {})

  test('whose condition is false are neither checked nor written', () => {
    const useCase = form(group('A', {}, flag('on', false)), group('B', { condition: '$on' }, entity({ required: true })))
    expect(computeValues(useCase, { S: { B: { k: 3 } } }, {})).toEqual({
      values: { S: { A: { on: false } } },
      writes: [{ technology: 'pipeline', key: 'on', value: false, type: 'boolean', section: 'S', group: 'A' }],
      problems: [],
    })
    expect(computeValues(useCase, { S: { A: { on: true } } }, {}).problems).toEqual([
      { section: 'S', group: 'B', key: 'k', message: 'is required' },
    ])
  })

  test('may ask for variables of later groups', () => {
    expect(shown(form(group('A', { condition: '$on' }, entity({ default: 'x' })), group('B', {}, flag('on', true))))).toEqual(['A', 'B'])
  })

  test('that are hidden have variables without values, for whoever asks for them', () => {
    const useCase = form(
      group('C', { condition: '$b' }, flag('c', true)),
      group('B', { condition: '$a' }, flag('b', true)),
      group('A', {}, flag('a', true)),
    )
    expect(shown(useCase)).toEqual(['C', 'B', 'A'])
    expect(shown(useCase, { S: { A: { a: false }, B: { b: true } } })).toEqual(['A'])
  })

  test('may ask for one another in a circle: the first is decided first, and sees the other without a value', () => {
    const either = form(
      group('A', { condition: '$b == false' }, flag('a', false)),
      group('B', { condition: '$a == false' }, flag('b', false)),
    )
    expect(shown(either)).toEqual(['A', 'B'])
    expect(shown(either, { S: { A: { a: true } } })).toEqual(['A'])
    expect(shown(form(group('A', { condition: '$a' }, flag('a', true))))).toEqual([])
    expect(shown(form(group('A', { condition: '!$a' }, flag('a', true))))).toEqual(['A'])
  })

  test('and options see the first value of a key that several variables have', () => {
    const useCase = form(
      group('A', { technologies: ['ansible'] }, entity()),
      group('B', { technologies: ['terraform'] }, entity({ default: 'x' })),
      group('C', { condition: '$k == "x"' }, flag('c', true)),
    )
    expect(shown(useCase)).toEqual(['B', 'C'])
    expect(shown(useCase, { S: { A: { k: 'y' } } })).toEqual(['A', 'B'])
  })

  test('that offer one key in two ways write the one that is shown', () => {
    const useCase = form(
      group('How', {}, entity({ key: 'how', default: 'type it' })),
      group('Type', { condition: '$how == "type it"' }, entity({ default: 'typed' })),
      group('Choose', { condition: '$how == "choose it" || $how == "both"' }, entity({ default: 'chosen' })),
      group('Also', { condition: '$how == "both"' }, entity({ default: 'too' })),
    )
    const written = (how: string) => computeValues(useCase, { S: { How: { how } } }, {})
    expect(written('type it').writes.map(({ value }) => value)).toEqual(['type it', 'typed'])
    expect(written('choose it').writes.map(({ value }) => value)).toEqual(['choose it', 'chosen'])
    expect(written('both').problems).toEqual([
      {
        section: 'S',
        group: 'Also',
        key: 'k',
        message: 'is set twice for pipeline: also in "Choose" of "S", which is shown at the same time',
      },
    ])
  })

  test('with several technologies write to each of them', () => {
    const { writes } = computeValues(form(group('G', { technologies: ['pipeline', 'terraform'] }, entity({ default: 'x' }))), {}, {})
    expect(writes.map(({ technology, key, value }) => [technology, key, value])).toEqual([
      ['pipeline', 'k', 'x'],
      ['terraform', 'k', 'x'],
    ])
  })

  test('whose condition cannot be read are hidden, and a problem', () => {
    const { values, problems } = computeValues(form(group('G', { condition: '$a =' }, entity({ default: 'x' }))), {}, {})
    expect(values).toEqual({})
    expect(problems.map(({ key, message }) => [key, message])).toEqual([
      ['', 'has a condition that cannot be read: column 4: compare with =='],
    ])
  })

  test('and names that the form does not know are ignored, also those of every object', () => {
    const given = JSON.parse(
      '{"S":{"G":{"nope":1,"__proto__":{"k":"evil"}},"constructor":{"k":1}},"s":{"G":{"k":"x"}},"__proto__":{"S":{"G":{"k":"evil"}}}}',
    )
    expect(computeValues(form(group('G', {}, entity())), given, {})).toEqual({ values: {}, writes: [], problems: [] })
    const odd = computeValues(form(group('constructor', {}, entity({ key: 'toString', default: 'x' }))), {}, {})
    expect(JSON.stringify(odd.values)).toBe('{"S":{"constructor":{"toString":"x"}}}')
  })

  test('that differ only in the case of letters stand side by side', () => {
    const useCase = {
      name: 'aws',
      sections: ['Types', 'types'].map((name) => ({ name, groups: [group('Tests ?', { technologies: [] }, entity())] })),
    }
    const values = { Types: { 'Tests ?': { k: 'A' } }, types: { 'Tests ?': { k: 'b' } } }
    expect(computeValues(useCase, values, {}).values).toEqual(values)
  })

  test('all problems are told at once, in the order of the form', () => {
    const vars = ['a', 'b', 'c'].map((key) => entity({ key, required: true, type: 'integer', widget: 'number' }))
    const { problems } = computeValues(form(group('G', {}, ...vars)), { S: { G: { b: 'x', c: 1.5 } } }, {})
    expect(problems.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
  })

  test('a chain of five thousand is decided in no time', () => {
    const chain = Array.from({ length: 5_000 }, (_, index) =>
      group(`G${index}`, { condition: `$k${index + 1} || $last` }, flag(`k${index}`, true)),
    )
    const start = performance.now()
    expect(shown(form(...chain, group('Last', {}, flag('last', true))))).toHaveLength(5_001)
    expect(shown(form(...chain, group('Last', {}, flag('last', false))))).toHaveLength(1)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

test('values that were worked out and are given again give themselves', () => {
  const keys = ['a', 'b', 'c', 'd']
  const key = fc.constantFrom(...keys)
  const scalar = fc.constantFrom<unknown>(0, 1, 'x', 'y', '', true, false, '($ env $)', '((a.b))')
  const condition = fc.oneof(
    key.map((each) => `$${each}`),
    fc
      .tuple(key, fc.constantFrom('==', '!=', '>'), scalar)
      .map(([each, operator, value]) => `$${each} ${operator} ${JSON.stringify(value)}`),
    fc.tuple(key, key).map(([one, other]) => `!$${one} && ($${other} || $env == "prod")`),
  )
  const values = fc.oneof(
    fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 }),
    fc.array(fc.record({ label: fc.constantFrom('x', 'y', 'z'), value: scalar }), { minLength: 1, maxLength: 3 }),
  )
  const optional = <T>(each: fc.Arbitrary<T>, field: string) =>
    fc.oneof(
      each,
      fc.array(fc.record({ condition, [field]: each }), { minLength: 1, maxLength: 3 }).map((options) => ({ options })),
    )
  const variable = fc.record(
    {
      name: fc.constant('N'),
      key,
      type: fc.constantFrom('string', 'integer', 'boolean', 'map', 'array'),
      widget: fc.constantFrom('simple_text', 'dropdown', 'auto_complete', 'switch', 'number', 'hidden'),
      default: optional(scalar, 'default'),
      values: optional(values, 'values'),
      required: fc.boolean(),
      depends_on: fc.array(key, { maxLength: 2 }),
      widget_config: fc.constant({ multiselect: true }),
    },
    { requiredKeys: ['name', 'key', 'type', 'widget'] },
  )
  const aGroup = fc.record(
    {
      name: fc.constantFrom('G', 'H', 'I'),
      technologies: fc.constant(['pipeline', 'terraform']),
      condition,
      vars: fc.array(variable, { maxLength: 3 }),
    },
    { requiredKeys: ['name', 'technologies', 'vars'] },
  )
  const given = fc.dictionary(fc.constantFrom('G', 'H', 'I'), fc.dictionary(key, scalar))
  const interpolate = (text: string) => text.replaceAll('($ env $)', 'prod')
  let filled = 0
  fc.assert(
    fc.property(fc.array(aGroup, { maxLength: 5 }), given, (groups, sent) => {
      const { forms } = readForms({ version: '2', use_cases: [{ name: 'U', sections: [{ name: 'S', groups }] }] })
      const [useCase] = forms.use_cases
      // Two groups of one name with the same key are one place for two values: such a form is refused when it is read.
      const places =
        useCase?.sections.flatMap((section) => section.groups.flatMap((each) => each.vars.map((one) => `${each.name} ${one.key}`))) ?? []
      if (!useCase || new Set(places).size !== places.length) return
      const first = computeValues(useCase, { S: sent }, { env: 'prod' }, interpolate)
      const again = computeValues(useCase, first.values, { env: 'prod' }, interpolate)
      expect(again.values).toEqual(first.values)
      expect(again.writes).toEqual(first.writes)
      const before = new Set(first.problems.map((problem) => JSON.stringify(problem)))
      expect(again.problems.filter((problem) => !before.has(JSON.stringify(problem)))).toEqual([])
      if (first.writes.length > 0) filled++
    }),
    { seed: 1, numRuns: 3_000 },
  )
  expect(filled).toBeGreaterThan(500)
})
