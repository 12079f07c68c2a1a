/**
 * The console in a browser: what the first page weighs, how long a click on a list of 10,000 rows takes until it is seen, whether
 * scrolling drops frames, and whether a page that is left open grows. Skipped where there is no browser.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { executable } from '../../test/support/browser-path.ts'
import type { World } from './world.ts'

const rowsInList = 10_000
/** Polls of a page that is left open; at one in two seconds a day has 43,200, and what grows with each shows in fewer. */
const polls = Number(process.env.BENCH_POLLS ?? 600)

export async function consoleRows(world: World, url: string): Promise<[string, string, string, string][]> {
  if (!executable) return [['the console in a browser', 'skipped: no browser (apt-get install chromium)', '–', '–']]
  await build()
  await fill(world)
  const browser = await chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--js-flags=--expose-gc'],
  })
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
    const answer = await context.request.post(`${url}/user/browser_session`, { headers: { authorization: `Bearer ${world.session}` } })
    if (!answer.ok()) throw new Error(`no session for the browser: ${answer.status()}`)
    const first = await firstLoad(context, `${url}/console/login`)
    const list = await firstLoad(context, `${url}/console/organizations/bench/projects`)
    const { worst, middle, frames } = await interactions(context, `${url}/console/organizations/bench/projects`)
    const { before, after } = await leftOpen(context, `${url}/console/organizations/bench/pipelines`)
    return [
      [
        'console: script of the first page, compressed',
        `${kilobytes(first)} (sign-in), ${kilobytes(list)} (list of projects)`,
        '–',
        '< 300 KB',
      ],
      [
        `console: interaction to next paint, ${rowsInList} rows`,
        `${worst.duration} ms at worst (${worst.name}), ${middle} ms in the middle`,
        '–',
        '< 200 ms',
      ],
      ['console: frames over 50 ms while scrolling', `${frames.slow} of ${frames.all}`, '–', 'few'],
      [
        `console: memory of a page after ${polls} polls`,
        `${megabytes(before)} → ${megabytes(after)}`,
        (after / before).toFixed(2),
        'level',
      ],
    ]
  } finally {
    await browser.close()
  }
}

async function build(): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/build-console.ts'], { stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error('the console could not be built: `npm run build` says why')
}

async function fill({ databaseUrl, organizationId }: World): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(
    `insert into projects (organization_id, canonical, name, color, icon, config_repository_id, owner_id)
     select organization_id, 'many-' || n, 'Many ' || n, color, icon, config_repository_id, owner_id
     from (select * from projects where organization_id = $1 order by id limit 1) p, generate_series(1, $2) n
     on conflict do nothing`,
    [organizationId, rowsInList],
  )
  await client.query('analyze projects')
  await client.end()
}

/** Bytes of script, compressed as they came over the wire, without their headers. */
async function firstLoad(context: BrowserContext, address: string): Promise<number> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  let bytes = 0
  session.on('Network.responseReceived', ({ type, response }) => {
    if (type === 'Script') bytes += Number(response.headers['content-length'] ?? 0)
  })
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForLoadState('networkidle')
  await page.close()
  return bytes
}

async function interactions(context: BrowserContext, address: string) {
  const page = await context.newPage()
  await page.addInitScript(observer)
  await page.goto(address)
  const table = page.locator('[role=region]:has([role=table])').first()
  await table.getByRole('row').nth(3).waitFor()
  const name = page.locator('main input:not([type=checkbox])').first()
  for (let round = 0; round < 5; round++) {
    await name.fill('')
    await name.pressSequentially('many 42', { delay: 40 })
    await page.waitForTimeout(400)
    await name.fill('')
    await page.waitForTimeout(400)
    await table.focus()
    for (const key of ['PageDown', 'PageDown', 'End', 'PageUp', 'Home']) {
      await page.keyboard.press(key)
      await page.waitForTimeout(120)
    }
    await table.getByRole('button').nth(2).click()
    await page.waitForTimeout(150)
    await table.getByRole('button').nth(2).click()
    await page.waitForTimeout(150)
  }
  await table.hover()
  await page.evaluate('window.frames_ = []')
  for (let step = 0; step < 120; step++) {
    await page.mouse.wheel(0, 900)
    await page.waitForTimeout(16)
  }
  const told = await page.evaluate<{ duration: number; name: string }[]>('window.interactions_')
  const durations = told.sort((a, b) => a.duration - b.duration)
  const frames = await page.evaluate<number[]>('window.frames_')
  await page.close()
  return {
    // As browsers tell it for few interactions: the worst one. Those under 16 ms are not told at all.
    worst: durations.at(-1) ?? { duration: 0, name: 'none' },
    middle: durations[durations.length >> 1]?.duration ?? 0,
    frames: { all: frames.length, slow: frames.filter((length) => length > 50).length },
  }
}

const observer = `
  window.interactions_ = []
  new PerformanceObserver((list) => {
    for (const { duration, name, interactionId } of list.getEntries()) if (interactionId > 0) window.interactions_.push({ duration, name })
  }).observe({ type: 'event', durationThreshold: 16, buffered: true })
  window.frames_ = []
  let last = performance.now()
  const frame = (now) => { window.frames_.push(now - last); last = now; requestAnimationFrame(frame) }
  requestAnimationFrame(frame)
`

/** The page's own clock runs ahead, so that an hour of polls takes a minute; every answer is a real one. */
async function leftOpen(context: BrowserContext, address: string): Promise<{ before: number; after: number }> {
  const page = await context.newPage()
  await page.clock.install()
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const session = await context.newCDPSession(page)
  await pollFor(page, Math.min(100, polls))
  const before = await heap(session)
  await pollFor(page, polls)
  const after = await heap(session)
  await page.close()
  return { before, after }
}

async function pollFor(page: Page, times: number): Promise<void> {
  let answers = 0
  const count = () => void answers++
  page.on('requestfinished', count)
  for (let turn = 0; answers < times && turn < times * 4; turn++) {
    await page.clock.runFor(5000)
    await page.waitForTimeout(10)
  }
  page.off('requestfinished', count)
}

async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} KB`
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
