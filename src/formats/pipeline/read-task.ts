/** The configuration of a task, inline or of a file. */
import { bool, duration, integer, jsonMap, listOf, mapOf, notEmpty, type Reader, record, text, texts, wrong } from './fields.ts'
import type { Json, TaskConfig } from './types.ts'

const memory: Reader<Json> = (value, at) =>
  (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) || (typeof value === 'string' && memoryText.test(value))
    ? value
    : wrong(at, 'must be a number of bytes, or a text such as 512MB or 1gb')

const memoryText = /^[0-9]{1,18}(?:[kmg]?b)?$/i

export const limits = record<NonNullable<TaskConfig['container_limits']>>('container_limits', { cpu: integer(0), memory })

const name = notEmpty(text)

const imageResource = record<NonNullable<TaskConfig['image_resource']>>(
  'an image_resource',
  { name: text, type: name, source: jsonMap, params: jsonMap, version: mapOf(text), tags: texts },
  ['type'],
)

const input = record<NonNullable<TaskConfig['inputs']>[number]>('an input', { name, path: text, optional: bool }, ['name'])
const output = record<NonNullable<TaskConfig['outputs']>[number]>('an output', { name, path: text }, ['name'])
const cache = record<NonNullable<TaskConfig['caches']>[number]>('a cache', { path: name, ttl: duration }, ['path'])

export const readTask: Reader<TaskConfig> = record<TaskConfig>(
  "a task's config",
  {
    platform: name,
    image_resource: imageResource,
    rootfs_uri: text,
    run: record<TaskConfig['run']>('run', { path: name, args: texts, dir: text, user: text }, ['path']),
    params: jsonMap,
    inputs: listOf(input),
    outputs: listOf(output),
    caches: listOf(cache),
    container_limits: limits,
  },
  ['platform', 'run'],
)
