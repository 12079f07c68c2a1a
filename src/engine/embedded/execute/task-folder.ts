/** The working directory of a task: laid out before it runs, and what is left of it afterwards. */
import { rename } from 'node:fs/promises'
import type { TaskConfig, TaskStep } from '../../../formats/pipeline/types.ts'
import { pack, unpack } from './caches.ts'
import { asking, errorText, StepError } from './errors.ts'
import type { Leaf } from './leaf.ts'
import { makeEmptyFolder, realFolder, segmentsOf } from './paths.ts'
import type { Running } from './running.ts'

export interface TaskPlaces {
  /** An artifact, and where it comes or goes. */
  inputs: Place[]
  outputs: Place[]
  /** `name` is the path as it is written. */
  caches: Place[]
}
interface Place {
  name: string
  segments: string[]
}

/** @throws StepError for required inputs that nothing made, and for paths that lead out of the directory */
export function placesOf({ inputs = [], outputs = [], caches = [] }: TaskConfig, step: TaskStep, { artifacts }: Running): TaskPlaces {
  const mapped = (mapping: Record<string, string> | undefined, name: string) =>
    mapping && Object.hasOwn(mapping, name) ? (mapping[name] ?? name) : name
  const wanted = inputs.map((input) => ({ ...input, artifact: mapped(step.input_mapping, input.name) }))
  const missing = wanted.filter(({ optional, artifact }) => !optional && !artifacts.has(artifact))
  if (missing.length > 0) throw new StepError(`missing inputs: ${missing.map(({ artifact }) => artifact).join(', ')}`)
  const places: TaskPlaces = {
    inputs: wanted
      .filter(({ artifact }) => artifacts.has(artifact))
      .map(({ name, path, artifact }) => ({ name: artifact, segments: segmentsOf(path || name, `path of the input ${name}`) })),
    outputs: outputs.map(({ name, path }) => ({
      name: mapped(step.output_mapping, name),
      segments: segmentsOf(path || name, `path of the output ${name}`),
    })),
    caches: caches.map(({ path }) => ({ name: path, segments: segmentsOf(path, 'path of a cache') })),
  }
  refuseTwice(places.inputs, 'inputs')
  refuseTwice([...places.outputs, ...places.caches], 'outputs and caches')
  return places
}

/** Like mounts: what lies deeper hides what was there. An output in the place of an input begins with what the input has. */
export async function layOut(folder: string, step: string, places: TaskPlaces, running: Running, leaf: Leaf): Promise<void> {
  const { artifacts } = running
  const isInput = new Set(places.inputs.map(keyOf))
  const all = [
    ...places.inputs.map((place) => ({ place, fill: (at: string) => artifacts.copyTo(place.name, at, leaf.signal) })),
    ...places.outputs.filter((place) => !isInput.has(keyOf(place))).map((place) => ({ place, fill: async () => {} })),
    ...places.caches.map((place) => ({ place, fill: (at: string) => fillCache(at, step, place.name, running, leaf) })),
  ]
  // By depth, and of the same depth in this order.
  const byDepth = all.sort((one, other) => one.place.segments.length - other.place.segments.length)
  for (const { place, fill } of byDepth) await fill(await makeEmptyFolder(folder, place.segments))
}

/**
 * Registers outputs, and keeps caches when the task ran to its end. Its processes are gone; still what it left may be anything:
 * links in the place of directories are not followed, and such an output is empty.
 */
export async function takeBack(folder: string, step: string, places: TaskPlaces, running: Running, leaf: Leaf): Promise<void> {
  const { artifacts } = running
  const left = await artifacts.newFolder('kept')
  // First of all out of the reach of other tasks that are running.
  await rename(folder, left)
  const deepestFirst = (one: Place, other: Place) => other.segments.length - one.segments.length
  const isOutput = new Set(places.outputs.map(keyOf))
  for (const cache of [...places.caches].sort(deepestFirst)) {
    const at = await realFolder(left, cache.segments)
    if (!at) continue
    if (!leaf.signal.aborted) await keepCache(at, step, cache.name, running, leaf)
    if (!isOutput.has(keyOf(cache))) await artifacts.remove(at)
  }
  for (const { name, segments } of [...places.outputs].sort(deepestFirst)) {
    const output = await artifacts.newFolder('kept')
    const at = await realFolder(left, segments)
    if (at) await rename(at, output)
    await artifacts.register(name, output)
  }
  await artifacts.remove(left)
}

const keyOf = ({ segments }: Place): string => segments.join('/')

function refuseTwice(places: readonly Place[], what: string): void {
  const seen = new Set<string>()
  for (const place of places) {
    const key = keyOf(place)
    if (seen.has(key)) throw new StepError(`${what}: two of them have the path ${key || '.'}`)
    seen.add(key)
  }
}

async function fillCache(at: string, step: string, path: string, { ports, secrets }: Running, leaf: Leaf): Promise<void> {
  const archive = await asking(`could not read the cache ${path}`, ports.loadCache(step, path))
  if (!archive) return
  try {
    await unpack(archive, at, leaf.signal)
  } catch (error) {
    leaf.signal.throwIfAborted()
    leaf.log.note(`The cache ${path} could not be restored and is empty: ${errorText(error, ports.folder, secrets)}`)
  }
}

/** A task whose cache cannot be kept has done its work nevertheless. */
async function keepCache(at: string, step: string, path: string, { ports, secrets }: Running, leaf: Leaf): Promise<void> {
  const { cacheBytes, diskBytes = cacheBytes * 8 } = ports.limits
  try {
    const archive = await pack(at, { archive: cacheBytes, files: diskBytes }, leaf.signal)
    if (archive) await asking(`could not keep the cache ${path}`, ports.saveCache(step, path, archive))
    else leaf.log.note(`The cache ${path} is not kept: it is larger than ${cacheBytes} bytes when packed, or its files than ${diskBytes}`)
  } catch (error) {
    leaf.signal.throwIfAborted()
    leaf.log.note(`The cache ${path} is not kept: ${errorText(error, ports.folder, secrets)}`)
  }
}
