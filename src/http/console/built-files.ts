/** A build of the console in memory: a few megabytes, and nothing of a request ever becomes the name of a file. */
import { readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { type BuildRecord, type Encoding, endings, recordName } from './build-record.ts'

export interface Build {
  readonly page: string
  /** By the path below `/console/`. */
  readonly files: ReadonlyMap<string, ServedFile>
  /** Of its record: a newer one is another build. */
  readonly writtenAt: number
}

export interface ServedFile {
  readonly type: string
  /** Its name says what is in it: it may be kept for ever. */
  readonly lasting: boolean
  readonly bodies: ReadonlyMap<Encoding | 'identity', Buffer>
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

/** @returns undefined when there is no record: before it nothing counts, since it is written last */
export const writtenAt = async (folder: string): Promise<number | undefined> =>
  (await stat(join(folder, 'dist', recordName)).catch(() => undefined))?.mtimeMs

/**
 * @param before the build that was served until now: pages that are open go on asking for its files
 * @throws Error when a file of the record is not there
 */
export async function loadBuild(folder: string, record: BuildRecord, before?: Build): Promise<Build> {
  const at = (path: string) => join(folder, 'dist', path)
  const time = (await writtenAt(folder)) ?? 0
  const files = new Map([...(before?.files ?? [])].filter(([, { lasting }]) => lasting))
  for (const { path, encodings } of record.files) {
    const bodies = new Map<Encoding | 'identity', Buffer>([['identity', await readFile(at(path))]])
    for (const encoding of encodings) bodies.set(encoding, await readFile(at(path + endings[encoding])))
    files.set(path, { type: types[extname(path)] ?? 'application/octet-stream', lasting: path.startsWith('assets/'), bodies })
  }
  return { page: await readFile(at('index.html'), 'utf8'), files, writtenAt: time }
}
