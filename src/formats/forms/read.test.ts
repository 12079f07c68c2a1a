import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readForms } from './read.ts'

const known = 'The Forms File has an invalid format: '
const text: Record<string, unknown> = { name: 'Field', key: 'key', type: 'string', widget: 'simple_text' }
const number = { ...text, type: 'integer', widget: 'number' }

/** A file with one use case U, section S and these groups. */
const fileOf = (...groups: object[]) => ({ version: '2', use_cases: [{ name: 'U', sections: [{ name: 'S', groups }] }] })
const group = (...vars: unknown[]) => ({ name: 'G', technologies: ['pipeline'], vars })
const errorsOf = (file: unknown) => readForms(file).errors

describe('the parts of a form file', () => {
  test('one key in one technology belongs to one variable', () => {
    const twice = `${known}use case "U" - key "key" has been found twice: in section "S" of "G" and in section "S" of "H"`
    const [a, b] = [group(text), { ...group(text), name: 'H' }]
    expect(errorsOf(fileOf(a, b))).toEqual([twice])
    expect(errorsOf(fileOf(a, { ...b, technologies: ['terraform'] }))).toEqual([])
    expect(errorsOf(fileOf(a, { ...b, technologies: ['terraform', 'pipeline'] }))).toEqual([twice])
    expect(errorsOf(fileOf(group(text, text)))).toEqual([twice.replace('"H"', '"G"')])
  })

  test('groups with different conditions may offer the same key', () => {
    const [a, b] = [group(text), { ...group(text), name: 'H' }]
    const selector = { ...group({ ...text, key: 'x' }), name: 'X' }
    const errors = (first: string | undefined, second: string) =>
      errorsOf(fileOf(selector, first === undefined ? a : { ...a, condition: first }, { ...b, condition: second })).length
    expect(errors('$x == 1', '$x == 2')).toBe(0)
    expect(errors('$x == 1', '($x) ==  1')).toBe(1)
    expect(errors(undefined, '$x == 1')).toBe(1)
  })

  test.each<[string, unknown, string[]]>([
    ['a list', [], ['it must be a map with "version" and "use_cases"']],
    ['an unknown version', { version: 9, use_cases: [] }, ['the version must be one of 1, 2, 3']],
    ['use cases that are no list', { use_cases: {} }, ['the use cases must be a list']],
    ['a use case without a name', { use_cases: [{ sections: [] }] }, ['use case 1 has no name']],
    ['two use cases of one name', { use_cases: [{ name: 'U' }, { name: 'U' }] }, ['use case "U" has been found twice']],
    [
      'variables right in a section',
      { use_cases: [{ name: 'U', sections: [{ name: 'S', vars: [text] }] }] },
      ['use case "U" - section "S" has no "groups", but "vars"'],
    ],
    [
      'an unknown technology',
      fileOf({ ...group(), technologies: ['terragrunt'] }),
      ['Forms Technology "terragrunt" is unknown: use case "U" in section "S" of "G"'],
    ],
    [
      'variables without a technology',
      fileOf({ name: 'G', vars: [text] }),
      ['use case "U" - the variables in section "S" of "G" need "technologies": they would be written nowhere'],
    ],
    [
      'a condition that cannot be read',
      fileOf({ ...group(), condition: '$a = 1' }),
      [
        'use case "U" invalid definition for group "G" in section "S": The Forms Condition has an invalid format: column 4: compare with ==',
      ],
    ],
    ['a reserved name', fileOf({ ...group(text), name: '__proto__' }), ['use case "U" - section "S" - group 1 has a reserved name']],
    [
      'a variable that is no map',
      fileOf(group('x')),
      [
        'use case "U" invalid definition for variable "#1" () in section "S" of "G": The Forms Variable has an invalid format: it must be a map with "name", "key", "type" and "widget"',
      ],
    ],
    ['a first version that is something else', { default: ['x'] }, ['use case "default" must be a map of technologies']],
  ])('%s is a mistake', (_, file, mistakes) => {
    expect(errorsOf(file)).toEqual(mistakes.map((mistake) => known + mistake))
  })

  test('empty places for later are no mistake', () => {
    expect(readForms(fileOf({ name: 'Later' }, { name: 'Technologies', technologies: ['pipeline'], vars: null }))).toMatchObject({
      errors: [],
      forms: { use_cases: [{ sections: [{ groups: [{ name: 'Later', technologies: [], vars: [] }, { technologies: ['pipeline'] }] }] }] },
    })
  })

  test.each([[null], [undefined], [{}], [{ use_cases: null, version: null }], [{ version: '3' }]])('%j is an empty valid form', (file) => {
    expect(readForms(file)).toEqual({ forms: { version: '2', use_cases: [] }, errors: [], quotaEnabled: false })
  })

  test('the first version is converted: a section for each technology', () => {
    const { forms, errors } = readForms({ aws: { pipeline: { config: [text] }, terraform: { app: [number], later: null } } })
    expect(errors).toEqual([])
    expect(forms).toEqual({
      version: '3',
      use_cases: [
        {
          name: 'aws',
          sections: [
            { name: 'pipeline', groups: [{ name: 'config', technologies: ['pipeline'], vars: [text] }] },
            {
              name: 'terraform',
              groups: [
                { name: 'app', technologies: ['terraform'], vars: [number] },
                { name: 'later', technologies: ['terraform'], vars: [] },
              ],
            },
          ],
        },
      ],
    })
  })

  test('what could be read comes back beside the mistakes', () => {
    const { forms, errors } = readForms(fileOf(group(text, { ...text, key: 'b', widget: 'nothing' }, { ...text, key: 'c', default: 1 })))
    expect(errors).toHaveLength(2)
    expect(forms.use_cases[0]?.sections[0]?.groups[0]?.vars.map(({ key }) => key)).toEqual(['key', 'c'])
  })

  test('quotas are seen', () => {
    expect(readForms(fileOf(group({ ...number, quota_config: { type: 'cpu' } }))).quotaEnabled).toBe(true)
    expect(readForms(fileOf(group(number))).quotaEnabled).toBe(false)
  })

  test('a form has its limits, told once', () => {
    const many = Array.from({ length: 5_002 }, (_, index) => ({ ...text, key: `k${index}` }))
    const { errors, forms } = readForms(fileOf(group(...many)))
    expect(errors).toEqual([`${known}it has more than 5000 variables`])
    expect(forms.use_cases[0]?.sections[0]?.groups[0]?.vars).toHaveLength(5_000)
    const patterns = Array.from({ length: 600 }, (_, index) => ({ ...text, key: `k${index}`, validations: [{ regexp: `a{${index}}` }] }))
    expect(errorsOf(fileOf(group(...patterns)))[0]).toContain('a form has at most 500 different ones')
    const wrong = Array.from({ length: 3_000 }, (_, index) => ({ ...text, key: `k${index}`, type: 'x'.repeat(500) }))
    const told = errorsOf(fileOf(group(...wrong)))
    expect(told).toHaveLength(1_001)
    expect(told.at(-1)).toBe(`${known}and 2000 more mistakes`)
    expect(Math.max(...told.map((each) => each.length))).toBeLessThan(500)
  })
})

describe('properties of reading', () => {
  const scalar = fc.oneof(
    fc.constantFrom('string', 'map', 'dropdown', 'slider_range', '$a == 1', '($ .x $)', '((a))', '__proto__', ''),
    fc.jsonValue({ maxDepth: 1 }),
  )
  const names = [
    'name',
    'key',
    'type',
    'widget',
    'default',
    'values',
    'options',
    'condition',
    'validations',
    'regexp',
    'array',
    'vars',
  ] as const
  const more = [
    'depends_on',
    'quota_config',
    'widget_config',
    'use_cases',
    'sections',
    'groups',
    'technologies',
    'version',
    'source',
  ] as const
  const { node } = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 8, withCrossShrink: true },
      scalar,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom<string>(...names, ...more), tie('node'), { maxKeys: 8 }),
    ),
  }))

  test('nothing makes it throw, and every mistake begins with the known words', () => {
    const vars = fc.array(fc.dictionary(fc.constantFrom<string>(...names, ...more), node, { maxKeys: 10 }), { maxLength: 3 })
    const file = fc.oneof(
      fc.jsonValue(),
      node,
      vars.map((each) => fileOf(group(...each))),
    )
    fc.assert(
      fc.property(file, (each) => {
        const { errors, forms } = readForms(each)
        expect(errors.filter((error) => !error.startsWith(known))).toEqual([])
        expect(Array.isArray(forms.use_cases)).toBe(true)
        JSON.stringify(forms)
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })
})
