/** The way of somebody who has just founded an organization, to a component with its pipeline. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { picture, tabTo, useConsole } from '../support/console.ts'
import { useRepositories } from '../support/repositories.ts'
import { environment, fresh, member, organization, project, role, scenario } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'
import { webStack } from '../support/web-stack.ts'
import { gitIn } from '../support/workshop.ts'

const repositories = useRepositories()
const visit = useConsole({ worker: true, config: gitIn(repositories), engine: { checkSeconds: 1 } })

const heading = (page: Page, name: string | RegExp, level = 1) => page.getByRole('heading', { level, name }).waitFor()
const step = (page: Page, name: string) =>
  page
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name, exact: true }) })
    .and(page.locator('[aria-current=step]'))

describe.skipIf(noBrowser)(inBrowser('the first steps'), () => {
  test('lead by example repositories to a component whose pipeline has run, and know at each visit what is there', async () => {
    const acme = fresh('acme')
    const front = {
      organization_canonical: acme,
      project_canonical: 'web-shop',
      environment_canonical: 'staging',
      component_canonical: 'front',
    }
    const { ada } = await scenario(visit.server, organization(acme, member('ada')))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}`))
    await page.getByText('0 of 6 steps are done. Next: A credential for git').waitFor()
    await picture(page, 'overview-empty')
    await page.getByRole('link', { name: 'Begin', exact: true }).click()
    await heading(page, 'First steps')
    await page.getByRole('button', { name: 'Begin with examples' }).click()
    await step(page, 'A project').waitFor()
    await page.getByLabel('Name of the project').fill('Web shop')
    await picture(page, 'first-steps')
    await page.getByRole('button', { name: 'Go on' }).click()
    await step(page, 'An environment').waitFor()
    // Somebody leaves, and comes back in another browser: what is there is what counts.
    const later = await visit.open({ as: ada })
    await later.goto(visit.at(`/organizations/${acme}`))
    await later.getByText('4 of 6 steps are done. Next: An environment').waitFor()
    await later.getByRole('link', { name: 'Continue', exact: true }).click()
    await later.getByRole('main').getByLabel('Name').first().fill('staging')
    await later.getByRole('button', { name: 'Create', exact: true }).click()
    await step(later, 'A component').waitFor()
    await later.getByRole('link', { name: 'Choose a stack' }).click()
    await later.waitForURL(`**/organizations/${acme}/projects/web-shop/environments/staging/components/+new*`)
    await later.getByRole('link', { name: /^Hello/ }).click()
    await later.getByRole('textbox', { name: 'Name' }).fill('Front')
    await later.getByRole('textbox', { name: 'Whom' }).fill('everybody')
    await later.getByRole('button', { name: 'Review the files' }).click()
    await later.getByRole('button', { name: 'Create the component' }).click()
    await later.getByRole('link', { name: 'Open the pipeline' }).click()
    // Nobody asks for its first build: the files that were just written start it.
    await heading(later, 'web-shop-staging-front')
    await later
      .getByRole('link', { name: /greet: succeeded/ })
      .or(later.getByText('succeeded'))
      .first()
      .waitFor()
    const pipeline = { ...front, inpath_pipeline_name: 'web-shop-staging-front' }
    const { body } = await ada.getBuilds({ path: { ...pipeline, job_name: 'greet' } })
    expect(body).toMatchObject({ data: [{ name: '1', status: 'succeeded' }] })
    const versions = await ada.getResourceVersions({ path: { ...pipeline, resource_name: 'greetings' } })
    expect(versions.body).toMatchObject({ data: [{ version: { version: 'hello, everybody' } }] })
    await later.goto(visit.at(`/organizations/${acme}/first-steps`))
    await later.getByText('Your first component is there').waitFor()
    await later.getByRole('link', { name: 'Pipeline web-shop-staging-front: Succeeded' }).waitFor()
    await picture(later, 'first-steps-done')
    await later.getByRole('main').getByRole('link', { name: 'Front', exact: true }).click()
    await heading(later, 'Front')
    await later.goto(visit.at(`/organizations/${acme}`))
    await later.getByRole('region', { name: 'Projects' }).getByRole('link', { name: 'Web shop' }).waitFor()
    expect(await later.getByText('steps are done').count()).toBe(0)
  })

  test('by keyboard alone: with repositories of one’s own, a wrong address is said where it was typed', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada')))
    const stacks = repositories.make(`${acme}-stacks`, { stacks: webStack() })
    const config = repositories.make(`${acme}-config`, { main: { 'README.md': 'Ours' } })
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}/first-steps`))
    await step(page, 'A credential for git').waitFor()
    await tabTo(page, /^User/)
    await page.keyboard.press('Enter')
    await page.getByText('Needed').first().waitFor()
    await page.keyboard.type('git')
    await tabTo(page, /^Password or token/)
    await page.keyboard.type('secret')
    await page.keyboard.press('Enter')
    await step(page, 'A catalogue of stacks').waitFor()
    await tabTo(page, /^Address of the repository/)
    await page.keyboard.type(`${repositories.folder}/nowhere.git`)
    await page.keyboard.press('Enter')
    await page.getByRole('alert').first().waitFor()
    await page.getByLabel('Address of the repository').focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.type(stacks)
    await tabTo(page, /^Branch/)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('stacks')
    await page.keyboard.press('Enter')
    await step(page, 'A config repository').waitFor()
    await tabTo(page, /^Address of the repository/)
    await page.keyboard.type(config)
    await page.keyboard.press('Enter')
    await step(page, 'A project').waitFor()
    const { body } = await ada.listConfigRepositories({ path: { organization_canonical: acme } })
    expect(body).toMatchObject({ data: [{ url: config, branch: 'main', default: true, credential_canonical: 'git' }] })
  })

  test('are put aside, brought back by undo, and put aside for good: for this person, in this organization', async () => {
    const acme = fresh('acme')
    const { ada, bob } = await scenario(visit.server, organization(acme, member('ada'), member('bob')))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${acme}`))
    await page.getByRole('button', { name: 'Do not show this here' }).click()
    await page.getByRole('link', { name: 'Show the first steps' }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Do not show this here' }).click()
    await page.getByRole('link', { name: 'Show the first steps' }).waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'Show the first steps' }).waitFor()
    const other = await visit.open({ as: bob })
    await other.goto(visit.at(`/organizations/${acme}`))
    await other.getByRole('button', { name: 'Do not show this here' }).waitFor()
  })

  test('say who may not take them; the overview shows what one may see, and why the rest is missing', async () => {
    const acme = fresh('acme')
    const { bob } = await scenario(
      visit.server,
      organization(
        acme,
        role('looker', ['organization:read'], ['organization:project:list'], ['organization:project:read']),
        member('bob', 'looker'),
        project('shop', environment('prod')),
      ),
    )
    const page = await visit.open({ as: bob })
    await page.goto(visit.at(`/organizations/${acme}`))
    await page.getByRole('region', { name: 'Projects' }).getByRole('link', { name: 'shop' }).waitFor()
    await page.getByRole('region', { name: 'Latest events' }).getByText('organization:event:list', { exact: false }).waitFor()
    await page
      .getByRole('region', { name: 'Cloud costs this month' })
      .getByText('organization:cloud_cost_management:read', { exact: false })
      .waitFor()
    await page.goto(visit.at(`/organizations/${acme}/first-steps`))
    const go = page.getByRole('button', { name: 'Go on' })
    await expect.poll(() => go.getAttribute('aria-disabled')).toBe('true')
    await go.focus()
    await page.getByRole('tooltip').filter({ hasText: 'organization:service_catalog_source:create' }).waitFor()
  })

  test('and the overview are readable by everybody: light, dark and on a phone', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(visit.server, organization(acme, member('ada'), project('web-shop', environment('prod'))))
    const pages = [
      { path: `/organizations/${acme}`, picture: 'overview' },
      { path: `/organizations/${acme}/first-steps`, title: 'Premiers pas' },
    ]
    expect(await sweep(visit, ada, pages)).toEqual([])
  })
})
