import { describe, expect, test } from 'vitest'
import { readForms } from './read.ts'

const known = 'The Forms File has an invalid format: '
const text: Record<string, unknown> = { name: 'Field', key: 'key', type: 'string', widget: 'simple_text' }
const number = { ...text, type: 'integer', widget: 'number' }

/** A file with one use case U, section S and these groups. */
const fileOf = (...groups: object[]) => ({ version: '2', use_cases: [{ name: 'U', sections: [{ name: 'S', groups }] }] })
const group = (...vars: unknown[]) => ({ name: 'G', technologies: ['pipeline'], vars })
const errorsOf = (file: unknown) => readForms(file).errors
/** Mistakes of the first variable, without what says where it is. */
const mistakesOf = (...vars: object[]) => {
  const where = `${known}use case "U" invalid definition for variable "Field" (key) in section "S" of "G": The Forms `
  return errorsOf(fileOf(group(...vars))).map((error) => (error.startsWith(where) ? error.slice(where.length) : error))
}

describe('a variable', () => {
  const list = { widget: 'dropdown', values: ['a', 'b'] }
  const labelled = { widget: 'dropdown', type: 'map', values: [{ label: 'MAK', value: 'key' }] }
  const several = { widget: 'dropdown', type: 'array', values: ['a', 'b'], widget_config: { multiselect: true } }
  const range = { type: 'integer', widget: 'slider_range', values: [10, 20] }
  const options = { options: [{ name: 'first', condition: '$x == 1', default: 'a' }] }

  test.each<[string, object]>([
    ['a default of its type', { default: 'x' }],
    ['an empty default', { default: '', required: true }],
    ['a default to fill in', { default: '($ .project $)-x' }],
    ['a number that a template fills in', { type: 'integer', widget: 'number', default: '($ .env $)' }],
    ['a number from a credential', { type: 'integer', widget: 'number', default: '((cpu.count))' }],
    ['a whole number for a float', { type: 'float', widget: 'number', default: 2 }],
    ['a default from the list', { ...list, default: 'b' }],
    ['an empty default beside a list', { ...list, default: '' }],
    ['a default beside the suggestions', { ...list, widget: 'auto_complete', default: 'c' }],
    ['a default by label', { ...labelled, default: 'MAK' }],
    ['a default by value', { ...labelled, default: 'key' }],
    ['a list as a map of labels', { widget: 'dropdown', type: 'map', values: { MAK: 'key' }, default: 'MAK' }],
    ['labels for numbers', { type: 'integer', widget: 'radios', values: [{ label: 'two', value: 2 }], default: 'two' }],
    ['several of a list', { ...several, default: ['b', 'a'] }],
    ['a list from an address', { widget: 'dropdown', values_ref: 'https://x.test/$' + '{other}', default: 'whatever' }],
    ['a range from an address', { type: 'integer', widget: 'slider_range', values_ref: 'https://x.test', default: 3 }],
    ['a range', { ...range, default: 10 }],
    ['conditional defaults', { default: options }],
    ['conditional values', { widget: 'dropdown', values: { options: [{ condition: 'true', values: ['a'] }] }, default: 'a' }],
    ['a map with a key "options"', { type: 'map', widget: 'text_area', default: { options: [1] } }],
    ['rules', { validations: [{ regexp: '^[a-z]$', error_message: 'no' }, { array: { min_elems: 1 } }] }],
    ['folded with a default', { folded: true, required: true, default: 'x' }],
    ['folded and optional', { folded: true }],
    ['hidden, of any type', { type: 'boolean', widget: 'hidden', default: true }],
    ['an inventory resource', { widget: 'cy_inventory_resource', widget_config: { attribute: 'id', filters: { type: 'aws_vpc' } } }],
    ['yes as YAML of Go has it', { required: 'yes' }],
    ['fields that nobody knows', { current: 1, hint: 'x', condition: '$x ==' }],
  ])('may have %s', (_, fields) => {
    expect(mistakesOf({ ...text, ...fields })).toEqual([])
  })

  test.each<[object, string]>([
    [{ name: '' }, 'Name has an invalid format: it is missing'],
    [{ key: 'a b' }, 'Key has an invalid format: it must not have blanks'],
    [{ type: 'number' }, 'Type has an invalid format: the type "number" does not exist'],
    [{ type: null }, 'Type has an invalid format: it is missing'],
    [{ widget: 'cy_inventory_output' }, 'Widget has an invalid format: the widget "cy_inventory_output" does not exist'],
    [{ widget: 'number' }, 'Widget has an invalid format: the widget "number" cannot hold the type "string"'],
    [
      { ...list, type: 'array' },
      'Widget has an invalid format: the widget "dropdown" can hold the type "array" only with "multiselect: true"',
    ],
    [{ ...several, type: 'string' }, 'Widget has an invalid format: "multiselect" needs the type "array", and this is "string"'],
    [{ widget: 'cy_inventory_resource' }, 'Widget Config has an invalid format: "attribute" is missing'],
    [{ ...list, widget: 'radios', widget_config: { orientation: 'up' } }, 'Widget Config has an invalid format: "orientation" must be'],
    [{ widget_config: 'x' }, 'Widget Config has an invalid format: it must be a map'],
    [{ widget: 'dropdown' }, 'Values has an invalid format: the widget "dropdown" needs "values" or "values_ref"'],
    [{ ...list, values: 'a' }, 'Values has an invalid format: it must be a list'],
    [{ ...list, values: ['a', 3.1] }, 'Values has an invalid format: value 2 must be a text, and 3.1 is a number: put it in quotes'],
    [{ ...list, values: { options: [{ condition: '$x ==', values: ['a'] }] } }, 'Values has an invalid format: option 1: column 6'],
    [{ ...list, values: { options: [{ values: ['a'] }] } }, 'Values has an invalid format: option 1: it has no condition'],
    [{ ...range, values: [20, 10] }, 'Values has an invalid format: it must be exactly two ascending numbers'],
    [{ ...range, values: [1, 2, 3] }, 'Values has an invalid format: it must be exactly two ascending numbers'],
    [{ ...range, values: [1, 2.5] }, 'Values has an invalid format: it must be two whole numbers'],
    [{ ...range, default: 9 }, 'Default has an invalid format: 9 is not between 10 and 20'],
    [{ default: 1 }, 'Default has an invalid format: must be a text, and 1 is a number: put it in quotes'],
    [{ type: 'integer', default: '1' }, 'Default has an invalid format: must be a whole number, and "1" is a text'],
    [{ type: 'integer', widget: 'number', default: 1.5 }, 'Default has an invalid format: must be a whole number, and 1.5 is a number'],
    [{ type: 'boolean', widget: 'switch', default: 'true' }, 'Default has an invalid format: must be true or false, and "true" is a text'],
    [{ ...list, default: 'c' }, 'Default has an invalid format: "c" is not among the values'],
    [{ ...labelled, default: 'KMS' }, 'Default has an invalid format: "KMS" is not among the values'],
    [{ ...several, default: ['a', 'c'] }, 'Default has an invalid format: "c" is not among the values'],
    [{ default: { options: [{ condition: 'true', default: 1 }] } }, 'Default has an invalid format: option 1: must be a text'],
    [{ default: { options: [{ condition: 'true' }] } }, 'Default has an invalid format: option 1 has no "default"'],
    [{ values_ref: 'ftp://x', widget: 'dropdown', values: ['a'] }, 'Values Ref has an invalid format: it must be an address'],
    [{ validations: [{ regexp: '(' }] }, 'Validations has an invalid format: the "regexp" of rule 1 cannot be used'],
    [{ validations: [{ regexp: '(?=a)' }] }, 'Validations has an invalid format: the "regexp" of rule 1 cannot be used'],
    [{ validations: [{ error_message: 'x' }] }, 'Validations has an invalid format: rule 1 has neither "regexp" nor "array"'],
    [{ validations: [{ array: { min_elems: 3, max_elems: 2 } }] }, 'Validations has an invalid format: the "array" of rule 1 has'],
    [{ validations: '^a$' }, 'Validations has an invalid format: it must be a list'],
    [{ required: true, folded: true }, 'Folded has an invalid format: what is required needs a default to be folded'],
    [{ required: 'maybe' }, 'Required has an invalid format: it must be true or false'],
    [{ depends_on: ['nobody'] }, 'Depends On has an invalid format: there is no variable "nobody"'],
    [{ depends_on: ['key'] }, 'Depends On has an invalid format: it depends on itself'],
    [{ depends_on: 'key' }, 'Depends On has an invalid format: it must be a list of keys'],
    [{ widget: 'cy_branch' }, 'File Branch Source has an invalid format: "source" is missing'],
    [{ widget: 'cy_branch', source: 'key' }, 'File Branch Source has an invalid format: "key" does not choose a repository'],
    [{ quota_config: { type: 'gpu' } }, 'Quota has an invalid format: its "type" must be cpu, memory, storage'],
    [{ quota_config: { type: 'cpu' } }, 'Quota has an invalid format: it counts numbers, and the type is "string"'],
  ])('with %j is refused: %s', (fields, mistake) => {
    const found = mistakesOf({ ...text, ...fields })
    const inAnyCase = found.map((each) =>
      each.replace(/^.*variable "key" \(key\).*?: The Forms /, '').replace(/^.*\(a b\).*?: The Forms /, ''),
    )
    expect(inAnyCase.filter((each) => each.startsWith(mistake))).toHaveLength(1)
  })

  test('says everything that is wrong with it at once', () => {
    expect(mistakesOf({ ...text, widget: 'switch', default: 3, required: 'x', depends_on: ['nobody'] })).toEqual([
      'Required has an invalid format: it must be true or false',
      'Widget has an invalid format: the widget "switch" cannot hold the type "string"',
      'Default has an invalid format: must be a text, and 3 is a number: put it in quotes',
      'Depends On has an invalid format: there is no variable "nobody"',
    ])
  })

  test('counts by a variable that is there and is a number', () => {
    const quota = { ...number, quota_config: { type: 'memory', count_ref: 'factor' } }
    expect(mistakesOf(quota)).toEqual(['Quota has an invalid format: there is no variable "factor" to count by'])
    expect(mistakesOf(quota, { ...text, key: 'factor' })).toEqual(['Quota has an invalid format: "factor" is not a number to count by'])
    expect(mistakesOf(quota, { ...number, key: 'factor' })).toEqual([])
  })

  test('takes a branch from a repository that another variable chooses', () => {
    const branch = { ...text, widget: 'cy_branch', source: 'repository' }
    expect(mistakesOf(branch, { ...text, key: 'repository', widget: 'cy_scs' })).toEqual([])
  })

  test('that is broken does not make others broken', () => {
    const broken = { ...text, key: 'other', widget: 'nothing' }
    expect(mistakesOf({ ...text, depends_on: ['other'] }, broken).filter((error) => !error.includes('(other)'))).toEqual([])
  })
})
