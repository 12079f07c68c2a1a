/** Roles: what a rule allows is shown while it is written, and decided as the API decides. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, picture, tabTo, useConsole } from '../support/console.ts'
import { environment, fresh, member, organization, project, role, scenario } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'

const visit = useConsole()

const heading = (page: Page, name: string | RegExp, level = 1) => page.getByRole('heading', { level, name }).waitFor()

describe.skipIf(noBrowser)(inBrowser('roles'), () => {
  test('a rule is written, and beside it stands what it allows, what it reaches and whether somebody may', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(
      visit.server,
      organization(acme, member('ada'), project('web', environment('prod')), project('shop', environment('staging'))),
    )
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/roles/+new`))
    await page.getByLabel('Name').fill('Web people')
    await page.getByRole('button', { name: 'Add a rule' }).click()
    await page.getByRole('combobox', { name: 'Action of rule 1', exact: true }).fill('organization:project:*')
    await page.keyboard.press('Escape')
    await heading(page, /^Allows 6 of \d+ actions$/, 2)
    await page.getByRole('button', { name: 'Project 2 of 2' }).waitFor()
    await page.getByRole('combobox', { name: 'Limited to (rule 1)', exact: true }).fill('shop')
    await page
      .getByRole('option', { name: /^Project · shop/ })
      .first()
      .click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Project 1 of 2' }).click()
    await page.getByText('shop', { exact: true }).waitFor()
    await page.getByRole('combobox', { name: 'Action', exact: true }).fill('Delete a project')
    await page
      .getByRole('option', { name: /^Delete a project/ })
      .first()
      .click()
    await page.getByRole('combobox', { name: 'On', exact: true }).fill(`organization:${acme}:project:web`)
    await page.getByText('1 rule is about this action, but on other things').waitFor()
    await page.getByRole('combobox', { name: 'On', exact: true }).fill(`organization:${acme}:project:shop`)
    await page.getByText('Yes: rule 1 allows it').waitFor()
    await page.keyboard.press('Escape')
    expect(await findings(page)).toEqual([])
    await picture(page, 'role-editor')
    await page.getByRole('button', { name: 'Create the role' }).click()
    await heading(page, 'Web people')
    const { body } = await ada.getRole({ path: { organization_canonical: acme, role_canonical: 'web-people' } })
    expect(body).toMatchObject({
      data: { rules: [{ action: 'organization:project:*', resources: [`organization:${acme}:project:shop`] }] },
    })
  })

  test('what a change gives and takes is said before it is saved; what is in use is not deleted', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(
      visit.server,
      organization(acme, role('keeper', ['organization:team:read'], ['organization:project:read']), member('ada'), member('bob', 'keeper')),
    )
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/roles/keeper`))
    await page.getByRole('link', { name: '1 member has it' }).waitFor()
    await page.getByRole('button', { name: 'Remove rule 1' }).click()
    await page.getByText('No longer allows 1 action on everything').waitFor()
    await page.getByRole('button', { name: 'Choose actions' }).click()
    const picker = page.getByRole('dialog')
    await picker.getByLabel('Search among actions').fill('quota:delete')
    await picker.getByLabel('Delete a quota').check()
    await picker.getByRole('button', { name: 'Add 1 rule' }).click()
    await page.getByText('Allows 1 more action on everything').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The role keeper is saved').waitFor()
    await page.getByRole('region', { name: 'What changes when you save' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Delete the role' }).click()
    await page.getByLabel('Type keeper to confirm').fill('keeper')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the role' }).click()
    await page.getByRole('alert').getByText('1 member').waitFor()
  })

  test('by keyboard alone: a built-in role is copied, since it cannot be changed', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada')))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/roles/organization-member`))
    await page.getByText('Built-in roles cannot be changed').waitFor()
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0)
    await tabTo(page, 'Copy to a new role')
    await page.keyboard.press('Enter')
    await heading(page, 'Create a role')
    await page.getByRole('combobox', { name: 'Action of rule 1', exact: true }).waitFor()
    await tabTo(page, 'Name *')
    await page.keyboard.press('Enter')
    await heading(page, 'Copy of Organization member')
  })

  test('nobody gives more than they have; the sentence says which rule it is', async () => {
    const acme = fresh('acme')
    const { eve } = await scenario(
      visit.server,
      organization(
        acme,
        role('people', ['organization:read'], ['organization:role:*'], ['organization:policy:list'], ['organization:member:*']),
        member('eve', 'people'),
      ),
    )
    const page = await visit.open({ as: eve })
    await page.goto(visit.at(`/organizations/${acme}/roles/+new`))
    await page.getByLabel('Name').fill('More than mine')
    await page.getByRole('button', { name: 'Add a rule' }).click()
    await page.getByRole('combobox', { name: 'Action of rule 1', exact: true }).fill('organization:project:delete')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Create the role' }).click()
    await page.getByRole('alert').getByText('You may not grant organization:project:delete').waitFor()
    // Where roles are given, those that go beyond cannot be chosen.
    await page.goto(visit.at(`/organizations/${acme}/members`))
    await page.getByRole('combobox', { name: 'Role of eve Tester' }).click()
    expect(await page.getByRole('option', { name: 'Organization admin' }).getAttribute('data-combobox-disabled')).toBe('true')
  })

  test('all of it can be read in the dark, on a narrow screen and in French', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), role('keeper', ['organization:team:*'])))
    const pages = [
      ['roles', 'Rôles'],
      ['roles/+new', 'Créer un rôle'],
      ['roles/keeper', 'keeper'],
      ['roles/organization-admin', 'Organization admin'],
    ].map(([path, title = '']) => ({ path: `/organizations/${acme}/${path}`, title }))
    expect(await sweep(visit, ada, pages)).toEqual([])
  })
})
