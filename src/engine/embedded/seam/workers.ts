import { serviceDown } from '../../../errors.ts'
import type { EngineWorker, Team } from '../../types.ts'
import type { Context } from '../context.ts'
import { listRunners } from '../store/runners.ts'
import { countRunning } from '../store/running.ts'

/** One for each process that runs builds, with the builds of this organization that it runs. */
export async function listWorkers(context: Context, team: Team): Promise<EngineWorker[]> {
  const runners = await context.outside(listRunners)
  const running = await context.read(team.organizationId, countRunning)
  return runners.map(({ id, name, started_at }) => ({
    name,
    state: 'running',
    platform: 'linux',
    tags: [],
    team: '',
    version: 'embedded',
    start_time: Math.floor(started_at.getTime() / 1000),
    ephemeral: true,
    active_containers: running.find(({ runner }) => runner === id)?.count ?? 0,
    // Artifacts are folders that go with their build, and caches are rows.
    active_volumes: 0,
  }))
}

/** @throws Error when no process would run a build */
export async function checkHealth(context: Context): Promise<string> {
  const { length } = await context.outside(listRunners)
  if (length === 0) throw serviceDown('No process runs builds: start one with WORKER=true')
  return `The embedded engine runs builds in ${length === 1 ? 'one process' : `${length} processes`}`
}
