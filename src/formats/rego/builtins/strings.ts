/** Functions of texts. Positions and lengths count characters, never halves of one. */
import { isArray, RegoObject, RegoSet, type Value } from '../values.ts'
import { type Arguments, type Group, payText } from './arguments.ts'
import type { BuiltinContext } from './types.ts'

const ofTexts = (answer: (a: string, b: string) => Value | undefined): Group[string] => [
  2,
  (args, context) => {
    const [a, b] = [args.text(0), args.text(1)]
    payText(context, a.length + b.length)
    return answer(a, b)
  },
]

const ofText = (answer: (text: string) => Value): Group[string] => [
  1,
  (args, context) => {
    payText(context, args.text(0).length)
    return answer(args.text(0))
  },
]

export const strings: Group = {
  concat: [
    2,
    (args, context) => {
      const [between, texts] = [args.text(0), args.texts(1)]
      payText(
        context,
        texts.reduce((length, text) => length + text.length + between.length, 0),
      )
      return texts.join(between)
    },
  ],
  contains: ofTexts((text, part) => text.includes(part)),
  startswith: ofTexts((text, start) => text.startsWith(start)),
  endswith: ofTexts((text, end) => text.endsWith(end)),
  indexof: ofTexts((text, part) => (part === '' ? -1 : characters(text, text.indexOf(part)))),
  indexof_n: [
    2,
    (args, context) => {
      const [text, part] = [args.text(0), args.text(1)]
      payText(context, text.length * 2)
      return part === '' ? args.fail('expects something to look for', part) : positions(text, part)
    },
  ],
  lower: ofText((text) => eachCharacter(text, (character) => character.toLowerCase())),
  upper: ofText((text) => eachCharacter(text, (character) => character.toUpperCase())),
  split: [
    2,
    (args, context) => {
      const [text, between] = [args.text(0), args.text(1)]
      context.step(text.length + 1)
      return between === '' ? [...text] : text.split(between)
    },
  ],
  replace: [
    3,
    (args, context) => {
      const [text, old, by] = [args.text(0), args.text(1), args.text(2)]
      return replaced(text, [[old, by]], context)
    },
  ],
  'strings.replace_n': [
    2,
    (args, context) => {
      const pairs = [...args.object(0).entries()].map(([old, by]): [string, string] =>
        typeof old === 'string' && typeof by === 'string' ? [old, by] : args.fail('expects an object of strings', by),
      )
      return replaced(args.text(1), pairs, context)
    },
  ],
  'strings.reverse': ofText((text) => [...text].reverse().join('')),
  'strings.count': ofTexts((text, part) => (part === '' ? [...text].length + 1 : text.split(part).length - 1)),
  'strings.any_prefix_match': [2, (args, context) => someFits(args, context, (text, start) => text.startsWith(start))],
  'strings.any_suffix_match': [2, (args, context) => someFits(args, context, (text, end) => text.endsWith(end))],
  substring: [3, (args, context) => substring(args, context)],
  format_int: [2, (args, context) => formatInt(args, context)],

  trim: ofTexts((text, cut) => trimmed(text, cut, true, true)),
  trim_left: ofTexts((text, cut) => trimmed(text, cut, true, false)),
  trim_right: ofTexts((text, cut) => trimmed(text, cut, false, true)),
  trim_prefix: ofTexts((text, start) => (text.startsWith(start) ? text.slice(start.length) : text)),
  trim_suffix: ofTexts((text, end) => (end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text)),
  trim_space: ofText((text) => trimmedBy(text, (character) => /\p{White_Space}/u.test(character), true, true)),
}

/** How many characters are before that place in the text. */
const characters = (text: string, place: number): number => (place <= 0 ? place : [...text.slice(0, place)].length)

function positions(text: string, part: string): number[] {
  const found: number[] = []
  let [counted, from] = [0, 0]
  for (let place = text.indexOf(part); place >= 0; place = text.indexOf(part, nextCharacter(text, place))) {
    counted += [...text.slice(from, place)].length
    from = place
    found.push(counted)
  }
  return found
}

const nextCharacter = (text: string, place: number): number => place + ((text.codePointAt(place) ?? 0) > 0xffff ? 2 : 1)

/** One character becomes one character, whatever other languages make of it. */
const eachCharacter = (text: string, change: (character: string) => string): string => {
  const whole = change(text)
  if (whole.length === text.length) return whole
  return [...text].map((character) => ([...change(character)].length === 1 ? change(character) : character)).join('')
}

/** From the left, at each place the first of the pairs that fits; what was put in is not looked at again. */
function replaced(text: string, pairs: readonly (readonly [string, string])[], context: BuiltinContext): string {
  const parts: string[] = []
  let [kept, length] = [0, 0]
  const put = (part: string) => {
    length += part.length
    if (length >= 1024) {
      payText(context, length)
      length = 0
    }
    parts.push(part)
  }
  payText(context, text.length * Math.max(1, pairs.length))
  let place = 0
  while (place <= text.length) {
    const pair = pairs.find(([old]) => text.startsWith(old, place))
    if (pair) {
      put(text.slice(kept, place))
      put(pair[1])
      kept = place + pair[0].length
    }
    // Nothing is found between all characters; then the character itself stays.
    place = pair && pair[0] !== '' ? kept : nextCharacter(text, place)
  }
  put(text.slice(kept))
  payText(context, length)
  return parts.join('')
}

function someFits(args: Arguments, context: BuiltinContext, fits: (text: string, part: string) => boolean): boolean {
  const [texts, partTexts] = [args.oneOrMore(0), args.oneOrMore(1)]
  return texts.some((text) => {
    context.step(partTexts.length)
    return partTexts.some((part) => fits(text, part))
  })
}

function substring(args: Arguments, context: BuiltinContext): string | undefined {
  const [text, from, length] = [args.text(0), args.position(1), args.position(2)]
  if (from === undefined || length === undefined) return undefined
  if (from < 0) return args.fail('expects an offset that is not negative', from)
  payText(context, text.length)
  const all = [...text]
  return all.slice(from, length < 0 ? all.length : from + length).join('')
}

function formatInt(args: Arguments, context: BuiltinContext): string | undefined {
  const [number, base] = [args.number(0), args.number(1)]
  if (base !== 2 && base !== 8 && base !== 10 && base !== 16) return args.fail('expects base to be one of 2, 8, 10, 16')
  const whole = typeof number === 'bigint' ? number : BigInt(Math.trunc(number))
  if (typeof number === 'bigint') context.step(number.toString(16).length)
  return whole.toString(base)
}

const trimmed = (text: string, cut: string, left: boolean, right: boolean): string => {
  const set = new Set(cut)
  return trimmedBy(text, (character) => set.has(character), left, right)
}

function trimmedBy(text: string, cut: (character: string) => boolean, left: boolean, right: boolean): string {
  const all = [...text]
  let [from, to] = [0, all.length]
  while (left && from < to && cut(all[from] ?? '')) from++
  while (right && to > from && cut(all[to - 1] ?? '')) to--
  return all.slice(from, to).join('')
}

/** As Rego writes values: in `%v` of `sprintf`, and wherever a value is shown inside a text. */
export function regoText(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (isArray(value)) return `[${value.map(regoText).join(', ')}]`
  if (value instanceof RegoSet) return value.size === 0 ? 'set()' : `{${value.values().map(regoText).join(', ')}}`
  if (value instanceof RegoObject) return `{${[...value.entries()].map(([key, item]) => `${regoText(key)}: ${regoText(item)}`).join(', ')}}`
  return ''
}
