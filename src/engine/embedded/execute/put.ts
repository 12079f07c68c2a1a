/** A put: makes a new version of a resource from artifacts. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json, JsonObject, PutStep } from '../../../formats/pipeline/types.ts'
import { asking, StepError } from './errors.ts'
import { finished, worker } from './events.ts'
import type { Leaf } from './leaf.ts'
import type { PutPlan } from './plan.ts'
import { checkAnswer, readyResource, shownMetadata } from './resource.ts'
import type { Running } from './running.ts'
import { StepFailed } from './types.ts'

export async function runPut({ id, step, resource }: PutPlan, running: Running, leaf: Leaf): Promise<'succeeded' | 'failed'> {
  const { ports, vars, artifacts, made } = running
  leaf.tell('initialize-put')
  const { type, source, context } = await readyResource(resource, running, leaf)
  const params = await vars.fillMap(step.params, 'params')
  const names = inputsOf(step, params, running)
  leaf.tell('selected-worker', worker)
  const folder = await artifacts.newFolder('kept')
  try {
    for (const name of names) {
      const copy = join(folder, name)
      await mkdir(copy)
      await artifacts.copyTo(name, copy, leaf.signal)
    }
    leaf.tell('start-put')
    const found = await type.out(context, folder, { source, params })
    checkAnswer(found, resource.type)
    const metadata = shownMetadata(found.metadata, running)
    await asking(`could not keep the new version of ${resource.name}`, ports.saveOutput(step.put, resource.name, found.version, metadata))
    made.set(id, found.version)
    leaf.tell('finish-put', finished(0, found.version, metadata))
    return 'succeeded'
  } catch (error) {
    if (!(error instanceof StepFailed) || leaf.signal.aborted) throw error
    leaf.log.note(error.message)
    leaf.tell('finish-put', finished(error.exitStatus, null, []))
    return 'failed'
  } finally {
    await artifacts.remove(folder)
  }
}

/** Which artifacts the put takes. `detect`: those whose names begin a path in the parameters. */
function inputsOf({ inputs = 'detect' }: PutStep, params: JsonObject, { artifacts }: Running): string[] {
  if (inputs === 'all') return artifacts.names()
  if (inputs === 'detect') {
    const begins = new Set(textsOf(params).map((text) => text.split('/').find((segment) => segment !== '' && segment !== '.')))
    return artifacts.names().filter((name) => begins.has(name))
  }
  const missing = inputs.filter((name) => !artifacts.has(name))
  if (missing.length > 0) throw new StepError(`missing inputs: ${missing.join(', ')}`)
  return [...new Set(inputs)]
}

function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(textsOf)
}
