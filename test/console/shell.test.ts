/** The frame of the console: where somebody is, how they get elsewhere, and what they are told when something is gone. */
import { beforeAll, describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import type { Client } from '../support/client.ts'
import { findings, picture, tabTo, useConsole } from '../support/console.ts'
import { child, environment, member, organization, project, role, scenario } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'

describe.skipIf(noBrowser)(inBrowser('the frame of the console'), () => {
  const visit = useConsole()
  let ada: Client
  let bob: Client
  // Both organizations are there for all of these, as they are for whoever works here.
  beforeAll(async () => {
    ;({ ada, bob } = await scenario(
      visit.server,
      organization(
        'acme',
        member('ada'),
        role('watcher', ['organization:read'], ['organization:project:*']),
        member('bob', 'watcher'),
        child('acme-labs', member('ada')),
        project('web', environment('prod')),
      ),
      organization('globex', member('ada')),
    ))
  })

  test('leads from one organization to another, by keyboard alone', async () => {
    const page = await visit.open({ as: ada })
    await page.goto(visit.at('/organizations/acme/children'))
    await page.getByRole('heading', { level: 1, name: 'Child organizations' }).waitFor()
    await expect.poll(() => page.title()).toBe('Child organizations · Trochoid')
    // Children stand below their parent.
    await tabTo(page, /^Organization: /)
    await page.keyboard.press('Enter')
    await page.getByRole('option').nth(2).waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('INPUT')
    await page.keyboard.type('glob')
    await expect.poll(() => page.getByRole('option').allTextContents()).toEqual(['globex', expect.stringContaining('New organization')])
    await page.keyboard.press('Enter')
    await page.waitForURL(visit.at('/organizations/globex'))
    await page.getByRole('heading', { level: 1, name: 'globex' }).waitFor()
    // Whoever comes back is where they were.
    await page.goto(visit.at('/'))
    await page.waitForURL(visit.at('/organizations/globex'))
    await page.getByRole('link', { name: 'Overview' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
  })

  test('finds pages, projects and things to do by name', async () => {
    const page = await visit.open({ as: ada })
    await page.goto(visit.at('/organizations/acme/settings'))
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
    const search = page.getByRole('textbox', { name: 'Search pages, projects, stacks and actions' })
    await search.fill('web')
    await page.getByRole('button', { name: /^web/ }).waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'palette')
    await page.keyboard.press('Enter')
    await page.waitForURL(visit.at('/organizations/acme/projects/web'))
    await page.keyboard.press('Control+k')
    await search.fill('child')
    await page.keyboard.press('Enter')
    await page.waitForURL(visit.at('/organizations/acme/children'))
  })

  test('speaks French and goes dark when told, and remembers it', async () => {
    const page = await visit.open({ as: ada })
    await page.goto(visit.at('/organizations/acme/children'))
    await page.getByRole('button', { name: 'Language' }).click()
    await page.getByRole('menuitemradio', { name: 'Français' }).click()
    await page.getByRole('heading', { level: 1, name: 'Organisations filles' }).waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('fr')
    await page.getByRole('button', { name: 'Thème' }).click()
    await page.getByRole('menuitemradio', { name: 'Sombre' }).click()
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Organisations filles' }).waitFor()
    expect(await page.evaluate('document.documentElement.dataset.mantineColorScheme')).toBe('dark')
    expect(await findings(page)).toEqual([])
    await picture(page, 'children-dark-fr')
  })

  test('says when the platform cannot be reached, and asks again by itself', async () => {
    const page = await visit.open({ as: ada })
    await page.goto(visit.at('/organizations/acme/children'))
    await page.getByRole('link', { name: 'acme-labs' }).waitFor()
    await page.context().setOffline(true)
    await page.getByText('The platform cannot be reached.').waitFor()
    await ada.createChild({ path: { organization_canonical: 'acme' }, body: { name: 'Acme moon' } })
    await page.context().setOffline(false)
    await page.getByText('The platform cannot be reached.').waitFor({ state: 'detached' })
    // What came about meanwhile is there without a click.
    await page.getByRole('link', { name: 'Acme moon' }).waitFor({ timeout: 20_000 })
  })

  test('keeps what was written when the session ends, until somebody signs in again', async () => {
    const page = await visit.open({ as: ada })
    await page.goto(visit.at('/organizations/acme/settings'))
    await page.getByLabel('Name').fill('Acme and sons')
    const cookies = await page.context().cookies()
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Save' }).click()
    const notice = page.getByRole('alert').filter({ hasText: 'Your session has ended' })
    await notice.waitFor()
    expect(await notice.getByRole('link', { name: 'Sign in here' }).getAttribute('href')).toBe(
      '/console/login?to=%2Forganizations%2Facme%2Fsettings',
    )
    expect(await findings(page)).toEqual([])
    // Signed in in another tab: this one sees it as soon as it is looked at.
    await page.context().addCookies(cookies)
    await page.evaluate('window.dispatchEvent(new Event("focus"))')
    await notice.waitFor({ state: 'detached' })
    expect(await page.getByLabel('Name').inputValue()).toBe('Acme and sons')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The settings are saved').waitFor()
  })

  test('shows who may not, why not', async () => {
    const page = await visit.open({ as: bob })
    await page.goto(visit.at('/organizations/acme/children'))
    await page.getByText('You may not see this').waitFor()
    const members = page.getByRole('link', { name: 'Members' })
    expect(await members.getAttribute('aria-disabled')).toBe('true')
    expect(await members.getAttribute('aria-description')).toContain('organization:member:list')
    await page.goto(visit.at('/organizations/acme/settings'))
    expect(await page.getByRole('button', { name: 'Delete the organization' }).getAttribute('aria-description')).toContain(
      'organization:delete',
    )
    await page.goto(visit.at('/organizations/nowhere'))
    await page.goto(visit.at('/organizations/acme/projects/nothing-of-this-name'))
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
  })

  test('founds an organization, gives it a child, and deletes that again', async () => {
    const page = await visit.open({ as: ada })
    await page.goto(visit.at('/organizations/+new'))
    await page.getByLabel('Name').fill('In')
    await page.getByText('At least three characters', { exact: true }).waitFor()
    await page.getByLabel('Name').fill('Initech')
    await page.keyboard.press('Enter')
    await page.waitForURL(visit.at('/organizations/initech'))
    await page.goto(visit.at('/organizations/initech/children'))
    await page.getByText('There is no child organization yet').waitFor()
    await page.getByRole('button', { name: 'New child organization' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Acme')
    await page.keyboard.press('Enter')
    await dialog.getByText('There is already an organization with this canonical').waitFor()
    await dialog.getByLabel('Canonical').fill('initech-labs')
    await page.keyboard.press('Enter')
    await page.waitForURL(visit.at('/organizations/initech-labs'))
    await page.goto(visit.at('/organizations/initech-labs/settings'))
    await page.getByRole('button', { name: 'Delete the organization' }).click()
    await page.getByText('1 membership').waitFor()
    const sure = page.getByRole('dialog').getByRole('button', { name: 'Delete the organization' })
    expect(await sure.isDisabled()).toBe(true)
    await page.getByLabel('Type initech-labs to confirm').fill('initech-labs')
    await sure.click()
    await page.waitForURL(visit.at('/organizations'))
    expect(await findings(page)).toEqual([])
  })

  test('fits a narrow screen, and nobody with bad eyes is left out', async () => {
    const pages = [
      { path: '/organizations' },
      { path: '/organizations/+new' },
      { path: '/organizations/acme/children' },
      { path: '/organizations/acme/settings', picture: 'organization-settings' },
    ]
    expect(await sweep(visit, ada, pages)).toEqual([])
  })

  test('has its navigation behind a button on a narrow screen, and closes it behind who went somewhere', async () => {
    const page = await visit.open({ as: ada, width: 320 })
    await page.goto(visit.at('/organizations/acme/settings'))
    await page.getByRole('button', { name: 'Open the navigation' }).click()
    expect(await findings(page)).toEqual([])
    await page.getByRole('link', { name: 'Child organizations' }).click()
    await page.waitForURL(visit.at('/organizations/acme/children'))
    await expect.poll(() => page.getByRole('link', { name: 'Overview' }).isVisible()).toBe(false)
  })

  test('wears the organization’s own name and colour', async () => {
    const path = { organization_canonical: 'acme' }
    const {
      body: { data },
    } = await ada.createAppearance({
      path,
      body: {
        name: 'Ours',
        display_name: 'Acme Cloud',
        tab_title: 'Acme',
        footer: 'Internal use',
        color: { r: 200, g: 30, b: 90 },
        logo: 'https://elsewhere.example/logo.svg',
        favicon: 'https://elsewhere.example/icon.svg',
      },
    })
    await ada.updateAppearance({ path: { ...path, appearance_canonical: data.canonical }, body: { ...data, is_active: true } })
    const page = await visit.open({ as: ada })
    await page.goto(visit.at('/organizations/acme/children'))
    await page.getByRole('link', { name: 'Acme Cloud: home' }).waitFor()
    await expect.poll(() => page.title()).toBe('Child organizations · Acme')
    await page.getByText('Internal use').waitFor()
    expect(await findings(page)).toEqual([])
  })
})
