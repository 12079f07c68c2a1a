/** KPIs over the engine that is there: what compute.test.ts says with a made-up one, once with its own tables. */
import { expect, test } from 'vitest'
import { type PastBuild, writeBuilds, writePipeline } from '../../../../test/support/kpi-world.ts'
import { environment, fresh, member, organization, project, scenario } from '../../../../test/support/scenario.ts'
import { useServer } from '../../../../test/support/server.ts'
import type { Schema } from '../../../contract/operation.ts'
import { day, dayOf } from '../period.ts'

const server = useServer()
const now = Math.floor(Date.now() / 1000)
const yesterday = dayOf(now) - day

const past: PastBuild[] = [
  { job: 'test', status: 'succeeded', start: yesterday + 10, seconds: 60 },
  { job: 'deploy', status: 'failed', start: yesterday + 100, seconds: 20 },
  { job: 'deploy', status: 'succeeded', start: yesterday + 200, seconds: 40 },
  { job: 'deploy', status: 'aborted', start: yesterday + 300, seconds: 5000 },
  { job: 'deploy', status: 'aborted', seconds: 0 },
  { job: 'deploy', status: 'started', start: yesterday + 400, seconds: 0 },
  { job: 'deploy', status: 'succeeded', start: yesterday - 1, seconds: 40 },
]

test.each<[Partial<Schema<'NewKPI'>>, unknown[][]]>([
  [{ type: 'build_avg_time', widget: 'bars', job_name: 'deploy' }, [[yesterday, 30]]],
  [{ type: 'build_avg_time', widget: 'bars' }, [[yesterday, 40]]],
  [{ type: 'build_frequency', widget: 'line', job_name: 'deploy' }, [[yesterday, 3]]],
  [{ type: 'build_frequency', widget: 'line' }, [[yesterday, 4]]],
  [
    { type: 'build_history', widget: 'pie' },
    [
      ['succeeded', 2],
      ['failed', 1],
      ['errored', 0],
      ['aborted', 1],
    ],
  ],
  [
    { type: 'build_history', widget: 'history', job_name: 'deploy', pipeline_name: 'web-prod-api' },
    [
      [yesterday + 100, 'failed', 20, 'deploy', '2', 'web-prod-api', expect.any(Number)],
      [yesterday + 200, 'succeeded', 40, 'deploy', '3', 'web-prod-api', expect.any(Number)],
      [yesterday + 300, 'aborted', 5000, 'deploy', '4', 'web-prod-api', expect.any(Number)],
    ],
  ],
])('%j', async (body, rows) => {
  const org = fresh('acme')
  const { ada } = await scenario(server, organization(org, member('ada'), project('web', environment('prod'))))
  const place = { organization: org, project: 'web', environment: 'prod', component: 'api' }
  await writeBuilds(server, await writePipeline(server, place, 'web-prod-api', ['test', 'deploy']), past)
  // In the same place, and not told to the engine yet.
  await writePipeline(server, place, 'web-prod-new', ['test', 'deploy'])
  const path = { organization_canonical: org, project_canonical: 'web' }
  const query = { fetch_data: true, begin: yesterday, end: yesterday + day - 1 }
  const made = await ada.createKpi({ path, query, body: { name: 'Builds', type: 'build_history', widget: 'pie', ...body } })
  expect(made).toHaveStatus(200)
  expect(made.body.data.error).toBe('')
  expect(made.body.data.data_set?.slice(1)).toEqual(rows)
})
