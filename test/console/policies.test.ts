/** Policies: written beside a plan, tried as they are typed, and asked all together. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, overflow, picture, tabTo, useConsole } from '../support/console.ts'
import { environment, fresh, member, organization, project, role, scenario } from '../support/scenario.ts'

const visit = useConsole()
const at = (org: string, rest = '') => visit.at(`/organizations/${org}/policies${rest}`)
const editor = (page: Page) => page.getByRole('textbox', { name: 'Rego' })

const sizes =
  'package sizes\n\ndeny[reason] {\n  input.tfplan.resource_changes[_].change.after.instance_type == "m5.4xlarge"\n  reason := "too large"\n}\n'

async function withPolicy(org: string) {
  const cast = await scenario(visit.server, organization(org, member('ada'), project('web', environment('prod'))))
  const { body } = await cast.ada.getUserAccount()
  const path = { organization_canonical: org }
  const policy = { name: 'Sizes', canonical: 'sizes', body: sizes, severity: 'critical', enabled: true, owner: body.data.username } as const
  expect((await cast.ada.createInfraPolicy({ path, body: policy })).status).toBe(200)
  return { ...cast, path: { ...path, infra_policy_canonical: 'sizes' } }
}

async function write(page: Page, text: string) {
  await editor(page).click()
  await page.keyboard.press('Control+A')
  // What is written over coloured text, Chromium itself colours by an attribute, which our policy forbids and the editor does not need.
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}

describe.skipIf(noBrowser)(inBrowser('policies'), () => {
  test('one is written beside a plan: what is wrong with it, what it refuses and what it allows shows as it is typed', async () => {
    const org = fresh('acme')
    const { ada } = await scenario(visit.server, organization(org, member('ada')))
    const page = await visit.open({ as: ada })
    await page.goto(at(org))
    await page.getByRole('heading', { name: 'There are no policies yet' }).waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByRole('link', { name: 'New policy' }).first().click()
    await page.getByText('aws_instance.web is a m5.4xlarge, which is too large').waitFor()
    await write(page, 'package x\n\ndeny[reason] {')
    await page.getByText('This is no policy yet').waitFor()
    await page.getByText(/Line \d+, column \d+/).waitFor()
    await write(page, sizes)
    await page.getByText('too large', { exact: true }).waitFor()
    await page.getByRole('combobox', { name: 'Example', exact: true }).click()
    await page.getByRole('option', { name: 'A machine grows' }).click()
    await page.getByText('Allowed', { exact: true }).waitFor()
    await page.getByLabel(/^Name/).fill('Sizes of machines')
    await page.getByRole('button', { name: 'Create the policy' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sizes of machines' }).waitFor()
    await page.waitForURL(/policies\/sizes-of-machines/)
  })

  test('it is changed, turned off and back where it stands in the list, and deleted by its name', async () => {
    const org = fresh('acme')
    const { ada, path } = await withPolicy(org)
    const page = await visit.open({ as: ada })
    await page.goto(at(org))
    const turn = page.getByRole('switch', { name: 'Enable the policy Sizes' })
    await turn.waitFor()
    await picture(page, 'policies')
    expect(await findings(page)).toEqual([])
    await turn.press('Space')
    await page.getByText('Sizes is disabled').waitFor()
    expect((await ada.getInfraPolicy({ path })).body.data.enabled).toBe(false)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await ada.getInfraPolicy({ path })).body.data.enabled).toBe(true)
    await page.getByRole('link', { name: 'Sizes' }).click()
    await page.getByLabel('Description').fill('Nothing huge')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Sizes was saved').waitFor()
    expect((await ada.getInfraPolicy({ path })).body.data).toMatchObject({ description: 'Nothing huge', body: sizes })
    await picture(page, 'policy')
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: 'Delete the policy' }).click()
    const question = page.getByRole('dialog')
    await question.getByLabel(/Type/).fill('sizes')
    await question.getByRole('button', { name: 'Delete the policy' }).click()
    await page.getByRole('heading', { name: 'There are no policies yet' }).waitFor()
  })

  test('by keyboard alone: a plan is checked against all of them', async () => {
    const org = fresh('acme')
    const { ada } = await withPolicy(org)
    const page = await visit.open({ as: ada })
    await page.goto(at(org, '?tab=check'))
    await page.getByRole('combobox', { name: 'Project' }).waitFor()
    for (const field of ['Project', 'Environment']) {
      await tabTo(page, field)
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
    }
    await tabTo(page, 'Check the plan')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '1 policy is violated' }).waitFor()
    await page.getByText('too large', { exact: true }).waitFor()
    expect(await findings(page)).toEqual([])
  })

  test('who may only read them sees why nothing can be saved; dark; and on a telephone', async () => {
    const org = fresh('acme')
    const { bob } = await scenario(
      visit.server,
      organization(
        org,
        role('reader', ['organization:infra_policy:list'], ['organization:infra_policy:read'], ['organization:read']),
        member('bob', 'reader'),
      ),
    )
    const barred = await visit.open({ as: bob })
    await barred.goto(at(org, '/+new'))
    await barred.getByText(/no rule grants organization:infra_policy:create/).waitFor()
    expect(await barred.getByRole('button', { name: 'Create the policy' }).isDisabled()).toBe(true)
    const other = fresh('acme')
    const { ada } = await withPolicy(other)
    const dark = await visit.open({ as: ada, dark: true })
    await dark.goto(at(other, '/sizes'))
    await dark.getByText('too large', { exact: true }).waitFor()
    expect(await findings(dark)).toEqual([])
    const small = await visit.open({ as: ada, width: 320, language: 'fr' })
    await small.goto(at(other, '/sizes'))
    await small.getByText('too large', { exact: true }).waitFor()
    expect(await overflow(small)).toBe(0)
  })
})
