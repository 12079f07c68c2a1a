/** Resource types that an operator adds: a folder with the programs `check`, `in` and `out`, as Concourse runs them. */
import { access, chmod, constants, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json, Version } from '../../../formats/pipeline/types.ts'
import { type Metadata, type ResourceContext, type ResourceType, StepFailed } from '../execute/types.ts'
import type { EnginePolicy } from '../policy.ts'
import type { Confinement } from '../tasks/confinement.ts'
import { isMap } from './fields.ts'

export interface Plugin {
  readonly name: string
  /** Absolute. */
  readonly folder: string
  readonly policy: EnginePolicy
  readonly confinement: Confinement
}

export function pluginResource(plugin: Plugin): ResourceType {
  return {
    validate: () => [],
    async check(context, { source, version }) {
      // Not in the work folder: a runner that starts tidies up there.
      const home = await mkdtemp(join(tmpdir(), 'trochoid-check-'))
      try {
        await chmod(home, 0o711)
        const folder = join(home, 'folder')
        await mkdir(folder)
        const answer = await run(plugin, context, { program: 'check', folder, input: { source, version } })
        if (!Array.isArray(answer)) throw said(plugin, 'check', 'a list of versions')
        return answer.map((one) => versionOf(plugin, 'check', one))
      } finally {
        await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
      }
    },
    async in(context, folder, input) {
      return made(plugin, 'in', await run(plugin, context, { program: 'in', folder, input }))
    },
    async out(context, folder, input) {
      return made(plugin, 'out', await run(plugin, context, { program: 'out', folder, input }))
    },
  }
}

interface Call {
  readonly program: 'check' | 'in' | 'out'
  readonly folder: string
  readonly input: unknown
}

async function run(
  { name, folder: bound, policy, confinement }: Plugin,
  context: ResourceContext,
  { program, folder, input }: Call,
): Promise<Json> {
  const there = await access(join(bound, program), constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!there)
    throw new Error(
      `The resource type ${name} has no program ${program}: an operator has to put one into its folder (ENGINE_RESOURCE_TYPES)`,
    )
  context.signal.throwIfAborted()
  const output: string[] = []
  const ended = await confinement.run({
    argv: ({ work, bound: at }) => [`${at}/${program}`, ...(program === 'check' ? [] : [work])],
    env: context.metadata,
    folder,
    bound,
    input: Buffer.from(JSON.stringify(input)),
    seconds: policy.limits.seconds,
    signal: context.signal,
    onOutput: (text, source) => (source === 'stdout' ? void output.push(text) : context.log(text)),
  })
  context.signal.throwIfAborted()
  if (ended.stopped !== undefined)
    throw new Error(`${name} ${program} was stopped: it went beyond the limit for its ${limits[ended.stopped]}`)
  if (ended.exitStatus !== 0) throw new StepFailed(`${name} ${program} ended with status ${ended.exitStatus}`, ended.exitStatus)
  try {
    return JSON.parse(output.join('')) as Json
  } catch {
    throw said({ name }, program, 'JSON')
  }
}

const limits = { seconds: 'time', output: 'output', memory: 'memory', processes: 'processes', aborted: 'life' }

/** What it said instead may hold secrets. */
const said = ({ name }: Pick<Plugin, 'name'>, program: string, wanted: string) =>
  new Error(`${name} ${program} did not write ${wanted} to its standard output, as resource types do`)

function versionOf(plugin: Plugin, program: string, value: Json | undefined): Version {
  if (!isMap(value) || !Object.values(value).every((one) => typeof one === 'string'))
    throw said(plugin, program, 'versions that are maps of texts')
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]))
}

function made(plugin: Plugin, program: string, answer: Json): { version: Version; metadata: Metadata[] } {
  if (!isMap(answer)) throw said(plugin, program, 'a map with version and metadata')
  const given = answer['metadata'] ?? []
  if (!Array.isArray(given)) throw said(plugin, program, 'a list of metadata')
  const metadata = given.filter(isMap).map((one) => ({ name: String(one['name'] ?? ''), value: String(one['value'] ?? '') }))
  return { version: versionOf(plugin, program, answer['version']), metadata }
}
