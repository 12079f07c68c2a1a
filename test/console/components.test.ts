/** A component and everything there is about it: what it is, where it moves to, and what goes when it goes. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { picture, tabTo, useConsole } from '../support/console.ts'
import { useRepositories } from '../support/repositories.ts'
import { fresh, person, scenario } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'
import { webStack } from '../support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../support/workshop.ts'

const repositories = useRepositories()
const visit = useConsole({ worker: true, config: gitIn(repositories) })

const heading = (page: Page, name: string | RegExp, level = 1) => page.getByRole('heading', { level, name }).waitFor()

async function stage() {
  const workshop = await openWorkshop(visit.server, repositories, webStack())
  await must(
    workshop.ada.createComponent({
      path: workshop.at,
      body: {
        name: 'Front',
        service_catalog_ref: `${workshop.org}:web`,
        use_case: 'default',
        vars: { Server: { Pipeline: { region: 'eu-west-1' } } },
      },
    }),
  )
  const place = `/organizations/${workshop.org}/projects/shop/environments/prod/components/front`
  return { ...workshop, place, path: { ...workshop.at, component_canonical: 'front' } }
}

describe.skipIf(noBrowser)(inBrowser('a component'), () => {
  test('shows its stack, the values that stand in git, and its pipeline; each part leads further', async () => {
    const { ada, org, place, config } = await stage()
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(place))
    await heading(page, 'Front')
    await page.getByRole('region', { name: 'Stack' }).getByRole('link', { name: 'Web' }).waitFor()
    await page.getByRole('region', { name: 'Values' }).getByText('eu-west-1').waitFor()
    await page.getByRole('region', { name: 'Pipelines' }).getByRole('link', { name: 'shop-prod-front' }).waitFor()
    await page.getByRole('region', { name: 'Terraform state' }).getByText('Terraform has not stored a state yet').waitFor()
    await picture(page, 'component')
    // What somebody writes by hand is what is shown.
    const [file = ''] = Object.keys(repositories.files(config, 'config')).filter((name) => name.endsWith('variables.yml'))
    const text = repositories.files(config, 'config')[file] ?? ''
    repositories.commit(config, 'config', { [file]: text.replace('eu-west-1', 'us-east-1') })
    await page.reload()
    await page.getByRole('region', { name: 'Values' }).getByText('us-east-1').waitFor()
    await page.getByRole('navigation', { name: 'About Front' }).getByRole('link', { name: 'Settings' }).click()
    await heading(page, 'Settings of Front')
    await page.goto(visit.at(`/organizations/${org}/projects/shop`))
    await page
      .getByRole('row')
      .filter({ hasText: 'Front' })
      .getByRole('link', { name: /shop-prod-front/ })
      .waitFor()
  })

  test('by keyboard alone: it is called something else, and its values stay', async () => {
    const { ada, place, path } = await stage()
    const before = await ada.getComponentConfig({ path })
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`${place}/settings`))
    await heading(page, 'Settings of Front')
    await tabTo(page, /^Name/)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('Storefront')
    await page.keyboard.press('Enter')
    await heading(page, 'Settings of Storefront')
    expect((await ada.getComponent({ path })).body).toMatchObject({ data: { name: 'Storefront', canonical: 'front' } })
    expect((await ada.getComponentConfig({ path })).body).toEqual(before.body)
  })

  test('moves to another environment, and says before what that means', async () => {
    const { ada, place, path } = await stage()
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`${place}/settings`))
    const move = page.getByRole('button', { name: 'Move the component' })
    expect(await move.getAttribute('aria-disabled')).toBe('true')
    await page.getByRole('combobox', { name: 'Environment' }).click()
    await page.getByRole('option', { name: 'staging' }).click()
    await move.click()
    const dialog = page.getByRole('dialog', { name: 'Move Front?' })
    await dialog.getByText('What runs in the cloud is not touched', { exact: false }).waitFor()
    await dialog.getByRole('button', { name: 'Move the component' }).click()
    await page.waitForURL('**/environments/staging/components/front')
    await heading(page, 'Front')
    expect((await ada.getComponent({ path })).status).toBe(404)
    expect((await ada.getComponent({ path: { ...path, environment_canonical: 'staging' } })).status).toBe(200)
  })

  test('holds its environment and project, until it is deleted with what goes along', async () => {
    const { ada, org, place, path, config } = await stage()
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${org}/projects/shop/settings`))
    await page.getByText('1 component is still in it and has to be deleted first.').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Delete the project' }).getAttribute('aria-disabled')).toBe('true')
    await page.goto(visit.at(`${place}/settings`))
    await page.getByRole('button', { name: 'Delete the component' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete Front?' })
    await dialog.getByText('the pipeline shop-prod-front with its builds and their logs').waitFor()
    await dialog.getByRole('textbox').fill('Front')
    await dialog.getByRole('button', { name: 'Delete the component' }).click()
    await heading(page, 'Nothing is deployed here yet', 2)
    expect((await ada.getComponent({ path })).status).toBe(404)
    expect(Object.keys(repositories.files(config, 'config')).filter((name) => name.includes('front'))).toEqual([])
  })

  test('somebody who may only see it reads why nothing can be changed; one that is not there says so', async () => {
    const { ada, org, place } = await stage()
    const { body } = await must(
      ada.createRole({
        path: { organization_canonical: org },
        body: {
          name: 'Looker',
          rules: ['organization:read', 'organization:project:read', 'organization:environment:read', 'organization:component:read'].map(
            (action) => ({
              action,
              effect: 'allow' as const,
            }),
          ),
        },
      }),
    )
    expect(body).toBeDefined()
    const name = fresh('grace')
    const cast = await scenario(visit.server, person(name))
    await visit.server.database.query(
      `insert into members (organization_id, user_id, role_id, invitation_state)
       select o.id, u.id, r.id, 'accepted' from users u, organizations o join roles r on r.organization_id = o.id
       where u.username = $2 and o.canonical = $1 and r.canonical = 'looker'`,
      [org, name],
    )
    const grace = cast[name]
    const page = await visit.open(grace ? { as: grace } : {})
    await page.goto(visit.at(`${place}/settings`))
    const remove = page.getByRole('button', { name: 'Delete the component' })
    await expect.poll(() => remove.getAttribute('aria-disabled')).toBe('true')
    await remove.focus()
    await page.getByRole('tooltip').filter({ hasText: 'organization:component:delete' }).waitFor()
    // Parts that may not be seen say so, and the others stay.
    await page.goto(visit.at(place))
    await page.getByRole('region', { name: 'Values' }).getByText('eu-west-1').waitFor()
    await page.getByRole('region', { name: 'Pipelines' }).getByText('organization:pipeline:list', { exact: false }).waitFor()
    await page.goto(visit.at(place.replace(/front$/, 'nothing')))
    await heading(page, 'There is nothing here', 2)
  })

  test('the pages are readable by everybody: light, dark and on a phone', async () => {
    const { ada, place } = await stage()
    expect(await sweep(visit, ada, [{ path: place }, { path: `${place}/settings` }])).toEqual([])
  })
})
