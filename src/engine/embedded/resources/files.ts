/** Files in the folders of a step. What is in them may be made by tasks of a tenant, so no link leads out of the folder. */
import { constants } from 'node:fs'
import { mkdir, open, realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'

const longest = 4 * 2 ** 20

/** @param name of the parameter, for the error @throws Error when there is no such file in the folder, or it is no plain one */
export async function readText(folder: string, path: string, name: string): Promise<string> {
  const found = await inside(folder, path)
  const file =
    found === undefined
      ? undefined
      : await open(found, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined)
  if (!file) throw new Error(`params.${name}: there is no file ${JSON.stringify(path)} among the artifacts of this step`)
  try {
    const about = await file.stat()
    if (!about.isFile()) throw new Error(`params.${name}: ${JSON.stringify(path)} is no file`)
    if (about.size > longest) throw new Error(`params.${name}: ${JSON.stringify(path)} has more than ${longest} bytes`)
    return (await file.readFile()).toString('utf8')
  } finally {
    await file.close()
  }
}

/** The folder that a parameter names, without links. @throws Error */
export async function folderAt(folder: string, path: string, name: string): Promise<string> {
  const found = await inside(folder, path)
  if (found === undefined) throw new Error(`params.${name}: there is no folder ${JSON.stringify(path)} among the artifacts of this step`)
  return found
}

/** Into a folder that only we have written to. @throws Error when the path leads out of it */
export async function writeText(folder: string, path: string, content: string): Promise<void> {
  const parts = path.split('/')
  if (path === '' || path.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..'))
    throw new Error(`The file ${JSON.stringify(path)} cannot be made: use a path such as folder/file`)
  const at = join(folder, path)
  await mkdir(dirname(at), { recursive: true })
  const file = await open(at, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, 0o755)
  try {
    await file.writeFile(content)
  } finally {
    await file.close()
  }
}

async function inside(folder: string, path: string): Promise<string | undefined> {
  if (path.includes('\0')) return undefined
  const base = await realpath(folder)
  const found = await realpath(join(base, path)).catch(() => undefined)
  return found !== undefined && (found === base || found.startsWith(base + sep)) ? found : undefined
}
