/** Bills in files and folders of the operator, as if they were objects. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { mostObjects, type ObjectStore } from './objects.ts'
import type { SourceSpec } from './sources.ts'
import { type ListedObject, SourceError } from './types.ts'

export function openFiles({ paths }: Extract<SourceSpec, { kind: 'files' }>): ObjectStore {
  const places = new Map<string, string>()

  /** @param key what a name begins with in the listing */
  async function* under(path: string, key: string): AsyncGenerator<ListedObject[]> {
    const about = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw new SourceError(
        `${path} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file or folder' : (error.code ?? 'unknown')}`,
      )
    })
    if (about.isFile()) {
      places.set(key, path)
      yield [{ key, size: about.size, etag: `${about.size}-${about.mtimeMs}`, lastModified: about.mtime }]
    } else if (about.isDirectory()) {
      const entries = await readdir(path, { withFileTypes: true })
      // Links may lead in circles.
      const names = entries
        .filter((entry) => (entry.isFile() || entry.isDirectory()) && !entry.name.startsWith('.'))
        .map(({ name }) => name)
      for (const name of names.sort()) yield* under(join(path, name), `${key}/${name}`)
    }
  }

  return {
    name: paths.length === 1 ? resolve(paths[0] ?? '') : `${paths.length} files and folders`,
    host: 'the disk',
    prefix: '',
    async *list() {
      let found = 0
      const given = new Set<string>()
      for (const whole of new Set(paths.map((path) => resolve(path)))) {
        const name = whole.split('/').filter(Boolean).at(-1) ?? 'files'
        // Two that are called the same are two.
        const key = given.has(name) ? whole.slice(1) : name
        given.add(key)
        for await (const objects of under(whole, key)) {
          found += objects.length
          yield objects
          if (found > mostObjects) return
        }
      }
    },
    async open({ key }, start, end) {
      const path = places.get(key)
      if (path === undefined) throw new SourceError(`${key} was not listed`)
      return createReadStream(path, { start, ...(end === undefined ? {} : { end: end - 1 }) })
    },
    async close() {},
  }
}
