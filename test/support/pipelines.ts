/** Pipelines in tests: one line for a component to hang them on, and for waiting until a build has ended. */

import type { Schema } from '../../src/contract/operation.ts'
import { finalStatuses } from '../../src/engine/types.ts'
import type { Client } from './client.ts'
import type { TestServer } from './server.ts'
import { must, type Workshop } from './workshop.ts'

/** Images of tasks that run as programs of this machine. */
export const tasksOnHost = { tasks: 'all', images: new Map([['busybox', 'host']]), checkSeconds: 1 } as const

export interface Line {
  ada: Client
  /** Path of the component. */
  at: Workshop['at'] & { component_canonical: string }
  /** Path of the pipeline. */
  pipeline: Workshop['at'] & { component_canonical: string; inpath_pipeline_name: string }
  job(name: string): Line['pipeline'] & { job_name: string }
  build(job: string, build: { id: number }): Line['pipeline'] & { job_name: string; build_id: string }
}

/** A component without files of its own in the workshop, and a pipeline with this configuration. */
export async function openLine(
  workshop: Workshop,
  config: string,
  more: { name?: string; yaml_vars?: string; component?: string } = {},
): Promise<Line> {
  const { ada } = workshop
  const at = { ...workshop.at, component_canonical: more.component ?? 'app' }
  const there = await ada.getComponent({ path: at })
  if (there.status === 404)
    await must(
      ada.createComponent({
        path: workshop.at,
        body: {
          name: 'App',
          canonical: at.component_canonical,
          service_catalog_ref: `${workshop.org}:web`,
          use_case: 'default',
          vars: { Server: { Pipeline: { region: 'here' } } },
        },
      }),
    )
  const name = more.name ?? 'line'
  await must(
    ada.createPipeline({
      path: at,
      body: { pipeline_name: name, passed_config: config, ...(more.yaml_vars ? { yaml_vars: more.yaml_vars } : {}) },
    }),
  )
  return lineOf(ada, at, name)
}

export function lineOf(ada: Client, at: Line['at'], name: string): Line {
  const pipeline = { ...at, inpath_pipeline_name: name }
  return {
    ada,
    at,
    pipeline,
    job: (job_name) => ({ ...pipeline, job_name }),
    build: (job_name, { id }) => ({ ...pipeline, job_name, build_id: String(id) }),
  }
}

/** Asks until it is so. @throws Error with what was seen last */
export async function until<T>(what: string, look: () => Promise<T>, isSo: (seen: T) => boolean, seconds = 20): Promise<T> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (performance.now() > end)
      throw new Error(`${what}: not within ${seconds} seconds; seen last: ${JSON.stringify(seen).slice(0, 2000)}`)
    await new Promise((wake) => setTimeout(wake, 50))
  }
}

export const ended = ({ ada, build }: Line, job: string, which: { id: number }, seconds?: number): Promise<Schema<'Build'>> =>
  until(
    `the build ${which.id} of ${job} ends`,
    async () => (await must(ada.getBuild({ path: build(job, which) }))).body.data,
    ({ status }) => finalStatuses.has(status),
    seconds,
  )

/** Asks for a build and waits for its end. */
export async function run(line: Line, job: string): Promise<Schema<'Build'>> {
  const { body } = await must(line.ada.createBuild({ path: line.job(job) }))
  return ended(line, job, body.data)
}

/** The newest build of a job that nobody asked for, as soon as there is one. */
export const begun = (line: Line, job: string, after = 0): Promise<Schema<'Build'>> =>
  until(
    `a build of ${job} begins`,
    async () => (await must(line.ada.getBuilds({ path: line.job(job) }))).body.data.find(({ id }) => id > after) as Schema<'Build'>,
    (build) => build !== undefined,
  )

/** As `run`. @throws Error when it ends otherwise */
export async function succeeded(line: Line, job: string): Promise<Schema<'Build'>> {
  const build = await run(line, job)
  if (build.status !== 'succeeded') throw new Error(`the build of ${job} ended as ${build.status}`)
  return build
}

/** Waits for the end of a check that was asked for. */
export const checked = (line: Line, resource: string, check: { id: number }): Promise<unknown> =>
  until(
    `the check of ${resource} ends`,
    async () => (await must(line.ada.getResource({ path: { ...line.pipeline, resource_name: resource } }))).body.data,
    ({ build }) => build?.id === check.id && finalStatuses.has(build.status),
  )

/** The newest one. */
export async function versionOf({ ada, pipeline }: Line, resource_name: string): Promise<number> {
  const [version] = (await must(ada.getResourceVersions({ path: { ...pipeline, resource_name } }))).body.data
  if (!version) throw new Error(`${resource_name} has no version`)
  return version.id
}

/** Builds run only meanwhile, so that nothing moves by itself afterwards. Concourse has workers of its own. */
export async function withRunner<T>({ platform }: TestServer, work: () => Promise<T>): Promise<T> {
  const runner = await platform.startRunner?.()
  try {
    return await work()
  } finally {
    await runner?.[Symbol.asyncDispose]()
  }
}
