/** What a build of the console leaves beside its files: of which sources it was made, and which files there are. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

export interface BuildRecord {
  /** Of everything that the build was made of. */
  digest: string
  /** Files outside of the folder that went into it, from the root of the checkout. */
  inputs: string[]
  files: BuiltFile[]
}

export interface BuiltFile {
  /** Below `/console/`, with slashes. */
  path: string
  /** How the file was compressed beside itself: `index.js.br`. */
  encodings: Encoding[]
}
export type Encoding = 'br' | 'gzip'

export const endings: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' }
export const recordName = '.build.json'

/** What a build puts there, what makes no difference to it, and what it writes itself. */
const apart = /(^|\/)(dist|node_modules|test|e2e)\/|\.test\.tsx?$|\.md$|\.tsbuildinfo$|routeTree\.gen\.ts$|(^|\/)\.[^/]*$/

/**
 * @param folder of the console, inside of the checkout
 * @param inputs of the last build
 * @returns undefined where there is nothing that a build could be made of, as in a package that brings only the result
 */
export async function digestOf(folder: string, inputs: readonly string[]): Promise<string | undefined> {
  const root = join(folder, '..')
  const own = (await filesBelow(folder)).filter((path) => !apart.test(path))
  if (!own.includes('index.html')) return undefined
  const all = [...own.map((path) => join(relative(root, folder), path)), 'package-lock.json', ...inputs].sort()
  const hash = createHash('sha256')
  for (const path of new Set(all)) {
    // One that is gone is a difference too.
    const content = await readFile(join(root, path)).catch(() => undefined)
    hash.update(JSON.stringify([path, content && createHash('sha256').update(content).digest('hex')]))
  }
  return hash.digest('hex')
}

/** @returns undefined when there is none, or it is half written */
export async function readRecord(folder: string): Promise<BuildRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'dist', recordName), 'utf8')) as BuildRecord
  } catch {
    return undefined
  }
}

export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}
