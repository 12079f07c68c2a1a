/** A project whose KPIs have data, and what a test does with them. */
import { expect } from 'vitest'
import { day, dayOf } from '../../src/domains/kpis/period.ts'
import type { EngineBuild } from '../../src/engine/types.ts'
import { make, type NewKPI, openProject, writePipeline } from './kpi-world.ts'
import type { TestServer } from './server.ts'

const now = Math.floor(Date.now() / 1000)
/** Its first second, in UTC. */
export const yesterday = dayOf(now) - day
/** Yesterday and today until now. */
export const lastDays = { fetch_data: true, begin: yesterday, end: now }

let ids = 0
export function build(job_name: string, start_time: number, seconds: number, status: EngineBuild['status'] = 'succeeded'): EngineBuild {
  const id = ++ids
  return { id, name: String(id), status, job_name, start_time, end_time: start_time + seconds }
}

/** The pipelines `web-dev-api` with the jobs test and deploy, and `web-prod-api` with deploy alone. */
export async function openMeasured(server: TestServer) {
  const { ada, org, path, place } = await openProject(server)
  await writePipeline(server, { ...place, environment: 'dev' }, 'web-dev-api', ['test', 'deploy'])
  return {
    org,
    ada,
    path,
    place,
    make: async (body: NewKPI, where = {}) => (await make(ada, path, body, where)).at,
    look: async (at: typeof path & { kpi_canonical: string }, query: object = lastDays) => {
      const { data_set, error } = (await ada.getKpi({ path: at, query })).body.data
      return { data_set: data_set as unknown[][] | undefined, error }
    },
    /** From a list that has to succeed. */
    list: async (query: object = lastDays) => {
      const answer = await ada.getKpis({ path, query })
      expect(answer).toHaveStatus(200)
      return answer.body.data
    },
  }
}
