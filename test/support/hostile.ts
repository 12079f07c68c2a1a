/** Values that a program sends by mistake, or somebody on purpose. */
import { anything, type Random, words } from './random.ts'

/** JSON as it is sent. What is nested deep enough to overflow the stack of whatever walks it is put in as text. */
export function jsonOf(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replaceAll(`"${deep}"`, () => `${'[{"a":'.repeat(20_000)}1${'}]'.repeat(20_000)}`)
}
export const deep = '@nested 40000 deep@'

const hostile: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  Number.MAX_VALUE,
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '😀',
  '\ud800',
  'x'.repeat(10_000),
  '../../etc/passwd',
  "' or 1=1 --",
  '%00',
  '%',
  '\r\nx: y',
  '(a+)+$',
  '.',
  '..',
  '*',
  '**',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'NaN',
  '1e400',
  '-1',
  '18446744073709551616',
  '2026-02-30T25:61:00Z',
  [],
  {},
  [[]],
  [null],
  { a: { b: { c: [] } } },
  JSON.parse('{"__proto__":{"admin":true}}'),
  JSON.parse('{"constructor":{"prototype":{"admin":true}}}'),
  Array(2000).fill('x'),
  deep,
  'Ａ',
  'é'.repeat(100),
  '\u202e',
  'İ',
]
export const hostileValue = (random: Random): unknown =>
  random.chance(0.8) ? structuredClone(random.pick(hostile)) : random.chance(0.5) ? anything(random, 0) : words(random, 0, 200)
