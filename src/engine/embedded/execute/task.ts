/** A task: copies of its inputs, one program, and what it leaves. */
import { seconds } from '../../../formats/pipeline/durations.ts'
import type { TaskStep } from '../../../formats/pipeline/types.ts'
import { shownTask, worker } from './events.ts'
import type { Leaf } from './leaf.ts'
import type { Running } from './running.ts'
import { readyTask } from './task-config.ts'
import { layOut, placesOf, takeBack } from './task-folder.ts'

export async function runTaskStep(step: TaskStep, running: Running, leaf: Leaf): Promise<'succeeded' | 'failed'> {
  const { build, ports, artifacts } = running
  const { config, env } = await readyTask(step, running)
  leaf.tell('initialize-task', shownTask(config))
  const places = placesOf(config, step, running)
  leaf.tell('selected-worker', worker)
  if (step.privileged) leaf.log.note('privileged: the embedded engine gives tasks no more rights than others have')
  const folder = await artifacts.newFolder('tasks')
  try {
    await layOut(folder, step.task, places, running, leaf)
    leaf.tell('start-task', shownTask(config))
    const own = step.timeout === undefined ? undefined : seconds(step.timeout)
    const ended = ports.runTask({
      organization: build.organization,
      config,
      folder,
      env,
      ...(own === undefined ? {} : { seconds: own }),
      onOutput: (text, source) => leaf.log.write(source === 'notice' ? 'stderr' : source, text),
      signal: leaf.signal,
    })
    // Hooks may want what is there of the outputs, however the task ended.
    const { exitStatus } = await afterwards(ended, () => takeBack(folder, step.task, places, running, leaf))
    // A task that catches the signal may end with 0.
    leaf.signal.throwIfAborted()
    leaf.tell('finish-task', { exit_status: exitStatus })
    return exitStatus === 0 ? 'succeeded' : 'failed'
  } finally {
    await artifacts.remove(folder)
  }
}

/** What went wrong first is what is told. */
async function afterwards<T>(first: Promise<T>, then: () => Promise<void>): Promise<T> {
  const [result] = await Promise.allSettled([first])
  const [after] = await Promise.allSettled([then()])
  if (result.status === 'rejected') throw result.reason
  if (after.status === 'rejected') throw after.reason
  return result.value
}
