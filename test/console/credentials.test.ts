/** Credentials: kept, found, shown for a moment, and deleted only when nobody needs them. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, overflow, picture, tabTo, useConsole } from '../support/console.ts'
import { fresh, member, organization, role, scenario } from '../support/scenario.ts'

const visit = useConsole()
const at = (org: string, search = '') => visit.at(`/organizations/${org}/credentials${search}`)
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

const clouds = async (org: string) => {
  const cast = await scenario(visit.server, organization(org, member('ada')))
  const path = { organization_canonical: org }
  const raw = { access_key: 'AKIAEXAMPLE', secret_key: 'very secret indeed' }
  await cast.ada.createCredential({ path, body: { name: 'Production', canonical: 'production', type: 'aws', path: 'aws-prod', raw } })
  await cast.ada.createCredential({
    path,
    body: { name: 'Git', canonical: 'git', type: 'basic_auth', path: 'git', raw: { username: 'git', password: 'p' } },
  })
  return cast
}

describe.skipIf(noBrowser)(inBrowser('credentials'), () => {
  test('by keyboard alone: one is created, and is there', async () => {
    const org = fresh('acme')
    const { ada } = await scenario(visit.server, organization(org, member('ada')))
    const page = await visit.open({ as: ada })
    await page.goto(at(org))
    await heading(page, 'Credentials')
    await page.getByRole('link', { name: 'Vault' }).waitFor()
    await tabTo(page, 'New credential')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByLabel(/^Name/).waitFor()
    await page.waitForFunction('document.activeElement?.tagName === "INPUT"')
    await page.keyboard.type('Registry')
    await page.keyboard.press('Enter')
    await page.getByText('This is needed').first().waitFor()
    expect(await page.evaluate('document.activeElement.labels[0].textContent')).toContain('User name')
    await page.keyboard.type('robot')
    await tabTo(page, /^Password/)
    await page.keyboard.type('hunter2')
    await page.keyboard.press('Enter')
    await page.getByText('Registry was created').waitFor()
    const { body } = await ada.getCredential({ path: { organization_canonical: org, credential_canonical: 'registry' } })
    expect(body.data).toMatchObject({ type: 'basic_auth', path: 'registry', raw: { username: 'robot', password: 'hunter2' } })
  })

  test('values are shown when they are asked for, and hidden again; showing them leaves an event', async () => {
    const org = fresh('acme')
    const { ada } = await clouds(org)
    const page = await visit.open({ as: ada })
    await page.goto(at(org, '?credential=production'))
    const drawer = page.getByRole('dialog')
    await drawer.getByText('((aws-prod.secret_key))').waitFor()
    expect(await drawer.getByText('very secret indeed').count()).toBe(0)
    expect(await findings(page)).toEqual([])
    await drawer.getByRole('button', { name: 'Show the values' }).click()
    await drawer.getByText('very secret indeed').waitFor()
    await drawer.getByText(/Hidden again in \d+ seconds/).waitFor()
    await drawer.getByRole('button', { name: 'Hide the values' }).click()
    await expect.poll(() => drawer.getByText('very secret indeed').count()).toBe(0)
    const path = { organization_canonical: org }
    const events = await ada.getEvents({ path, query: { begin: 0, end: Date.now() + 1000 } })
    const read = events.body.data.filter(({ tags }) => tags.some(({ key, value }) => key === 'action' && value === 'read'))
    expect(read).toHaveLength(1)
  })

  test('the list is narrowed by type and name, in the address', async () => {
    const org = fresh('acme')
    const { ada } = await clouds(org)
    const page = await visit.open({ as: ada })
    await page.goto(at(org))
    await page.getByRole('link', { name: 'Production' }).waitFor()
    await picture(page, 'credentials')
    expect(await findings(page)).toEqual([])
    await page.getByRole('searchbox', { name: 'Name' }).fill('prod')
    await page.getByRole('link', { name: 'Git' }).waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.get('name')).toBe('prod')
    await page.goto(at(org, `?types=${encodeURIComponent('["basic_auth"]')}`))
    await page.getByRole('link', { name: 'Git' }).waitFor()
    expect(await page.getByRole('link', { name: 'Production' }).count()).toBe(0)
  })

  test('one that is used cannot be deleted, and says by whom; another one can, by its name', async () => {
    const org = fresh('acme')
    const { ada } = await clouds(org)
    const path = { organization_canonical: org }
    const configuration = { engine: 'AWSStorage', bucket: 'states', region: 'eu-west-1' } as const
    await ada.createExternalBackend({
      path,
      body: { purpose: 'remote_tfstate', default: true, credential_canonical: 'production', configuration },
    })
    const page = await visit.open({ as: ada })
    await page.goto(at(org, '?credential=production'))
    await page.getByRole('link', { name: 'External backend AWSStorage: the whole organization' }).waitFor()
    const remove = async (name: string) => {
      await page.getByRole('button', { name: 'Delete the credential' }).first().click()
      const question = page.getByRole('dialog', { name: /^Delete / })
      await question.getByLabel(/Type/).fill(name)
      await question.getByRole('button', { name: 'Delete the credential' }).click()
      return question
    }
    const question = await remove('production')
    await question.getByRole('alert').getByText('is in use').waitFor()
    await page.goto(at(org, '?credential=git'))
    await remove('git')
    await page.getByText('Git was deleted').waitFor()
  })

  test('who may only list them sees names, and reads why the values stay hidden', async () => {
    const org = fresh('acme')
    const { bob } = await scenario(
      visit.server,
      organization(org, role('reader', ['organization:credential:list'], ['organization:read']), member('ada'), member('bob', 'reader')),
    )
    const page = await visit.open({ as: bob })
    await page.goto(at(org, '?credential=vault'))
    const show = page.getByRole('button', { name: 'Show the values' })
    await show.waitFor()
    await expect.poll(() => show.getAttribute('aria-disabled')).toBe('true')
    expect(await show.getAttribute('aria-description')).toContain('organization:credential:read')
  })

  test('dark, and on a telephone in French', async () => {
    const org = fresh('acme')
    const { ada } = await clouds(org)
    const dark = await visit.open({ as: ada, dark: true })
    await dark.goto(at(org, '?panel=new'))
    await dark.getByRole('dialog').getByLabel(/^Name/).waitFor()
    expect(await findings(dark)).toEqual([])
    const small = await visit.open({ as: ada, width: 320, language: 'fr' })
    await small.goto(at(org))
    await heading(small, 'Identifiants')
    await small.getByRole('link', { name: 'Production' }).waitFor()
    expect(await overflow(small)).toBe(0)
  })
})
