/** What there is: the inventory, the states it comes from, the drawing of a component, and the backends around it. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, picture, tabTo, useConsole } from '../support/console.ts'
import { useRepositories } from '../support/repositories.ts'
import { fresh, member, organization, role, scenario } from '../support/scenario.ts'
import { openStateWorld, stateOf } from '../support/state-world.ts'
import { sweep } from '../support/sweep.ts'
import { gitIn } from '../support/workshop.ts'

const repositories = useRepositories()
const visit = useConsole({ worker: true, config: gitIn(repositories) })
const instance = (name: string, attributes: object) => ({
  mode: 'managed',
  type: 'aws_instance',
  name,
  provider: 'provider["registry.terraform.io/hashicorp/aws"]',
  instances: [{ schema_version: 1, attributes: { id: `i-${name}`, ...attributes } }],
})
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

async function world() {
  const opened = await openStateWorld(visit.server, repositories)
  const { backend, path } = opened
  await backend.push(stateOf(1, [instance('web', { instance_type: 't3.small', tags: { env: 'prod' } })]))
  await backend.push(
    stateOf(2, [
      instance('web', { instance_type: 't3.large', tags: { env: 'prod' } }),
      instance('db', { instance_type: 'm5.large', tags: { env: 'dev' } }),
    ]),
  )
  const component = `/organizations/${path.organization_canonical}/projects/${path.project_canonical}/environments/${path.environment_canonical}/components/${path.component_canonical}`
  return { ...opened, org: path.organization_canonical, component }
}

describe.skipIf(noBrowser)(inBrowser('the inventory'), () => {
  test('resources are narrowed by an attribute, shown with their attributes, and more are entered by hand', async () => {
    const { ada, org } = await world()
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${org}/inventory`))
    await page.getByRole('link', { name: 'web', exact: true }).waitFor()
    await picture(page, 'inventory')
    expect(await findings(page)).toEqual([])
    await page.getByLabel('Attribute').fill('tags.env')
    await page.getByLabel('Value').fill('dev')
    await page.getByRole('button', { name: 'Add a filter' }).click()
    await page.getByRole('link', { name: 'web', exact: true }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'db', exact: true }).click()
    await page.getByRole('dialog').getByText('m5.large').waitFor()
    await page.getByRole('dialog').getByText('From a Terraform state').waitFor()
    expect(await findings(page)).toEqual([])
    await page.goto(visit.at(`/organizations/${org}/inventory?panel=new`))
    const form = page.getByRole('dialog')
    await form.getByLabel(/^Name/).fill('rack-9')
    await form.getByLabel('Label').fill('rack')
    await form.getByLabel('CPU').fill('32')
    await form.getByRole('button', { name: 'Add the resource' }).click()
    await page.getByText('rack-9 was added').waitFor()
    await page.getByRole('link', { name: 'rack-9' }).waitFor()
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('table', { name: 'Number of resources' }).waitFor()
    expect(await findings(page)).toEqual([])
  })

  test('a state: its versions are compared and restored, its lock is broken, its settings are shown', async () => {
    const { ada, component, backend, path } = await world()
    await backend.lock('11111111-2222-3333-4444-555555555555', 'eve@laptop')
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`${component}/state`))
    await page.getByText('Locked by eve@laptop').waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: 'Break the lock' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Break the lock' }).click()
    await page.getByText('Not locked').waitFor()
    await page.getByRole('checkbox', { name: 'Compare the version with serial 1' }).check()
    await page.getByRole('checkbox', { name: 'Compare the version with serial 2' }).check()
    await page.getByRole('button', { name: 'Show the difference' }).click()
    await page.getByText('t3.small').waitFor()
    await picture(page, 'state')
    await page.getByRole('button', { name: 'Restore the version with serial 1' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Restore the version' }).click()
    await page.getByText('Serial 1 was restored').waitFor()
    expect((await ada.getComponentState({ path })).body.data.newest).toMatchObject({ serial: 3, resource_count: 1 })
    await page.getByRole('button', { name: 'Show the settings' }).click()
    await page.getByText('unlock_method').waitFor()
  })

  test('by keyboard alone: a resource of the drawing is chosen, and its attributes stand beside it', async () => {
    const { ada, component } = await world()
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`${component}/infrastructure`))
    await heading(page, 'Infrastructure')
    await page.getByText('2 resources').waitFor()
    await tabTo(page, /^web/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'aws_instance.web' }).waitFor()
    await page.getByText('t3.large').waitFor()
    await picture(page, 'infrastructure')
    expect(await findings(page)).toEqual([])
  })

  test('an external backend is created with the fields of its kind, and deleted', async () => {
    const org = fresh('acme')
    const { ada } = await scenario(visit.server, organization(org, member('ada')))
    const path = { organization_canonical: org }
    await ada.createCredential({
      path,
      body: { name: 'Cloud', canonical: 'cloud', type: 'aws', path: 'cloud', raw: { access_key: 'a', secret_key: 'b' } },
    })
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${org}/external-backends?panel=new`))
    const form = page.getByRole('dialog')
    await form.getByLabel(/^Bucket/).fill('states')
    await form.getByRole('button', { name: 'Create the backend' }).click()
    await form.getByText('This is needed').first().waitFor()
    await form.getByLabel(/^Region/).fill('eu-west-1')
    await form.getByRole('combobox', { name: /^Credential/ }).click()
    await page.getByRole('option', { name: 'Cloud' }).click()
    expect(await findings(page)).toEqual([])
    await form.getByRole('button', { name: 'Create the backend' }).click()
    await page.getByText('The backend was created').waitFor()
    const [made] = (await ada.getExternalBackends({ path })).body.data
    expect(made).toMatchObject({
      purpose: 'remote_tfstate',
      default: true,
      configuration: { engine: 'AWSStorage', bucket: 'states', region: 'eu-west-1' },
    })
    await page.getByRole('link', { name: 'Amazon S3' }).click()
    await page.getByRole('button', { name: 'Delete the backend' }).click()
    await page
      .getByRole('dialog', { name: /^Delete/ })
      .getByRole('button', { name: 'Delete the backend' })
      .click()
    await page.getByRole('heading', { name: 'There are no external backends yet' }).waitFor()
    expect(await findings(page)).toEqual([])
  })

  test('who may not see it reads why; dark; and on a telephone', async () => {
    const org = fresh('acme')
    const { bob } = await scenario(visit.server, organization(org, role('nobody', ['organization:read']), member('bob', 'nobody')))
    const barred = await visit.open({ as: bob })
    await barred.goto(visit.at(`/organizations/${org}/inventory`))
    await barred.getByRole('heading', { name: 'You may not see this' }).waitFor()
    const { ada, org: full, component } = await world()
    const pages = [
      `/organizations/${full}/inventory`,
      `${component}/state`,
      `${component}/infrastructure`,
      `/organizations/${full}/external-backends`,
    ].map((path) => ({ path }))
    expect(await sweep(visit, ada, pages)).toEqual([])
  })
})
