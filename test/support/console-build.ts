/** The build of the console that browsers are shown: made when it is missing or old, once, whoever asks first. */
import { mkdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { digestOf, readRecord } from '../../src/http/console/build-record.ts'
import { openBuilder } from '../../src/http/console/builder.ts'

const folder = fileURLToPath(new URL('../../console', import.meta.url))
/** Files of a run are tested side by side, in different processes. */
const lock = join(tmpdir(), `trochoid-console-${Buffer.from(folder).toString('base64url').slice(-40)}`)
/** Milliseconds after which whoever builds is taken for dead. */
const longest = 180_000

/** @returns the folder that holds `dist`: CONSOLE_DIST, for who works on several at once, or the checkout's own */
export async function builtConsole(): Promise<string> {
  if (process.env.CONSOLE_DIST) return process.env.CONSOLE_DIST
  for (;;) {
    const record = await readRecord(folder)
    if (record && record.digest === (await digestOf(folder, record.inputs))) return folder
    const mine = await mkdir(lock).then(
      () => true,
      () => false,
    )
    if (!mine) {
      const since = await stat(lock).catch(() => undefined)
      if (since && Date.now() - since.mtimeMs > longest) await rm(lock, { recursive: true, force: true })
      await sleep(200)
      continue
    }
    try {
      const builder = openBuilder()
      if (!builder) throw new Error('The console cannot be built: vite is not installed')
      const why = await builder(() => {}, AbortSignal.timeout(longest))
      if (why !== undefined) throw new Error(`The console could not be built: ${why}`)
    } finally {
      await rm(lock, { recursive: true, force: true })
    }
  }
}
