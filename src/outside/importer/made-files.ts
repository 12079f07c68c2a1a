/** Collects what a tool has written. */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ImportError } from './types.ts'

const mostFiles = 400
const mostBytes = 5 * 2 ** 20
const largestFile = 2 ** 20

/** `.tf` files below a folder, as they can be kept in a stack. Links are not followed. */
export async function madeFiles(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  let total = 0
  const look = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.name.startsWith('.')) continue
      if (entry.isDirectory()) await look(path)
      else if (entry.isFile() && /^[\w.-]+\.tf$/.test(entry.name)) {
        const { size } = await lstat(join(folder, path))
        total += size
        if (size > largestFile || total > mostBytes || files.size >= mostFiles)
          throw new ImportError(
            `There is too much code for one stack (at most ${mostFiles} files, ${mostBytes / 2 ** 20} MB together and ${largestFile / 2 ** 20} MB each): import less at once, by type, tag or target`,
          )
        files.set(path, await readFile(join(folder, path)))
      }
    }
  }
  await look('')
  return files
}

/** What is committed is read by many. @throws ImportError */
export function assertNoSecret(files: ReadonlyMap<string, Buffer>, secrets: readonly string[]): void {
  for (const [path, content] of files)
    if (secrets.some((secret) => content.includes(secret)))
      throw new ImportError(
        `The tool wrote a secret of the credential into ${path}, so its code was thrown away: whoever runs this platform looks at its version`,
      )
}

const largestState = 64 * 2 ** 20

export async function madeState(path: string): Promise<Buffer | undefined> {
  const size = await lstat(path).then(
    (found) => (found.isFile() ? found.size : 0),
    () => 0,
  )
  if (size > largestState) throw new ImportError(`The state is larger than ${largestState / 2 ** 20} MB: import less at once`)
  return size === 0 ? undefined : readFile(path)
}
