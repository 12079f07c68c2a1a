/** The timeline: what happened, by day; narrowed by its address; and nothing jumps when something new comes. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import type { Client } from '../support/client.ts'
import { findings, overflow, picture, tabTo, useConsole } from '../support/console.ts'
import { fresh, member, organization, role, scenario } from '../support/scenario.ts'

const visit = useConsole()
const at = (org: string, search = '') => visit.at(`/organizations/${org}/events${search}`)
const scrolled = (page: Page) => page.evaluate<number>('document.querySelector("[role=feed]").parentElement.scrollTop')

async function send(client: Client, org: string, title: string, severity: 'info' | 'warn' | 'err' | 'crit' = 'info', env = 'prod') {
  const body = { title, message: `${title} in ${env}`, severity, type: 'Custom', tags: [{ key: 'env', value: env }] } as const
  const { status } = await client.sendEvent({ path: { organization_canonical: org }, body: { ...body, tags: [...body.tags] } })
  expect(status).toBe(200)
}

describe.skipIf(noBrowser)(inBrowser('events'), () => {
  test('what happened is told by day, narrowed by severity, text and tag, in the address', async () => {
    const org = fresh('acme')
    const { ada } = await scenario(visit.server, organization(org, member('ada')))
    await send(ada, org, 'Shop deployed')
    await send(ada, org, 'Disk is full', 'crit', 'staging')
    const page = await visit.open({ as: ada })
    await page.goto(at(org))
    await page.getByRole('link', { name: 'Critical: Disk is full' }).waitFor()
    expect(await page.getByRole('heading', { level: 2 }).count()).toBeGreaterThan(0)
    await picture(page, 'events')
    expect(await findings(page)).toEqual([])
    await page.getByRole('searchbox', { name: 'Text' }).fill('SHOP')
    await page.getByText('1 event', { exact: true }).waitFor()
    expect(new URL(page.url()).searchParams.get('text')).toBe('SHOP')
    await page.goto(at(org, `?severity=${encodeURIComponent('["crit"]')}`))
    await page.getByText('1 event', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Critical: Disk is full' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByText('Disk is full in staging').waitFor()
    await drawer.getByRole('button', { name: 'Only these: env=staging' }).click()
    await page.getByText('1 event', { exact: true }).waitFor()
    expect(page.url()).toContain('env')
  })

  test('ten thousand are there and scroll; what comes meanwhile moves nothing', async () => {
    const org = fresh('acme')
    const { ada } = await scenario(visit.server, organization(org, member('ada')))
    await visit.server.database.query(
      `insert into events (organization_id, type, severity, title, message, icon, color, tags, happened_at)
       select o.id, 'Custom', 'info', 'Event ' || n, 'It happened', 'fa-info-circle', 'default', '[]', now() - n * interval '20 seconds'
       from organizations o, generate_series(1, 9990) n where o.canonical = $1`,
      [org],
    )
    const page = await visit.open({ as: ada })
    await page.goto(at(org))
    await page.getByRole('link', { name: 'Event 1', exact: true }).waitFor()
    expect(await page.getByRole('article').count()).toBeLessThan(60)
    await page.evaluate('document.querySelector("[role=feed]").parentElement.scrollTop = 300000')
    await expect.poll(() => page.getByRole('link', { name: /^Event 4\d\d\d$/ }).count()).toBeGreaterThan(3)
    const before = await scrolled(page)
    const read = await page.getByRole('link', { name: /^Event 4\d\d\d$/ }).nth(3)
    const [name, place] = [await read.textContent(), await read.boundingBox()]
    await send(ada, org, 'Something new')
    await page.getByRole('button', { name: '1 new event' }).waitFor({ timeout: 30_000 })
    expect(await scrolled(page)).toBeGreaterThan(before)
    expect((await page.getByRole('link', { name: name ?? '', exact: true }).boundingBox())?.y).toBeCloseTo(place?.y ?? 0, -1)
    await page.getByRole('button', { name: '1 new event' }).click()
    await page.getByRole('link', { name: 'Something new' }).waitFor()
  })

  test('by keyboard alone: an event is sent, and an event of the platform leads to what it is about', async () => {
    const org = fresh('acme')
    const { ada } = await scenario(visit.server, organization(org, member('ada')))
    const raw = { username: 'git', password: 'secret' }
    await ada.createCredential({
      path: { organization_canonical: org },
      body: { name: 'Git', type: 'basic_auth', path: 'git', canonical: 'git', raw },
    })
    const page = await visit.open({ as: ada })
    await page.goto(at(org))
    await page.getByRole('link', { name: 'A credential has been created' }).waitFor()
    await tabTo(page, 'Send an event')
    await page.keyboard.press('Enter')
    await page.waitForFunction('document.activeElement?.tagName === "INPUT"')
    await page.keyboard.type('Released')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Version 2 is out')
    await tabTo(page, 'Send the event')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Released' }).waitFor()
    await tabTo(page, 'A credential has been created', 200)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByText('Go to what it is about').waitFor()
    await tabTo(page, 'Go to what it is about')
    await page.keyboard.press('Enter')
    await page.waitForURL(/credentials\?credential=git/)
  })

  test('who may not list events reads why; dark; and on a telephone', async () => {
    const org = fresh('acme')
    const { ada, bob } = await scenario(
      visit.server,
      organization(org, role('nobody', ['organization:read']), member('ada'), member('bob', 'nobody')),
    )
    const barred = await visit.open({ as: bob })
    await barred.goto(at(org))
    await barred.getByRole('heading', { name: 'You may not see this' }).waitFor()
    const dark = await visit.open({ as: ada, dark: true })
    await dark.goto(at(org))
    await dark.getByRole('feed').waitFor()
    expect(await findings(dark)).toEqual([])
    const small = await visit.open({ as: ada, width: 320, language: 'fr' })
    await small.goto(at(org))
    await small.getByRole('heading', { level: 1, name: 'Événements' }).waitFor()
    await small.getByRole('feed').waitFor()
    expect(await overflow(small)).toBe(0)
  })
})
