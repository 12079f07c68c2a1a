/** The events of one build, over as many connections as it takes. */
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Calls } from './calls.ts'
import { isEnvelope } from './decode.ts'
import { ConcourseError, isProblem } from './errors.ts'
import { openFrames } from './sse.ts'
import type { BuildEvent } from './types.ts'

export interface StreamOptions {
  /** The event before the first one that is wanted. */
  after?: number
  signal: AbortSignal
  /** Milliseconds; for tests. */
  pauses?: { first: number; most: number }
}

/** Of one frame: a log line with all its envelope is far shorter. */
const mostCharacters = 8 * 1024 * 1024
/** Connections in a row that brought nothing and failed at once. */
const patience = 6
/** Milliseconds after which a connection that brought nothing counts as one that held. */
const held = 5000

/**
 * Each event once, in order, until the build has told its last one or the signal aborts; who leaves while nothing happens has to
 * abort it, for what waits cannot be left. A connection that breaks is made again, from the event after the last one.
 * @throws ConcourseError when Concourse refuses, or is gone for long
 */
export async function* streamEvents(calls: Calls, buildId: number, options: StreamOptions): AsyncGenerator<BuildEvent, void> {
  const { signal, pauses = { first: 250, most: 10_000 } } = options
  let last = options.after ?? -1
  let failures = 0
  let pause = pauses.first
  while (!signal.aborted) {
    const begun = performance.now()
    let failure: ConcourseError | undefined
    try {
      const headers = { accept: 'text/event-stream', ...(last < 0 ? {} : { 'last-event-id': String(last) }) }
      const path = ['builds', buildId, 'events'] as const
      const response = await calls.open({ path, headers }, signal)
      for await (const event of readEvents(response)) {
        if (event === 'end') return
        // Not one that was told already, whatever the server counts from.
        if (event.id <= last) continue
        yield event
        if (signal.aborted) return
        last = event.id
        failures = 0
        pause = pauses.first
      }
    } catch (error) {
      if (signal.aborted) return
      if (!isProblem(error, 'unavailable')) throw error
      failure = error
    }
    if (performance.now() - begun > held) failures = 0
    else if (failure) failures += 1
    if (failure && failures >= patience) throw failure
    await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {})
    pause = Math.min(pause * 2, pauses.most)
  }
}

/** Until the connection ends, which is no error: how it ended says nothing about the build. */
async function* readEvents(response: IncomingMessage): AsyncGenerator<BuildEvent | 'end', void> {
  const frames = openFrames(mostCharacters)
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      for (const { id, event, data } of frames.push(chunk)) {
        // The server leaves the connection open behind it.
        if (event === 'end') yield 'end'
        const read = event === 'event' ? eventOf(id, data) : undefined
        if (read) yield read
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw new ConcourseError({ kind: 'server', status: 200 }, `an event stream with ${error.message}`)
  } finally {
    response.destroy()
  }
}

/** Undefined for what later versions may send: it is left out, and the rest of the log can be read. */
function eventOf(id: string | undefined, data: string): BuildEvent | undefined {
  if (id === undefined || !/^\d{1,15}$/.test(id)) return undefined
  try {
    const envelope: unknown = JSON.parse(data)
    if (!isEnvelope(envelope)) return undefined
    return { id: Number(id), type: envelope.event, version: envelope.version, data: envelope.data }
  } catch {
    return undefined
  }
}
