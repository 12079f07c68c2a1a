/**
 * Finds many texts at once in time that grows with the text alone, however many there are and however alike (Aho and Corasick):
 * tenants choose both sides. A state is a number; 0 is the beginning.
 */
export interface Matcher {
  next(state: number, code: number): number
  /** Length of the longest of the texts that ends here; 0 for none. */
  matched(state: number): number
  /** How many of the last characters may be the beginning of a longer one. */
  open(state: number): number
}

export function matcherOf(texts: Iterable<string>): Matcher {
  const tree = treeOf(texts)
  const { depth, child } = tree
  const [fallback, matched, open] = [new Uint32Array(depth.length), new Uint32Array(depth.length), new Uint32Array(depth.length)]
  const next = (from: number, code: number): number => {
    for (let state = from; ; state = fallback[state] ?? 0) {
      const found = child(state, code)
      if (found !== undefined) return found
      if (state === 0) return 0
    }
  }
  // A node's fallback is a shorter one, so all shorter ones come first.
  for (const node of byDepth(depth)) {
    const at = depth[node] ?? 0
    if (at > 1) fallback[node] = next(fallback[tree.parent[node] ?? 0] ?? 0, tree.code[node] ?? 0)
    const behind = fallback[node] ?? 0
    matched[node] = tree.ends.has(node) ? at : (matched[behind] ?? 0)
    open[node] = tree.inner.has(node) ? at : (open[behind] ?? 0)
  }
  return { next, matched: (state) => matched[state] ?? 0, open: (state) => open[state] ?? 0 }
}

interface Tree {
  parent: number[]
  code: number[]
  depth: number[]
  /** Nodes at which a text ends, and those that go on. */
  ends: Set<number>
  inner: Set<number>
  child(node: number, code: number): number | undefined
}

function treeOf(texts: Iterable<string>): Tree {
  const edges = new Map<number, number>()
  const child = (node: number, code: number) => edges.get(node * 65_536 + code)
  const tree: Tree = { parent: [0], code: [0], depth: [0], ends: new Set(), inner: new Set(), child }
  for (const text of texts) {
    let node = 0
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      let following = child(node, code)
      if (following === undefined) {
        following = tree.depth.length
        edges.set(node * 65_536 + code, following)
        tree.parent.push(node)
        tree.code.push(code)
        tree.depth.push(at + 1)
        tree.inner.add(node)
      }
      node = following
    }
    if (node !== 0) tree.ends.add(node)
  }
  return tree
}

const byDepth = (depth: readonly number[]): number[] => [...depth.keys()].sort((one, other) => (depth[one] ?? 0) - (depth[other] ?? 0))
