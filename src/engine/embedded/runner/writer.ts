/** Events of one build on their way into the database: in order, a few at a time, by one writer. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { NewEvent } from '../store/running.ts'

export interface EventWriter {
  emit(event: NewEvent): void
  /** Until everything that was emitted is stored. @returns false when the build is not ours any more */
  close(): Promise<boolean>
}

export interface WriterOptions {
  /** @returns false when the build is not ours any more */
  store(seq: number, events: readonly NewEvent[]): Promise<boolean>
  /** The number of the next event. */
  seq: number
  onLost(): void
  onError(error: unknown): void
}

/** Milliseconds that an event waits for company. */
const company = 75
/** As many do not wait for more. */
const enoughEvents = 200
const mostEvents = 500
const mostBytes = 256 * 1024
/** Characters of one event: streams hold a few of them in memory for everybody who listens. */
const mostOfLog = 64 * 1024
const again = 500

export function openWriter({ store, seq: first, onLost, onError }: WriterOptions): EventWriter {
  let queue: { event: NewEvent; bytes: number }[] = []
  /** Those before it are taken: cutting them off each time would copy the others each time. */
  let head = 0
  let bytes = 0
  let seq = first
  let lost = false
  let closing = false
  let hurry = new AbortController()
  let writing: Promise<void> | undefined

  const isFull = () => queue.length - head >= enoughEvents || bytes >= mostBytes
  const take = (): NewEvent[] => {
    const batch: NewEvent[] = []
    for (let taken = 0; head < queue.length && batch.length < mostEvents; head++) {
      const next = queue[head]
      if (!next || (batch.length > 0 && taken + next.bytes > mostBytes)) break
      batch.push(next.event)
      taken += next.bytes
      bytes -= next.bytes
    }
    if (head > queue.length / 2) {
      queue = queue.slice(head)
      head = 0
    }
    return batch
  }
  const write = async (events: NewEvent[]): Promise<void> => {
    while (!lost) {
      try {
        if (!(await store(seq, events))) {
          lost = true
          onLost()
        }
        seq += events.length
        return
      } catch (error) {
        // The database may be away for a moment; when it is for long, the lease is over and somebody says so.
        onError(error)
        await sleep(again)
      }
    }
  }
  const run = async (): Promise<void> => {
    while (head < queue.length && !lost) {
      if (!isFull() && !closing) await sleep(company, undefined, { signal: hurry.signal }).catch(() => {})
      hurry = new AbortController()
      await write(take())
    }
    writing = undefined
  }

  return {
    emit(event) {
      if (lost) return
      for (const part of parts(event)) {
        const size = JSON.stringify(part.data).length
        queue.push({ event: part, bytes: size })
        bytes += size
      }
      if (isFull()) hurry.abort()
      writing ??= run()
    },
    async close() {
      closing = true
      hurry.abort()
      // Whoever has lost the build hears so from elsewhere, and does not wait for the database.
      while (writing && !lost) await writing
      return !lost
    },
  }
}

/** A program may write megabytes without the end of a line. */
function parts(event: NewEvent): NewEvent[] {
  const { payload } = event.data
  if (event.type !== 'log' || typeof payload !== 'string' || payload.length <= mostOfLog) return [event]
  const found: NewEvent[] = []
  for (let at = 0; at < payload.length; ) {
    // Not between the halves of one character.
    const isHalf = /[\ud800-\udbff]/.test(payload.charAt(at + mostOfLog - 1))
    const end = at + mostOfLog - (isHalf ? 1 : 0)
    found.push({ ...event, data: { ...event.data, payload: payload.slice(at, end) } })
    at = end
  }
  return found
}
