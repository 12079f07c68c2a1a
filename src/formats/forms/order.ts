/**
 * The fixed order in which groups are shown or hidden and variables get their values.
 *
 * A variable is decided after its group and after the variables that the conditions of its `default` and `values` ask for; a
 * group after the variables that its condition asks for, wherever they stand in the form. Where that goes round in a circle,
 * what stands first in the form is decided first, and what is not decided yet has no value. The order depends on the form
 * alone, never on values: so values that were worked out once and are given again give themselves.
 */

import { FormatError } from '../format-error.ts'
import { optionsOf } from './choices.ts'
import { keysOf, parseCondition } from './condition.ts'
import type { FlatForm } from './flat.ts'

/** Steps: 0 … groups-1 decide a group, the following ones a variable. */
export function decisionOrder({ groups, fields }: FlatForm): number[] {
  const steps = groups.length + fields.length
  const keys = [...new Set(fields.map(({ entity }) => entity.key))]
  // Keys are nodes too, after the steps: a key asked for many times and held by many variables costs their sum, not their product.
  const nodeOfKey = new Map(keys.map((key, index) => [key, steps + index]))
  const needs: number[][] = Array.from({ length: steps + keys.length }, () => [])
  const nodesOf = (conditions: readonly unknown[]) => conditions.flatMap(keysAskedFor).flatMap((key) => nodeOfKey.get(key) ?? [])
  groups.forEach(({ condition }, index) => {
    needs[index] = nodesOf([condition])
  })
  fields.forEach(({ entity, groupNumber }, index) => {
    const options = [optionsOf(entity, 'default', entity.default), optionsOf(entity, 'values', entity.values)].flatMap((each) => each ?? [])
    needs[groups.length + index] = [groupNumber, ...nodesOf(options.map(({ condition }) => condition))]
    needs[nodeOfKey.get(entity.key) ?? 0]?.push(groups.length + index)
  })
  return circles(needs)
    .flatMap((circle) => circle.sort((a, b) => placeOf(a) - placeOf(b)))
    .filter((node) => node < steps)

  /** Where a step stands in the form: a group just before its variables. */
  function placeOf(node: number): number {
    const field = fields[node - groups.length]
    if (node < groups.length) return node * 2
    return field ? field.groupNumber * 2 + 1 + (node - groups.length) / (fields.length + 1) : Number.POSITIVE_INFINITY
  }
}

/** What a condition that cannot be read asks for is nothing: it is reported where it is evaluated. */
function keysAskedFor(condition: unknown): string[] {
  if (typeof condition !== 'string') return []
  try {
    return keysOf(parseCondition(condition))
  } catch (error) {
    if (error instanceof FormatError) return []
    throw error
  }
}

/**
 * Strongly connected components, each after those it needs (Tarjan's algorithm, with its own stack: chains may be as long as
 * the form).
 */
function circles(needs: readonly (readonly number[])[]): number[][] {
  const index = new Array<number>(needs.length).fill(-1)
  const low = new Array<number>(needs.length).fill(-1)
  const open = new Array<boolean>(needs.length).fill(false)
  const path: number[] = []
  const found: number[][] = []
  let next = 0
  const enter = (node: number) => {
    index[node] = low[node] = next++
    open[node] = true
    path.push(node)
    return { node, edge: 0 }
  }
  const lower = (node: number, to: number) => {
    low[node] = Math.min(low[node] ?? 0, to)
  }
  for (let root = 0; root < needs.length; root++) {
    const work = index[root] === -1 ? [enter(root)] : []
    for (let frame = work.at(-1); frame; frame = work.at(-1)) {
      const { node } = frame
      const need = needs[node]?.[frame.edge++]
      if (need !== undefined) {
        if (index[need] === -1) work.push(enter(need))
        else if (open[need]) lower(node, index[need] ?? 0)
        continue
      }
      work.pop()
      const parent = work.at(-1)
      if (parent) lower(parent.node, low[node] ?? 0)
      if (low[node] !== index[node]) continue
      const circle = path.splice(path.lastIndexOf(node))
      for (const member of circle) open[member] = false
      found.push(circle)
    }
  }
  return found
}
