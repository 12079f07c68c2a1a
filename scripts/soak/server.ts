/** The server that a soak kills and starts again, and how it is spoken to. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const port = 30_000 + (process.pid % 20_000)
const url = `http://127.0.0.1:${port}`
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export async function start(home: string, more: Readonly<Record<string, string>> = {}): Promise<ChildProcess> {
  const env = {
    ...process.env,
    PORT: String(port),
    HOST: '127.0.0.1',
    TROCHOID_HOME: home,
    LOG_LEVEL: 'error',
    CONSOLE: 'off',
    RATE_LIMIT_FACTOR: '0',
    ...more,
  }
  const child = spawn(process.execPath, ['--import', 'tsx', main], { env, stdio: 'ignore' })
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error('the server does not start again')
    const response = await fetch(`${url}/health_check`).catch(() => undefined)
    if (response?.ok) return child
    await new Promise((wake) => setTimeout(wake, 50))
  }
  throw new Error('the server does not answer within 30 seconds')
}

/** The organization `soak`. @returns the token of a key that may do everything in it */
export async function foundOrganization(): Promise<string> {
  const person = { username: 'soak', email: 'soak@example.com', password: 'a long password', given_name: 'Soak', family_name: 'Test' }
  await call('POST', '/user', person)
  const session = await call('POST', '/user/login', { email: person.email, password: person.password })
  const token = session.data.token as string
  await call('POST', '/organizations', { name: 'Soak', canonical: 'soak' }, token)
  const { data } = await call(
    'POST',
    '/organizations/soak/api_keys',
    { name: 'Soak', rules: [{ action: 'organization:**', effect: 'allow' }] },
    token,
  )
  return data.token
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as a script would.
export async function call(method: string, path: string, body?: unknown, token?: string): Promise<any> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
