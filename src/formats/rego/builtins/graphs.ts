/** What can be reached in a graph: an object from each node to its neighbours. */
import { isArray, type RegoObject, RegoSet, type Value } from '../values.ts'
import { deepest, type Group } from './arguments.ts'
import { type BuiltinContext, BuiltinError } from './types.ts'

export const graphs: Group = {
  'graph.reachable': [
    2,
    (args, context) => {
      const graph = args.object(0)
      let reached = RegoSet.of([])
      let frontier = RegoSet.of(args.items(1))
      while (frontier.size > 0) {
        const known = frontier.values().filter((node) => graph.has(node) && !reached.has(node))
        context.step(reached.size + frontier.size + 1)
        reached = RegoSet.of([...reached, ...known])
        frontier = RegoSet.of(known.flatMap((node) => neighbours(graph, node, context)).filter((node) => !reached.has(node)))
      }
      return reached
    },
  ],
  'graph.reachable_paths': [
    2,
    (args, context) => {
      const graph = args.object(0)
      const paths: Value[] = []
      for (const start of args.items(1)) follow(graph, start, [], paths, context)
      return RegoSet.of(paths)
    },
  ],
}

function neighbours(graph: RegoObject, node: Value, context: BuiltinContext): readonly Value[] {
  const found = graph.get(node) ?? null
  const nodes = isArray(found) ? found : found instanceof RegoSet ? found.values() : []
  context.step(nodes.length + 1)
  return nodes
}

/** Each path ends where nothing follows, or where it would meet itself. */
function follow(graph: RegoObject, node: Value, before: readonly Value[], paths: Value[], context: BuiltinContext): void {
  if (before.length > deepest) throw new BuiltinError(`the graph has a path of more than ${deepest} nodes`)
  context.step(before.length + 1)
  if (!graph.has(node)) {
    if (before.length > 0) paths.push(before)
    return
  }
  const path = [...before, node]
  const next = neighbours(graph, node, context)
  if (next.length === 0) paths.push(path)
  const seen = RegoSet.of(path)
  for (const neighbour of next) {
    if (seen.has(neighbour)) paths.push(path)
    else follow(graph, neighbour, path, paths, context)
  }
}
