/** Projects and their environments, from the list of ten thousand to the one that is taken away. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { tabTo, useConsole } from '../support/console.ts'
import { configRepository, environment, fresh, member, organization, project, role, scenario } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'

const visit = useConsole({ worker: true })

const heading = (page: Page, name: string | RegExp, level = 1) => page.getByRole('heading', { level, name }).waitFor()

/** As many projects as somebody could ever have, with an environment in every tenth. */
async function fill(canonical: string, count: number): Promise<void> {
  await visit.server.database.query(
    `with made as (
       insert into projects (organization_id, canonical, name, color, icon, config_repository_id)
       select o.id, 'project-' || n, 'Project ' || lpad(n::text, 5, '0'), 'blue', 'rocket', c.id
       from organizations o join config_repositories c on c.organization_id = o.id, generate_series(1, $2::int) n
       where o.canonical = $1 returning organization_id, id)
     insert into environments (organization_id, project_id, canonical, name, color)
     select organization_id, id, 'prod', 'prod', 'green' from made where id % 10 = 0`,
    [canonical, count],
  )
}

describe.skipIf(noBrowser)(inBrowser('projects'), () => {
  test('ten thousand of them are one list: its end is one key away, and a few letters find one', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), configRepository()))
    await fill(acme, 10_000)
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/projects`))
    await page.getByRole('link', { name: 'Project 00001', exact: true }).waitFor()
    await page.getByText('10000 rows').waitFor()
    // What is not on the screen does not exist.
    expect(await page.getByRole('row').count()).toBeLessThan(60)
    await page.getByRole('table', { name: 'Projects' }).evaluate((table: { parentElement: { scrollTop: number } | null }) => {
      if (table.parentElement) table.parentElement.scrollTop = 1e7
    })
    await page.getByRole('link', { name: 'Project 10000', exact: true }).waitFor()
    await page.getByLabel('Name', { exact: true }).fill('project 0777')
    await page.getByText('10 rows').waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('project 0777')
    // The address is the state of the page: whoever gets it sees the same.
    const other = await visit.open({ as: ada })
    await other.goto(page.url())
    await other.getByText('10 rows').waitFor()
    await other.getByLabel('Name', { exact: true }).fill('no such project')
    await heading(other, 'Nothing fits these filters', 2)
    await other.getByRole('link', { name: 'Show all projects' }).click()
    await other.getByText('10000 rows').waitFor()
  })

  test('a favourite is one at once, comes first, and is taken back by undo', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), project('alpha'), project('zulu', environment('prod'))))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/projects`))
    const rows = page.getByRole('row').filter({ has: page.getByRole('link', { name: /^(?:alpha|zulu)$/ }) })
    await page.getByRole('button', { name: 'Add zulu to your favourites' }).click()
    await page.getByRole('button', { name: 'Remove zulu from your favourites' }).waitFor()
    await expect.poll(async () => (await rows.first().textContent())?.includes('zulu')).toBe(true)
    await page.getByLabel('Favourites only').check({ force: true })
    await expect.poll(() => rows.count()).toBe(1)
    await page.getByRole('button', { name: 'Undo' }).click()
    await heading(page, 'Nothing fits these filters', 2)
    const { body } = await ada.getProjects({ path: { organization_canonical: acme }, query: { favorite: true } })
    expect(body).toMatchObject({ data: [] })
  })

  test('by keyboard alone: a project is made, an environment in it, and it is named in the list', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), configRepository()))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/projects`))
    await heading(page, 'There is no project yet', 2)
    await tabTo(page, 'New project')
    await page.keyboard.press('Enter')
    await heading(page, 'New project')
    await tabTo(page, /^Name/)
    // Without a name nothing is made: the field says so, and has the focus.
    await page.keyboard.press('Enter')
    await page.getByText('Give it a name').waitFor()
    await page.keyboard.type('Éclair shop')
    await expect.poll(() => page.getByLabel('Canonical').getAttribute('placeholder')).toBe('eclair-shop')
    await page.keyboard.press('Enter')
    await heading(page, 'Éclair shop')
    expect(new URL(page.url()).pathname).toBe(`/console/organizations/${acme}/projects/eclair-shop`)
    await tabTo(page, 'New environment')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'New environment' }).waitFor()
    await page.keyboard.type('Production')
    await page.keyboard.press('Enter')
    await heading(page, 'Production', 2)
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: 'Add a component' }).waitFor()
    await page.goto(visit.at(`/organizations/${acme}/projects`))
    await page.getByRole('row').filter({ hasText: 'Éclair shop' }).getByRole('link', { name: 'Production' }).waitFor()
  })

  test('settings are kept, never against somebody else’s, and what is deleted is named first', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), project('shop', environment('prod'))))
    const path = { organization_canonical: acme, project_canonical: 'shop' }
    const look = { color: '#ff8800', icon: 'default' }
    const { data: made } = (await ada.getProject({ path })).body as { data: { updated_at: number } }
    expect((await ada.updateProject({ path, body: { name: 'shop', ...look, updated_at: made.updated_at } })).status).toBe(200)
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/projects/shop/settings`))
    // Colours and icons of other programs are kept, unless somebody chooses others.
    await page.getByRole('main').getByLabel('Name').first().fill('The shop')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    expect((await ada.getProject({ path })).body).toMatchObject({ data: { name: 'The shop', ...look } })
    await page.getByLabel('Teal').check()
    await page.getByRole('combobox', { name: 'Cloud provider' }).click()
    await page.getByRole('option', { name: 'Amazon Web Services' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect
      .poll(async () => (await ada.getProject({ path })).body)
      .toMatchObject({ data: { name: 'The shop', color: 'teal', cloud_provider: 'aws' } })
    // What is not saved is not left without a question; what is saved is not asked about, and takes nothing else away.
    await page.getByLabel('Red', { exact: true }).check()
    await page.getByRole('link', { name: 'KPIs' }).last().click()
    const question = page.getByRole('dialog', { name: 'Leave without saving?' })
    await question.getByRole('button', { name: 'Stay here' }).click()
    await question.waitFor({ state: 'hidden' })
    expect(await page.getByLabel('Red', { exact: true }).isChecked()).toBe(true)
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(async () => (await ada.getProject({ path })).body).toMatchObject({ data: { color: 'red', cloud_provider: 'aws' } })
    const read = await ada.getProject({ path })
    // Meanwhile somebody else changes it.
    // It counts in seconds.
    await page.waitForTimeout(1100)
    const { data } = read.body as { data: { updated_at: number } }
    expect((await ada.updateProject({ path, body: { name: 'The shop', description: 'Mine', updated_at: data.updated_at } })).status).toBe(
      200,
    )
    await page.getByLabel('Description').fill('Sells things')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').filter({ hasText: 'changed meanwhile' }).waitFor()
    await page.getByRole('button', { name: 'Load what is there now' }).click()
    await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('Mine')

    await page.getByRole('button', { name: 'Delete the project' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete the project The shop?' })
    await dialog.getByText('Environment prod').waitFor()
    expect(await dialog.getByRole('button', { name: 'Delete the project' }).isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('The shop')
    await page.keyboard.press('Enter')
    await heading(page, 'There is no project yet', 2)
    expect((await ada.getProject({ path })).status).toBe(404)
  })

  test('an environment is renamed, and deleted when nothing is in it', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), project('shop', environment('prod'))))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/projects/shop/environments/prod`))
    await heading(page, 'Nothing is deployed here yet', 2)
    await page.getByRole('main').getByRole('link', { name: 'Settings', exact: true }).click()
    await heading(page, 'Settings of prod')
    await page.getByRole('main').getByLabel('Name').first().fill('Production')
    await page.getByRole('button', { name: 'Save' }).click()
    await heading(page, 'Settings of Production')
    await page.getByRole('button', { name: 'Delete the environment' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('Production')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the environment' }).click()
    await heading(page, 'This project has no environment yet', 2)
  })

  test('who may only look is told why the buttons do nothing, and who may not look is told that', async () => {
    const acme = fresh('acme')
    const { bob, eve } = await scenario(
      visit.server,
      organization(
        acme,
        role(
          'looker',
          ['organization:read'],
          ['organization:project:list'],
          ['organization:project:read'],
          ['organization:environment:list'],
        ),
        role('stranger', ['organization:read']),
        member('bob', 'looker'),
        member('eve', 'stranger'),
        project('shop', environment('prod')),
      ),
    )
    const page = await visit.open({ as: bob })
    await page.goto(visit.at(`/organizations/${acme}/projects`))
    await page.getByRole('link', { name: 'shop', exact: true }).waitFor()
    const create = page.getByRole('button', { name: 'New project' })
    expect(await create.getAttribute('aria-disabled')).toBe('true')
    await create.focus()
    await page.getByRole('tooltip').filter({ hasText: 'organization:project:create' }).waitFor()
    await page.goto(visit.at(`/organizations/${acme}/projects/shop`))
    await heading(page, 'prod', 2)
    expect(await page.getByRole('button', { name: 'Add a component' }).getAttribute('aria-disabled')).toBe('true')
    const outside = await visit.open({ as: eve })
    await outside.goto(visit.at(`/organizations/${acme}/projects`))
    await heading(outside, 'You may not see this', 2)
  })

  test('the pages are readable by everybody: light, dark, French and on a phone', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(
      visit.server,
      organization(
        acme,
        member('ada'),
        project('web-shop', environment('prod'), environment('staging')),
        project('data-lake', environment('prod')),
      ),
    )
    const pages = [
      { path: '', title: 'Projets', picture: 'projects' },
      { path: '/+new' },
      { path: '/web-shop', picture: 'project' },
      { path: '/web-shop/settings' },
      { path: '/web-shop/environments/prod' },
      { path: '/web-shop/environments/prod/settings' },
    ].map((page) => ({ ...page, path: `/organizations/${acme}/projects${page.path}` }))
    expect(await sweep(visit, ada, pages)).toEqual([])
  })
})
