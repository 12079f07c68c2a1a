import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { renderTemplate, type TemplateData } from './template.ts'

const data: TemplateData = {
  project: 'p',
  env: 'e',
  use_case: 'aws',
  number: 3,
  float: 1.5,
  yes: true,
  no: false,
  empty: '',
  nothing: null,
  list: ['c', 'a', 'b'],
  map: { k: 1, z: { q: 'deep' } },
}
const render = (text: string): string => renderTemplate(text, data)
const errorOf = (text: string, given: TemplateData = data): FormatError => {
  try {
    renderTemplate(text, given)
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
  throw new Error(`${text} has no mistake`)
}

describe('the samples of the platform', () => {
  test.each([
    ['($ .project $)/($ .env $)', 'p/e'],
    ['($ if eq .use_case "aws" $)A($ else $)B($ end $)', 'A'],
    ['($ coalesce .cr_url "none" $)', 'none'],
    ['echo "($ not closed', 'echo "($ not closed'],
    ['($ .nope $)', '<no value>'],
    ['((($ .project $).ssh_key))', '((p.ssh_key))'],
    ['($ if .nope $)A($ else $)B($ end $)', 'B'],
    ['($ if eq .nope "ssh" $)A($ else $)B($ end $)', 'B'],
    ['($ list .project .env "x" | join "-" $)', 'p-e-x'],
  ])('%s', (text, expected) => {
    expect(render(text)).toBe(expected)
  })
})

describe('conditions', () => {
  test.each([
    ['.yes', true],
    ['.no', false],
    ['0', false],
    ['-1', true],
    ['0.0', false],
    ['""', false],
    ['"false"', true],
    ['.nothing', false],
    ['.nope', false],
    ['list', false],
    ['.list', true],
    ['dict', false],
    ['.map', true],
    ['not .no', true],
    ['eq .use_case "aws"', true],
    ['eq .use_case "gcp" "azure" "aws"', true],
    ['ne .use_case "aws"', false],
    ['eq .nothing nil', true],
    ['eq .number 3', true],
    ['eq 3 3.0', true],
    ['lt 1 2', true],
    ['le 2 2', true],
    ['gt "b" "a"', true],
    ['ge 1 2', false],
    ['and .yes .no', false],
    ['and .yes (eq .number 3)', true],
    ['or .no .empty .project', true],
    ['and (or .no .yes) (not (eq .project "x"))', true],
    ['.use_case | eq "aws"', true],
    ['eq (len .list) 3', true],
    ['hasKey .map "k"', true],
  ])('%s is %s', (condition, expected) => {
    expect(render(`($ if ${condition} $)true($ else $)false($ end $)`)).toBe(String(expected))
  })

  test.each([
    ['and .yes "x" .number', '3'],
    ['and .yes .empty "x"', ''],
    ['or .empty 0 "x" "y"', 'x'],
    ['or .empty 0', '0'],
  ])('%s gives the operand that decided', (expression, expected) => {
    expect(render(`($ ${expression} $)`)).toBe(expected)
  })

  test.each(['and .no (fail "read")', 'or .yes (fail "read")', '.yes | or .yes (fail "read")'])(
    '%s reads no further than it has to',
    (expression) => {
      expect(() => render(`($ ${expression} $)`)).not.toThrow()
    },
  )

  test.each(['eq "3" 3', 'eq true 1', 'lt "a" 1', 'eq .list .list', 'lt .map .map', 'lt .nope 1'])(
    '%s compares what has no comparison',
    (expression) => {
      expect(errorOf(`($ if ${expression} $)($ end $)`).message).toMatch(/^line 1: (eq|lt): /)
    },
  )
})

describe('syntax', () => {
  test.each([
    ['fields', '($ .map.z.q $)($ $.project $)($ (dict "a" (dict "b" 5)).a.b $)', 'deepp5'],
    ['the dot', '($ with .map.z $)($ .q $)($ . $)($ end $)', 'deepmap[q:deep]'],
    ['variables', '($ $x := .map $)($ $x.k $)($ $x = 2 $)($ $x $)', '12'],
    ['inner variables', '($ $x := 1 $)($ if .yes $)($ $x = 2 $)($ $x := 3 $)($ $x $)($ end $)($ $x $)', '32'],
    ['pipelines', '($ .project | upper | printf "%s-%s" "x" $)', 'x-P'],
    ['comments', 'a($/* c $) */$)b($- /* d\nd */ -$) c', 'abc'],
    ['trim markers', 'a \n ($- .project -$) \n b ($- "" $) c', 'apb c'],
    ['blanks of any kind', '($if .yes$)($\t.project\n$)($end$)', 'p'],
    ['else if', '($ if .no $)1($ else if .empty $)2($ else if .yes $)3($ else $)4($ end $)', '3'],
    ['else if with a variable', '($ if .no $)1($ else if $x := .project $)($ $x $)($ end $)', 'p'],
    ['with and else', '($ with .empty $)1($ else $)($ .project $)($ end $)($ with .no $)($ else with .env $)($ . $)($ end $)', 'pe'],
    ['with a variable', '($ with $x := .map $)($ $x.k $)($ .k $)($ end $)', '11'],
    ['range', '($ range .list $)[($ . $)]($ end $)', '[c][a][b]'],
    ['range with places', '($ range $i, $v := .list $)($ $i $)($ $v $) ($ end $)', '0c 1a 2b '],
    ['range over a map in order', '($ range $k, $v := dict "b" 1 "a" 2 $)($ $k $)($ $v $)($ end $)', 'a2b1'],
    ['range over a number', '($ range $i := 3 $)($ $i $)($ end $)', '012'],
    ['range over nothing', '($ range .nope $)x($ else $)none($ end $)', 'none'],
    ['range into a variable', '($ $x := "" $)($ range $x = .list $)($ end $)($ $x $)', 'b'],
    [
      'break and continue',
      '($ range .list $)($ if eq . "a" $)($ continue $)($ end $)($ . $)($ if eq . "b" $)($ break $)($ end $)($ end $)',
      'cb',
    ],
    ['define and template', '($ define "t" $)<($ . $)>($ end $)($ template "t" .env $)($ template "t" $)', '<e><<no value>>'],
    ['template before define', '($ template "t" . $)($ define "t" $)($ .env $)($ end $)', 'e'],
    ['block', '($ block "b" .number $)[($ . $)]($ end $)', '[3]'],
    ['include', '($ define "t" $)a\nb($ end $)($ include "t" . | indent 2 $)', '  a\n  b'],
    ['tpl', '($ tpl "($ .project | upper $)!" . $)', 'P!'],
    ['strings', '($ "a\\tb\\"\\\\\\u00e9\\x41\\101\\xc3\\xa9" $)', 'a\tb"\\éAAé'],
    ['raw strings', '($ `a\\n"($ x` $)', 'a\\n"($ x'],
    ['strings with delimiters', '($ "a $) b" $)', 'a $) b'],
    ['runes', "($ 'a' $) ($ '\\n' $) ($ '\\'' $)", '97 10 39'],
    ['integers', '($ 0x1F $) ($ 0b11 $) ($ 0o17 $) ($ 017 $) ($ 1_000 $) ($ -5 $) ($ +5 $)', '31 3 15 15 1000 -5 5'],
    [
      'floats',
      '($ .5 $) ($ 1.50 $) ($ 1.5e-7 $) ($ 0x1p4 $) ($ 1e3 $) ($ 1234567.5 $) ($ 0.0001 $)',
      '0.5 1.5 1.5e-07 16 1000 1.2345675e+06 0.0001',
    ],
    ['booleans', '($ true $) ($ not true $)', 'true false'],
    ['lists and maps', '($ .list $) ($ .map $) ($ list 1 nil "x" $)', '[c a b] map[k:1 z:map[q:deep]] [1 <nil> x]'],
    ['nil', '($ .nothing $) ($ print nil $)', '<no value> <nil>'],
  ])('%s', (_, text, expected) => {
    expect(render(text)).toBe(expected)
  })

  test('blueprints have delimiters of their own and leave the others alone', () => {
    const text = '($> if eq .a "x" -<$)  ($ .project $)($>- end <$)'
    expect(renderTemplate(text, { a: 'x' }, { left: '($>', right: '<$)' })).toBe('($ .project $)')
  })

  test('what a value says is not read as a template', () => {
    expect(renderTemplate('($ .a $)', { a: '($ .b $)', b: 1 })).toBe('($ .b $)')
  })
})

describe('a left delimiter that opens no action is text', () => {
  test.each([
    ['not closed at all', 'a ($ b'],
    ['closed by nothing that belongs to it', 'list=($items\n  more)\ngrep -E "(^|$)" x'],
    ['closed after another one', 'x ($ y\n'],
    ['in a quoted word of a script', 'grep "($" file\ncat'],
    ['with prose between the lines', 'see ($ here\nand there $) too'],
  ])('%s', (_, text) => {
    expect(render(text)).toBe(text)
  })

  test('while actions on other lines act', () => {
    expect(render('list=($items\n  more)\necho ($ .project $) ($ end of it\n')).toBe('list=($items\n  more)\necho p ($ end of it\n')
  })

  test('an action may span lines when it is a whole one', () => {
    expect(render('($ if and\n  (eq .use_case "aws")\n  .yes\n$)yes($ end\n$)')).toBe('yes')
  })
})

describe('a mistake names its line', () => {
  test.each([
    [1, 'function "project" is not defined, did you mean ".project"?', '($ project $)'],
    [3, 'function "uper" is not defined, did you mean ".uper"?', 'a\nb\n($ .x | uper $)'],
    [1, 'function "env" is not available here', '($ env "HOME" $)'],
    [2, '"if" has no "end"', '\n($ if .yes $)\n'],
    [2, '"end" without a block that it ends', '($ .env $)\n($ end $)'],
    [1, '"else" without "if", "range" or "with"', '($ else $)'],
    [1, '"else" after the last "else"', '($ if .yes $)($ else $)($ else $)($ end $)'],
    [1, '"break" stands outside of a range', '($ break $)'],
    [1, '"define" stands inside of another block', '($ if .yes $)($ define "x" $)($ end $)($ end $)'],
    [2, 'the template "x" is defined twice', '($ define "x" $)1($ end $)\n($ define "x" $)2($ end $)'],
    [1, 'the template "x" is not defined', '($ template "x" $)'],
    [1, 'the variable $x is not declared', '($ $x $)'],
    [1, 'the variable $q is not declared', '($ if .no $)($ $q := 1 $)($ else if $q $)($ end $)'],
    [1, 'an action is empty', '($ $)'],
    [1, 'if has no value', '($ if $)($ end $)'],
    [1, 'only a function can be given arguments', '($ .env "x" $)'],
    [1, 'a parenthesis is not closed', '($ (print 1 $)'],
    [1, 'a "text" is not closed on its line', '($ "x $)'],
    [1, '"}" has no meaning in an action', '($ .x}} $)'],
    [1, '1.2.3 is not a number', '($ 1.2.3 $)'],
    [1, '9007199254740993 is too large a number', '($ 9007199254740993 $)'],
    [1, 'upper needs 1 argument, not 2', '($ upper "a" "b" $)'],
    [2, 'upper: argument 1 has to be a text, not a number', '($ print\n (upper 1) $)'],
    [1, '.x is asked of no value', '($ .nope.x $)'],
    [1, '.x is asked of a text, only a map has fields', '($ .env.x $)'],
    [1, 'range needs a list, a map or a number of rounds, not a text', '($ range .env $)($ end $)'],
    [4, 'fail: no such luck', '($ range .list $)\n\n($ end $)\n($ fail "no such luck" $)'],
    [2, 'required: name it', '\n($ required "name it" .nope $)'],
    [3, 'tpl: in its text, line 2: if has no value', '\n\n($ tpl "a\\n($ if $)" . $)'],
    [1, 'div: division by zero', '($ div 1 0 $)'],
  ])('line %i: %s', (line, message, text) => {
    const error = errorOf(text)
    expect([error.line, error.message]).toEqual([line, `line ${line}: ${message}`])
  })
})
