/** The catalogue: repositories that stacks come from and files go to, and the stacks themselves. */
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, picture, tabTo, useConsole } from '../support/console.ts'
import { useRepositories } from '../support/repositories.ts'
import { fresh, member, organization, role, scenario } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'
import { webStack } from '../support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../support/workshop.ts'

const repositories = useRepositories()
const visit = useConsole({ worker: true, config: gitIn(repositories) })

const readme = '# Web\n\nServes **pages**, <b>not</b> markup. See [the manual](https://example.com/manual).\n\n- fast\n- small\n'
const stacks = {
  ...webStack(),
  'web/README.md': readme,
  'broken/.cycloid.yml': 'version: 4\nname: Broken\n',
}

describe.skipIf(noBrowser)(inBrowser('the catalogue'), () => {
  test('a repository is added by keyboard, with its branches offered; a refresh says what changed, and what is wrong with it is listed', async () => {
    const { org, ada } = await openWorkshop(visit.server, repositories, {})
    const url = repositories.make(`${org}-more`, { stacks })
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${org}/catalogue`))
    await page.getByRole('heading', { name: 'The catalogue is empty' }).waitFor()
    await page.getByRole('link', { name: 'Add a catalogue repository' }).click()
    await page.getByRole('dialog').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).focus()
    await page.keyboard.type('Public stacks')
    await tabTo(page, /^Address/)
    await page.keyboard.type(url)
    await page.getByText('The repository can be reached: 1 branch.').waitFor()
    expect(await findings(page)).toEqual([])
    await tabTo(page, /^Branch/)
    await page.getByRole('option', { name: 'stacks' }).waitFor()
    await page.keyboard.type('stacks')
    await tabTo(page, 'Add and read it')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Public stacks', level: 1 }).waitFor()
    await page.getByText('1 problem in the repository').first().waitFor()
    await page.getByRole('cell', { name: 'broken' }).waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'catalogue-source')

    repositories.commit(`${org}-more`, 'stacks', { ...webStack('shop'), 'web/README.md': '# Other\n' })
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByText('2 stacks changed').waitFor()
    await page.getByText('1 new', { exact: true }).waitFor()
    await page.getByText('1 changed', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Check access' }).click()
    await page.getByText('Public stacks can be read').waitFor()

    await page.getByRole('button', { name: 'Edit' }).click()
    const edit = page.getByRole('dialog', { name: 'Change the catalogue repository' })
    await edit.getByRole('textbox', { name: 'Name' }).fill('Our stacks')
    await edit.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Our stacks', level: 1 }).waitFor()
    const { body } = await ada.getServiceCatalogSources({ path: { organization_canonical: org } })
    expect(body).toMatchObject({ data: [{ canonical: 'public-stacks', name: 'Our stacks', url, branch: 'stacks' }] })

    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByLabel('Type public-stacks to confirm').fill('public-stacks')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { name: 'There is no catalogue repository yet' }).waitFor()
  })

  test('a stack is found by a filter that its address keeps; its page shows what it says as text, its form, its files and who uses it', async () => {
    const { org, ada, at, catalogue } = await openWorkshop(visit.server, repositories, stacks)
    await must(
      ada.createComponent({
        path: at,
        body: { name: 'Front', service_catalog_ref: `${org}:web`, use_case: 'default', vars: { Server: { Pipeline: { region: 'eu' } } } },
      }),
    )
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${org}/catalogue`))
    await page.getByText('1 stack', { exact: true }).waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'catalogue')
    await page.getByRole('searchbox', { name: 'Search' }).fill('no such stack')
    await page.getByRole('heading', { name: 'Nothing fits this filter' }).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('no such stack')
    await page.getByRole('button', { name: 'Show all stacks' }).click()
    await page.getByText('Table', { exact: true }).click()
    await page.getByRole('table').getByRole('link', { name: 'Web' }).click()

    await page.getByRole('heading', { name: 'Web', level: 1 }).waitFor()
    await page.getByText('<b>not</b> markup').waitFor()
    expect(await page.getByRole('link', { name: 'the manual' }).getAttribute('rel')).toContain('noopener')
    expect(await findings(page)).toEqual([])
    await picture(page, 'stack')
    await page.getByRole('tab', { name: 'Form' }).click()
    await page.getByRole('textbox', { name: 'Region' }).fill('eu')
    await page.getByText('These values would be accepted.').waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByRole('tab', { name: 'Files' }).click()
    const terraform = page.getByRole('textbox', { name: 'Terraform' })
    await terraform.focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await page.keyboard.insertText('{"module": {"web": {"source": "./web", "instance_type": "huge"}}}')
    await terraform.getByText('huge').waitFor()
    await page.getByRole('button', { name: 'Check and show as HCL' }).click()
    await page.getByLabel('As HCL').getByText('huge').waitFor()
    await page.getByRole('button', { name: /main\.tf\.sample/ }).click()
    expect(await findings(page)).toEqual([])
    await page.getByRole('tab', { name: 'Diagram' }).click()
    await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Stay here' }).click()
    await page.getByRole('button', { name: 'Commit' }).click()
    await page.getByText('The Terraform was committed').waitFor()
    expect(repositories.files(catalogue, 'stacks')['web/terraform/main.tf.sample']).toMatch(/instance_type += "huge"/)
    await page.getByRole('tab', { name: 'Diagram' }).click()
    await page.getByRole('heading', { name: 'There is no diagram yet' }).waitFor()
    await page.getByRole('tab', { name: 'Used by (1)' }).click()
    await page.getByRole('link', { name: 'Front' }).waitFor()

    await page.getByRole('button', { name: 'More' }).click()
    await page.getByText('1 component is made from it').waitFor()
    await page.getByRole('menuitem', { name: 'Visibility and team' }).click()
    await page.getByLabel('In no list').check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Web was saved').waitFor()
    await page.goto(visit.at(`/organizations/${org}/catalogue`))
    await page.getByRole('heading', { name: 'The catalogue is empty' }).waitFor()
  })

  test('a blueprint becomes a stack of one’s own, in the repository of the catalogue', async () => {
    const blueprint = { ...webStack(), 'web/.cycloid.yml': `template: true\n${webStack()['web/.cycloid.yml']}` }
    const { org, ada, catalogue } = await openWorkshop(visit.server, repositories, blueprint)
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${org}/catalogue/${org}:web?open=derive`))
    const dialog = page.getByRole('dialog', { name: 'New stack from this blueprint' })
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Shop front')
    await dialog.getByRole('button', { name: 'Create the stack' }).click()
    await dialog.getByText('This field is required').waitFor()
    await dialog.getByRole('combobox', { name: 'Catalogue repository' }).click()
    await page.getByRole('option', { name: /^Catalogue/ }).click()
    expect(await dialog.getByRole('combobox', { name: 'Use case' }).inputValue()).toBe('default')
    await dialog.getByRole('button', { name: 'Create the stack' }).click()
    await page.getByRole('heading', { name: 'Shop front', level: 1 }).waitFor()
    expect(Object.keys(repositories.files(catalogue, 'stacks'))).toContain('shop-front/.cycloid.yml')
  })

  test('a config repository is added, made the default, told to be reachable, and cannot go while a project uses it', async () => {
    const { org, ada } = await openWorkshop(visit.server, repositories, {})
    const url = repositories.make(`${org}-second`)
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${org}/config-repositories`))
    await page.getByRole('link', { name: 'config', exact: true }).waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: 'Add a config repository' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click()
    await page.getByText('This field is required').first().waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('Second')
    await page.getByRole('textbox', { name: 'Address' }).fill(url)
    await page.getByRole('combobox', { name: 'Credential' }).click()
    await page.getByRole('option', { name: /^Git/ }).click()
    await page.getByText('The repository can be reached: 0 branches.').waitFor()
    await page.getByLabel('Branch').first().fill('config')
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click()
    await page.getByRole('heading', { name: 'Second', level: 1 }).waitFor()
    await page.getByText('It has no branch config yet', { exact: false }).waitFor()
    await page.getByRole('button', { name: 'Make it the default' }).click()
    await page.getByText('Second is the default now').waitFor()
    expect(await findings(page)).toEqual([])

    await page.goto(visit.at(`/organizations/${org}/config-repositories/config`))
    await page.getByRole('link', { name: 'shop' }).waitFor()
    expect(await page.getByRole('button', { name: 'Delete' }).getAttribute('aria-description')).toBe('1 project uses it')
    await picture(page, 'config-repository')
  })

  test('is dark, French and 320 pixels wide as well', async () => {
    const { org, ada } = await openWorkshop(visit.server, repositories, stacks)
    const pages = [
      'catalogue',
      'catalogue?view=table',
      `catalogue/${org}:web`,
      `catalogue/${org}:web?tab=files`,
      'catalogue-sources/catalogue',
      'catalogue-sources?new=true',
      'config-repositories/config',
    ].map((path) => ({ path: `/organizations/${org}/${path}` }))
    expect(await sweep(visit, ada, pages)).toEqual([])
  })

  test('somebody who may only look reads why nothing can be added', async () => {
    const acme = fresh('acme')
    const reader = role('reader', ['organization:**:read'], ['organization:**:list'], ['organization:read'])
    const { bob } = await scenario(visit.server, organization(acme, member('ada'), reader, member('bob', 'reader')))
    const page = await visit.open({ as: bob })
    await page.goto(visit.at(`/organizations/${acme}/catalogue-sources`))
    const add = page.getByRole('button', { name: 'Add a catalogue repository' }).first()
    await expect.poll(() => add.getAttribute('aria-description')).toContain('organization:service_catalog_source:create')
  })
})
