import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import type { FormEntity, FormGroup, FormUseCase } from './types.ts'
import { computeValues, quotaOf } from './values.ts'

const entity = (fields: Partial<FormEntity> = {}): FormEntity => ({ name: 'N', key: 'k', type: 'string', widget: 'simple_text', ...fields })
const group = (name: string, fields: Partial<FormGroup>, ...vars: FormEntity[]): FormGroup => ({
  name,
  technologies: ['pipeline'],
  vars,
  ...fields,
})
const form = (...groups: FormGroup[]): FormUseCase => ({ name: 'aws', sections: [{ name: 'S', groups }] })

/** One variable `k` in group G: what it gets, and what is wrong with it. */
function fill(fields: Partial<FormEntity>, given?: unknown, others: Record<string, unknown> = {}, interpolate?: (text: string) => string) {
  const more = Object.keys(others).map((key) => entity({ key, type: 'boolean', widget: 'hidden' }))
  const loose = more.map((each) => ({ ...each, type: 'string', widget: 'simple_text' }) satisfies FormEntity)
  const values = { S: { G: { ...(given === undefined ? {} : { k: given }), ...others } } }
  const { values: computed, problems } = computeValues(form(group('G', {}, entity(fields), ...loose)), values, { env: 'prod' }, interpolate)
  return { value: computed['S']?.['G']?.['k'], problems: problems.filter(({ key }) => key === 'k').map(({ message }) => message) }
}

describe('a value', () => {
  test.each<[FormEntity['type'], FormEntity['widget'], unknown]>([
    ['integer', 'number', 14],
    ['integer', 'number', -3],
    ['float', 'number', 2.2],
    ['float', 'number', 2],
    ['boolean', 'switch', false],
    ['string', 'simple_text', '14'],
    ['string', 'simple_text', ''],
    ['array', 'text_area', ['hello', false, 1, 1.1, { a: null }]],
    ['array', 'text_area', []],
    ['map', 'text_area', { a: { b: [1] } }],
    ['map', 'text_area', {}],
    ['integer', 'number', '((cpu.count))'],
  ])('of type %s in a %s comes back as it was given: %j', (type, widget, value) => {
    expect(fill({ type, widget }, value)).toEqual({ value, problems: [] })
  })

  test.each<[FormEntity['type'], unknown, string]>([
    ['integer', '14', 'must be a whole number, and "14" is a text'],
    ['integer', 1.5, 'must be a whole number, and 1.5 is a number'],
    ['integer', 2 ** 53, 'must be a whole number of at most 15 digits'],
    ['integer', true, 'must be a whole number, and true is a boolean'],
    ['float', '2.2', 'must be a number, and "2.2" is a text'],
    ['boolean', 'true', 'must be true or false, and "true" is a text'],
    ['boolean', 0, 'must be true or false, and 0 is a number'],
    ['string', 14, 'must be a text, and 14 is a number: put it in quotes'],
    ['string', ['a'], 'must be a text, and a list was given'],
    ['array', { a: 1 }, 'must be a list, and a map was given'],
    ['array', '[]', 'must be a list, and "[]" is a text'],
    ['map', [1], 'must be a map, and a list was given'],
    ['map', '{}', 'must be a map, and "{}" is a text'],
  ])('of type %s is refused when %j is given', (type, value, message) => {
    expect(fill({ type, widget: 'hidden' }, value).problems).toEqual([message])
  })

  test('that is not given is the default', () => {
    expect(fill({ default: 'd' })).toEqual({ value: 'd', problems: [] })
    expect(fill({ default: 'd' }, null)).toEqual({ value: 'd', problems: [] })
    expect(fill({ default: 'd' }, 'x')).toEqual({ value: 'x', problems: [] })
    expect(fill({ default: 'd' }, '')).toEqual({ value: '', problems: [] })
    expect(fill({ type: 'boolean', widget: 'switch', default: false })).toEqual({ value: false, problems: [] })
  })

  test('that is required must be there, and not be empty', () => {
    expect(fill({ required: true })).toEqual({ value: undefined, problems: ['is required'] })
    expect(fill({ required: true }, null).problems).toEqual(['is required'])
    expect(fill({ required: true }, '').problems).toEqual(['is required, and is empty'])
    expect(fill({ required: true, default: '' }).problems).toEqual(['is required, and is empty'])
    expect(fill({ required: true, type: 'array', widget: 'text_area' }, []).problems).toEqual([])
    expect(fill({ required: true, type: 'boolean', widget: 'switch' }, false).problems).toEqual([])
    expect(fill({})).toEqual({ value: undefined, problems: [] })
  })

  test.each<[Partial<FormEntity>, unknown, unknown, string[]]>([
    [{ widget: 'dropdown', values: ['a', 'b'] }, 'b', 'b', []],
    [{ widget: 'dropdown', values: ['a', 'b'] }, 'c', 'c', ['must be one of a, b, and is "c"']],
    [{ widget: 'dropdown', values: ['a', 'b'] }, '', '', []],
    [{ widget: 'radios', values: ['a', 'b'] }, 'c', 'c', ['must be one of a, b, and is "c"']],
    [{ widget: 'slider_list', type: 'integer', values: [1024, 2048] }, 2048, 2048, []],
    [{ widget: 'slider_list', type: 'integer', values: [1024, 2048] }, 512, 512, ['must be one of 1024, 2048, and is 512']],
    [{ widget: 'auto_complete', values: ['a', 'b'] }, 'c', 'c', []],
    [{ widget: 'dropdown', values_ref: 'https://x.test' }, 'c', 'c', []],
    [{ widget: 'dropdown', type: 'map', values: [{ label: 'MAK', value: 'key' }] }, 'key', 'key', []],
    [{ widget: 'dropdown', type: 'map', values: [{ label: 'MAK', value: 'key' }] }, 'MAK', 'key', []],
    [{ widget: 'dropdown', type: 'map', values: [{ label: 'MAK', value: 'key' }], default: 'MAK' }, undefined, 'key', []],
    [{ widget: 'dropdown', type: 'map', values: { MAK: { id: 1 } }, default: 'MAK' }, undefined, { id: 1 }, []],
    [{ widget: 'dropdown', type: 'map', values: { MAK: { id: 1, n: 2 } } }, { n: 2, id: 1 }, { n: 2, id: 1 }, []],
    [{ widget: 'dropdown', type: 'integer', values: [{ label: 'two', value: 2 }] }, 'two', 2, []],
    [{ widget: 'dropdown', type: 'map', values: [{ label: 'MAK', value: 'key' }] }, 'KMS', 'KMS', ['must be one of MAK, and is "KMS"']],
    // A text that is one thing's label and another's value is what a caller says it is: a value.
    [
      {
        widget: 'dropdown',
        values: [
          { label: 'a', value: 'b' },
          { label: 'c', value: 'a' },
        ],
        default: 'a',
      },
      'a',
      'a',
      [],
    ],
    [
      {
        widget: 'dropdown',
        values: [
          { label: 'a', value: 'b' },
          { label: 'c', value: 'a' },
        ],
        default: 'a',
      },
      undefined,
      'b',
      [],
    ],
    [{ widget: 'dropdown', type: 'map', values_ref: 'https://x.test' }, 'free', 'free', []],
    [{ widget: 'slider_range', type: 'integer', values: [10, 20] }, 20, 20, []],
    [{ widget: 'slider_range', type: 'integer', values: [10, 20] }, 21, 21, ['must be between 10 and 20, and is 21']],
    [{ widget: 'slider_range', type: 'float', values: [0, 1] }, -0.1, -0.1, ['must be between 0 and 1, and is -0.1']],
  ])('%j given %j is %j', (fields, given, value, problems) => {
    expect(fill(fields, given)).toEqual({ value, problems })
  })

  test('of a list with several choices is checked and translated one by one', () => {
    const several: Partial<FormEntity> = { widget: 'dropdown', type: 'array', widget_config: { multiselect: true } }
    const values = [
      { label: 'A', value: 'a' },
      { label: 'B', value: 'b' },
    ]
    expect(fill({ ...several, values }, ['A', 'b'])).toEqual({ value: ['a', 'b'], problems: [] })
    expect(fill({ ...several, values }, ['a', 'c']).problems).toEqual(['must be one of A, B, and is "c"'])
    expect(fill({ ...several, values, default: ['B'] })).toEqual({ value: ['b'], problems: [] })
    expect(fill({ ...several, values }, 'a').problems).toEqual(['must be a list, and "a" is a text'])
    expect(fill({ ...several, widget: 'auto_complete', values }, ['x'])).toEqual({ value: ['x'], problems: [] })
  })

  test('must keep all rules, found anywhere in it as Go finds them', () => {
    const validations = [
      { regexp: '[a-z]{2}', error_message: 'needs two letters' },
      { regexp: '^\\w+$' },
      { array: { min_elems: 9 }, error_message: 'lists only' },
    ]
    expect(fill({ validations }, '1ab2').problems).toEqual([])
    expect(fill({ validations }, '1-2').problems).toEqual(['needs two letters', 'does not match ^\\w+$'])
    expect(fill({ validations }, '').problems).toEqual([])
    expect(fill({ validations, default: '-' }).problems).toEqual(['needs two letters', 'does not match ^\\w+$'])
    expect(fill({ validations: [{ regexp: '^a$' }] }, 'a\n').problems).toEqual(['does not match ^a$'])
    expect(fill({ type: 'integer', widget: 'number', validations: [{ regexp: '^1' }] }, 23).problems).toEqual(['does not match ^1'])
  })

  test('that is a list has its length checked, and its elements', () => {
    const list: Partial<FormEntity> = { type: 'array', widget: 'text_area' }
    const bounds = [{ array: { min_elems: 1, max_elems: 2 }, error_message: 'one or two' }, { array: { max_elems: 3 } }]
    expect(fill({ ...list, validations: bounds }, ['a']).problems).toEqual([])
    expect(fill({ ...list, validations: bounds }, []).problems).toEqual(['one or two'])
    expect(fill({ ...list, validations: bounds }, [1, 2, 3, 4]).problems).toEqual(['one or two', 'must have at most 3 elements'])
    expect(fill({ ...list, validations: [{ regexp: '^a' }] }, ['a', 'b']).problems).toEqual(['does not match ^a'])
  })

  test('that would keep a processor busy is refused', () => {
    const slow = [{ regexp: '(?:[\\p{L}\\p{N}]{30}){30}$' }]
    expect(fill({ validations: slow }, 'é'.repeat(20_000)).problems).toEqual(['is too long to be checked'])
    const many = Array.from({ length: 200 }, (_, index) => entity({ key: `k${index}`, validations: slow }))
    const given = { S: { G: Object.fromEntries(many.map(({ key }) => [key, `${'é'.repeat(10_000)}!`])) } }
    const start = performance.now()
    expect(computeValues(form(group('G', {}, ...many)), given, {}).problems.at(-1)?.message).toBe('is too long to be checked')
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  test('that is nested too deeply or cannot be stored is refused', () => {
    let deep: unknown = 1
    for (let level = 0; level < 50_000; level++) deep = [deep]
    expect(fill({ type: 'array', widget: 'text_area' }, deep).problems).toEqual(['cannot be used: it is nested more than 64 levels deep'])
    expect(fill({}, 'a\0').problems).toEqual(['cannot be used: a text in it holds a character that cannot be stored'])
  })

  test('that depends on another can be given only with it', () => {
    const dependent: Partial<FormEntity> = { depends_on: ['other'], required: true }
    const alone = computeValues(form(group('G', {}, entity(dependent), entity({ key: 'other' }))), { S: { G: { k: 'x' } } }, {})
    expect(alone.problems).toEqual([
      { section: 'S', group: 'G', key: 'k', message: 'can only be set together with "other", which has no value' },
    ])
    expect(fill(dependent, 'x', { other: 'y' }).problems).toEqual([])
    expect(fill(dependent, undefined, { other: 'y' }).problems).toEqual(['is required'])
    expect(fill(dependent, undefined, { other: '' }).problems).toEqual([])
    // A client that sends defaults back chose nothing.
    expect(fill({ ...dependent, default: 'd' }, 'd', { other: '' })).toEqual({ value: 'd', problems: [] })
  })
})

describe('defaults', () => {
  const upper = (text: string) => text.replace(/\(\$ (\w+) \$\)/g, (_, word: string) => word.toUpperCase())

  test('are filled in, however deep a text stands', () => {
    expect(fill({ default: '($ a $)-($ b $)' }, undefined, {}, upper).value).toBe('A-B')
    expect(fill({ type: 'map', widget: 'text_area', default: { x: ['($ a $)', 1] } }, undefined, {}, upper).value).toEqual({ x: ['A', 1] })
    expect(fill({ type: 'integer', widget: 'number', default: '($ 4 $)' }, undefined, {}, upper)).toEqual({ value: 4, problems: [] })
    expect(fill({ type: 'integer', widget: 'number', default: '($ x $)' }, undefined, {}, upper).problems).toEqual([
      'must be a whole number, and "X" is a text',
    ])
    expect(fill({ widget: 'dropdown', values: ['($ a $)', 'b'], default: '($ a $)' }, undefined, {}, upper)).toEqual({
      value: 'A',
      problems: [],
    })
  })

  test('that a client sends back word for word are defaults; other given texts stay as they are', () => {
    expect(fill({ default: '($ a $)' }, '($ a $)', {}, upper).value).toBe('A')
    expect(fill({ default: '($ a $)' }, '($ b $)', {}, upper).value).toBe('($ b $)')
    expect(fill({ widget: 'dropdown', values: ['($ a $)'] }, '($ a $)', {}, upper)).toEqual({ value: 'A', problems: [] })
  })

  test('that cannot be filled in are a problem of the variable, unless something else is given', () => {
    const fail = () => {
      throw new FormatError('no such function')
    }
    expect(fill({ default: '($ a $)' }, undefined, {}, fail).problems).toEqual(['no such function'])
    expect(fill({ default: '($ a $)' }, 'x', {}, fail)).toEqual({ value: 'x', problems: [] })
  })

  test('and values with options go by the first condition that holds', () => {
    const options = (field: string, ...list: [string, unknown][]) => ({
      options: list.map(([condition, each]) => ({ condition, [field]: each })),
    })
    const fields: Partial<FormEntity> = {
      widget: 'dropdown',
      default: options('default', ['$x == "eu"', 'paris'], ['$env == "prod"', 'ohio']),
      values: options('values', ['$x == "eu"', ['paris', 'rome']], ['$x == "us"', ['ohio']]),
    }
    expect(fill(fields, undefined, { x: 'eu' })).toEqual({ value: 'paris', problems: [] })
    expect(fill(fields, undefined, { x: 'us' })).toEqual({ value: 'ohio', problems: [] })
    expect(fill(fields, 'ohio', { x: 'eu' }).problems).toEqual(['must be one of paris, rome, and is "ohio"'])
    expect(fill(fields, 'ohio', { x: 'asia' }).problems).toEqual([
      'cannot be chosen: with the other values as they are, there is nothing to choose from',
    ])
    expect(fill({ default: options('default', ['$env == "dev"', 'x']) })).toEqual({ value: undefined, problems: [] })
  })
})

test('quotas: value × the value counted by, summed by type', () => {
  const number = (key: string, quota_config?: NonNullable<FormEntity['quota_config']>) =>
    entity({ key, type: 'integer', widget: 'number', ...(quota_config ? { quota_config } : {}) })
  const useCase = form(
    group('G', {}, number('ram', { type: 'memory', count_ref: 'toMB' }), number('toMB'), number('cpu', { type: 'cpu' })),
    group('H', {}, number('more', { type: 'cpu', count_ref: 'nobody' }), number('disk', { type: 'storage' })),
  )
  expect(quotaOf(useCase, { S: { G: { ram: 4, toMB: 1024, cpu: 2 }, H: { more: 3 } } })).toEqual({ cpu: 5, memory: 4096, storage: 0 })
})
