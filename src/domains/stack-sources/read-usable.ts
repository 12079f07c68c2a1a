import { GitError, type Snapshot } from '../../outside/git/types.ts'

export interface Usable {
  contents: Map<string, Buffer>
  /** Path → why it could not be read. */
  unusable: Map<string, string>
}

/** Beyond it, whatever is still mixed with something unusable counts as unusable too. */
const mostSearches = 60

/**
 * Reads in one go. Only when something in it is refused, such as a pointer to large file storage, the culprits are found by
 * halves.
 * @throws GitError for anything but unusable files
 */
export async function readUsable(snapshot: Snapshot, paths: readonly string[]): Promise<Usable> {
  const usable: Usable = { contents: new Map(), unusable: new Map() }
  let searches = 0
  const read = async (part: readonly string[]): Promise<void> => {
    if (part.length === 0) return
    try {
      for (const [path, content] of await snapshot.read(part)) usable.contents.set(path, content)
    } catch (error) {
      if (!(error instanceof GitError) || (error.kind !== 'unusable_file' && error.kind !== 'too_large')) throw error
      if (part.length === 1 || ++searches > mostSearches) {
        for (const path of part) usable.unusable.set(path, part.length === 1 ? error.message : 'beside files that cannot be used')
        return
      }
      const middle = Math.ceil(part.length / 2)
      await read(part.slice(0, middle))
      await read(part.slice(middle))
    }
  }
  await read(paths)
  return usable
}
