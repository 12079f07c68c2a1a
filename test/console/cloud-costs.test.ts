/** From a bill to what it says: uploaded, looked into, attributed, watched. */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, picture, tabTo, useConsole } from '../support/console.ts'
import { member, organization, role, scenario } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'
import { type Bills, focus, month, openBills } from '../support/uploaded-bills.ts'
import { must } from '../support/workshop.ts'

const visit = useConsole({ worker: true })

const heading = (page: Page, name: string | RegExp, level = 1) => page.getByRole('heading', { level, name }).waitFor()
const address = ({ org }: Bills, rest = '') => visit.at(`/organizations/${org}/cloud-cost-management${rest}`)
const july = '?from=2026-07-01&to=2026-07-31'

/** Three services, two accounts, and tags that name a project: 31 × 9 dollars in July, 30 × 4 in June. */
const bill = focus([
  ...month('2026-06', 30, '4'),
  ...month('2026-07', 31, '6', { tags: { Project: 'web-shop', Stage: 'prod' } }),
  ...month('2026-07', 31, '2', { service: 'Amazon S3', resource: 'bucket-1' }),
  ...month('2026-07', 31, '1', { service: 'Amazon RDS', resource: 'db-1', linked: '333' }),
])

async function billed(): Promise<Bills> {
  const bills = await openBills(visit.server)
  expect((await bills.upload(bill)).status).toBe('succeeded')
  return bills
}

describe.skipIf(noBrowser)(inBrowser('cloud costs'), () => {
  test('a bill is uploaded, its import is followed to the end, and its months are there', async () => {
    const bills = await openBills(visit.server)
    const page = await visit.open({ as: bills.ada })
    await page.goto(address(bills, '/accounts'))
    await page.getByRole('link', { name: 'Bills' }).click()
    await heading(page, 'Bills')
    const file = join(tmpdir(), `bill-${process.pid}.csv`)
    writeFileSync(file, bill)
    await page.locator('input[type=file]').setInputFiles(file)
    const dialog = page.getByRole('dialog', { name: /^Import / })
    await dialog.getByText('Done').waitFor()
    await dialog.getByText('US$279.00').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: 'Months' }).click()
    await page.getByRole('row').filter({ hasText: 'Jul 2026' }).getByText('Shown').waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'cloud-cost-account')
  })

  test('what the platform refuses of a bill, it says: a file that is none, a month that lost days until somebody accepts it', async () => {
    const bills = await billed()
    const page = await visit.open({ as: bills.ada })
    await page.goto(address(bills, '/accounts/bills'))
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'holiday.txt', mimeType: 'text/plain', buffer: Buffer.from('sun and sea\n') })
    const dialog = page.getByRole('dialog', { name: /^Import / })
    await dialog.getByText('Failed').waitFor()
    await page.keyboard.press('Escape')
    await bills.upload(focus(month('2026-07', 10, '1')), 'short.csv')
    await page.getByRole('tab', { name: 'Months' }).click()
    const refused = page.getByRole('row').filter({ hasText: 'Looks wrong' })
    await refused.getByRole('button', { name: 'Accept' }).click()
    await page
      .getByRole('dialog')
      .getByText(/less than/)
      .waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click()
    await page.getByText('Jul 2026 was accepted').waitFor()
    await expect.poll(() => bills.months()).toContainEqual(expect.objectContaining({ month: '2026-07', state: 'active', lines: 10 }))
  })

  test('a month is looked into by service, then into a service, down to its resources; the address says where, and the way back is there', async () => {
    const bills = await billed()
    const page = await visit.open({ as: bills.ada })
    await page.goto(address(bills, `${july}&by=%5B%22service%22%5D`))
    await heading(page, 'Cloud costs')
    await page.getByText('US$279.00', { exact: true }).waitFor()
    // 9 dollars a day, after 4.
    await page.getByText('+133%').first().waitFor()
    const rows = page.getByRole('table', { name: 'Costs by part' }).getByRole('row')
    await rows.filter({ hasText: 'Amazon EC2' }).getByText('US$186.00').waitFor()
    await page.locator('.recharts-bar-rectangle').first().waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'cloud-costs')
    await rows.getByRole('link', { name: 'Amazon S3' }).click()
    await page.getByRole('table', { name: 'Resources that cost most' }).getByText('bucket-1').waitFor()
    expect(await page.getByText('db-1').count()).toBe(0)
    const shared = page.url()
    const other = await visit.open({ as: bills.ada })
    await other.goto(shared)
    await other.getByRole('table', { name: 'Resources that cost most' }).getByText('bucket-1').waitFor()
    await other.getByRole('navigation', { name: 'Where you are in the costs' }).getByRole('link', { name: 'All costs' }).click()
    await other.getByText('US$279.00', { exact: true }).waitFor()
  })

  test('by keyboard alone: a part of the costs is opened with Enter, and closed again', async () => {
    const bills = await billed()
    const page = await visit.open({ as: bills.ada })
    await page.goto(address(bills, `${july}&by=%5B%22linked_account%22%5D`))
    await page.getByRole('link', { name: /^Account 333/ }).waitFor()
    await tabTo(page, /^Account 333/)
    await page.keyboard.press('Enter')
    await page.getByText('US$31.00', { exact: true }).first().waitFor()
    await page.getByRole('link', { name: 'Amazon RDS' }).waitFor()
    await tabTo(page, 'All costs')
    await page.keyboard.press('Enter')
    await page.getByText('US$279.00', { exact: true }).waitFor()
  })

  test('tags tell the project: what a key would find is said before it is saved, and past costs follow', async () => {
    const bills = await billed()
    const page = await visit.open({ as: bills.ada })
    await page.goto(address(bills, '/tags'))
    await page.getByText('No mapping yet').waitFor()
    const part = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Project' }) })
    await part.getByLabel('Expression for other keys').fill('^Pro(')
    await part.getByText(/is no regular expression/).waitFor()
    await part.getByLabel('Expression for other keys').fill('')
    await part.getByLabel('Add a tag key').fill('Project')
    await part.getByLabel('Add a tag key').press('Enter')
    await part.getByText('1 tag key is taken').waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The costs of 2 months follow this mapping.').waitFor()
    await page.goto(address(bills, `${july}&by=%5B%22project%22%5D`))
    await page.getByRole('link', { name: 'web-shop' }).waitFor()
    await page.getByRole('link', { name: 'No Project' }).waitFor()
  })

  test('a budget is made, shows how far it is, and goes when its name is typed', async () => {
    const bills = await billed()
    const page = await visit.open({ as: bills.ada })
    await page.goto(address(bills, '/budgets'))
    await page.getByRole('link', { name: 'Create a budget' }).first().click()
    await heading(page, 'Create a budget')
    await page.getByRole('button', { name: 'Create a budget' }).click()
    await page.getByText('Must be more than zero').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('Everything')
    await page.getByRole('textbox', { name: /^Amount/ }).fill('1000')
    await page.getByRole('button', { name: 'Create a budget' }).click()
    await heading(page, 'Everything')
    await page.getByText('80 % spent').waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'cost-budget')
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByLabel('Type Everything to confirm').fill('Everything')
    await page.getByRole('button', { name: 'Delete the budget' }).click()
    await page.getByText('No budgets yet').waitFor()
  })

  test('who may only read costs sees them, and reads why the rest is barred', async () => {
    const bills = await billed()
    const { bob } = await scenario(
      visit.server,
      organization(
        `${bills.org}-b`,
        role('reader', ['organization:cloud_cost_management:read'], ['organization:read']),
        member('bob', 'reader'),
      ),
    )
    const page = await visit.open({ as: bob })
    // Who is at the button before the rules are known is told as well.
    await page.route('**/access', async (route) => {
      await new Promise((later) => setTimeout(later, 500))
      await route.continue()
    })
    await page.goto(visit.at(`/organizations/${bills.org}-b/cloud-cost-management/rates`))
    await page.getByRole('button', { name: 'Enter a rate' }).focus()
    await page
      .getByText(/no rule grants organization:cloud_cost_management:update/)
      .first()
      .waitFor()
    await page.goto(visit.at(`/organizations/${bills.org}-b/cloud-cost-management/budgets`))
    await page.getByText('You may not see this').waitFor()
  })

  test('every page holds in the dark, in French and on a narrow screen', async () => {
    const bills = await billed()
    await must(
      bills.ada.createCostBudget({
        path: { organization_canonical: bills.org },
        body: { name: 'All', amount: '100', currency: 'USD', span: 'year', enabled: true, thresholds: [{ percent: 50, of: 'actual' }] },
      }),
    )
    const pages = [
      [july, 'Coûts cloud'],
      ['/accounts', 'Comptes de coûts'],
      ['/budgets', 'Budgets'],
      ['/budgets/all', 'All'],
      ['/anomalies', 'Anomalies'],
      ['/tags', 'Correspondance des tags'],
      ['/rates', 'Taux de change'],
      ['/report?month=2026-07', 'Rapport mensuel'],
      ['/settings', 'Paramètres des coûts'],
    ] as const
    expect(
      await sweep(
        visit,
        bills.ada,
        pages.map(([path, title]) => ({ path: `/organizations/${bills.org}/cloud-cost-management${path}`, title })),
      ),
    ).toEqual([])
  })
})
