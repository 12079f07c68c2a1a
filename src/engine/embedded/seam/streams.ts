/**
 * The events of a build, as long as somebody listens. Streams of one build share what they read: two hundred people who watch a
 * deployment cost the database what one does.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Notices } from '../../../db/notices.ts'
import { notFound } from '../../../errors.ts'
import type { EngineEvent, PipelineAt } from '../../types.ts'
import type { Context } from '../context.ts'
import { type EventBatch, readEvents } from '../store/events.ts'
import { theBuild } from './builds.ts'

export interface StreamOptions {
  after?: number
  signal: AbortSignal
  isCheck: boolean
}

export interface Streams extends Disposable {
  stream(at: PipelineAt, buildId: number, options: StreamOptions): AsyncIterable<EngineEvent>
}

/** Milliseconds until a stream looks by itself: words may get lost. */
const patience = 1000
/** Milliseconds for which a batch is kept for the others: streams that began together are never quite together. */
const kept = 100

export function openStreams(context: Context): Streams {
  const edges = openEdges(context.notices)
  const batches = new Map<string, Promise<Read | undefined>>()
  interface Read extends EventBatch {
    /** How often there was word of this build when the read began. */
    edge: number
  }

  const read = (organizationId: number, buildId: number, after: number): Promise<Read | undefined> => {
    const key = `${organizationId} ${buildId} ${after}`
    const edge = edges.of(buildId).count
    const known = batches.get(key)
    if (known) return known
    const reading = context.read(organizationId, (tx) => readEvents(tx, buildId, after)).then((batch) => batch && { ...batch, edge })
    batches.set(key, reading)
    const forget = () => batches.delete(key)
    // One that found nothing is of no use to those who come later.
    reading.then((batch) => (batch && (batch.events.length > 0 || batch.isLast) ? setTimeout(forget, kept).unref() : forget()), forget)
    return reading
  }

  async function* stream(at: PipelineAt, buildId: number, { after = -1, signal, isCheck }: StreamOptions): AsyncGenerator<EngineEvent> {
    const { job_id } = await context.read(at.organizationId, (tx) => theBuild(tx, at, buildId))
    if ((job_id === null) !== isCheck) throw notFound('build')
    using _listening = edges.listen(buildId)
    for (let told = after; !signal.aborted; ) {
      const batch = await read(at.organizationId, buildId, told)
      for (const event of batch?.events ?? []) {
        if (signal.aborted) return
        yield event
        told = event.id
      }
      if (!batch || batch.isLast) return
      if (batch.events.length === 0) await edges.of(buildId).after(batch.edge, signal)
    }
  }

  return { stream, [Symbol.dispose]: () => edges[Symbol.dispose]() }
}

interface Edge {
  count: number
  /** Until there was word after this one, or patience ends. */
  after(count: number, signal: AbortSignal): Promise<void>
}

interface Edges extends Disposable {
  of(buildId: number): Edge
  listen(buildId: number): Disposable
}

function openEdges(notices: Notices): Edges {
  interface Listened extends Edge {
    listeners: number
    waiting: Set<() => void>
  }
  const edges = new Map<number, Listened>()
  const make = (): Listened => {
    const waiting = new Set<() => void>()
    const edge: Listened = {
      count: 0,
      listeners: 0,
      waiting,
      async after(count, signal) {
        if (edge.count > count || signal.aborted) return
        const over = new AbortController()
        const wake = () => over.abort()
        waiting.add(wake)
        signal.addEventListener('abort', wake, { once: true })
        await sleep(patience, undefined, { signal: over.signal }).catch(() => {})
        signal.removeEventListener('abort', wake)
        waiting.delete(wake)
      },
    }
    return edge
  }
  const nobody = make()
  const tell = (edge: Listened) => {
    edge.count += 1
    for (const wake of [...edge.waiting]) wake()
  }
  const stop = notices.on('events', (payload) => {
    // Without a number: the connection was gone for a while, and anything may have been said.
    if (payload === '') for (const edge of edges.values()) tell(edge)
    const edge = edges.get(Number(payload))
    if (edge) tell(edge)
  })
  return {
    of: (buildId) => edges.get(buildId) ?? nobody,
    listen(buildId) {
      const edge = edges.get(buildId) ?? make()
      edges.set(buildId, edge)
      edge.listeners += 1
      return {
        [Symbol.dispose]() {
          edge.listeners -= 1
          if (edge.listeners === 0) edges.delete(buildId)
        },
      }
    },
    [Symbol.dispose]: stop,
  }
}
