/** What the steps of one build leave for each other: named directories, out of the reach of the tasks that made them. */
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { StepError } from './errors.ts'
import { checkName, readInside } from './paths.ts'
import { copyTree, sizeOfTree } from './tree.ts'

export interface Artifacts {
  names(): string[]
  has(name: string): boolean
  /** Into a folder that is there. @throws StepError when there is no artifact of that name, or no room */
  copyTo(name: string, folder: string, signal: AbortSignal): Promise<void>
  /** `name/path/to/file` */
  read(path: string, what: string): Promise<string>
  /** A later one of the same name takes its place. @param folder from `newFolder` @throws StepError when there is no room */
  register(name: string, folder: string): Promise<void>
  /** Empty, and of nobody else. `tasks` are reachable for tasks, `kept` for the engine alone. */
  newFolder(kind: 'kept' | 'tasks'): Promise<string>
  /** With everything in it, and never throws: it goes with the build's folder at the latest. */
  remove(folder: string): Promise<void>
}

export async function openArtifacts(root: string, diskBytes: number | undefined): Promise<Artifacts> {
  const folders = new Map<string, string>()
  /** What each folder is known to hold. */
  const sizes = new Map<string, number>()
  let [made, readable] = [0, mostRead]
  await mkdir(join(root, 'kept'), { mode: 0o700 })
  await mkdir(join(root, 'tasks'), { mode: 0o755 })

  const spend = (folder: string, bytes: number) => {
    sizes.set(folder, (sizes.get(folder) ?? 0) + bytes)
    const used = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    if (diskBytes !== undefined && used > diskBytes)
      throw new StepError(`The build keeps more than the ${diskBytes} bytes on disk that it may: fetch or keep less`)
  }
  const folderOf = (name: string, what: string): string => {
    const folder = folders.get(name)
    if (folder === undefined) throw new StepError(`${what}: there is no artifact ${name}; no step before this one made it`)
    return folder
  }
  const ownerOf = (folder: string) => [...sizes.keys()].find((owner) => folder === owner || folder.startsWith(`${owner}/`)) ?? folder
  return {
    names: () => [...folders.keys()],
    has: (name) => folders.has(name),
    async copyTo(name, folder, signal) {
      const owner = ownerOf(folder)
      await copyTree(folderOf(name, 'inputs'), folder, { signal, spend: (bytes) => spend(owner, bytes) })
    },
    async read(path, what) {
      const [name = '', ...rest] = path.split('/')
      if (rest.length === 0) throw new StepError(`${what}: must be a file in an artifact, as in artifact/path/to/${path || 'file'}`)
      const text = await readInside(folderOf(name, what), rest.join('/'), what)
      readable -= text.length
      if (readable < 0) throw new StepError(`${what}: the files that this build had read have more than ${mostRead} characters together`)
      return text
    },
    async register(name, folder) {
      checkName(name, 'artifact')
      sizes.delete(folder)
      spend(folder, await sizeOfTree(folder))
      folders.set(name, folder)
    },
    async newFolder(kind) {
      made += 1
      const folder = join(root, kind, String(made))
      await mkdir(folder, { mode: 0o755 })
      sizes.set(folder, 0)
      return folder
    },
    async remove(folder) {
      sizes.delete(folder)
      // Not fs.rm: it follows a link that takes the place of a folder meanwhile, and gives up where names together are longer than
      // the system takes at once. A task can do both.
      await run('rm', ['-rf', '--', folder], { env: { PATH: '/usr/bin:/bin' } }).catch(() => undefined)
    },
  }
}

/** They are read as YAML, a megabyte of which takes a second in which nobody else is answered. */
const mostRead = 8 * 1024 * 1024

const run = promisify(execFile)
