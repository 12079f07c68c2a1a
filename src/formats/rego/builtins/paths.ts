/** Paths into values, as `json.filter`, `json.remove` and `json.patch` name them: `a/b/0`, or `["a", "b", "0"]`. */
import { identity, isArray, type Value } from '../values.ts'
import type { Arguments } from './arguments.ts'

export class PathTree {
  /** A path ends here. */
  end = false
  readonly #below = new Map<string, PathTree>()

  get(key: Value): PathTree | undefined {
    return this.#below.get(identity(key))
  }

  add(path: readonly Value[]): void {
    let tree: PathTree = this
    for (const key of path) {
      const text = identity(key)
      const next = tree.#below.get(text) ?? new PathTree()
      tree.#below.set(text, next)
      tree = next
    }
    tree.end = true
  }
}

export function pathsOf(args: Arguments, at: number): PathTree {
  const tree = new PathTree()
  for (const path of args.items(at)) tree.add(readPath(path) ?? args.fail('expects paths that are strings or arrays', path))
  return tree
}

/** `~1` is a slash and `~0` a tilde; leading slashes do not count. */
export function readPath(path: Value): readonly Value[] | undefined {
  if (isArray(path)) return path
  if (typeof path !== 'string') return undefined
  const inner = path.replace(/^\/+/, '')
  return inner === '' ? [] : inner.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}
