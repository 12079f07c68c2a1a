/** Two organizations with pipelines that look the same down to the names of their jobs, for asking one about what is the other's. */
import type { Client } from './client.ts'
import { checked, type Line, openLine, succeeded, versionOf, withRunner } from './pipelines.ts'
import type { Repositories } from './repositories.ts'
import type { TestServer } from './server.ts'
import { webStack } from './web-stack.ts'
import { must, openWorkshop, type Workshop } from './workshop.ts'

/** A pipeline and the numbers of what is in it. */
export interface Belongings {
  line: Line
  /** Of the job `test`, which has succeeded. */
  built: number
  /** Of the job `other`, which has succeeded. */
  builtByOther: number
  /** Of the job `hold`, which is paused: it waits. */
  waiting: number
  /** Of the resource `repo`. */
  check: number
  /** Of `repo`, which is pinned to it, and of `image`, where it is disabled. */
  repo: number
  image: number
}

export interface Neighbour {
  org: string
  id: number
  /** Of the organization in Concourse. */
  team: string
  admin: Client
  /** An API key that may do everything. */
  key: Client
  line: Belongings
  /** Another pipeline of the same component with the same jobs and resources. */
  sibling: Belongings
  /** A pipeline of another component. */
  elsewhere: string
  /** A job and a resource that only `line` has. */
  only: string
  /** A job and a resource that only `sibling` has. */
  onlySibling: string
}

export async function openNeighbour(server: TestServer, repositories: Repositories, marker: string): Promise<Neighbour> {
  const workshop = await openWorkshop(server, repositories, webStack())
  const { org, ada } = workshop
  const path = { organization_canonical: org }
  const rules = [{ action: 'organization:**', effect: 'allow' as const, resources: [] }]
  const key = (await must(ada.createAPIKey({ path, body: { name: 'robot', canonical: 'robot', rules } }))).body.data.token
  const [only, onlySibling, elsewhere] = [`only-${marker}`, `sibling-${marker}`, `elsewhere-${marker}`]
  await openLine(workshop, configOf('elsewhere'), { name: elsewhere, component: 'another' })
  const { line, sibling } = await withRunner(server, async () => ({
    line: await furnish(workshop, 'line', only),
    sibling: await furnish(workshop, 'sibling', onlySibling),
  }))
  const [row] = await server.database.query<{ id: string; ci_team_name: string }>(
    'select id, ci_team_name from organizations where canonical = $1',
    [org],
  )
  const found = { id: Number(row?.id), team: row?.ci_team_name ?? '' }
  return { org, ...found, admin: ada, key: server.client(key), line, sibling, elsewhere, only, onlySibling }
}

const configOf = (only: string) => `
resources:
  - {name: repo, type: mock, source: {initial_version: v1}}
  - {name: image, type: mock, source: {no_initial_version: true}}
  - {name: ${only}, type: mock, source: {initial_version: v1}}
jobs:
  - {name: test, plan: [{get: repo}, {put: image, params: {version: i1}}]}
  - {name: other, plan: [{get: repo}]}
  - {name: hold, plan: [{get: repo}]}
  - {name: ${only}, plan: [{get: ${only}}]}
`

async function furnish(workshop: Workshop, name: string, only: string): Promise<Belongings> {
  const { ada } = workshop
  const line = await openLine(workshop, configOf(only), { name })
  // A past as long as the names: `sibling` has more versions than `line`.
  for (let version = 2; version < name.length; version++)
    await must(ada.updatePipeline({ path: line.pipeline, body: { passed_config: `# ${version}\n${configOf(only)}` } }))
  await must(ada.pauseJob({ path: line.job('hold') }))
  const built = (await succeeded(line, 'test')).id
  const builtByOther = (await succeeded(line, 'other')).id
  const waiting = (await must(ada.createBuild({ path: line.job('hold') }))).body.data.id
  const check = (await must(ada.checkResource({ path: { ...line.pipeline, resource_name: 'repo' }, body: {} }))).body.data
  await checked(line, 'repo', check)
  const [repo, image] = [await versionOf(line, 'repo'), await versionOf(line, 'image')]
  const onRepo = { ...line.pipeline, resource_name: 'repo' }
  await must(ada.pinResourceVersion({ path: { ...onRepo, resource_version_id: repo } }))
  await must(ada.resourceSetPinComment({ path: onRepo, body: { pin_comment: 'because' } }))
  await must(ada.disableResourceVersion({ path: { ...line.pipeline, resource_name: 'image', resource_version_id: image } }))
  return { line, built, builtByOther, waiting, check: check.id, repo, image }
}
