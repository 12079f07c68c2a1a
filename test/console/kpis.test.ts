/** KPIs as dashboards: every widget of what builds and events tell, made with a look at the chart first. */
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import type { Client } from '../support/client.ts'
import { findings, overflow, picture, tabTo, useConsole } from '../support/console.ts'
import type { NewKPI } from '../support/kpi-world.ts'
import { type Line, openLine, run, tasksOnHost } from '../support/pipelines.ts'
import { useRepositories } from '../support/repositories.ts'
import { member, scenario } from '../support/scenario.ts'
import { webStack } from '../support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../support/workshop.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const repositories = useRepositories()
const visit = useConsole({ worker: true, config: gitIn(repositories), engine: tasksOnHost })

const task = (name: string, script: string) =>
  `{task: ${name}, config: {platform: linux, image_resource: {type: registry-image, source: {repository: busybox}}, run: {path: sh, args: [-c, '${script}']}}}`
const config = `
jobs:
  - {name: test, plan: [${task('ok', 'sleep 1')}]}
  - {name: broken, plan: [${task('fail', 'exit 1')}]}
`

const kpis: NewKPI[] = [
  { name: 'How builds end', type: 'build_history', widget: 'pie' },
  { name: 'How builds end, with a hole', type: 'build_history', widget: 'doughnut' },
  { name: 'Builds one by one', type: 'build_history', widget: 'history' },
  { name: 'Builds a day', type: 'build_frequency', widget: 'bars' },
  { name: 'Build time', type: 'build_avg_time', widget: 'line' },
  { name: 'Mean build time', type: 'build_avg_time', widget: 'summary' },
  { name: 'Coverage over time', type: 'code_coverage', widget: 'line' },
  { name: 'Coverage now', type: 'code_coverage', widget: 'doughnut' },
  { name: 'Where releases wait', type: 'time_to_release', widget: 'stackbars', config: { envs: ['staging', 'prod'] } },
  { name: 'Time to release', type: 'time_to_release', widget: 'bars', config: { envs: ['staging', 'prod'] } },
]

describe.skipIf(noBrowser)(inBrowser('KPIs'), () => {
  let line: Line
  let ada: Client
  let bob: Client
  let org: string
  beforeAll(async () => {
    const workshop = await openWorkshop(visit.server, repositories, webStack())
    ;({ ada, org } = workshop)
    line = await openLine(workshop, config)
    const [row] = await visit.server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
    const joins = member('bob', 'default-project-viewer')
    bob = (await scenario<'bob'>(visit.server, (world) => joins(world, { id: Number(row?.id), path: [], canonical: org }))).bob
    for (const job of ['test', 'broken', 'test']) await run(line, job)
    const path = { organization_canonical: org }
    const send = (tags: Record<string, string>) =>
      must(
        ada.sendEvent({
          path,
          body: {
            type: 'Custom',
            severity: 'info',
            title: 'from a pipeline',
            message: 'm',
            tags: Object.entries({ project: 'shop', ...tags }).map(([key, value]) => ({ key, value })),
          },
        }),
      )
    for (const coverage of ['71.5', '73']) await send({ kpi: 'code_coverage', coverage })
    for (const [version, env] of [
      ['1.0', 'staging'],
      ['1.1', 'staging'],
      ['1.0', 'prod'],
      ['1.1', 'prod'],
    ] as const)
      await send({ kpi: 'time_to_release', version, env })
    for (const body of kpis) await must(ada.createKpi({ path: { ...path, project_canonical: 'shop' }, body }))
  })
  const dashboard = (search = '') => visit.at(`/organizations/${org}/projects/shop/kpis${search}`)
  const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).first()

  test('every widget shows its numbers, to eyes and as a table', async () => {
    const page = await visit.open({ as: ada })
    await page.goto(dashboard('?days=7'))
    await card(page, 'How builds end').getByRole('table').getByText('66.7%').waitFor()
    await card(page, 'How builds end, with a hole').getByRole('rowheader', { name: 'succeeded' }).waitFor()
    await card(page, 'Coverage now').getByRole('cell', { name: '73%' }).first().waitFor()
    await card(page, 'Mean build time').getByText('average time of a build in this period').waitFor()
    await card(page, 'Builds a day').getByRole('button', { name: /table/i }).click()
    await card(page, 'Builds a day').getByRole('cell', { name: '3', exact: true }).waitFor()
    expect(await page.getByText('No version got to').count()).toBe(0)
    expect(await findings(page)).toEqual([])
    await picture(page, 'kpis')
  })

  test('a build in the history leads to itself', async () => {
    const page = await visit.open({ as: ada })
    await page.goto(dashboard())
    await card(page, 'Builds one by one')
      .getByRole('link', { name: /broken #1 failed/ })
      .click()
    await page.getByRole('heading', { level: 1, name: 'broken #1' }).waitFor()
  })

  test('by keyboard alone: a KPI is made with its chart beside it, changed, and deleted', async () => {
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`/organizations/${org}/projects/shop/kpis`))
    await page.getByRole('button', { name: 'New KPI' }).waitFor()
    await tabTo(page, 'New KPI')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog
      .getByRole('region', { name: 'Preview' })
      .getByRole('link', { name: /test #1 succeeded/ })
      .waitFor()
    await page.keyboard.type('Made by hand')
    await tabTo(page, /^How to draw it/)
    await page.keyboard.press('Enter')
    // As people do: when the choice is there.
    await page.getByRole('option', { name: 'Pie' }).waitFor()
    const chosen = page.locator('[data-combobox-selected]').getByText('Pie', { exact: true })
    for (let presses = 0; presses < 10 && !(await chosen.isVisible()); presses++) {
      await page.keyboard.press('ArrowDown')
      // Nobody presses again before they see where they are.
      await page.waitForTimeout(250)
    }
    await chosen.waitFor()
    await page.keyboard.press('Enter')
    await dialog.getByRole('region', { name: 'Preview' }).getByText('66.7%').waitFor()
    expect(await findings(page)).toEqual([])
    await page.keyboard.press('Tab')
    await tabTo(page, 'Create the KPI')
    await page.keyboard.press('Enter')
    await card(page, 'Made by hand').getByText('66.7%').waitFor()
    const act = async (name: string, what: string) => {
      await card(page, name)
        .getByRole('button', { name: `Actions for ${name}` })
        .press('Enter')
      await page.getByRole('menuitem', { name: what }).press('Enter')
    }
    await act('Made by hand', 'Edit')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Made better')
    await page.keyboard.press('Enter')
    await card(page, 'Made better').getByText('66.7%').waitFor()
    await act('Made better', 'Delete')
    await page.getByRole('button', { name: 'Delete the KPI' }).press('Enter')
    await expect.poll(() => card(page, 'Made better').count()).toBe(0)
  })

  test('a favourite is marked at once, and found among all projects', async () => {
    const page = await visit.open({ as: ada })
    await page.goto(dashboard())
    await page.getByRole('button', { name: 'Mark Coverage now as favourite' }).click()
    await page.getByRole('button', { name: 'Take Coverage now out of the favourites' }).waitFor()
    await page.goto(visit.at(`/organizations/${org}/kpis?favourites=true`))
    await card(page, 'Coverage now').getByRole('cell', { name: '73%' }).first().waitFor()
    expect(await card(page, 'Build time').count()).toBe(0)
    expect(await findings(page)).toEqual([])
  })

  test('whoever may only look is told why none can be made', async () => {
    const page = await visit.open({ as: bob })
    await page.goto(dashboard())
    const create = page.getByRole('button', { name: 'New KPI' })
    await expect.poll(() => create.getAttribute('aria-disabled')).toBe('true')
    expect(await create.getAttribute('aria-description')).toContain('organization:kpi:create')
  })

  test('dashboards are fit for the dark, and for a narrow screen', async () => {
    const page = await visit.open({ as: ada, dark: true, width: 320, language: 'fr' })
    await page.goto(dashboard())
    await card(page, 'Coverage now').getByRole('cell', { name: /73/ }).first().waitFor()
    expect(await findings(page)).toEqual([])
    expect(await overflow(page)).toBe(0)
  })
})
