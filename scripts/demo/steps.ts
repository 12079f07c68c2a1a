/** The demo's way of asking: one request, one line that says what came of it. */

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: the demo reads answers as a script would, by looking at them.
  body: any
  /** Where a browser would be sent. */
  location?: string | undefined
}

/** Of the server, without a slash at the end. */
export const serverUrl = (process.argv[2] ?? process.env.TROCHOID_URL ?? 'http://127.0.0.1:3001').replace(/\/+$/, '')

/** Who is asking at the moment, and the score. */
export const session: { token: string | undefined; passed: number; failed: number } = { token: undefined, passed: 0, failed: 0 }

/** The log of a build while it runs: each line as it comes, until the build has ended. */
export async function follow(path: string, onLog: (text: string) => void | Promise<void>): Promise<Answer> {
  const response = await fetch(serverUrl + path, { headers: { accept: 'text/event-stream', authorization: `Bearer ${session.token}` } })
  if (!response.ok || !response.body) return { status: response.status, body: await response.json() }
  let rest = ''
  let lines = 0
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + chunk).split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      if (frame.includes('event: end')) return { status: 200, body: { data: { lines } } }
      const data = /^data: (.*)$/m.exec(frame)?.[1]
      const event = data ? JSON.parse(data) : undefined
      if (event?.event !== 'log') continue
      lines++
      await onLog(event.data.payload)
    }
  }
  return { status: 200, body: { data: { lines } } }
}

export async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(serverUrl + path, {
    method,
    headers: {
      ...(session.token ? { authorization: `Bearer ${session.token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Error(`No server answers at ${serverUrl}: start one with \`npm start\``)
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** The same in the name of somebody else, or of nobody. */
export async function as(token: string | undefined, method: string, path: string, body?: unknown): Promise<Answer> {
  const own = session.token
  session.token = token
  try {
    return await call(method, path, body)
  } finally {
    session.token = own
  }
}

/** A form that a browser posts from elsewhere, to a whole address of ours. */
export async function post(address: string, form: Record<string, string>): Promise<Answer> {
  const { pathname } = new URL(address)
  const response = await fetch(serverUrl + pathname, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
  const text = await response.text()
  const location = response.headers.get('location') ?? undefined
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), location }
}

/** Runs one step and prints it; `expected` is the status, or what to tell of a 200. */
export async function step(
  name: string,
  act: () => Promise<Answer>,
  expected: number | ((answer: Answer) => string) = 200,
): Promise<Answer> {
  const started = performance.now()
  const answer = await act()
  const milliseconds = `${Math.round(performance.now() - started)} ms`.padStart(7)
  const status = typeof expected === 'number' ? expected : 200
  const good = answer.status === status
  const told =
    typeof expected === 'function' && good
      ? expected(answer)
      : answer.status >= 400
        ? `${answer.status}: ${answer.body.errors[0].message}`
        : String(answer.status)
  console.log(`  ${good ? '✓' : '✗'} ${milliseconds}  ${name}  — ${told}`)
  if (!good) throw new Error(`"${name}" was to answer ${status}, not ${answer.status}: ${JSON.stringify(answer.body)}`)
  session.passed++
  return answer
}

export function chapter(title: string): void {
  console.log(`\n${title}`)
}

/** The newest mail to an address in the development outbox; undefined where mail really goes out. */
export async function mailedTo(address: string, pattern: RegExp): Promise<string | undefined> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const response = await fetch(`${serverUrl}/dev/outbox`, { headers: { accept: 'application/json' } })
    if (!response.ok) return undefined
    const { data } = (await response.json()) as { data: { to: string; text: string }[] }
    const found = pattern.exec(data.find(({ to }) => to === address)?.text ?? '')
    if (found) return found[0]
    await new Promise((wake) => setTimeout(wake, 100))
  }
  throw new Error(`no mail to ${address} arrived within ten seconds: is a worker running?`)
}
