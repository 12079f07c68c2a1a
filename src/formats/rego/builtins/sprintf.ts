/** `sprintf` with Go's verbs. Numbers and texts are what they are; everything else comes as its text. */
import type { Value } from '../values.ts'
import { type Arguments, type Group, payText, payValue } from './arguments.ts'
import { type Format, formatted, type Operand, shownType } from './go-format.ts'
import { regoText } from './strings.ts'
import type { BuiltinContext } from './types.ts'

export const sprintf: Group = { sprintf: [2, (args, context) => print(args, context)] }

const widest = 1_000_000
const verb = /%([-+# 0]*)(?:\[(\d{1,6})\])?(\*|\d*)(?:(\.)(?:\[(\d{1,6})\])?(\*|\d*))?(?:\[(\d{1,6})\])?(.?)/suy

function print(args: Arguments, context: BuiltinContext): string {
  const [format, values] = [args.text(0), args.list(1)]
  payText(context, format.length)
  const parts: string[] = []
  const put = (text: string) => {
    payText(context, text.length)
    parts.push(text)
  }
  const operand = (index: number): Operand | undefined => {
    const value = values[index]
    if (value === undefined) return undefined
    payValue(context, value)
    return operandOf(value)
  }
  let [next, reordered, from] = [0, false, 0]
  const select = (index: string | undefined) => {
    if (index === undefined) return
    reordered = true
    next = Number(index) - 1
  }
  const star = (text: string): number | undefined => {
    if (text !== '*') return text === '' ? undefined : Number(text)
    const value = values[next++]
    return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= widest ? value : Number.NaN
  }
  for (let at = format.indexOf('%'); at >= 0; at = format.indexOf('%', from)) {
    put(format.slice(from, at))
    verb.lastIndex = at
    const [whole = '', flags = '', first, width = '', dot, second, precision = '', third, letter = ''] = verb.exec(format) ?? []
    from = at + whole.length
    if (letter === '') put('%!(NOVERB)')
    if (letter === '' || letter === '%') {
      if (letter === '%') put('%')
      continue
    }
    select(first)
    const wide = star(width)
    select(second)
    const precise = dot === undefined ? undefined : (star(precision) ?? 0)
    select(third)
    if ([wide, precise].some((number) => number !== undefined && !(Math.abs(number) <= widest))) {
      put(`%!(BAD${Number.isNaN(wide) || (wide ?? 0) > widest ? 'WIDTH' : 'PREC'})`)
      continue
    }
    payText(context, Math.abs(wide ?? 0) + Math.abs(precise ?? 0))
    const value = next < 0 ? undefined : operand(next)
    if (value === undefined) put(reordered ? `%!${letter}(BADINDEX)` : `%!${letter}(MISSING)`)
    else put(formatted(value, letter, formatOf(flags, wide, precise)))
    next++
  }
  put(format.slice(from))
  if (!reordered && next < values.length) {
    const extra = values.slice(next).map((_, index) => operand(next + index) ?? '')
    put(`%!(EXTRA ${extra.map((value) => `${shownType(value)}=${formatted(value, 'v', {})}`).join(', ')})`)
  }
  return parts.join('')
}

const operandOf = (value: Value): Operand =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? value : regoText(value)

function formatOf(flags: string, width: number | undefined, precision: number | undefined): Format {
  const left = flags.includes('-') || (width ?? 0) < 0
  return {
    left,
    plus: flags.includes('+'),
    sharp: flags.includes('#'),
    space: flags.includes(' '),
    zero: flags.includes('0') && !left,
    ...(width === undefined ? {} : { width: Math.abs(width) }),
    ...(precision === undefined || precision < 0 ? {} : { precision }),
  }
}
