/** One commit, as those who read it see it. A copy that turns out to be damaged is replaced under it, once. */
import type { Copy, Tip } from './cache.ts'
import { freshTip, type Place } from './fetch.ts'
import { shownPath } from './paths.ts'
import { Damaged, type Tree, type Trees } from './tree.ts'
import { GitError, type Snapshot, type TreeEntry } from './types.ts'

/** For who writes on it. */
export interface Ground {
  tree(): Promise<Tree>
  copy(): Copy
}

/** The snapshot ends with `run`. */
export async function withSnapshot<T>(
  trees: Trees,
  place: Place,
  tip: Tip,
  run: (snapshot: Snapshot, ground: Ground) => Promise<T>,
): Promise<T> {
  const { cache, limits, repository } = place
  const { commit } = tip
  let copy = tip.copy
  const holds = [cache.hold(copy)]

  let mended: Promise<void> | undefined
  const mend = async () => {
    await cache.leave(repository, copy)
    const again = await freshTip(place)
    if (again.commit !== commit)
      throw new GitError('contended', 'The branch has changed while it was read, and the copy of its former state is damaged: try again')
    copy = again.copy
    holds.push(cache.hold(copy))
  }
  const reading = async <R>(read: (folder: string) => Promise<R>): Promise<R> => {
    try {
      return await read(copy.folder)
    } catch (error) {
      if (!(error instanceof Damaged)) throw error
      mended ??= mend()
      await mended
      return await read(copy.folder).catch((second: unknown) => {
        if (!(second instanceof Damaged)) throw second
        throw new GitError('failed', 'git cannot read the repository: check it with git fsck', second)
      })
    }
  }

  const ground: Ground = { tree: () => reading((at) => trees.tree(at, commit)), copy: () => copy }
  const snapshot: Snapshot = {
    commit,
    async list(folder = '') {
      const { entries } = await ground.tree()
      const prefix = folder.replace(/^(\.?\/)+|\/+$/g, '')
      return prefix === '' || prefix === '.' ? [...entries] : entries.filter(({ path }) => path.startsWith(`${prefix}/`))
    },
    async read(paths) {
      const { byPath } = await ground.tree()
      const wanted = [...new Set(paths)].flatMap((path) => readable(path, byPath, limits.fileBytes) ?? [])
      const bytes = wanted.reduce((sum, { size }) => sum + size, 0)
      if (bytes > limits.repositoryBytes)
        throw new GitError(
          'too_large',
          `The files to read have ${bytes} bytes together: this platform reads up to ${limits.repositoryBytes}`,
        )
      const contents = await reading((at) => trees.contents(at, wanted))
      return new Map(wanted.map(({ path }, index) => [path, notPointer(path, contents[index] ?? Buffer.alloc(0))]))
    },
  }
  try {
    return await run(snapshot, ground)
  } finally {
    for (const held of holds) await held[Symbol.asyncDispose]()
  }
}

/** Undefined for what is not there. @throws GitError unusable_file, too_large */
function readable(path: string, byPath: ReadonlyMap<string, TreeEntry>, limit: number): TreeEntry | undefined {
  const entry = byPath.get(path) ?? above(path, byPath)
  if (entry === undefined) return undefined
  if (entry.kind === 'link') throw new GitError('unusable_file', `${shownPath(entry.path)} is a symbolic link: put the file itself there`)
  if (entry.kind === 'submodule')
    throw new GitError('unusable_file', `${shownPath(entry.path)} is a submodule, which is not followed: put the files into the repository`)
  if (entry.path !== path) return undefined // below a file there is nothing
  if (entry.size <= limit) return entry
  throw new GitError('too_large', `The file ${shownPath(path)} has ${entry.size} bytes: this platform reads up to ${limit}`)
}

/** The link, submodule or file that stands where the path wants a folder. */
export function above(path: string, byPath: ReadonlyMap<string, TreeEntry>): TreeEntry | undefined {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const entry = byPath.get(path.slice(0, slash))
    if (entry) return entry
  }
  return undefined
}

function notPointer(path: string, content: Buffer): Buffer {
  if (content.length < 1024 && content.toString('latin1', 0, 42).startsWith('version https://git-lfs.github.com/spec/v1'))
    throw new GitError(
      'unusable_file',
      `${shownPath(path)} is a pointer to large file storage (LFS), which is not read: put the file itself there`,
    )
  return content
}
