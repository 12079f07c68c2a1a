/**
 * `npm run demo [url]`: the whole journey as a real client would make it, against a running server, each step printed as it
 * happens. It can be run again and again: every name it uses is new.
 */
import { randomBytes } from 'node:crypto'
import { bringTheCompany } from './company.ts'
import { buildComponent } from './component.ts'
import { lookAround } from './console.ts'
import { watchCosts } from './costs.ts'
import { proveWhoYouAre } from './identity.ts'
import { runPipeline } from './pipeline.ts'
import { makeRepositories } from './repositories.ts'
import { call, chapter, mailedTo, session, step } from './steps.ts'
import { besideTerraform } from './terraform.ts'

const run = randomBytes(3).toString('hex')
const org = `acme-${run}`
const password = `correct horse ${run}`
const ada = { username: `ada-${run}`, email: `ada-${run}@example.com`, given_name: 'Ada', family_name: 'Lovelace', password }
const bob = { username: `bob-${run}`, email: `bob-${run}@example.com`, given_name: 'Bob', family_name: 'Builder', password }

await journey().catch((error: unknown) => {
  session.failed++
  console.log(`\n${error instanceof Error ? error.message : error}`)
})
console.log(`\ndemo: ${session.passed} passed, ${session.failed} failed`)
process.exitCode = session.failed === 0 ? 0 : 1

async function journey(): Promise<void> {
  const repositories = await makeRepositories(run)
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
  const entered = await step(
    'gets a session for it',
    () => call('GET', `/user/refresh_token?organization_canonical=${org}`),
    ({ body }) => `${Object.keys(body.data.permissions).length} permissions`,
  )
  session.token = entered.body.data.token
  const person = session.token
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
  session.token = key.body.data.token
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
        url: repositories.config,
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

  await buildComponent({ org, repositories })
  await runPipeline({ org, repositories, run })

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
    const keyToken = session.token
    session.token = undefined
    await step('Bob signs up with the invitation', () => call('POST', '/user', { ...bob, invitation_token: invitation }), 204)
    session.token = keyToken
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
    await proveWhoYouAre({ run, person: bob })
  }

  session.token = key.body.data.token
  await besideTerraform({ org })
  await bringTheCompany({ org, run })
  session.token = key.body.data.token
  await watchCosts({ org, email: ada.email })

  chapter('Looking back')
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
  await lookAround({ org, token: person })
}

async function signIn(person: { email: string; password: string }): Promise<void> {
  session.token = undefined
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
  session.token = answer.body.data.token
}
