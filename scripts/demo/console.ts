/** The console: a session that no script can read, and the pages that people look at, as pictures where there is a browser. */
import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BrowserContext, chromium } from 'playwright-core'
import { executable } from '../../test/support/browser-path.ts'
import { type Answer, call, chapter, serverUrl, session, step } from './steps.ts'

/** Seconds that a build of the console may take, on a machine that has other things to do. */
const longest = 120

/** @param token of a person's session: a browser is nobody's key */
export async function lookAround({ org, token }: { org: string; token: string | undefined }): Promise<void> {
  chapter('In the browser')
  await step('waits for the console', waitForConsole, ({ body }) => `${serverUrl}/console, ${body.policy}`)
  const own = session.token
  session.token = token
  const opened = await step('signs in there', openSession, ({ body }) => `a cookie that is ${body.attributes}`)
  session.token = undefined
  const { cookie, csrf_token: csrf } = opened.body
  await step(
    'reads the projects with it',
    () => read(`/organizations/${org}/projects`, { cookie, 'x-csrf-token': csrf }),
    ({ body }) => body.data.map(({ name }: { name: string }) => name).join(', '),
  )
  await step('a page of somebody else’s could not', () => read(`/organizations/${org}/projects`, { cookie }), 403)
  session.token = own
  if (executable)
    await step(
      'looks at what people look at',
      () => pictures(org, cookie),
      ({ body }) => body.join(', '),
    )
}

async function waitForConsole(): Promise<Answer> {
  for (let waited = 0; ; waited++) {
    const response = await fetch(`${serverUrl}/console/`, { headers: { accept: 'text/html' } })
    await response.text()
    if (response.ok || waited === longest) {
      const policy = /script-src [^;]+/.exec(response.headers.get('content-security-policy') ?? '')?.[0]
      return { status: response.status, body: { policy } }
    }
    await sleep(1000)
  }
}

async function openSession(): Promise<Answer> {
  const response = await fetch(`${serverUrl}/user/browser_session`, {
    method: 'POST',
    headers: { authorization: `Bearer ${session.token}` },
  })
  const set = response.headers.get('set-cookie') ?? ''
  const [cookie = '', ...attributes] = set.split('; ')
  const { data } = (await response.json()) as { data?: { csrf_token: string } }
  return { status: response.status, body: { cookie, attributes: attributes.slice(-2).join(', '), ...data } }
}

async function read(path: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(serverUrl + path, { headers })
  return { status: response.status, body: await response.json() }
}

async function pictures(org: string, cookie: string): Promise<Answer> {
  const folder = join(process.cwd(), 'test-artefacts', 'demo')
  await mkdir(folder, { recursive: true })
  const browser = await chromium.launch({
    ...(executable ? { executablePath: executable } : {}),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
    const [name = '', value = ''] = cookie.split(/=(.*)/s)
    await context.addCookies([{ name, value, url: serverUrl, httpOnly: true, sameSite: 'Strict' }])
    const taken: string[] = []
    for (const [file, path] of Object.entries(await pagesOf(org))) taken.push(await picture(context, join(folder, `${file}.png`), path))
    return { status: 200, body: taken }
  } finally {
    await browser.close()
  }
}

async function pagesOf(org: string): Promise<Record<string, string>> {
  const { body } = await call('GET', `/organizations/${org}/pipelines`)
  const [pipeline] = body.data as {
    name: string
    project: { canonical: string }
    environment: { canonical: string }
    component: { canonical: string }
  }[]
  const home = `/organizations/${org}`
  return {
    overview: home,
    projects: `${home}/projects`,
    costs: `${home}/cloud-cost-management?begin=2024-09-01&end=2024-10-01`,
    ...(pipeline
      ? {
          pipeline: `${home}/projects/${pipeline.project.canonical}/environments/${pipeline.environment.canonical}/components/${pipeline.component.canonical}/pipelines/${pipeline.name}`,
        }
      : {}),
  }
}

async function picture(context: BrowserContext, file: string, path: string): Promise<string> {
  const page = await context.newPage()
  await page.goto(`${serverUrl}/console${path}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForLoadState('networkidle', { timeout: 10_000 }).catch(() => {})
  await page.screenshot({ path: file, animations: 'disabled' })
  await page.close()
  return relative(process.cwd(), file)
}
