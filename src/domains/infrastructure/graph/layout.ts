/** Where everything stands: in rows, from what asks to what is asked, so that lines run downwards. */

/** Of one drawing, in its own units: a thing with its name fits in between. */
const column = 240
const row = 160
const margin = 80

export interface Edge {
  source: string
  target: string
}

/** @param ids in the order that everything else follows from */
export function positionsOf(ids: readonly string[], edges: readonly Edge[]): Map<string, [x: number, y: number]> {
  const at = new Map(ids.map((id, index) => [id, index]))
  const below: number[][] = ids.map(() => [])
  const above: number[][] = ids.map(() => [])
  const tied = new Set<number>()
  for (const { source, target } of edges) {
    const [from, to] = [at.get(source), at.get(target)]
    if (from === undefined || to === undefined || from === to) continue
    below[from]?.push(to)
    tied.add(from).add(to)
  }
  for (const list of below) list.sort((one, other) => one - other)
  const acyclic = withoutCycles(below)
  for (const [from, list] of acyclic.entries()) for (const to of list) above[to]?.push(from)

  const layer = layersOf(acyclic, above)
  const layers: number[][] = []
  for (const [index] of ids.entries()) if (tied.has(index)) rowOf(layers, layer[index] ?? 0).push(index)
  const places = ids.map(() => 0)
  for (const found of layers) for (const [place, index] of found.entries()) places[index] = place
  for (let pass = 0; pass < 2; pass++) {
    for (let depth = 1; depth < layers.length; depth++) arrange(layers, depth, above, places)
    for (let depth = layers.length - 2; depth >= 0; depth--) arrange(layers, depth, acyclic, places)
  }
  // What has no line to anything stands below all the rest.
  const rows = [...layers, ids.map((_, index) => index).filter((index) => !tied.has(index))]
  const widest = Math.max(6, Math.ceil(1.5 * Math.sqrt(ids.length)))
  const positions = new Map<string, [number, number]>()
  let line = 0
  for (const found of rows) {
    for (const [place, index] of found.entries()) {
      const id = ids[index]
      if (id !== undefined) positions.set(id, [margin + (place % widest) * column, margin + (line + Math.floor(place / widest)) * row])
    }
    line += Math.ceil(found.length / widest)
  }
  return positions
}

function rowOf(layers: number[][], depth: number): number[] {
  while (layers.length <= depth) layers.push([])
  return layers[depth] ?? []
}

/** Lines that lead back to where one came from are left out; without calling itself, since states can be deep. */
function withoutCycles(below: readonly (readonly number[])[]): number[][] {
  const kept: number[][] = below.map(() => [])
  const state = new Uint8Array(below.length)
  for (const start of below.keys()) {
    if (state[start] !== 0) continue
    state[start] = 1
    const path = [{ index: start, next: 0 }]
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const to = below[step.index]?.[step.next++]
      if (to === undefined) {
        state[step.index] = 2
        path.pop()
      } else if (state[to] !== 1) {
        kept[step.index]?.push(to)
        if (state[to] === 0) {
          state[to] = 1
          path.push({ index: to, next: 0 })
        }
      }
    }
  }
  return kept
}

/** One below the lowest of what is above. */
function layersOf(below: readonly (readonly number[])[], above: readonly (readonly number[])[]): number[] {
  const layer = below.map(() => 0)
  const waiting = above.map((list) => list.length)
  const ready = [...waiting.keys()].filter((index) => waiting[index] === 0)
  for (const index of ready)
    for (const to of below[index] ?? []) {
      layer[to] = Math.max(layer[to] ?? 0, (layer[index] ?? 0) + 1)
      waiting[to] = (waiting[to] ?? 0) - 1
      if (waiting[to] === 0) ready.push(to)
    }
  return layer
}

/** Each as near as can be to what it has lines to. */
function arrange(layers: number[][], depth: number, tiedTo: readonly (readonly number[])[], places: number[]): void {
  const list = layers[depth] ?? []
  const wanted = new Map(
    list.map((index, place) => {
      const others = tiedTo[index] ?? []
      return [index, others.length === 0 ? place : others.reduce((sum, other) => sum + (places[other] ?? 0), 0) / others.length]
    }),
  )
  const arranged = [...list].sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0) || one - other)
  for (const [place, index] of arranged.entries()) places[index] = place
  layers[depth] = arranged
}
