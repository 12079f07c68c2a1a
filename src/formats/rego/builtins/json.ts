/** JSON as text, and parts of values by path. */
import { fromJson, isArray, RegoObject, RegoSet, type Value } from '../values.ts'
import { deepest, type Group, payText, payValue } from './arguments.ts'
import { marshal } from './marshal.ts'
import { type PathTree, pathsOf } from './paths.ts'
import { type BuiltinContext, BuiltinError } from './types.ts'

export const json: Group = {
  'json.marshal': [1, (args, context) => written(args.value(0), context, undefined)],
  'json.marshal_with_options': [
    2,
    (args, context) => {
      const options = args.object(1)
      const pretty = options.get('pretty') ?? (options.has('prefix') || options.has('indent'))
      const [prefix, indent] = [options.get('prefix') ?? '', options.get('indent') ?? '\t']
      if (typeof pretty !== 'boolean' || typeof prefix !== 'string' || typeof indent !== 'string')
        return args.fail('expects options `pretty` (boolean), `prefix` and `indent` (strings)', options)
      return written(args.value(0), context, pretty ? { prefix, indent } : undefined)
    },
  ],
  'json.unmarshal': [
    1,
    (args, context) => {
      const text = args.text(0)
      payText(context, text.length * 4)
      return parsed(text) ?? args.fail('expects JSON text', text)
    },
  ],
  'json.is_valid': [
    1,
    (args, context) => {
      const text = args.value(0)
      if (typeof text !== 'string') return false
      payText(context, text.length * 4)
      return parsed(text) !== undefined
    },
  ],
  'json.filter': [2, (args, context) => filtered(args.object(0), pathsOf(args, 1), context) ?? RegoObject.of([])],
  'json.remove': [2, (args, context) => removed(args.object(0), pathsOf(args, 1), context)],
}

function written(value: Value, context: BuiltinContext, layout: { prefix: string; indent: string } | undefined): string {
  payValue(context, value)
  const text = (layout?.prefix ?? '') + marshal(value, layout, (characters) => payText(context, characters))
  payText(context, text.length)
  return text
}

/** Undefined for what is no JSON, or is nested too deeply for anybody to look at. */
function parsed(text: string): Value | undefined {
  assertShallow(text)
  try {
    return fromJson(JSON.parse(text))
  } catch {
    return undefined
  }
}

function assertShallow(text: string): void {
  let [depth, inText] = [0, false]
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') inText = !inText
    else if (inText) at += character === '\\' ? 1 : 0
    else if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (depth > deepest) throw new BuiltinError(`JSON is nested more than ${deepest} levels deep`)
  }
}

/** What the paths name, and nothing else; undefined when that is not there. */
function filtered(value: Value, paths: PathTree, context: BuiltinContext, depth = 0): Value | undefined {
  if (depth > deepest) throw new BuiltinError(`paths are longer than ${deepest}`)
  if (paths.end) return value
  const inner = (key: Value, item: Value): Value | undefined => {
    const below = paths.get(key)
    return below && filtered(item, below, context, depth + 1)
  }
  if (value instanceof RegoObject) {
    context.step(value.size)
    return RegoObject.of(
      [...value.entries()].flatMap(([key, item]) => {
        const found = inner(key, item)
        return found === undefined ? [] : [[key, found] as const]
      }),
    )
  }
  if (isArray(value) || value instanceof RegoSet) {
    const items = isArray(value) ? value : value.values()
    context.step(items.length)
    const kept: Value[] = []
    for (const [index, item] of items.entries()) {
      const found = inner(isArray(value) ? String(index) : item, item)
      if (found !== undefined) kept.push(found)
    }
    return isArray(value) ? kept : RegoSet.of(kept)
  }
  return undefined
}

function removed(value: Value, paths: PathTree, context: BuiltinContext, depth = 0): Value {
  if (depth > deepest) throw new BuiltinError(`paths are longer than ${deepest}`)
  const without = (key: Value, item: Value): readonly Value[] => {
    const below = paths.get(key)
    if (!below) return [item]
    return below.end ? [] : [removed(item, below, context, depth + 1)]
  }
  if (value instanceof RegoObject) {
    context.step(value.size)
    return RegoObject.of([...value.entries()].flatMap(([key, item]) => without(key, item).map((rest) => [key, rest] as const)))
  }
  if (isArray(value) || value instanceof RegoSet) {
    const items = isArray(value) ? value : value.values()
    context.step(items.length)
    const rest: Value[] = []
    for (const [index, item] of items.entries()) rest.push(...without(isArray(value) ? String(index) : item, item))
    return isArray(value) ? rest : RegoSet.of(rest)
  }
  return value
}
