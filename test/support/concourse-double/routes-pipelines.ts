/** Teams, pipelines and their configuration. */
import { parse } from 'yaml'
import { stepsOf } from '../../../src/formats/pipeline/steps.ts'
import type { JobConfig, Json, JsonObject, PipelineConfig, ResourceConfig } from '../../../src/formats/pipeline/types.ts'
import { Answered, type Exchange, type Route } from './exchange.ts'
import { viewPipeline } from './view.ts'
import type { JobRow, PipelineRow, ResourceRow, TeamRow, World } from './world.ts'

/** @throws Answered with 404 */
export function teamOf(world: World, exchange: Exchange): TeamRow {
  const team = world.teams.find(({ name }) => name === exchange.params['team'])
  if (team && Date.now() >= team.visibleAt) return team
  exchange.empty(404)
  throw new Answered()
}

/** @throws Answered with 404 */
export function pipelineOf(world: World, exchange: Exchange): PipelineRow {
  const team = teamOf(world, exchange)
  const found = world.pipelines.find((pipeline) => pipeline.team === team && pipeline.name === exchange.params['pipeline'])
  if (found) return found
  exchange.empty(404)
  throw new Answered()
}

const at = '/api/v1/teams/:team'
const configFailed = 'failed to save config: comparison with existing config failed during save'

export function pipelineRoutes(world: World): Route[] {
  const on = (run: (pipeline: PipelineRow, exchange: Exchange) => undefined) => (exchange: Exchange) =>
    run(pipelineOf(world, exchange), exchange)
  const set = (change: Partial<PipelineRow>) =>
    on((pipeline, exchange) => {
      Object.assign(pipeline, change)
      world.changed(pipeline)
      exchange.empty(200)
    })
  return [
    { method: 'GET', pattern: '/api/v1/teams', run: ({ json }) => json(200, world.teams.map(viewTeam)) },
    { method: 'GET', pattern: at, run: (exchange) => exchange.json(200, viewTeam(teamOf(world, exchange))) },
    { method: 'PUT', pattern: at, run: (exchange) => saveTeam(world, exchange) },
    {
      method: 'GET',
      pattern: `${at}/pipelines`,
      run: (exchange) => {
        const team = teamOf(world, exchange)
        return exchange.json(200, world.pipelines.filter((pipeline) => pipeline.team === team).map(viewPipeline))
      },
    },
    { method: 'GET', pattern: `${at}/pipelines/:pipeline`, run: on((pipeline, { json }) => json(200, viewPipeline(pipeline))) },
    {
      method: 'GET',
      pattern: `${at}/pipelines/:pipeline/config`,
      run: on((pipeline, { json, empty }) => {
        if (pipeline.archived) return empty(404)
        json(200, { config: pipeline.config as unknown as Json }, { 'x-concourse-config-version': String(pipeline.version) })
      }),
    },
    { method: 'PUT', pattern: `${at}/pipelines/:pipeline/config`, run: (exchange) => saveConfig(world, exchange) },
    { method: 'PUT', pattern: `${at}/pipelines/:pipeline/pause`, needsLife: true, run: set({ paused: true }) },
    { method: 'PUT', pattern: `${at}/pipelines/:pipeline/unpause`, needsLife: true, run: set({ paused: false }) },
    { method: 'PUT', pattern: `${at}/pipelines/:pipeline/archive`, run: set({ archived: true, paused: true, version: 0 }) },
    {
      method: 'PUT',
      pattern: `${at}/pipelines/:pipeline/rename`,
      run: on((pipeline, { body, json, empty }) => {
        const { name } = JSON.parse(body) as { name: string }
        if (name === '') return json(400, { errors: ['pipeline name cannot be empty'] })
        if (world.pipelines.some((other) => other !== pipeline && other.team === pipeline.team && other.name === name)) return empty(500)
        pipeline.name = name
        json(200, {})
      }),
    },
    {
      method: 'DELETE',
      pattern: `${at}/pipelines/:pipeline`,
      run: on((pipeline, { empty }) => {
        world.pipelines.splice(world.pipelines.indexOf(pipeline), 1)
        for (const build of world.builds.filter((candidate) => candidate.pipeline === pipeline)) {
          world.builds.splice(world.builds.indexOf(build), 1)
          build.abort.abort()
        }
        empty(204)
      }),
    },
  ]
}

const viewTeam = ({ id, name, auth }: TeamRow): JsonObject => ({ id, name, auth })

function saveTeam(world: World, { params, body, user, json, text }: Exchange): undefined {
  const name = params['team'] ?? ''
  const { auth } = JSON.parse(body) as { auth?: Record<string, { users?: string[]; groups?: string[] }> }
  const roles = Object.values(auth ?? {})
  if (!auth || roles.length === 0 || roles.some(({ users = [], groups = [] }) => users.length + groups.length === 0)) return text(400, '')
  if (!user.isAdmin) return text(403, 'forbidden')
  const there = world.teams.find((team) => team.name === name)
  if (there) there.auth = auth as Json
  // The cache of teams hears of it a moment later.
  const team = there ?? { id: world.nextId(), name, auth: auth as Json, visibleAt: Date.now() + 50 }
  if (!there) world.teams.push(team)
  json(there ? 200 : 201, { team: viewTeam(team) })
}

function saveConfig(world: World, exchange: Exchange): undefined {
  const { params, query, body, request, json, text, empty } = exchange
  const type = request.headers['content-type']
  // Compared as a text: a charset behind it is another type.
  if (type !== 'application/json' && type !== 'application/x-yaml') return empty(415)
  const told = request.headers['x-concourse-config-version'] ?? ''
  if (typeof told !== 'string' || !/^\d*$/.test(told)) return json(400, { errors: ['config version is malformed'] })
  let parsed: unknown
  try {
    parsed = parse(body)
  } catch {
    return json(400, { errors: ['malformed config'] })
  }
  const config = normal(parsed)
  const errors = problemsOf(config)
  if (query.has('check_creds'))
    errors.push(...[...new Set(body.match(/\(\([^)]*\)\)/g) ?? [])].map((name) => `credential validation failed: undefined vars: ${name}`))
  if (errors.length > 0) return json(400, { errors })
  const team = teamOf(world, exchange)
  const there = world.pipelines.find((pipeline) => pipeline.team === team && pipeline.name === params['pipeline'])
  if (Number(told) !== (there?.version ?? 0)) return text(500, configFailed)
  const pipeline: PipelineRow = there ?? {
    ...{ id: world.nextId(), team, name: params['pipeline'] ?? '', config, version: 0, paused: true, public: false, archived: false },
    ...{ jobs: [], resources: [], lastUpdated: 0 },
  }
  if (!there) world.pipelines.push(pipeline)
  Object.assign(pipeline, { config, version: world.nextId(), archived: false, lastUpdated: world.now() })
  pipeline.jobs = syncJobs(world, pipeline, config.jobs)
  pipeline.resources = syncResources(world, pipeline, config.resources ?? [])
  world.changed(pipeline)
  json(there ? 200 : 201, {})
}

/** By id, which is the order in which jobs were first seen. */
function syncJobs(world: World, { jobs }: PipelineRow, configs: readonly JobConfig[]): JobRow[] {
  for (const job of jobs) job.isActive = false
  // Concourse inserts them in an order of its own.
  for (const config of [...configs].sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const there = jobs.find((job) => job.name === config.name)
    if (there) Object.assign(there, { config, isActive: true })
    else
      jobs.push({
        id: world.nextId(),
        name: config.name,
        config,
        isActive: true,
        paused: false,
        numbers: 0,
        hasNewInputs: false,
        caches: [],
      })
  }
  return jobs
}

function syncResources(world: World, { resources }: PipelineRow, configs: readonly ResourceConfig[]): ResourceRow[] {
  for (const resource of resources) resource.isActive = false
  for (const config of configs) {
    const there = resources.find(({ name }) => name === config.name)
    const pinned = config.version && { version: config.version, comment: '', inConfig: true }
    if (!there) {
      const empty = { versions: [], disabled: new Set<string>(), lastChecked: undefined, lastCheck: undefined, checking: undefined }
      resources.push({ id: world.nextId(), name: config.name, config, isActive: true, pin: pinned, ...empty })
      continue
    }
    const same = JSON.stringify([there.config.type, there.config.source]) === JSON.stringify([config.type, config.source])
    // Another source has another history.
    if (!same) Object.assign(there, { versions: [], lastChecked: undefined, lastCheck: undefined })
    Object.assign(there, { config, isActive: true, pin: pinned ?? (there.pin?.inConfig ? undefined : there.pin) })
  }
  return resources
}

/** As it comes back: what is false is left out, and a list that runs in parallel has steps. Unknown sections are dropped. */
function normal(value: unknown): PipelineConfig {
  const sections = ['groups', 'var_sources', 'resources', 'resource_types', 'prototypes', 'jobs', 'display']
  const kept = Object.entries((value ?? {}) as object).filter(([key, section]) => sections.includes(key) && section !== null)
  return JSON.parse(
    JSON.stringify(Object.fromEntries(kept), function (this: unknown, key: string, item: Json) {
      if (item === false && key !== 'value') return undefined
      return key === 'in_parallel' && Array.isArray(item) ? { steps: item } : item
    }),
  ) as PipelineConfig
}

function problemsOf({ jobs, resources = [] }: PipelineConfig): string[] {
  if (!Array.isArray(jobs) || jobs.length === 0) return ['invalid pipeline:\n\tpipeline must contain at least one job']
  const used = new Set<string>()
  const problems: string[] = []
  for (const job of jobs)
    for (const { step, path } of stepsOf(job)) {
      const name = 'get' in step ? (step.resource ?? step.get) : 'put' in step ? (step.resource ?? step.put) : undefined
      if (name === undefined) continue
      used.add(name)
      if (!resources.some((resource) => resource.name === name))
        problems.push(`invalid jobs:\n\tjobs.${job.name}.${path}: unknown resource '${name}'`)
    }
  for (const { name } of resources) if (!used.has(name)) problems.push(`invalid resources:\n\tresource '${name}' is not used`)
  return problems
}
