/** API keys and identity providers: who else than people with a password gets in. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, picture, tabTo, useConsole } from '../support/console.ts'
import { apiKey, fresh, member, organization, role, scenario } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'

const visit = useConsole()

const heading = (page: Page, name: string | RegExp, level = 1) => page.getByRole('heading', { level, name }).waitFor()

describe.skipIf(noBrowser)(inBrowser('API keys'), () => {
  test('by keyboard alone: a key is made, its token is shown once and opens what its rules say', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada')))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/api-keys`))
    await heading(page, 'There is no API key yet', 2)
    await tabTo(page, 'Create an API key')
    await page.keyboard.press('Enter')
    await heading(page, 'Create an API key')
    await tabTo(page, 'Name *')
    await page.keyboard.type('Deployer')
    await tabTo(page, 'Add a rule')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Action of rule 1')
    await page.keyboard.type('organization:team:list')
    await page.keyboard.press('Escape')
    await tabTo(page, 'Create an API key')
    await page.keyboard.press('Enter')
    await heading(page, 'The key is created')
    await page.getByText('It is shown this once only').waitFor()
    await page.getByRole('heading', { name: 'With the Terraform provider' }).waitFor()
    expect(await findings(page)).toEqual([])
    const token = (await page.getByRole('status').locator('pre').textContent()) ?? ''
    const client = visit.server.client(token)
    const path = { organization_canonical: acme }
    expect((await client.getTeams({ path })).status).toBe(200)
    expect((await client.getProjects({ path })).status).toBe(403)
    await page.getByRole('link', { name: 'To all API keys' }).click()
    await page.getByRole('link', { name: 'Deployer' }).waitFor()
    expect(await page.getByText(token).count()).toBe(0)
  })

  test('a key is renamed, and deleted by whoever types its name', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), apiKey('robot', ['organization:project:*'])))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/api-keys?key=robot`))
    const drawer = page.getByRole('dialog', { name: 'robot' })
    await drawer.getByText('organization:project:*').waitFor()
    await drawer.getByRole('button', { name: 'Edit' }).click()
    await drawer.getByLabel('Name').fill('Cleaner')
    await drawer.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The key Cleaner is saved').waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'api-keys')
    await page.getByRole('button', { name: 'Delete the key' }).click()
    await page.getByText('It was never used').waitFor()
    await page.getByLabel('Type robot to confirm').fill('robot')
    await page
      .getByRole('dialog', { name: /^Delete the API key/ })
      .getByRole('button', { name: 'Delete the key' })
      .click()
    await heading(page, 'There is no API key yet', 2)
  })

  test('whoever may only look is told so at the button', async () => {
    const acme = fresh('acme')
    const { eve } = await scenario(
      visit.server,
      organization(acme, role('reader', ['organization:read'], ['organization:api_key:list']), member('eve', 'reader')),
    )
    const page = await visit.open({ as: eve })
    await page.goto(visit.at(`/organizations/${acme}/api-keys`))
    await page.getByRole('button', { name: 'Create an API key' }).first().focus()
    await page.getByRole('tooltip').getByText('no rule grants organization:api_key:create').waitFor()
  })

  test('text that is no metadata of an identity provider is refused in words', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada')))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/identity-providers/+new`))
    await page.getByLabel('Name', { exact: false }).first().fill('Company')
    await page.getByText('As text').click()
    await page.getByLabel('Metadata (XML)').fill('<nothing/>')
    await page.getByRole('button', { name: 'Add an identity provider' }).click()
    await page.getByRole('alert').waitFor()
    expect(await findings(page)).toEqual([])
  })

  test('all of it can be read in the dark, on a narrow screen and in French', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), apiKey('robot', ['organization:project:*'])))
    const pages = [
      { path: `/organizations/${acme}/api-keys`, title: 'Clés d’API' },
      { path: `/organizations/${acme}/api-keys/+new`, title: 'Créer une clé d’API' },
      { path: `/organizations/${acme}/identity-providers`, title: 'Fournisseurs d’identité' },
      { path: `/organizations/${acme}/identity-providers/+new`, title: 'Ajouter un fournisseur' },
    ]
    expect(await sweep(visit, ada, pages)).toEqual([])
  })
})
