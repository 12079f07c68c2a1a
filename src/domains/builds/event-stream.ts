/**
 * What happens in a build as server-sent events. A reader that lost the connection comes back with `Last-Event-ID` and misses
 * nothing, so this stream may end at any moment without its last frame: when the process stops, or when what the reader may see
 * could have changed. Coming back they are asked for their token again.
 */
import { StaleAccess } from '../../db/pool.ts'
import type { EngineEvent, PipelineAt } from '../../engine/types.ts'
import { ApiError, invalid } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { getPipeline } from '../pipelines/pipelines.ts'
import type { PipelinePath } from '../pipelines/queries.ts'

/** Milliseconds without an event after which a proxy is shown that the connection lives. */
const silence = 15_000
/** Milliseconds after which the reader's access is looked at again. */
const trust = 30_000
/** Milliseconds after which the reader is to come back, with a token that is still one. */
const longest = 3_600_000
/** Of one organization, on one process: every open build asks the database once a second. */
const mostStreams = 500
const streams = new Map<number, number>()

interface Watched {
  id: number
  isCheck: boolean
  path: PipelinePath
}

/** @throws Invalid at once for a Last-Event-ID that is no number, TooManyRequests when very many read already */
export function streamBuild(context: OrganizationContext, at: PipelineAt, { id, isCheck, path }: Watched): AsyncIterable<string> {
  const { platform, request } = context
  const after = readLastEventId(request.lastEventId)
  const { organizationId } = at
  if ((streams.get(organizationId) ?? 0) >= mostStreams)
    throw new ApiError('TooManyRequests', `The organization reads ${mostStreams} builds already: close one of them`, { retryAfter: 30 })
  const signal = request.closed()
  const events = platform.engine.streamEvents(at, id, { ...(after === undefined ? {} : { after }), signal, isCheck })
  return frames()

  async function* frames(): AsyncGenerator<string> {
    streams.set(organizationId, (streams.get(organizationId) ?? 0) + 1)
    try {
      yield* told()
    } finally {
      const left = (streams.get(organizationId) ?? 1) - 1
      if (left > 0) streams.set(organizationId, left)
      else streams.delete(organizationId)
    }
  }

  async function* told(): AsyncGenerator<string> {
    // Something at once: whoever waits for the headers behind a proxy gets them with it.
    yield ': the events of the build\n\n'
    const began = performance.now()
    let trusted = began
    let last = after ?? -1
    try {
      for await (const event of withPulse(events)) {
        if (performance.now() - trusted > trust) {
          await context.read((tx) => getPipeline(tx, path))
          trusted = performance.now()
          if (trusted - began > longest) return
        }
        if (event === pulse) yield ': still here\n\n'
        else {
          last = event.id
          yield frameOf(event)
        }
      }
      if (!signal.aborted) yield `id: ${last + 1}\nevent: end\ndata\n\n`
    } catch (error) {
      if (signal.aborted || error instanceof StaleAccess || error instanceof ApiError) return
      request.log.error({ err: error, build: id }, 'a stream of events broke')
    }
  }
}

function readLastEventId(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,15}$/.test(text))
    throw invalid('The Last-Event-ID is the id of an event, a number', ['header.last-event-id: must be a number'])
  return Number(text)
}

const frameOf = ({ id, type, version, data }: EngineEvent): string =>
  `id: ${id}\nevent: event\ndata: ${JSON.stringify({ data, event: type, version, event_id: String(id) })}\n\n`

const pulse = Symbol('pulse')

/** The events, and a pulse for every while without one. */
async function* withPulse(events: AsyncIterable<EngineEvent>): AsyncGenerator<EngineEvent | typeof pulse> {
  const iterator = events[Symbol.asyncIterator]()
  let next = iterator.next()
  next.catch(() => {})
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined
      const beat = new Promise<typeof pulse>((resolve) => {
        timer = setTimeout(() => resolve(pulse), silence)
      })
      const first = await Promise.race([next, beat]).finally(() => clearTimeout(timer))
      if (first === pulse) yield pulse
      else if (first.done) return
      else {
        yield first.value
        next = iterator.next()
        next.catch(() => {})
      }
    }
  } finally {
    // Not waited for: it may itself be waiting for the next event.
    void iterator.return?.()?.catch(() => {})
  }
}
