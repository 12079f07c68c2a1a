import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import {
  type Condition,
  type ConditionFacts,
  evaluateCondition,
  keysOf,
  longestCondition,
  parseCondition,
  printCondition,
} from './condition.ts'

const facts = (variables: Record<string, unknown>): ConditionFacts => ({
  variables: new Map(Object.entries(variables)),
  env: 'prod',
  project: 'shop',
  organization: 'acme',
  useCase: 'aws',
})
const holds = (condition: string, variables: Record<string, unknown> = {}) => evaluateCondition(parseCondition(condition), facts(variables))

describe('conditions', () => {
  test.each<[string, Record<string, unknown>, boolean]>([
    // As public stacks write them.
    ['$res_selector == "Select from Asset Inventory"', { res_selector: 'Select from Asset Inventory' }, true],
    ['$res_selector == "Select from Asset Inventory"', { res_selector: 'Manual' }, false],
    ["$server_cpu == 4 && $vmtype == 'Normal'", { server_cpu: 4, vmtype: 'Normal' }, true],
    ["$server_cpu == 4 && $vmtype == 'Normal'", { server_cpu: 2, vmtype: 'Normal' }, false],
    ['$add_disks > 2', { add_disks: 3 }, true],
    ['$add_disks > 2', { add_disks: 2 }, false],
    ['$a_install == false && $p_install == true', { a_install: false, p_install: true }, true],
    ['enable_ssh == true', { enable_ssh: true }, true],
    ['$module.aws-vm.create_dns == true', { 'module.aws-vm.create_dns': true }, true],
    // Facts about the component; a variable of that name comes first.
    ['$env == "prod" && $project == "shop" && $organization == "acme" && $use_case == "aws"', {}, true],
    ['$env == "dev"', { env: 'dev' }, true],
    ['$env == "prod"', { env: '' }, false],
    // How tightly operators bind.
    ['true || false && false', {}, true],
    ['(true || false) && false', {}, false],
    ['!$a == true', { a: false }, true],
    ['!($a == true)', { a: false }, true],
    ['!$a || $b', { a: true, b: true }, true],
    ['!!$a', { a: 1 }, true],
    ['$a == 1 || $a == 2 && $b', { a: 1 }, true],
    ['$a > 1 == true', {}, false],
  ])('%s with %j is %s', (condition, variables, expected) => {
    if (condition === '$a > 1 == true') expect(() => parseCondition(condition)).toThrow('column 8')
    else expect(holds(condition, variables)).toBe(expected)
  })

  test.each<[unknown, string, boolean]>([
    [undefined, '$x == ""', true],
    [undefined, '$x == false', true],
    [undefined, '$x == 0', false],
    [undefined, '$x == true', false],
    [undefined, '$x != ""', false],
    [undefined, '$x == $y', true],
    [undefined, '$x < 1', false],
    [null, '$x == ""', true],
    [4, '$x == 4', true],
    [4, '$x == "4"', true],
    [4, '$x == "4.0"', true],
    [4, '$x == "four"', false],
    [4, '$x != "four"', true],
    ['1.10', '$x == "1.1"', false],
    ['1.10', '$x == 1.1', true],
    ['10', '$x > "9"', true],
    ['b', '$x > "a"', true],
    ['b', '$x > 1', false],
    [-1, '$x<-0.5', true],
    [1e3, '$x == 1e3', true],
    [true, '$x == "true"', true],
    [true, '$x == "True"', false],
    [true, '$x == 1', false],
    [false, '$x == "false"', true],
    [[1], '$x == 1', false],
    [[], '$x == ""', false],
    ['it\'s "so"', `$x == 'it\\'s "so"'`, true],
    ['a\\b', '$x == "a\\\\b"', true],
    ['\\d', '$x == "\\d"', true],
  ])('a variable that is %j: %s is %s', (x, condition, expected) => {
    expect(holds(condition, { x })).toBe(expected)
  })

  test('lists and maps equal what has the same content', () => {
    expect(holds('$a == $b', { a: { x: 1, y: [2] }, b: { y: [2], x: 1 } })).toBe(true)
    expect(holds('$a == $b', { a: [1, 2], b: [2, 1] })).toBe(false)
  })

  test.each<[unknown, boolean]>([
    [undefined, false],
    [null, false],
    [false, false],
    ['false', false],
    ['', false],
    [0, false],
    [[], false],
    [{}, false],
    [true, true],
    ['no', true],
    [-1, true],
    [[0], true],
    [{ a: null }, true],
  ])('alone, a variable that is %j is %s', (x, expected) => {
    expect(holds('$x', { x })).toBe(expected)
    expect(holds('!$x', { x })).toBe(!expected)
  })

  test('keys that every object inherits are variables like others, and have no value', () => {
    expect(holds('$constructor || $__proto__ || $toString')).toBe(false)
  })

  test.each([
    ['', 'column 1: the condition ends here'],
    ['$a ==', 'column 6: the condition ends here'],
    ['$a = 1', 'column 4: compare with =='],
    ['$a & $b', 'column 4: write && for "and"'],
    ['$a | $b', 'column 4: write || for "or"'],
    ['$a $b', 'column 4: $b cannot stand here'],
    ['($a', 'column 4: the condition ends here, expected ) for the ( in column 1'],
    ['$a)', 'column 3: ")" cannot stand here'],
    ['$a == "x', 'column 7: the text that begins here has no end'],
    ['$', 'column 1: a variable needs a name'],
    ['$a == 1.2.3', 'column 7: "1.2.3" is neither a number nor a variable'],
    ['$a == 1 == 1', 'column 9: "==" cannot stand here, a comparison has two sides'],
    ['$a + 1', 'column 4: "+" cannot stand here'],
    ['$a and $b', 'column 4: $and cannot stand here'],
    [`${'('.repeat(60)}$a${')'.repeat(60)}`, 'nested too deeply'],
    [`${'!'.repeat(60)}$a`, 'nested too deeply'],
    [`$a ==${' '.repeat(longestCondition)}1`, `at most ${longestCondition} characters`],
  ])('%s: %s', (condition, message) => {
    expect(() => parseCondition(condition)).toThrow(FormatError)
    expect(() => parseCondition(condition)).toThrow(message)
  })

  test('the keys that a condition asks for are known', () => {
    expect(keysOf(parseCondition('$a == 1 && !(b || $c.d-e < $a)'))).toEqual(['a', 'b', 'c.d-e'])
  })
})

describe('properties of conditions', () => {
  const key = fc.stringMatching(/^[a-z_]([a-z0-9_.-]{0,6}[a-z0-9_])?$/).filter((word) => word !== 'true' && word !== 'false')
  const literal = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0 || 0),
  )
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 5 },
      key.map((each): Condition => ({ kind: 'variable', key: each })),
      literal.map((value): Condition => ({ kind: 'literal', value })),
      tie('condition').map((of): Condition => ({ kind: 'not', of })),
      fc
        .tuple(fc.constantFrom<'all' | 'any'>('all', 'any'), fc.array(tie('condition'), { minLength: 2, maxLength: 3 }))
        .map(([kind, of]): Condition => ({ kind, of })),
      fc
        .tuple(fc.constantFrom<'==' | '!=' | '<' | '<=' | '>' | '>='>('==', '!=', '<', '<=', '>', '>='), tie('condition'), tie('condition'))
        .map(([operator, left, right]): Condition => ({ kind: 'compare', operator, left, right })),
    ),
  }))

  test('what is printed reads as what it was', () => {
    fc.assert(
      fc.property(condition, (each) => {
        const text = printCondition(each)
        if (text.length <= longestCondition) expect(parseCondition(text)).toEqual(each)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  test('any text is a condition or a FormatError, and every condition is true or false', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('$a', ' && ', '||', '!', '(', ')', '==', '"x"', "'", '1', '<', 'b.c', 'true'))
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.dictionary(fc.constantFrom('a', 'b.c'), fc.jsonValue()), (words, variables) => {
        try {
          expect(typeof evaluateCondition(parseCondition(words.join('')), facts(variables))).toBe('boolean')
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
        }
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })
})
