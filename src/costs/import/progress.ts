/** How far an import is: counted as it goes, written down at most twice a second, and told to who watches. */
import { OrgTx } from '../../db/organization-tx.ts'
import { type Database, insideOf } from '../../db/pool.ts'
import type { StatementFile } from '../../outside/bills/types.ts'
import type { Stage } from '../types.ts'
import { type Told, tellProgress } from './queries.ts'

export interface Progress {
  readonly now: Readonly<Told>
  /** Aborted when nobody wants the import any more: it, its account or its organization was deleted. */
  readonly signal: AbortSignal
  wait(): void
  stage(stage: Stage): void
  expect(files: readonly StatementFile[]): void
  /** What was counted of a file that is not read to its end goes with it. */
  skipFile(file: StatementFile): void
  /** The same file; its stored bytes are counted as they are read. */
  counted(file: StatementFile): StatementFile
  fileDone(): void
  addLines(lines: number): void
  /** Written at once. */
  flush(): Promise<void>
  end(): Promise<void>
}

const writeEveryMs = 500
/** Long work in the database says nothing meanwhile; runs that are silent for three minutes are taken for lost. */
const liveEveryMs = 15_000

export function openProgress(
  { database, organizationId }: { database: Database; organizationId: number },
  importId: number,
  onChange: (told: Told) => void = () => {},
): Progress {
  const controller = new AbortController()
  const now: Told = { status: 'waiting', stage: '', files_total: 0, files_done: 0, bytes_total: 0, bytes_done: 0, lines: 0 }
  let changed = true
  let writtenAt = 0
  let last: Promise<void> = Promise.resolve()
  const write = async () => {
    changed = false
    writtenAt = Date.now()
    const isWanted = await OrgTx.write(database, insideOf(organizationId), (tx) => tellProgress(tx, importId, now))
    if (!isWanted) controller.abort(new Error('the import was given up'))
  }
  /** A write that fails is not what the import fails by: whatever is wrong with the database, its own work will meet it. */
  const flush = () => {
    last = last.then(write).catch(() => {})
    return last
  }
  const timer = setInterval(() => {
    onChange(now)
    if (changed || Date.now() - writtenAt > liveEveryMs) void flush()
  }, writeEveryMs)
  const change = (more: Partial<Told>) => {
    Object.assign(now, more)
    changed = true
  }
  const add = (bytes: number) => change({ bytes_done: Math.min(now.bytes_done + bytes, now.bytes_total || Number.MAX_SAFE_INTEGER) })
  return {
    now,
    signal: controller.signal,
    wait: () => change({ status: 'waiting' }),
    stage: (stage) => change({ status: 'running', stage }),
    expect: (files) =>
      change({
        files_total: files.length,
        bytes_total: files.every(({ size }) => size !== undefined) ? files.reduce((sum, { size = 0 }) => sum + size, 0) : 0,
      }),
    skipFile(file) {
      add(file.size ?? 0)
      change({ files_done: now.files_done + 1 })
    },
    counted: (file) => countedFile(file, add),
    fileDone: () => change({ files_done: now.files_done + 1 }),
    addLines: (lines) => change({ lines: now.lines + lines }),
    flush,
    async end() {
      clearInterval(timer)
      // What was counted since the last time belongs to the import that is over, too.
      if (changed) void flush()
      await last
      onChange(now)
    },
  }
}

function countedFile(file: StatementFile, add: (bytes: number) => void): StatementFile {
  const { slice } = file
  return {
    name: file.name,
    size: file.size,
    digest: file.digest,
    async *bytes() {
      for await (const piece of file.bytes()) {
        add(piece.byteLength)
        yield piece
      }
    },
    ...(slice
      ? {
          async slice(start: number, end: number) {
            const piece = await slice(start, end)
            add(piece.byteLength)
            return piece
          },
        }
      : {}),
  }
}
