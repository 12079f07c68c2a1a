/** Events of a build over one connection, in the way that catches out clients: see the reference, 1.8. */
import { createGzip } from 'node:zlib'
import { acceptsGzip, type Exchange } from './exchange.ts'
import { type BuildRow, isFinal } from './world.ts'

/** Nothing is sent, not even a status, before there is an event. Behind the last one the connection stays open. */
export async function sendEvents(build: BuildRow, { request, response, empty }: Exchange): Promise<undefined> {
  const after = request.headers['last-event-id']
  if (after !== undefined && !/^\d+/.test(String(after))) return empty(400)
  const isZipped = acceptsGzip(request)
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-store, must-revalidate',
    'x-atc-stream-version': '2.0',
    ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
  })
  const zip = isZipped ? createGzip() : undefined
  zip?.pipe(response)
  const write = (frame: string) => {
    ;(zip ?? response).write(frame)
    zip?.flush()
  }
  let isGone = false
  let wake = () => {}
  response.once('close', () => {
    isGone = true
    wake()
  })
  for (let id = after === undefined ? 0 : Number.parseInt(String(after), 10) + 1; !isGone; ) {
    const event = build.reaped ? undefined : build.events[id]
    if (event) {
      const envelope = { data: event.data, event: event.event, version: event.version, event_id: String(id) }
      write(`id: ${id}\nevent: event\ndata: ${JSON.stringify(envelope)}\n\n`)
      id += 1
    } else if (isFinal(build)) {
      write(`id: ${id}\nevent: end\ndata\n\n`)
      return
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve
        build.watchers.add(resolve)
      })
      build.watchers.delete(wake)
    }
  }
}
