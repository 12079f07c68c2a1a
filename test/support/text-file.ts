/** Committed lists that a test compares, such as what is not built yet; `UPDATE=1` writes them anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'

const root = new URL('../../', import.meta.url)

export interface TextFile {
  /** Its lines without the comment; undefined when there is no such file yet. */
  read(): string[] | undefined
  /** Fails when the file says something else, or writes it where UPDATE=1 asks for that. */
  expectOrUpdate(lines: readonly string[]): void
}

export function textFile(path: string, comment: string): TextFile {
  const read = (): string[] | undefined => {
    try {
      return readFileSync(new URL(path, root), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
    } catch {
      return undefined
    }
  }
  return {
    read,
    expectOrUpdate(lines) {
      if (process.env.UPDATE) writeFileSync(new URL(path, root), `# ${comment}\n${lines.map((line) => `${line}\n`).join('')}`)
      expect(read() ?? [], `${path} is stale: UPDATE=1 writes it anew, and the difference belongs into the commit`).toEqual(lines)
    },
  }
}
