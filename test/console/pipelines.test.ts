/** Pipelines as people see them: the graph that lives, why a build waits, its log, versions, and the configuration with its history. */
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import type { Client } from '../support/client.ts'
import { findings, overflow, picture, tabTo, useConsole } from '../support/console.ts'
import { ended, type Line, openLine, run, tasksOnHost } from '../support/pipelines.ts'
import { useRepositories } from '../support/repositories.ts'
import { member, scenario } from '../support/scenario.ts'
import { webStack } from '../support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../support/workshop.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const repositories = useRepositories()
const visit = useConsole({ worker: true, config: gitIn(repositories), engine: tasksOnHost })

const task = (name: string, script: string) =>
  `{task: ${name}, config: {platform: linux, image_resource: {type: registry-image, source: {repository: busybox}}, run: {path: sh, args: [-c, '${script}']}}}`

const lineOn = (uri: string) => `
groups:
  - {name: delivery, jobs: [test, deploy]}
  - {name: upkeep, jobs: [wait]}
resources:
  - {name: app, type: git, source: {uri: '${uri}', branch: main}}
  - {name: release, type: mock, source: {no_initial_version: true}}
jobs:
  - name: test
    plan:
      - {get: app}
      - in_parallel: [${task('unit', 'printf "\\033[32mall green\\033[0m\\\\n"')}, ${task('lint', 'echo linted')}]
      - {put: release, params: {version: "1.0"}}
  - name: deploy
    plan:
      - {get: release, passed: [test]}
      - try: ${task('rehearse', 'exit 1')}
      - ${task('roll-out', 'for n in 1 2 3; do echo "line $n"; done; exit 3')}
  - name: wait
    plan: [${task('wait', 'echo waiting; for n in 1 2 3 4 5 6 7 8; do sleep 0.4; echo "told $n"; done; sleep 300')}]
`

describe.skipIf(noBrowser)(inBrowser('pipelines'), () => {
  let line: Line
  let bob: Client
  let at: (rest?: string) => string
  let org: string
  let uri: string
  beforeAll(async () => {
    const workshop = await openWorkshop(visit.server, repositories, webStack())
    org = workshop.org
    uri = repositories.make('app', { main: { 'README.md': 'Hello\n' } })
    line = await openLine(workshop, lineOn(uri))
    const [row] = await visit.server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
    const joins = member('bob', 'default-project-viewer')
    bob = (await scenario<'bob'>(visit.server, (world) => joins(world, { id: Number(row?.id), path: [], canonical: org }))).bob
    at = (rest = '') => visit.at(`/organizations/${org}/projects/shop/environments/prod/components/app/pipelines/line${rest}`)
    await run(line, 'test')
    await run(line, 'deploy')
  })
  const ada = () => line.ada
  const said = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()

  test('all pipelines are in one list, with filters that are in the address', async () => {
    const page = await visit.open({ as: ada() })
    await page.goto(visit.at(`/organizations/${org}/pipelines?statuses=["failed"]`))
    const rows = page.getByRole('table', { name: 'Pipelines' })
    await rows.getByRole('link', { name: 'line', exact: true }).waitFor()
    await page.getByLabel('Pipeline', { exact: true }).fill('nothing like it')
    await said(page, 'Nothing fits this filter')
    expect(page.url()).toContain('name=nothing')
    await page.goto(visit.at(`/organizations/${org}/pipelines`))
    await rows.getByText('in sync').first().waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'pipelines')
  })

  test('pausing is shown at once, and can be undone', async () => {
    const page = await visit.open({ as: ada() })
    await page.goto(visit.at(`/organizations/${org}/pipelines`))
    await page.getByRole('button', { name: 'Pause line', exact: true }).click()
    await page.getByRole('button', { name: 'Let line go on', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Pause line', exact: true }).waitFor()
    expect((await must(ada().getPipeline({ path: line.pipeline }))).body.data.paused).toBe(false)
  })

  test('a pipeline is a graph of jobs and resources, in groups', async () => {
    const page = await visit.open({ as: ada() })
    await page.goto(at())
    const graph = page.getByRole('region', { name: 'Jobs and resources of line' })
    await graph.getByText('roll-out').or(graph.getByText('deploy')).first().waitFor()
    await tabTo(page, /^deploy/)
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'deploy', exact: true }).waitFor()
    await graph.getByText('test', { exact: true }).click()
    await page.getByRole('region', { name: 'test', exact: true }).getByText('all green').or(page.getByText('Reads')).first().waitFor()
    expect(page.url()).toContain('selected=job')
    expect(await findings(page)).toEqual([])
    await picture(page, 'pipeline')
    await page.getByRole('tab', { name: /upkeep/ }).click()
    await graph.getByText('wait', { exact: true }).waitFor()
    expect(await graph.getByText('deploy', { exact: true }).count()).toBe(0)
  })

  test('by keyboard alone: a job is run, its log streams, also after the connection was lost, and it is aborted', async () => {
    const page = await visit.open({ as: ada() })
    await page.goto(at('?group=upkeep&view=list'))
    await page.getByRole('button', { name: 'Run wait' }).waitFor()
    await tabTo(page, 'Run wait')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: /wait #1/ }).waitFor()
    const log = page.getByRole('log', { name: 'Log of wait' })
    await log.getByText('waiting').waitFor()
    await page.context().setOffline(true)
    await said(page, 'The connection was lost. The log goes on by itself')
    await page.context().setOffline(false)
    await log.getByText('told 8').waitFor()
    await expect.poll(() => page.getByText('The connection was lost').count()).toBe(0)
    const told = await log.getByText(/^(?:waiting|told \d)$/).allTextContents()
    expect(told).toEqual(['waiting', ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `told ${n}`)])
    await tabTo(page, 'Abort')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Run again with these versions' }).waitFor()
    await said(page, 'aborted by ada')
  })

  test('a pending build says why, and the reason can be ended there', async () => {
    await must(ada().pausePipeline({ path: line.pipeline }))
    const page = await visit.open({ as: ada() })
    await page.goto(at('/jobs/test'))
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await said(page, 'Why is it pending?')
    await said(page, 'The pipeline is paused.')
    expect(await findings(page)).toEqual([])
    await picture(page, 'build-pending')
    await page.getByRole('button', { name: 'Let the pipeline go on' }).click()
    await page.getByRole('region', { name: 'Versions written' }).getByText('version 1.0').waitFor()
  })

  test('a build is its steps, each with its own log, and a line can be linked to', async () => {
    const [build] = (await must(ada().getBuilds({ path: line.job('deploy') }))).body.data
    await ended(line, 'deploy', build ?? { id: 0 })
    const page = await visit.open({ as: ada() })
    await page.goto(at(`/jobs/deploy/builds/${build?.id}`))
    const log = page.getByRole('log', { name: 'Log of roll-out' })
    await log.getByText('line 2').waitFor()
    await said(page, 'Try: a failure does not matter')
    await log.getByRole('link', { name: 'Line 3', exact: true }).click()
    await page.waitForURL(/line=3/)
    expect(await findings(page)).toEqual([])
    await picture(page, 'build')
    const again = await visit.open({ as: ada(), dark: true, width: 320, language: 'fr' })
    await again.goto(page.url())
    await again.locator('[data-marked="true"]').getByText('line 2').waitFor()
    expect(await findings(again)).toEqual([])
    expect(await overflow(again)).toBe(0)
  })

  test('versions are checked for, disabled with a way back, and pinned with a reason', async () => {
    const page = await visit.open({ as: ada() })
    await page.goto(at('/resources/app'))
    await page.getByRole('button', { name: 'Check now' }).click()
    await said(page, 'The check has ended.')
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('disabled', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Disable' }).waitFor()
    await page.getByRole('button', { name: 'Pin', exact: true }).click()
    await page.getByLabel('Why', { exact: true }).fill('until it works')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await said(page, 'The comment is saved')
    await page.getByRole('button', { name: 'Details and builds' }).click()
    await page.getByRole('link', { name: /Build 1 of test/ }).waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'resource')
    const { data } = (await must(ada().getResource({ path: { ...line.pipeline, resource_name: 'app' } }))).body
    expect(data).toMatchObject({ pin_comment: 'until it works' })
    await page.getByRole('button', { name: 'Unpin' }).click()
    await said(page, 'Jobs take the newest version of app again')
  })

  test('a configuration is mended where it is wrong, compared, saved, and taken back', async () => {
    const page = await visit.open({ as: ada() })
    await page.goto(at('/config'))
    const editor = page.getByRole('textbox', { name: 'Pipeline configuration' })
    // Replaced as a whole, as pasted: whoever types gets the indentation from the editor.
    const paste = async (config: string) => {
      await editor.click()
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText(config)
    }
    const late = (input: string) =>
      `${lineOn(uri).replace('jobs: [wait]', 'jobs: [wait, late]')}  - name: late\n    plan: [{get: ${input}}]\n`
    await paste(late('nowhere'))
    await said(page, /jobs\[3\].*nowhere.*line \d+/)
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Stay here' }).click()
    await said(page, /jobs\[3\].*nowhere.*line \d+/)
    expect(await findings(page)).toEqual([])
    await paste(late('app'))
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByRole('dialog').getByText('late', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Save the configuration' }).click()
    await said(page, 'From version 1 to 2')
    await page.getByText('name: late').first().waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'pipeline-history')
    await page.getByRole('button', { name: 'Go back to it' }).click()
    await page.getByRole('button', { name: 'Go back to this version' }).click()
    await said(page, 'Version 1 runs again')
    const jobs = (await must(ada().getJobs({ path: line.pipeline }))).body.data.map(({ name }) => name)
    expect(jobs).toEqual(['test', 'deploy', 'wait'])
  })

  test('a pipeline that was changed by hand is brought in line with its stack, and gets another name', async () => {
    const path = { ...line.pipeline, inpath_pipeline_name: 'shop-prod-app' }
    const text = (await must(ada().getPipelineConfig({ path }))).body.data
    await must(ada().updatePipeline({ path, body: { passed_config: text.replace('1h', '5m') } }))
    const page = await visit.open({ as: ada() })
    await page.goto(at('').replace(/line$/, 'shop-prod-app'))
    await page.getByRole('button', { name: 'What differs?' }).click()
    const dialog = page.getByRole('dialog', { name: 'The pipeline and its stack' })
    await dialog.getByText('tick', { exact: true }).first().waitFor()
    expect(await findings(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Bring in line' }).click()
    await said(page, 'The pipeline follows its stack again')
    await page.getByText('in sync', { exact: true }).waitFor()
    expect((await must(ada().getPipelineConfig({ path }))).body.data).toBe(text)
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('web')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'web' }).waitFor()
    expect(page.url()).toContain('/pipelines/web')
  })

  test('a pipeline of somebody’s own is made, and deleted by whoever types its name', async () => {
    const page = await visit.open({ as: ada() })
    await page.goto(at('').replace(/line$/, ''))
    await page.getByRole('button', { name: 'New pipeline' }).click()
    const name = page.getByLabel('Name')
    await name.fill('Line')
    await page.getByRole('button', { name: 'Create the pipeline' }).click()
    await expect.poll(() => name.getAttribute('aria-invalid')).toBe('true')
    await name.fill('line')
    await page.getByRole('button', { name: 'Create the pipeline' }).click()
    await page.getByRole('alert').first().waitFor()
    await name.fill('hourly')
    await page.getByRole('button', { name: 'Create the pipeline' }).click()
    await page.getByRole('heading', { level: 1, name: 'hourly' }).waitFor()
    await page.getByRole('region', { name: 'Jobs and resources of hourly' }).getByText('greet').first().waitFor()
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Delete the pipeline' }).click()
    const verb = page.getByRole('button', { name: 'Delete the pipeline' })
    await expect.poll(() => verb.isDisabled()).toBe(true)
    await page.getByLabel('Type hourly to confirm').fill('hourly')
    await verb.click()
    await said(page, 'hourly is deleted')
    await page.getByRole('table', { name: 'Pipelines' }).getByRole('link', { name: 'line', exact: true }).waitFor()
    expect(await page.getByRole('link', { name: 'hourly', exact: true }).count()).toBe(0)
  })

  test('whoever may only look is told why nothing can be done', async () => {
    const page = await visit.open({ as: bob })
    await page.goto(at('?view=list'))
    const pause = page.getByRole('button', { name: 'Pause', exact: true })
    await expect.poll(() => pause.getAttribute('aria-disabled')).toBe('true')
    expect(await pause.getAttribute('aria-description')).toContain('organization:pipeline:pause')
    await pause.click({ force: true })
    expect((await must(ada().getPipeline({ path: line.pipeline }))).body.data.paused).toBe(false)
  })

  test.each([
    ['', 'Graph'],
    ['/jobs/test', 'What goes in and out'],
    ['/resources/app', 'Versions'],
    ['/config?tab=history', 'Every configuration'],
  ])('%s is fit for the dark, and for a narrow screen', async (rest, there) => {
    const page = await visit.open({ as: ada(), dark: true, width: 320 })
    await page.goto(at(rest))
    await said(page, there)
    expect(await overflow(page)).toBe(0)
    expect(await findings(page)).toEqual([])
  })
})
