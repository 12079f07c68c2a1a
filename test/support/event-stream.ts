/** Reads server-sent events as a client does, so that a test can come back with the last id. */

export interface Frame {
  id: string | undefined
  event: string | undefined
  data: string
}

export interface BuildEvent {
  event: string
  version: string
  event_id: string
  data: {
    status?: string
    payload?: string
    origin?: { id?: string; source?: string }
    message?: string
    exit_status?: number
    time?: number
  }
}

/** Frames as they come, until the server closes, the caller stops or `signal` aborts. Comments are left out. */
export async function* framesOf(
  url: string,
  token: string | undefined,
  { lastEventId, signal }: { lastEventId?: string; signal?: AbortSignal } = {},
): AsyncGenerator<Frame> {
  const response = await fetch(url, {
    headers: {
      accept: 'text/event-stream',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    ...(signal ? { signal } : {}),
  })
  if (response.status !== 200 || !response.body) throw new Error(`the stream was refused with ${response.status}: ${await response.text()}`)
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true })
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const lines = block.split('\n').filter((line) => !line.startsWith(':'))
      if (lines.length > 0) yield frameOf(lines)
    }
  }
}

function frameOf(lines: readonly string[]): Frame {
  const field = (name: string) =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim()
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim())
  return { id: field('id'), event: field('event'), data: data.join('\n') }
}

/** All events of a build, to its end. */
export async function eventsOf(url: string, token: string | undefined): Promise<BuildEvent[]> {
  const events: BuildEvent[] = []
  for await (const { event, data } of framesOf(url, token)) {
    if (event === 'end') return events
    events.push(JSON.parse(data) as BuildEvent)
  }
  throw new Error('the stream ended without its last frame')
}

/** What the log of these events reads like. */
export const logOf = (events: readonly BuildEvent[]): string =>
  events
    .filter(({ event }) => event === 'log')
    .map(({ data }) => data.payload ?? '')
    .join('')
    .replaceAll('\r\n', '\n')
