import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { renderTemplate, type TemplateData } from './template.ts'

const outcome = (text: string, data: TemplateData = { p: 'x' }): string => {
  try {
    return renderTemplate(text, data)
  } catch (error) {
    if (error instanceof FormatError) return `FormatError: ${error.message}`
    throw error
  }
}
const refused = expect.stringMatching(/^FormatError: /)
const bomb = (use: string): string => `($ $x := list 1 $)($ range until 60 $)($ $x = list $x $x $)($ end $)${use}`
const nested = (depth: number, inside: string): string => '('.repeat(depth) + inside + ')'.repeat(depth)

/** Generous for a machine that does other things too; without limits each of these takes minutes, or for ever. */
const soon = 5000

describe('a template ends within its limits', () => {
  test.each([
    ['templates that render themselves', '($ define "r" $)($ template "r" . $)($ end $)($ template "r" . $)'],
    [
      'templates that include each other',
      '($ define "a" $)($ include "b" . $)($ end $)($ define "b" $)($ include "a" . $)($ end $)($ include "a" . $)',
    ],
    [
      'a tree of templates',
      '($ define "r" $)($ if . $)($ template "r" (sub . 1) $)($ template "r" (sub . 1) $)($ end $)($ end $)($ template "r" 90 $)',
    ],
    ['a text that renders itself', '($ $t := "($ tpl .t . $)" $)($ tpl $t (dict "t" $t) $)'],
    ['a range in a range', '($ range until 100000 $)($ range until 100000 $)x($ end $)($ end $)'],
    ['many rounds', '($ range 100000000000 $)($ end $)'],
    ['many operands in many rounds', `($ range until 100000 $)($ $x := eq 0 ${'1 '.repeat(50_000)}$)($ end $)`],
    ['a huge repeat', '($ repeat 1000000000 "x" $)'],
    ['a repeat of repeats', '($ repeat 2000 (repeat 2000 "xx") $)'],
    ['a text that doubles', '($ $x := "0123456789" $)($ range until 100 $)($ $x = print $x $x $)($ end $)'],
    ['a list that doubles', '($ $x := list 1 $)($ range until 100 $)($ $x = concat $x $x $)($ end $)'],
    ['a huge result', '($ $x := repeat 100000 "x" $)($ range until 1000 $)($ $x $)($ end $)'],
    ['a huge list', '($ until 1000000000 $)'],
    ['a huge sequence', '($ seq 1000000000 $)'],
    ['a huge indent', '($ indent 100000 (repeat 100000 "\\n") $)'],
    ['a huge replacement', '($ replace "" (repeat 100000 "x") (repeat 100000 "y") $)'],
    ['a huge width', '($ printf (repeat 100000 "%65536d") $)($ printf "%.60000d" (until 100000) $)'],
    ['a list of itself, printed', bomb('($ $x $)')],
    ['a list of itself, as JSON', bomb('($ toJson $x $)')],
    ['a list of itself, as YAML', bomb('($ toYaml $x $)')],
    ['a list of itself, compared', bomb('($ deepEqual $x $x $)')],
    ['a list of itself, copied', bomb('($ deepCopy $x $)')],
    ['a map in itself', '($ $d := dict $)($ $d = set $d "d" $d $)($ $d $)'],
    ['a map merged into its part', '($ $d := dict "m" dict $)($ $x := set $d.m "m" $d $)($ merge $d $d $)'],
    ['a slow regular expression', '($ regexReplaceAll "a.*b|a" (repeat 100000 "a") "x" $)'],
    ['a large regular expression', '($ regexMatch "(\\\\w|[a-z]){1,900}$" (repeat 1000000 "a") $)'],
    ['many regular expressions', '($ range $i := until 100000 $)($ regexMatch (print "\\\\pL{990}" $i) "a" $)($ end $)'],
    ['brackets in brackets of an expression', '($ regexMatch (print (repeat 499 "(") (repeat 499 ")") "[") "a" $)'],
    ['deep JSON', '($ fromJson (print (repeat 100000 "[") (repeat 100000 "]")) $)'],
    ['deep YAML of brackets', '($ fromYaml (print (repeat 10000 "[") (repeat 10000 "]")) $)'],
    ['deep YAML of dashes', '($ fromYaml (repeat 30000 "- ") $)'],
    [
      'YAML of aliases',
      `($ fromYaml "a: &a [x,x,x,x,x,x,x,x]\\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(8).fill(`*${'abcdefg'[index]}`).join(',')}]`).join('\\n')}" $)`,
    ],
    ['YAML again and again', '($ $s := repeat 1000 "- a: b\\n" $)($ range until 1000 $)($ $x := fromYaml $s $)($ end $)'],
    ['deep parentheses', `($ ${nested(100_000, '1')} $)`],
    ['deep blocks', '($ if .p $)'.repeat(100_000)],
    [
      'deep calls in deep blocks in templates',
      `($ define "a" $)${'($ if .p $)'.repeat(95)}($ print ${nested(95, 'include "a" .')} $)${'($ end $)'.repeat(95)}($ end $)($ template "a" . $)`,
    ],
    ['a long pipeline', `($ 1${'| add 1 '.repeat(100_000)}$)`],
    ['a long path', `($ .p${'.p'.repeat(100_000)}$)`],
    ['words of blanks', '($ $s := repeat 1000000 "_" $)($ range until 1000 $)($ $x := camelcase $s $)($ end $)'],
  ])('%s', (_, text) => {
    const start = performance.now()
    expect(outcome(text)).toEqual(refused)
    expect(performance.now() - start).toBeLessThan(soon)
  })

  test.each([
    ['a map in itself', '($ $d := dict $)($ $d = set $d "d" $d $)($ $d $)'],
    ['a list made deeper and deeper', '($ $x := list $)($ range until 1000 $)($ $x = list $x $)($ end $)($ $x $)'],
  ])('%s is refused before the stack ends', (_, text) => {
    expect(outcome(text)).toBe('FormatError: line 1: a value is nested too deeply')
  })

  test('deep data is refused', () => {
    let deep: unknown = []
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    expect(outcome('($ .deep $)', { deep })).toEqual(refused)
  })

  test('a message does not quote more than a person reads', () => {
    expect(outcome('($ fail (repeat 1000000 "x") $)').length).toBeLessThan(600)
  })
})

describe('the size of a text is what it costs', () => {
  const size = 200_000
  test.each([
    ['stray delimiters', '($ a\n'.repeat(size)],
    ['stray delimiters before a right one', `${'($ a\n'.repeat(size)}$)`],
    ['stray delimiters on one line', `${'($ '.repeat(size)}$)`],
    ['open comments', `${'($/* \n'.repeat(size)}$)`],
    ['open raw strings', `${'($ ` \n'.repeat(size)}$)`],
    ['open strings', `${'($ " \n'.repeat(size)}$)`],
    ['actions on one line', '($ .p $)'.repeat(size)],
    ['actions on many lines', '($ .p $)\n'.repeat(size)],
    ['blanks to trim', `${' '.repeat(size * 5)}($- .p -$)${' '.repeat(size * 5)}`],
    ['variables', `($ $a := 1 $)${'($ $x := 1 $)'.repeat(20_000)}${'($ $a $)'.repeat(20_000)}`],
  ])('%s', (_, text) => {
    const start = performance.now()
    outcome(text)
    expect(performance.now() - start).toBeLessThan(soon)
  })
})

describe('a template reads nothing but its data', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'])('.%s has no value', (key) => {
    const text = `($ .${key} $)($ $.${key} $)($ index . "${key}" $)($ .map.${key} $)($ hasKey . "${key}" $)($ hasKey .map "${key}" $)`
    expect(outcome(text, { map: {} })).toBe(`${'<no value>'.repeat(4)}falsefalse`)
  })

  test('inherited properties are not data', () => {
    expect(outcome('($ .a $)', Object.create({ a: 'inherited' }))).toBe('<no value>')
  })

  test('a key of the prototype is a key like others', () => {
    const text =
      '($ $d := set dict "__proto__" (dict "evil" 1) $)($ $d.evil $)($ toJson $d $)($ toYaml (fromYaml "__proto__: {evil: 1}") $)'
    expect(outcome(text)).toBe('<no value>{"__proto__":{"evil":1}}__proto__:\n  evil: 1')
    expect({}).not.toHaveProperty('evil')
  })

  test('the data of the caller is not changed', () => {
    const data = { map: { a: 1 }, list: [2, 1] }
    outcome('($ $x := set .map "a" 2 $)($ $y := set . "new" 1 $)($ $z := merge .map (dict "b" 1) $)($ sortAlpha .list $)', data)
    expect(data).toEqual({ map: { a: 1 }, list: [2, 1] })
  })

  test.each([
    'env',
    'expandenv',
    'getHostByName',
    'now',
    'date',
    'randAlphaNum',
    'randInt',
    'uuidv4',
    'genPrivateKey',
    'htpasswd',
    'bcrypt',
    'shuffle',
    'call',
    'lookup',
  ])('%s is not available', (name) => {
    expect(outcome(`($ ${name} "x" $)`)).toBe(`FormatError: line 1: function "${name}" is not available here`)
  })
})

describe('whatever the text', () => {
  const word = fc.constantFrom(
    ...[
      '($',
      '$)',
      '($-',
      '-$)',
      ' ',
      '\n',
      '.p',
      '.',
      '$',
      '$x',
      ':=',
      '=',
      '|',
      '(',
      ')',
      ',',
      '"a"',
      '"',
      '`',
      "'a'",
      '/*',
      '*/',
      '1',
      '-1',
      '1.5',
    ],
    ...[
      'if',
      'else',
      'end',
      'range',
      'with',
      'define',
      'template',
      'block',
      'break',
      'continue',
      'nil',
      'true',
      'and',
      'or',
      'eq',
      'print',
      'printf',
    ],
    ...[
      'list',
      'dict',
      'index',
      'tpl',
      'include',
      'repeat',
      'until',
      'toYaml',
      'fromYaml',
      'regexMatch',
      'join',
      'text',
      'é',
      '😀',
      '\ud800',
      '\\',
    ],
  )
  const action = fc.array(word, { maxLength: 8 }).map((words) => `($ ${words.join(' ')} $)`)
  const hostile = fc
    .array(fc.oneof(word, action, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 30 })
    .map((parts) => parts.join(''))

  test('rendering it throws FormatErrors only', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('print' as const, 'keep' as const), (text, missing) => {
        try {
          expect(typeof renderTemplate(text, { p: 'x', l: [1] }, { missing })).toBe('string')
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
          expect((error as FormatError).line).toBeGreaterThan(0)
        }
      }),
      { seed: 1, numRuns: 3000 },
    )
  })

  test('a text without delimiters comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        fc.pre(!text.includes('($'))
        expect(renderTemplate(text, {})).toBe(text)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  test('a text with left delimiters only comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('($', '($-', ' ', '\n', 'if', '"', '`', '/*', ')', 'x', '.'), { maxLength: 40 }), (parts) => {
        fc.pre(!parts.join('').includes('$)'))
        expect(renderTemplate(parts.join(''), {})).toBe(parts.join(''))
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})
