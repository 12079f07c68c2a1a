/** The platform's own: a put becomes an event of the organization whose pipeline it is. */

import type { Json, JsonObject } from '../../../formats/pipeline/types.ts'
import { readVars } from '../../../formats/pipeline/vars.ts'
import { type Metadata, type ResourceContext, type ResourceType, StepFailed } from '../execute/types.ts'
import type { PipelineEvent, PlatformPorts } from '../ports.ts'
import {
  anyText,
  anything,
  assertFits,
  type Check,
  type Fields,
  flag,
  flagOf,
  isMap,
  oneOf,
  problemsOf,
  required,
  text,
  textOf,
} from './fields.ts'
import { readText, writeText } from './files.ts'
import { fill } from './fill.ts'

interface EventPorts {
  readonly ports: Pick<PlatformPorts, 'sendEvent'>
  /** Milliseconds. */
  readonly now: () => number
}

/** `cycloid-events` and `trochoid-events`: what the source says stands for what the params leave out. */
export function eventsResource(world: EventPorts): ResourceType {
  return {
    ...passive,
    validate: (source) => problemsOf(eventsSource, source),
    async out(context, folder, { source, params }) {
      assertFits(eventsSource, source, 'source')
      assertFits(eventParams, params, 'params')
      assertOwn(context, textOf(source, 'organization'))
      // As elsewhere: an event that is lost is no reason to fail, unless one says so.
      return send(world, context, folder, { fail_on_error: false, ...withoutNull(source), ...withoutNull(params) })
    },
  }
}

/** `cycloid-resource`, of whose features there is `event`. */
export function platformResource(world: EventPorts): ResourceType {
  return {
    ...passive,
    validate: (source) => problemsOf(platformSource, source),
    async out(context, folder, { source, params }) {
      assertFits(platformSource, source, 'source')
      assertFits(eventParams, params, 'params')
      assertOwn(context, textOf(source, 'org'))
      const at = { project: textOf(source, 'project'), env: textOf(source, 'env') }
      const known = Object.entries(at).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
      const tags = { ...Object.fromEntries(known), ...tagsOf(params['tags'] ?? null) }
      return send(world, context, folder, { ...withoutNull(params), tags })
    },
  }
}

/** Nothing is to be found out: there is what was put. */
const passive: Pick<ResourceType, 'check' | 'in'> = {
  async check(_, { version }) {
    return version === null ? [] : [version]
  },
  async in(_, folder, { version }) {
    await writeText(folder, 'version.json', `${JSON.stringify(version)}\n`)
    return { version, metadata: [] }
  },
}

const types = ['Cycloid', 'Custom', 'AWS', 'Monitoring'] as const
const severities = ['info', 'warn', 'err', 'crit'] as const
const longest = 64 * 1024
/** Every list of events reads them whole. */
const mostTags = 100
const longestTag = 4096

const tagged: Check = (value) => {
  if (isMap(value))
    return Object.values(value).every((one) => anyText(one) === undefined || one === null) ? undefined : 'must map names to texts'
  const isList = Array.isArray(value) && value.every((one) => isMap(one) && typeof one['key'] === 'string')
  return isList ? undefined : 'must be a list of maps with key and value'
}
const eventParams: Fields = {
  title: text,
  message: anyText,
  message_file: text,
  severity: oneOf(...severities),
  type: oneOf(...types),
  icon: text,
  tags: tagged,
  vars: tagged,
  vars_file: text,
  yaml_vars_file: text,
  fail_on_error: flag,
}
/** Where the platform is and who one is there is known: these are taken from pipelines written for others, and not used. */
const ignored: Fields = { api_url: anything, api_login: anything, api_password: anything, api_key: anything }
const eventsSource: Fields = { ...eventParams, ...ignored, organization: text }

const features: Check = (value) => {
  if (value === 'event') return undefined
  if (value === 'terracost' || value === 'infrapolicy')
    return `the feature ${value} is not built into the embedded engine: use the platform's API from a task, or configure Concourse`
  return 'must be event'
}
const platformSource: Fields = { ...ignored, feature: required(features), org: text, project: text, env: text }

function assertOwn({ organization }: ResourceContext, named: string | undefined): void {
  if (named !== undefined && named !== organization)
    throw new Error(`source: events go to ${organization}, the organization of this pipeline, and not to another one`)
}

async function send(world: EventPorts, context: ResourceContext, folder: string, params: JsonObject) {
  const { ports, now } = world
  context.signal.throwIfAborted()
  const event = await eventOf(context, folder, params)
  const failed = (error: unknown) => {
    context.signal.throwIfAborted()
    if (flagOf(params, 'fail_on_error') === false) return undefined
    throw new StepFailed(`The event was not taken: ${error instanceof Error ? error.message : 'the platform did not answer'}`)
  }
  const id = await ports.sendEvent(context.organizationId, event).catch(failed)
  context.log(id === undefined ? 'the event was not taken, and fail_on_error is off\n' : `sent the event "${event.title}"\n`)
  const version = { ...(id === undefined ? {} : { id: String(id) }), date: new Date(now()).toISOString() }
  const metadata: Metadata[] = [
    { name: 'title', value: event.title },
    { name: 'severity', value: event.severity },
  ]
  return { version, metadata }
}

async function eventOf(context: ResourceContext, folder: string, params: JsonObject): Promise<PipelineEvent> {
  const varsFile = textOf(params, 'vars_file') ?? textOf(params, 'yaml_vars_file')
  const fromFile = varsFile === undefined ? {} : varsIn(await readText(folder, varsFile, 'vars_file'))
  const values = { ...fromFile, ...tagsOf(params['vars'] ?? null), ...context.metadata }
  const file = textOf(params, 'message_file')
  const written = textOf(params, 'message') ?? (file === undefined ? undefined : await readText(folder, file, 'message_file'))
  const title = textOf(params, 'title')
  if (title === undefined) throw new Error('params.title: is missing')
  if (written === undefined) throw new Error('params.message: is missing: there must be message or message_file')
  const filled = (text: string) => fill(text, values).slice(0, longest)
  const given = Object.entries(tagsOf(params['tags'] ?? null))
  if (given.length > mostTags) throw new Error(`params.tags: there are ${given.length} of them, and an event has at most ${mostTags}`)
  const tags = given.map(([key, value]) => [filled(key).slice(0, longestTag), filled(value).slice(0, longestTag)])
  const type = types.find((one) => one === textOf(params, 'type'))
  return {
    title: filled(title).slice(0, longestTag),
    message: filled(written),
    severity: severities.find((one) => one === textOf(params, 'severity')) ?? 'info',
    icon: textOf(params, 'icon') ?? 'fa-cubes',
    tags: Object.fromEntries(tags),
    ...(type === undefined ? {} : { type }),
  }
}

function varsIn(yaml: string): Record<string, string> {
  return tagsOf(readVars(yaml))
}

/** Of a map, or of a list of maps with `key` and `value`. */
function tagsOf(value: Json): Record<string, string> {
  const pairs = Array.isArray(value)
    ? value.filter(isMap).map((one) => [textOf(one, 'key') ?? '', textOf(one, 'value') ?? ''])
    : isMap(value)
      ? Object.keys(value).map((key) => [key, textOf(value, key) ?? ''])
      : []
  return Object.fromEntries(pairs.filter(([key]) => key !== ''))
}

const withoutNull = (given: JsonObject): JsonObject => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
