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
  const tree = treeOf([...texts])
  const { size, depth, parent, code, child } = tree
  const [fallback, matched, open] = [new Uint32Array(size), new Uint32Array(size), new Uint32Array(size)]
  const next = (from: number, following: number): number => {
    for (let state = from; ; state = fallback[state] ?? 0) {
      const found = child(state, following)
      if (found !== 0 || state === 0) return found
    }
  }
  // A node's fallback is a shorter one, so all shorter ones come first.
  for (const node of byDepth(tree)) {
    const at = depth[node] ?? 0
    if (at > 1) fallback[node] = next(fallback[parent[node] ?? 0] ?? 0, code[node] ?? 0)
    const behind = fallback[node] ?? 0
    matched[node] = tree.ends[node] ? at : (matched[behind] ?? 0)
    open[node] = tree.goesOn[node] ? at : (open[behind] ?? 0)
  }
  return { next, matched: (state) => matched[state] ?? 0, open: (state) => open[state] ?? 0 }
}

interface Tree {
  size: number
  parent: Uint32Array
  /** Of the step from the parent. */
  code: Uint16Array
  depth: Uint32Array
  /** 1 where a text ends, and where one goes on. */
  ends: Uint8Array
  goesOn: Uint8Array
  /** 0 for none: nothing leads back to the beginning. */
  child(node: number, code: number): number
}

function treeOf(texts: readonly string[]): Tree {
  const most = texts.reduce((sum, text) => sum + text.length, 1)
  const [parent, code, depth] = [new Uint32Array(most), new Uint16Array(most), new Uint32Array(most)]
  const [ends, goesOn] = [new Uint8Array(most), new Uint8Array(most)]
  // Children by parent and code, in one table with open addressing: a Map of half a million entries takes seconds and much memory.
  const mask = 2 ** Math.ceil(Math.log2(2 * most)) - 1
  const table = new Uint32Array(mask + 1)
  const slotOf = (node: number, following: number): number => {
    const mixed = Math.imul(Math.imul(node, 0x9e3779b1) ^ following, 0x85ebca6b)
    for (let slot = (mixed ^ (mixed >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const there = table[slot] ?? 0
      if (there === 0 || (parent[there] === node && code[there] === following)) return slot
    }
  }
  let size = 1
  for (const text of texts) {
    let node = 0
    for (let at = 0; at < text.length; at++) {
      const slot = slotOf(node, text.charCodeAt(at))
      if (table[slot] === 0) {
        table[slot] = size
        parent[size] = node
        code[size] = text.charCodeAt(at)
        depth[size] = at + 1
        goesOn[node] = 1
        size += 1
      }
      node = table[slot] ?? 0
    }
    if (node !== 0) ends[node] = 1
  }
  return { size, parent, code, depth, ends, goesOn, child: (node, following) => table[slotOf(node, following)] ?? 0 }
}

/** All nodes, counted into their places. */
function byDepth({ size, depth }: Tree): Uint32Array {
  const begins = new Uint32Array(size + 1)
  for (let node = 0; node < size; node++) begins[(depth[node] ?? 0) + 1] = (begins[(depth[node] ?? 0) + 1] ?? 0) + 1
  for (let at = 1; at <= size; at++) begins[at] = (begins[at] ?? 0) + (begins[at - 1] ?? 0)
  const nodes = new Uint32Array(size)
  for (let node = 0; node < size; node++) {
    const at = depth[node] ?? 0
    const place = begins[at] ?? 0
    nodes[place] = node
    begins[at] = place + 1
  }
  return nodes
}
