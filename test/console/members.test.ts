/** People: who is here with which role, who is invited, and the teams they are in. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, picture, tabTo, useConsole } from '../support/console.ts'
import { fresh, member, organization, role, scenario, team } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'

const visit = useConsole()

const heading = (page: Page, name: string | RegExp, level = 1) => page.getByRole('heading', { level, name }).waitFor()

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

describe.skipIf(noBrowser)(inBrowser('members and teams'), () => {
  test('a role is changed in the list, and given back by undo', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), member('bob', 'organization-member')))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/members`))
    await choose(page, 'Role of bob Tester', 'Project viewer')
    await page.getByText('bob Tester now has the role Project viewer').waitFor()
    const roleOfBob = async () => {
      const { body } = await ada.getOrgMembers({ path: { organization_canonical: acme }, query: { user_canonical: 'bob' } })
      return (body as { data: { role: { name: string } }[] }).data[0]?.role.name
    }
    expect(await roleOfBob()).toBe('Project viewer')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(roleOfBob).toBe('Organization member')
    // The filter is part of the address.
    await page.getByLabel('User name', { exact: true }).fill('ADA')
    await page.getByText('1 row', { exact: true }).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('ADA')
    await page.getByLabel('User name', { exact: true }).fill('')
    await page.getByRole('link', { name: 'bob Tester' }).click()
    await page.getByRole('dialog').getByText('bob@example.com').waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'members')
    await page.getByRole('button', { name: 'Remove from the organization' }).click()
    await page.getByText('leaves all teams').waitFor()
    await page
      .getByRole('dialog', { name: /^Remove bob/ })
      .getByRole('button', { name: 'Remove from the organization' })
      .click()
    await page.getByText('bob Tester is no longer a member').waitFor()
    expect(await roleOfBob()).toBeUndefined()
  })

  test('by keyboard alone: several are invited at once, and one of them again; another invitation is withdrawn', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada')))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/members/invitations`))
    await heading(page, 'No invitation is waiting', 2)
    await tabTo(page, 'Invite people')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.getByRole('combobox', { name: 'Addresses' }).waitFor()
    await expect
      .poll(() => page.getByRole('combobox', { name: 'Addresses' }).evaluate((node) => node === node.ownerDocument.activeElement))
      .toBe(true)
    await page.keyboard.type('eve@example.org,mallory@example.org,nobody,')
    await tabTo(page, 'Send invitations')
    await page.keyboard.press('Enter')
    await page.getByText('nobody is not an address').waitFor()
    await page.keyboard.press('Backspace')
    await tabTo(page, 'Send invitations')
    await page.keyboard.press('Enter')
    await page.getByText('2 invitations sent').waitFor()
    await page.getByText('2 rows').waitFor()
    await tabTo(page, 'Send the invitation to eve@example.org again')
    await page.keyboard.press('Enter')
    await page.getByText('Sent to eve@example.org again').waitFor()
    await tabTo(page, 'Withdraw the invitation of mallory@example.org')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await tabTo(page, 'Withdraw the invitation')
    await page.keyboard.press('Enter')
    await page.getByText('1 row', { exact: true }).waitFor()
    expect(await findings(page)).toEqual([])
  })

  test('whoever may not invite or change roles reads why', async () => {
    const acme = fresh('acme')
    const { eve } = await scenario(
      visit.server,
      organization(
        acme,
        role('reader', ['organization:read'], ['organization:member:list'], ['organization:team:list']),
        member('eve', 'reader'),
      ),
    )
    const page = await visit.open({ as: eve })
    await page.goto(visit.at(`/organizations/${acme}/members`))
    await page.getByRole('link', { name: 'eve Tester' }).waitFor()
    expect(await page.getByRole('combobox', { name: 'Role of eve Tester' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Invite people' }).focus()
    await page.getByRole('tooltip').getByText('no rule grants organization:member:create').waitFor()
    await page.goto(visit.at(`/organizations/${acme}/roles`))
    await page.getByText('You may not see this').waitFor()
  })

  test('a team is made, gets a member, loses and gets them back, and is deleted by name', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), member('bob', 'organization-member')))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/teams`))
    await heading(page, 'There is no team yet', 2)
    await page.getByRole('button', { name: 'Create a team' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Web shop')
    await dialog.getByRole('combobox', { name: 'Roles' }).click()
    await page.getByRole('option', { name: 'Project creator' }).click()
    await page.keyboard.press('Escape')
    await dialog.getByRole('button', { name: 'Create a team' }).click()
    await heading(page, 'Web shop')
    await choose(page, 'Add a member', 'bob Tester (bob)')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('button', { name: 'Take bob Tester out of the team' }).click()
    await heading(page, 'Nobody is in this team yet', 2)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Take bob Tester out of the team' }).waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'team')
    await page.getByRole('button', { name: 'Delete the team' }).click()
    await page.getByText('Its 1 member stays in the organization').waitFor()
    await page.getByLabel('Type web-shop to confirm').fill('web-shop')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the team' }).click()
    await heading(page, 'There is no team yet', 2)
  })

  test('all of it can be read in the dark, on a narrow screen and in French', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(
      visit.server,
      organization(acme, member('ada'), team('web', { roles: ['organization-member'], members: ['ada'] })),
    )
    const pages = [
      ['members', 'Membres'],
      ['members/invitations', 'Membres'],
      ['teams', 'Équipes'],
      ['teams/web', 'web'],
      ['workers', 'Workers'],
    ].map(([path, title = '']) => ({ path: `/organizations/${acme}/${path}`, title }))
    expect(await sweep(visit, ada, pages)).toEqual([])
  })
})
