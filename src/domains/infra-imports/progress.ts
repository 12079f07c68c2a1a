/** What a run says, written down as it comes; and that it lives. */
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { Platform } from '../../platform.ts'
import { addLogs } from './queries.ts'

export interface Progress {
  say(text: string): void
  /** Aborted when nobody wants the run any more: its record was deleted, or the process is to stop. */
  signal: AbortSignal
  reason(): string
  end(): Promise<void>
}

const writeEveryMs = 500
/** Also how soon a run hears that nobody wants it any more. */
const liveEveryMs = 5000

export function openProgress(platform: Platform, organizationId: number, run: { id: number; attempt: number }): Progress {
  const controller = new AbortController()
  let pending = ''
  let writtenAt = 0
  let reason = 'The import was given up'
  let last: Promise<void> = Promise.resolve()
  const write = async () => {
    const text = pending
    pending = ''
    writtenAt = Date.now()
    const isWanted = await OrgTx.write(platform.database, insideOf(organizationId), (tx) => addLogs(tx, run, text))
    if (!isWanted) controller.abort()
  }
  const flush = () => {
    last = last.then(write).catch((err) => platform.log.warn({ err, importId: run.id }, 'the logs of an import could not be written'))
    return last
  }
  const timer = setInterval(() => {
    if (platform.draining && !controller.signal.aborted) {
      reason = 'The platform was stopped meanwhile: retry the import'
      controller.abort()
    }
    if (pending !== '' || Date.now() - writtenAt > liveEveryMs) void flush()
  }, writeEveryMs)
  return {
    say(text) {
      pending = (pending + text).slice(-200_000)
    },
    signal: controller.signal,
    reason: () => reason,
    async end() {
      clearInterval(timer)
      if (pending !== '') void flush()
      await last
    },
  }
}
