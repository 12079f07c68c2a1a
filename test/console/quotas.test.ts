/** Capacity is shared out: a pool, a team's part of it, and what takes of that. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, overflow, picture, tabTo, useConsole } from '../support/console.ts'
import { openQuotaWorld, sized } from '../support/quota-world.ts'
import { useRepositories } from '../support/repositories.ts'
import { fresh, member, organization, role, scenario } from '../support/scenario.ts'
import { gitIn, must } from '../support/workshop.ts'

const repositories = useRepositories()
const visit = useConsole({ worker: true, config: gitIn(repositories) })

const at = (org: string, page: string) => visit.at(`/organizations/${org}/${page}`)
const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })

describe.skipIf(noBrowser)(inBrowser('quotas'), () => {
  test('by keyboard alone: a pool of machines entered by hand, and a part of it for a team', async () => {
    const org = fresh('acme')
    const { ada } = await scenario(visit.server, organization(org, member('ada')))
    await must(
      ada.createTeam({
        path: { organization_canonical: org },
        body: { name: 'Ops', canonical: 'ops', roles_canonical: ['organization-member'] },
      }),
    )
    const page = await visit.open({ as: ada })
    await page.goto(at(org, 'resource-pools'))
    await page.getByText('No pools yet').waitFor()
    await tabTo(page, 'Create a pool')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.getByLabel('Name').waitFor()
    await page.keyboard.type('Metal')
    await tabTo(page, /^Label/)
    await page.keyboard.type('metal')
    await page.getByText('No resource has this label yet.').waitFor()
    await page.keyboard.press('Enter')
    await row(page, 'Metal').waitFor()
    await tabTo(page, 'Add a machine to Metal')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByLabel('Name').waitFor()
    await page.keyboard.type('server-1')
    await tabTo(page, /^CPU units/)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('32')
    await page.keyboard.press('Enter')
    await row(page, 'Metal').getByText('0 of 32 given out').waitFor()
    await page.goto(`${at(org, 'quotas')}?new=true`)
    await page.getByRole('dialog').getByText('32 free of 32').waitFor()
    await tabTo(page, /^Team/)
    await page.keyboard.type('ops')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await tabTo(page, /^CPU units/)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('40')
    await page.getByText('More than the 32 that are free').waitFor()
    await page.keyboard.press('Enter')
    // What the service says of it is there, too.
    await page
      .getByRole('alert')
      .getByText(/asks for/)
      .waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('8')
    await page.keyboard.press('Enter')
    await row(page, 'Metal').getByText('0 of 8').waitFor()
  })

  test('what takes of a quota is shown by environment, and a quota in use is not taken away', async () => {
    const world = await openQuotaWorld(visit.server, repositories, { cpu: 8, memory: 0, storage: 0 })
    await must(world.create('front', sized({ cores: 3, count: 2 })))
    const page = await visit.open({ as: world.ada })
    await page.goto(at(world.org, 'quotas'))
    await row(page, 'Ops').getByText('6 of 8').waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'quotas')
    await page.getByRole('button', { name: 'Take the quota from Ops' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page
      .getByRole('alert')
      .getByText(/is in use/)
      .waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Ops' }).click()
    await page.getByRole('dialog').getByRole('row').filter({ hasText: 'prod' }).getByText('6').waitFor()
    expect(await findings(page)).toEqual([])
    await page.goto(at(world.org, 'resource-pools'))
    await row(page, 'Metal').getByText('8 of 1,000 given out').waitFor()
    await page.getByRole('button', { name: 'Delete Metal' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the pool' }).click()
    await page
      .getByRole('alert')
      .getByText(/has quotas/)
      .waitFor()
  })

  test('who may only look reads why nothing can be changed; both pages hold in the dark and on a narrow screen', async () => {
    const org = fresh('acme')
    const { bob } = await scenario(
      visit.server,
      organization(org, role('reader', ['organization:quota:*'], ['organization:resource_pool:list']), member('bob', 'reader')),
    )
    const page = await visit.open({ as: bob, dark: true, width: 320 })
    await page.goto(at(org, 'resource-pools'))
    await page.getByRole('button', { name: 'Create a pool' }).first().focus()
    await page
      .getByText(/no rule grants organization:resource_pool:create/)
      .first()
      .waitFor()
    for (const name of ['resource-pools', 'quotas']) {
      await page.goto(at(org, name))
      await page.getByRole('heading', { level: 2 }).first().waitFor()
      expect(await findings(page), name).toEqual([])
      expect(await overflow(page), name).toBe(0)
    }
  })
})
