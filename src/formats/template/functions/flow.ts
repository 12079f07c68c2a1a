import { deepEqual, isTrue, kindOf, typeOf, type Value, weigh } from '../values.ts'
import { type FunctionTable, fail, fn, many } from './function.ts'

const firstTrue = (values: readonly Value[]): Value => values.find(isTrue) ?? null

/** Defaults, refusals, templates in templates, and what a value is. */
export const flowFunctions = {
  default: fn(1, 2, (args) => (args.count > 1 && isTrue(args.any(1)) ? args.any(1) : args.any(0))),
  empty: fn(1, 1, (args) => !isTrue(args.any(0))),
  coalesce: many(0, (args) => firstTrue(args.all)),
  all: many(0, (args) => args.all.every(isTrue)),
  ['any']: many(0, (args) => args.all.some(isTrue)),
  ternary: fn(3, 3, (args) => {
    const condition = args.any(2)
    return typeof condition === 'boolean' ? args.any(condition ? 0 : 1) : fail('argument 3 has to be true or false')
  }),
  fail: fn(1, 1, (args) => fail(args.text(0))),
  required: fn(2, 2, (args) => (args.any(1) === null || args.any(1) === '' ? fail(args.text(0)) : args.any(1))),
  include: fn(2, 2, (args, { include }) => include(args.text(0), args.any(1))),
  tpl: fn(2, 2, (args, { render }) => render(args.text(0), args.any(1))),

  typeOf: fn(1, 1, (args) => typeOf(args.any(0))),
  typeIs: fn(2, 2, (args) => typeOf(args.any(1)) === args.text(0)),
  typeIsLike: fn(2, 2, (args) => typeOf(args.any(1)) === args.text(0).replace(/^\*/, '')),
  kindOf: fn(1, 1, (args) => kindOf(args.any(0))),
  kindIs: fn(2, 2, (args) => kindOf(args.any(1)) === args.text(0)),
  deepEqual: fn(2, 2, (args, { budget }) => {
    weigh(args.any(0), budget)
    weigh(args.any(1), budget)
    return deepEqual(args.any(0), args.any(1))
  }),
} satisfies FunctionTable
