/** Resources and their versions. Numbers of versions are looked up over all teams, as Concourse does. */
import type { Version } from '../../../src/formats/pipeline/types.ts'
import { type Exchange, idOf, type Route } from './exchange.ts'
import { sendVersions } from './paging.ts'
import { pipelineOf } from './routes-pipelines.ts'
import { runCheck } from './scheduler.ts'
import { viewBuild, viewResource, viewVersion } from './view.ts'
import { keyOf, newBuild, type PipelineRow, type ResourceRow, type VersionRow, type World } from './world.ts'

const at = '/api/v1/teams/:team/pipelines/:pipeline/resources'

type Run = (resource: ResourceRow, exchange: Exchange, pipeline: PipelineRow) => undefined

export function resourceRoutes(world: World): Route[] {
  const on = (run: Run) => (exchange: Exchange) => {
    const pipeline = pipelineOf(world, exchange)
    const resource = pipeline.resources.find(({ name, isActive }) => isActive && name === exchange.params['resource'])
    if (!resource) return exchange.empty(404)
    run(resource, exchange, pipeline)
  }
  const onVersion = (run: (resource: ResourceRow, version: VersionRow, exchange: Exchange) => undefined) =>
    on((resource, exchange, pipeline) => {
      const id = idOf(exchange, exchange.params['version'] ?? '')
      const all = world.pipelines.flatMap(({ resources }) => resources).flatMap(({ versions }) => versions)
      const version = all.find((row) => row.id === id)
      if (!version) return exchange.empty(404)
      run(resource, version, exchange)
      world.changed(pipeline)
    })
  const needsLife = true
  return [
    {
      method: 'GET',
      pattern: at,
      run: (exchange) => {
        const pipeline = pipelineOf(world, exchange)
        const active = pipeline.resources.filter(({ isActive }) => isActive)
        return exchange.json(
          200,
          active.map((resource) => viewResource(pipeline, resource)),
        )
      },
    },
    { method: 'GET', pattern: `${at}/:resource`, run: on((resource, { json }, pipeline) => json(200, viewResource(pipeline, resource))) },
    { method: 'POST', pattern: `${at}/:resource/check`, needsLife, run: on((...of) => check(world, ...of)) },
    { method: 'GET', pattern: `${at}/:resource/versions`, run: on((resource, exchange) => listVersions(resource, exchange)) },
    {
      method: 'PUT',
      pattern: `${at}/:resource/versions/:version/enable`,
      needsLife,
      run: onVersion(({ disabled }, { version }, { empty }) => empty(disabled.delete(keyOf(version)) ? 200 : 500)),
    },
    {
      method: 'PUT',
      pattern: `${at}/:resource/versions/:version/disable`,
      needsLife,
      run: onVersion(({ disabled }, { version }, { empty }) => {
        if (disabled.has(keyOf(version))) return empty(500)
        disabled.add(keyOf(version))
        empty(200)
      }),
    },
    {
      method: 'PUT',
      pattern: `${at}/:resource/versions/:version/pin`,
      needsLife,
      run: onVersion((resource, { version }, { empty }) => {
        if (resource.pin?.inConfig) return empty(500)
        resource.pin = { version, comment: resource.pin?.comment ?? '', inConfig: false }
        empty(200)
      }),
    },
    {
      method: 'PUT',
      pattern: `${at}/:resource/unpin`,
      needsLife,
      run: on((resource, { empty }, pipeline) => {
        if (!resource.pin || resource.pin.inConfig) return empty(500)
        resource.pin = undefined
        world.changed(pipeline)
        empty(200)
      }),
    },
    {
      method: 'PUT',
      pattern: `${at}/:resource/pin_comment`,
      needsLife,
      run: on((resource, { body, empty }) => {
        const { pin_comment: comment } = JSON.parse(body) as { pin_comment: string }
        if (resource.pin) resource.pin.comment = comment
        empty(200)
      }),
    },
    ...(['input_to', 'output_of'] as const).map((as) => ({
      method: 'GET',
      pattern: `${at}/:resource/versions/:version/${as}`,
      run: onVersion((_resource, version, { json }) => {
        const builds = world.builds.filter(({ inputs, outputs }) =>
          (as === 'input_to' ? (inputs ?? []) : outputs).some((used) => used.version === version),
        )
        json(200, builds.map(viewBuild))
      }),
    })),
  ]
}

function check(world: World, resource: ResourceRow, { body, user, response, empty }: Exchange, pipeline: PipelineRow): undefined {
  if (body.trim() === '') return empty(400)
  const { from } = JSON.parse(body) as { from?: Version | null }
  const build = newBuild(world, pipeline, { resource, isManual: true, createdBy: user.name })
  // It is JSON, and does not say so.
  response.writeHead(201)
  response.end(JSON.stringify(viewBuild(build)))
  void runCheck(world, build, from ?? undefined).then(() => world.changed(pipeline))
}

function listVersions(resource: ResourceRow, exchange: Exchange): undefined {
  const filters = exchange.query.getAll('filter').map((text) => {
    const [key = '', ...value] = text.split(':')
    return [key, value.join(':')] as const
  })
  const isWanted = ({ version }: VersionRow) => filters.every(([key, value]) => version[key] === value)
  sendVersions(exchange, resource.versions, isWanted, (row) => viewVersion(resource, row))
}
