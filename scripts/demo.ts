/**
 * `npm run demo [url]`: the whole journey as a real client would make it, against a running server, each step printed as it
 * happens. It can be run again and again: every name it uses is new.
 */
import { randomBytes } from 'node:crypto'

const url = (process.argv[2] ?? process.env.TROCHOID_URL ?? 'http://127.0.0.1:3001').replace(/\/+$/, '')
const run = randomBytes(3).toString('hex')
const org = `acme-${run}`
const password = `correct horse ${run}`
const ada = { username: `ada-${run}`, email: `ada-${run}@example.com`, given_name: 'Ada', family_name: 'Lovelace', password }
const bob = { username: `bob-${run}`, email: `bob-${run}@example.com`, given_name: 'Bob', family_name: 'Builder', password }

interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: the demo reads answers as a script would, by looking at them.
  body: any
}

let token: string | undefined
let passed = 0
let failed = 0

await journey().catch((error: unknown) => {
  failed++
  console.log(`\n${error instanceof Error ? error.message : error}`)
})
console.log(`\ndemo: ${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function journey(): Promise<void> {
  chapter('The platform')
  await step(
    'answers with its version',
    () => call('GET', '/version'),
    ({ body }) => body.data.version,
  )
  await step(
    'says how it is',
    () => call('GET', '/status'),
    ({ body }) => body.data.checks.map((check: { canonical: string; status: string }) => `${check.canonical} ${check.status}`).join(', '),
  )

  chapter('Ada signs up')
  await step('creates an account', () => call('POST', '/user', ada), 204)
  await signIn(ada)
  await step(
    'founds an organization',
    () => call('POST', '/organizations', { name: `Acme ${run}`, canonical: org }),
    ({ body }) => body.data.canonical,
  )
  const session = await step(
    'gets a session for it',
    () => call('GET', `/user/refresh_token?organization_canonical=${org}`),
    ({ body }) => `${Object.keys(body.data.permissions).length} permissions`,
  )
  token = session.body.data.token
  await step(
    'sees what came with it',
    () => call('GET', `/organizations/${org}/summary`),
    ({ body }) => `${body.data.roles} roles, ${body.data.credentials} credential`,
  )

  chapter('A key for machines')
  const key = await step(
    'makes an API key',
    () => call('POST', `/organizations/${org}/api_keys`, { name: 'Automation', rules: [{ action: 'organization:**', effect: 'allow' }] }),
    ({ body }) => `…${body.data.last_seven}, shown once`,
  )
  token = key.body.data.token
  await step('is refused where a person is meant', () => call('GET', '/user'), 422)

  chapter('A place to work, made with the key')
  await step(
    'stores a credential',
    () =>
      call('POST', `/organizations/${org}/credentials`, {
        name: 'Git',
        type: 'basic_auth',
        path: 'git',
        raw: { username: 'git', password: 'secret' },
      }),
    ({ body }) => body.data.keys.join(', '),
  )
  await step('finds no secret in the list', async () => {
    const answer = await call('GET', `/organizations/${org}/credentials`)
    if (JSON.stringify(answer.body).includes('secret"')) throw new Error('a list of credentials shows a secret')
    return answer
  })
  await step(
    'registers a config repository',
    () =>
      call('POST', `/organizations/${org}/config_repositories`, {
        name: 'Config',
        url: 'https://git.example.com/acme/config.git',
        branch: 'config',
        credential_canonical: 'git',
        default: true,
      }),
    ({ body }) => body.data.canonical,
  )
  await step('refuses to delete the credential in use', () => call('DELETE', `/organizations/${org}/credentials/git`), 409)
  await step(
    'starts a project',
    () => call('POST', `/organizations/${org}/projects`, { name: 'Web shop', config_repository_canonical: 'config' }),
    ({ body }) => body.data.canonical,
  )
  for (const name of ['staging', 'prod'])
    await step(
      `adds the environment ${name}`,
      () => call('POST', `/organizations/${org}/projects/web-shop/environments`, { name }),
      ({ body }) => body.data.canonical,
    )
  await step(
    'refuses a second one of that name',
    () => call('POST', `/organizations/${org}/projects/web-shop/environments`, { name: 'prod' }),
    409,
  )
  await step(
    'lists what there is',
    () => call('GET', `/organizations/${org}/projects?project_canonical[rlike]=^web`),
    ({ body }) => `${body.data.length} project, ${body.data[0].environments.length} environments`,
  )

  chapter('Bob joins')
  await step(
    'makes a role for one project',
    () =>
      call('POST', `/organizations/${org}/roles`, {
        name: 'Shop keepers',
        rules: [
          { action: 'organization:project:*', effect: 'allow', resources: [`organization:${org}:project:web-*`] },
          { action: 'organization:environment:*', effect: 'allow', resources: [`organization:${org}:project:web-*:environment:staging`] },
        ],
      }),
    ({ body }) => body.data.canonical,
  )
  await step(
    'makes a team with that role',
    () => call('POST', `/organizations/${org}/teams`, { name: 'Shop', roles_canonical: ['shop-keepers'] }),
    ({ body }) => body.data.canonical,
  )
  await step(
    'invites Bob',
    () => call('POST', `/organizations/${org}/members`, { email: bob.email, role_canonical: 'default-no-permissions' }),
    ({ body }) => body.data.invitation_state,
  )
  const invitation = await mailedTo(bob.email, /[\w.]+-[0-9a-f]{40}/)
  if (invitation) {
    const keyToken = token
    token = undefined
    await step('Bob signs up with the invitation', () => call('POST', '/user', { ...bob, invitation_token: invitation }), 204)
    token = keyToken
    await step(
      'puts Bob in the team',
      () => call('POST', `/organizations/${org}/teams/shop/members`, { username: bob.username }),
      ({ body }) => body.data.username,
    )
    await signIn(bob)
    await step(
      'Bob sees the shop',
      () => call('GET', `/organizations/${org}/projects/web-shop`),
      ({ body }) => body.data.name,
    )
    await step('Bob may change staging', () =>
      call('PUT', `/organizations/${org}/projects/web-shop/environments/staging`, { name: 'Staging' }),
    )
    await step(
      'Bob may not touch prod',
      () => call('PUT', `/organizations/${org}/projects/web-shop/environments/prod`, { name: 'Mine' }),
      403,
    )
    await step('Bob may not read secrets', () => call('GET', `/organizations/${org}/credentials/git`), 403)
  }

  chapter('Looking back')
  token = key.body.data.token
  const now = Date.now()
  await step(
    'reads the events',
    () => call('GET', `/organizations/${org}/events?begin=${now - 3_600_000}&end=${now + 60_000}`),
    ({ body }) => `${body.data.length} events, the first: ${body.data.at(-1).message}`,
  )
  await step(
    'starts a child organization',
    () => call('POST', `/organizations/${org}/children`, { name: `Acme ${run} labs`, canonical: `${org}-labs` }),
    ({ body }) => body.data.canonical,
  )
  await step(
    'acts in it with the same key',
    () => call('GET', `/organizations/${org}-labs/roles`),
    ({ body }) => `${body.data.length} roles`,
  )
  await step('is a stranger elsewhere', () => call('GET', '/organizations/somebody-else/projects'), 403)
  await step('tells what is not built yet', () => call('GET', `/organizations/${org}/pipelines`), 501)
}

async function signIn(person: { email: string; password: string }): Promise<void> {
  token = undefined
  const credentials = { email: person.email, password: person.password }
  let answer = await call('POST', '/user/login', credentials)
  if (answer.status === 401) {
    // Everybody but the first person of an installation proves their address first.
    const link = await mailedTo(person.email, /[\w.]+-[0-9a-f]{40}/)
    if (!link)
      throw new Error('The server sends real mail, so the demo cannot read the verification link: run it against a server without SMTP_URL')
    await step('proves the address by the mailed link', () => call('PUT', `/user/email/verification/${link}`), 204)
    answer = await call('POST', '/user/login', credentials)
  }
  await step(
    'signs in',
    async () => answer,
    ({ body }) => `a token of ${body.data.token.length} characters`,
  )
  token = answer.body.data.token
}

/** The newest mail to an address in the development outbox; undefined where mail really goes out. */
async function mailedTo(address: string, pattern: RegExp): Promise<string | undefined> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const response = await fetch(`${url}/dev/outbox`, { headers: { accept: 'application/json' } })
    if (!response.ok) return undefined
    const { data } = (await response.json()) as { data: { to: string; text: string }[] }
    const found = pattern.exec(data.find(({ to }) => to === address)?.text ?? '')
    if (found) return found[0]
    await new Promise((wake) => setTimeout(wake, 100))
  }
  throw new Error(`no mail to ${address} arrived within ten seconds: is a worker running?`)
}

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Error(`No server answers at ${url}: start one with \`npm start\``)
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** Runs one step and prints it; `expected` is the status, or what to tell of a 200. */
async function step(name: string, act: () => Promise<Answer>, expected: number | ((answer: Answer) => string) = 200): Promise<Answer> {
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
  passed++
  return answer
}

function chapter(title: string): void {
  console.log(`\n${title}`)
}
