/** A get: fetches one version of a resource into an artifact. */
import { asking, StepError } from './errors.ts'
import { finished, worker } from './events.ts'
import type { Leaf } from './leaf.ts'
import type { GetPlan } from './plan.ts'
import { checkAnswer, readyResource, shownMetadata } from './resource.ts'
import type { Running } from './running.ts'
import { type Metadata, StepFailed } from './types.ts'

export async function runGet(plan: GetPlan, running: Running, leaf: Leaf): Promise<'succeeded' | 'failed'> {
  const { name, resource } = plan
  const { ports, vars, artifacts, made } = running
  leaf.tell('initialize-get')
  const version = plan.versionFrom === undefined ? plan.version : made.get(plan.versionFrom)
  if (!version) throw new StepError(`No version of ${resource.name} was chosen for ${name}`)
  const { type, source, context } = await readyResource(resource, running, leaf)
  const params = await vars.fillMap(plan.params, 'params')
  leaf.tell('selected-worker', worker)
  leaf.tell('start-get')
  const folder = await artifacts.newFolder('kept')
  try {
    const found = await type.in(context, folder, { source, version, params })
    checkAnswer(found, resource.type)
    const metadata = shownMetadata(found.metadata, running)
    await asking(`could not keep what is known about the version of ${resource.name}`, ports.saveMetadata(resource.name, version, metadata))
    await artifacts.register(name, folder)
    vars.setLocal(name, localOf(metadata), false)
    leaf.tell('finish-get', finished(0, found.version, metadata))
    return 'succeeded'
  } catch (error) {
    await artifacts.remove(folder)
    if (!(error instanceof StepFailed) || leaf.signal.aborted) throw error
    leaf.log.note(error.message)
    leaf.tell('finish-get', finished(error.exitStatus, null, []))
    return 'failed'
  }
}

const localOf = (metadata: readonly Metadata[]) => Object.fromEntries(metadata.map(({ name, value }) => [name, value]))
