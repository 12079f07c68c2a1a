/** The console in a real browser, against a real server: what a journey needs. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page, Request } from 'playwright-core'
import { afterEach, expect, vi } from 'vitest'
import { noBrowser, useBrowser } from './browser.ts'
import { builtConsole } from './console-build.ts'
import { type TestServer, type TestServerOptions, useServer } from './server.ts'

export interface Visit {
  /** A window of somebody's own; who is given is signed in already, as by the sign-in page. */
  open(options?: { as?: { readonly token: string | undefined }; width?: number; dark?: boolean; language?: 'en' | 'fr' }): Promise<Page>
  /** `/organizations/acme` → the whole address. */
  at(path: string): string
  server: TestServer
}

/** For a whole file. What the page complains about on its console, and whatever it asks of another host, fails the test that did it. */
export function useConsole(options: TestServerOptions = {}): Visit {
  // Generous: two cores carry the browser, the API and the database, and whoever comes first waits for the build.
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })
  const server = useServer(async () => {
    if (noBrowser) return options
    return { ...options, config: { ...options.config, console: 'serve', consoleFolder: await builtConsole() } }
  })
  const browser = useBrowser()
  const complaints: string[] = []
  const opened: BrowserContext[] = []
  afterEach(async () => {
    const said = complaints.splice(0)
    // Pages that stay open ask and draw on, beside the tests that follow.
    await Promise.all(opened.splice(0).map((context) => context.close()))
    expect(said, 'what the browser complained about').toEqual([])
  })
  const at = (path: string) => `${server.url}/console${path}`
  return {
    server,
    at,
    async open({ as, width = 1280, dark = false, language = 'en' } = {}) {
      const page = await browser.open({
        locale: language === 'fr' ? 'fr-FR' : 'en-GB',
        viewport: { width, height: 900 },
        colorScheme: dark ? 'dark' : 'light',
        // As those have it who get dizzy: what opens is open, and nobody waits for it to slide in.
        reducedMotion: 'reduce',
      })
      opened.push(page.context())
      if (as?.token) await signIn(page.context(), server.url, as.token)
      listen(page, complaints, server.url)
      return page
    },
  }
}

async function signIn(context: BrowserContext, url: string, token: string): Promise<void> {
  const answer = await context.request.post(`${url}/user/browser_session`, { headers: { authorization: `Bearer ${token}` } })
  expect(answer.status()).toBe(200)
}

/**
 * What the page answers to a script. A page that stands still never does: the playwright's own deadlines are none of `evaluate`'s,
 * and the test would end with all its time gone and no word of where.
 * @param what it is for, for whoever reads that it did not come
 */
export const asked = <T>(page: Page, what: string, script: string): Promise<T> => within(page, what, page.evaluate<T>(script))

/** @throws when it is not there in 30 seconds: what it was, and on which page */
export async function within<T>(page: Page, what: string, deed: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${page.url()} stands still: no ${what} within 30 seconds`)), 30_000)
  })
  try {
    return await Promise.race([deed, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Of a page: what it has asked, and how much of it is not answered. */
const traffic = new WeakMap<Page, { asked: number; open: number }>()

/** Nothing is on its way to the page, and nothing that came makes it ask for more. */
export async function settled(page: Page): Promise<void> {
  const told = traffic.get(page)
  if (!told) throw new Error('the page was not opened by this visit')
  for (const deadline = Date.now() + 45_000; Date.now() < deadline; ) {
    const before = told.asked
    if (told.open > 0) await page.waitForTimeout(20)
    else {
      // It has nothing to do, and nothing that it has begun meanwhile. A browser that is kept from drawing has no idle time at all.
      await asked(
        page,
        'idle time',
        'new Promise((done) => { const idle = (next) => requestIdleCallback(next, { timeout: 2000 }); idle(() => setTimeout(() => idle(done), 50)) })',
      )
      if (told.open === 0 && told.asked === before) return
    }
  }
  throw new Error(`the page does not come to rest: ${told.open} of what it asked for is not answered`)
}

function listen(page: Page, complaints: string[], url: string): void {
  const told = { asked: 0, open: 0 }
  traffic.set(page, told)
  const under = new Set<Request>()
  page.on('request', (request) => {
    if (!request.url().startsWith('http')) return
    told.asked++
    told.open = under.add(request).size
  })
  const ended = (request: Request) => {
    under.delete(request)
    told.open = under.size
  }
  page.on('requestfinished', ended)
  page.on('requestfailed', ended)
  // Answers that refuse are written there by the browser itself; what they become is for the tests to say.
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const address = request.url()
    if (!address.startsWith(url) && !/^(?:data|blob|about):/.test(address)) complaints.push(`asked of another host: ${address}`)
  })
}

const root = new URL('../../', import.meta.url)
const artefacts = fileURLToPath(new URL('test-artefacts/', root))
/** Those that the README shows; `UPDATE=1` makes them anew. */
const shown = fileURLToPath(new URL('console/pictures/', root))
const inReadme = ['stack-form', 'pipeline', 'build', 'cloud-costs', 'policy', 'first-steps']

/** A picture of the page for whoever looks at the run: `test-artefacts/<name>.png`. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(artefacts, { recursive: true })
  const image = await page.screenshot({ path: `${artefacts}${name}.png`, animations: 'disabled' })
  if (process.env.UPDATE !== '1' || !inReadme.includes(name)) return
  mkdirSync(shown, { recursive: true })
  writeFileSync(`${shown}${name}.png`, image)
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * Serious and critical findings of axe-core, as sentences.
 * @param rules of axe-core; all of them unless told
 */
export async function findings(page: Page, rules: readonly string[] = []): Promise<string[]> {
  // What is still fading in or out has too little contrast. A browser that is kept from drawing has no frames to wait for.
  await asked(
    page,
    'end of what moves',
    `Promise.race([
      new Promise((late) => setTimeout(late, 2000)),
      new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))).then(() =>
        Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished))),
    ])`,
  )
  // Evaluated by the test's own protocol, which the page's policy has no say in.
  if (!(await asked<boolean>(page, 'answer', "typeof axe === 'object'"))) await asked(page, 'axe-core', axeSource)
  const found = await asked<{ id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[]>(
    page,
    'end of axe-core',
    `axe.run(document, { resultTypes: ["violations"]${rules.length > 0 ? `, runOnly: ${JSON.stringify(rules)}` : ''} }).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })))`,
  )
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${impact} ${id}: ${target.join(' ')}: ${failureSummary}`),
    )
}

/** Nothing of the page lies beyond its right edge. */
export const overflow = (page: Page): Promise<number> =>
  asked(page, 'width', 'document.documentElement.scrollWidth - document.documentElement.clientWidth')

/** Presses Tab until what has the focus is called so, as somebody without a mouse would. */
export async function tabTo(page: Page, name: string | RegExp, most = 80): Promise<void> {
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press('Tab')
    const label = await page.evaluate<string>(
      '(document.activeElement.getAttribute("aria-label") || document.activeElement.labels?.[0]?.textContent || document.activeElement.textContent || "").trim()',
    )
    if (typeof name === 'string' ? label === name : name.test(label)) return
  }
  throw new Error(`Tab did not reach ${name} within ${most} presses`)
}
