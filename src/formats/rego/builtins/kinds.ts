/** What a value is, and making it something else. */
import { isArray, RegoObject, RegoSet, type TypeName, typeName, type Value } from '../values.ts'
import type { Arguments, Group } from './arguments.ts'
import { numberOfText } from './number-text.ts'

const isA = (type: TypeName): Group[string] => [1, (args) => args.is(0, type)]

/** The value itself where it has the type. */
const cast = (type: TypeName): Group[string] => [
  1,
  (args) => (args.is(0, type) ? args.value(0) : args.fail(`expects ${type} argument`, args.value(0))),
]

export const kinds: Group = {
  type_name: [1, (args) => typeName(args.value(0))],
  is_array: isA('array'),
  is_boolean: isA('boolean'),
  is_null: isA('null'),
  is_number: isA('number'),
  is_object: isA('object'),
  is_set: isA('set'),
  is_string: isA('string'),

  to_number: [1, (args) => toNumber(args)],
  cast_array: [1, (args) => castItems(args, (items) => [...items])],
  cast_set: [1, (args) => castItems(args, (items) => RegoSet.of(items))],
  cast_boolean: cast('boolean'),
  cast_null: cast('null'),
  cast_object: cast('object'),
  cast_string: cast('string'),

  // Nobody reads traces here; a rule that writes one goes on.
  trace: [1, (args) => args.text(0) !== undefined],
}

function toNumber(args: Arguments): Value {
  const value = args.value(0)
  if (value === null) return 0
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string') return numberOfText(value) ?? args.fail('expects the text of a number', value)
  return args.number(0)
}

function castItems(args: Arguments, make: (items: readonly Value[]) => Value): Value {
  const value = args.value(0)
  if (isArray(value)) return make(value)
  if (value instanceof RegoSet) return make(value.values())
  if (value instanceof RegoObject) return args.fail('expects array or set argument', value)
  return args.fail('expects array or set argument', value)
}
