/** `slack-notification`: a message to a web hook of Slack, or of whoever takes the same. */

import type { Json, JsonObject } from '../../../formats/pipeline/types.ts'
import type { AddressGuard } from '../../../outside/address-guard.ts'
import { FetchRefused, postJson } from '../../../outside/guarded-fetch.ts'
import { type ResourceContext, type ResourceType, StepFailed } from '../execute/types.ts'
import { anyText, assertFits, type Check, type Fields, flag, flagOf, isMap, problemsOf, refused, required, text, textOf } from './fields.ts'
import { readText } from './files.ts'
import { fill } from './fill.ts'

/** @param now milliseconds */
export function slackResource({ guard, now }: { guard: AddressGuard; now: () => number }): ResourceType {
  return {
    validate: (source) => problemsOf(sourceFields, source),
    async check(_, { version }) {
      return version === null ? [] : [version]
    },
    async in(_, _folder, { version }) {
      return { version, metadata: [] }
    },
    async out(context, folder, { source, params }) {
      assertFits(sourceFields, source, 'source')
      assertFits(paramFields, params, 'params')
      const version = { timestamp: new Date(now()).toISOString() }
      if (flagOf(source, 'disable')) {
        context.log('nothing is sent: the resource is disabled\n')
        return { version, metadata: [] }
      }
      const message = await messageOf(context, folder, params)
      for (const channel of channelsOf(params, context.metadata))
        await deliver({
          guard,
          context,
          url: textOf(source, 'url') ?? '',
          message: { ...message, ...(channel === undefined ? {} : { channel }) },
        })
      context.log('sent the message\n')
      return { version, metadata: [] }
    },
  }
}

const attachments: Check = (value) =>
  Array.isArray(value) && value.length <= 100 && value.every(isMap) ? undefined : 'must be a list of maps'
const address: Check = (value) =>
  typeof value === 'string' && /^https?:\/\//i.test(value) ? undefined : 'must be an address that begins with https://'
const sourceFields: Fields = {
  url: required(address),
  disable: flag,
  insecure: refused('the embedded engine checks every certificate'),
  proxy: refused('the embedded engine uses no proxy of a pipeline'),
  proxy_https_tunnel: refused('the embedded engine uses no proxy of a pipeline'),
  ca_certs: refused('the embedded engine trusts the authorities of this machine alone'),
}
const paramFields: Fields = {
  text: anyText,
  text_file: text,
  attachments,
  attachments_file: text,
  channel: text,
  channel_file: refused('the embedded engine takes the channel from channel'),
  username: text,
  icon_url: text,
  icon_emoji: text,
  silent: flag,
  always_notify: flag,
}
const missing = '_(no notification provided)_'
const empty = '_(missing notification text)_'
const most = 10

async function messageOf({ metadata }: ResourceContext, folder: string, params: JsonObject): Promise<JsonObject> {
  const file = textOf(params, 'text_file')
  // A step before this one may have failed to write it: a message that says little is better than none.
  const content = file === undefined ? undefined : await readText(folder, file, 'text_file').catch(() => undefined)
  const values = { ...metadata, TEXT_FILE_CONTENT: content ?? missing }
  const written = textOf(params, 'text')
  const list = await attachmentsOf(folder, params)
  const filled = written === undefined ? (content ?? (list ? undefined : missing)) : fill(written, values)
  const some = (name: string) => {
    const value = textOf(params, name)
    return value === undefined ? {} : { [name]: fill(value, metadata) }
  }
  return {
    ...(filled === undefined ? {} : { text: filled.trim() === '' ? empty : filled }),
    ...(list ? { attachments: filledAll(list, values) } : {}),
    ...some('username'),
    ...some('icon_url'),
    ...some('icon_emoji'),
  }
}

async function attachmentsOf(folder: string, params: JsonObject): Promise<Json[] | undefined> {
  const given = params['attachments']
  if (Array.isArray(given)) return given
  const file = textOf(params, 'attachments_file')
  if (file === undefined) return undefined
  const content = await readText(folder, file, 'attachments_file')
  try {
    const value = JSON.parse(content) as Json
    if (Array.isArray(value)) return value
  } catch {}
  throw new Error('params.attachments_file: must hold a list in JSON')
}

function filledAll(value: Json, values: Readonly<Record<string, string>>): Json {
  if (typeof value === 'string') return fill(value, values)
  if (Array.isArray(value)) return value.map((one) => filledAll(one, values))
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledAll(one, values)])) : value
}

function channelsOf(params: JsonObject, metadata: Readonly<Record<string, string>>): (string | undefined)[] {
  const written = textOf(params, 'channel')
  if (written === undefined) return [undefined]
  const channels = fill(written, metadata).split(/\s+/).filter(Boolean)
  if (channels.length > most) throw new Error(`params.channel: names more than ${most} channels`)
  return channels.length > 0 ? channels : [undefined]
}

interface Delivery {
  readonly guard: AddressGuard
  readonly context: ResourceContext
  readonly url: string
  readonly message: JsonObject
}

/** The address is a secret, so errors name its host alone. */
async function deliver({ guard, context: { signal }, url, message }: Delivery): Promise<void> {
  try {
    await postJson(guard, url, message, { signal })
  } catch (error) {
    if (error instanceof FetchRefused) throw new StepFailed(`The message was not sent: ${error.message}`)
    throw error
  }
}
