/** The organization's own look, and what it is entitled to. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, picture, tabTo, useConsole } from '../support/console.ts'
import { licenceKey, placeLicence } from '../support/licences.ts'
import { child, fresh, member, organization, role, scenario } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'

const visit = useConsole({ config: { developmentLicences: true } })

const heading = (page: Page, name: string | RegExp, level = 1) => page.getByRole('heading', { level, name }).waitFor()

describe.skipIf(noBrowser)(inBrowser('appearance, licence and subscription'), () => {
  test('a look is drawn and seen in the whole page before it is saved; used and no longer used by undo', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada')))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/appearances`))
    await heading(page, 'This organization has no appearance of its own', 2)
    await page.getByRole('button', { name: 'Create an appearance' }).first().click()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Winter')
    await page.getByLabel('Product name').fill('Acme Cloud')
    await page.getByRole('banner').getByText('Acme Cloud').waitFor()
    await page.getByLabel('Main colour').fill('#ffee00')
    await page.keyboard.press('Escape')
    await page.getByText('less than 4.5 : 1').waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'appearance')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => page.getByRole('banner').getByText('Acme Cloud').count()).toBe(0)
    await page.getByRole('button', { name: 'Create an appearance' }).first().click()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Winter')
    await page.getByLabel('Product name').fill('Acme Cloud')
    await page.getByRole('button', { name: 'Save' }).click()
    await heading(page, 'Winter', 2)
    await page.getByRole('button', { name: 'Use it', exact: true }).click()
    await page.getByRole('banner').getByText('Acme Cloud').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => page.getByRole('banner').getByText('Acme Cloud').count()).toBe(0)
    expect(await findings(page)).toEqual([])
  })

  test('by keyboard alone: a licence is activated, and its seats are shown', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), member('bob', 'organization-member')))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/billing`))
    await page.getByText('There is no licence in force').waitFor()
    await page.getByText('This installation does not bill').waitFor()
    await tabTo(page, 'Licence key')
    await page.keyboard.type('nonsense')
    await tabTo(page, 'Activate')
    await page.keyboard.press('Enter')
    await page.getByText('A licence key has three parts').waitFor()
    await page.getByLabel('Licence key').fill(await licenceKey({ members_count: 5 }))
    await tabTo(page, 'Activate')
    await page.keyboard.press('Enter')
    await page.getByText('The licence is in force').waitFor()
    await page.getByText('2 of 5 seats taken').waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'billing')
  })

  test('a licence is taken away only by whoever may, and in the root; all seats taken is said', async () => {
    const [acme, lab] = [fresh('acme'), fresh('lab')]
    const { ada, eve } = await scenario(
      visit.server,
      organization(
        acme,
        member('ada'),
        role('reader', ['organization:read'], ['organization:licence:read'], ['organization:subscription:read']),
        member('eve', 'reader'),
        child(lab),
      ),
    )
    await placeLicence(visit.server, acme, { seats: 2 })
    const page = await visit.open({ as: eve })
    await page.goto(visit.at(`/organizations/${acme}/billing`))
    await page.getByText('All seats are taken').waitFor()
    await page.getByRole('button', { name: 'Remove the licence' }).focus()
    await page.getByRole('tooltip').getByText('no rule grants organization:licence:delete').waitFor()
    const below = await visit.open({ as: ada })
    await below.goto(visit.at(`/organizations/${lab}/billing`))
    await below.getByText('This is the licence of the root organization').first().waitFor()
    await below.goto(visit.at(`/organizations/${acme}/billing`))
    await below.getByRole('button', { name: 'Remove the licence' }).click()
    await below.getByLabel('Type ACME Ltd to confirm').fill('ACME Ltd')
    await below.getByRole('dialog').getByRole('button', { name: 'Remove the licence' }).click()
    await below.getByText('There is no licence in force').waitFor()
  })

  test('all of it can be read in the dark, on a narrow screen and in French', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada')))
    const pages = [
      { path: `/organizations/${acme}/appearances`, title: 'Apparence' },
      { path: `/organizations/${acme}/appearances?panel=new`, title: 'Créer une apparence' },
      { path: `/organizations/${acme}/billing`, title: 'Licence et abonnement' },
    ]
    expect(await sweep(visit, ada, pages)).toEqual([])
  })
})
