/** One build, from its plan to its last event. */
import { openArtifacts } from './artifacts.ts'
import { asking, errorText } from './errors.ts'
import { tellOf } from './events.ts'
import { openPlaces } from './places.ts'
import { planOf, publicPlan } from './plan.ts'
import { openSecrets } from './redact.ts'
import { runPlan } from './run-step.ts'
import type { Running } from './running.ts'
import type { ExecuteBuild } from './types.ts'
import { openVars } from './vars.ts'

/** Steps of one build at once: steps side by side are cheap to write, and each may start programs. */
const mostAtOnce = 16
/** All output of a build, in outputs of one step: it is kept in memory until it is stored, and in the database for long. */
const mostOutputs = 8
const leastOutput = 2 ** 20

/**
 * Keeps the plan, then runs it. The events are those of its steps: that the build has started and how it ended, the caller tells.
 * Steps stop when the signal is aborted; hooks that clean up after them (`on_abort`, `ensure`) then run to their own end.
 */
export const executeBuild: ExecuteBuild = async (build, ports) => {
  const secrets = openSecrets()
  try {
    const plan = planOf(build.job, build.config, build.inputs)
    await asking('could not keep the plan of the build', ports.savePlan(publicPlan(plan)))
    const running: Running = {
      build,
      ports,
      secrets,
      vars: openVars({ sources: build.config.var_sources ?? [], secrets, credential: (path) => ports.credential(path) }),
      artifacts: await openArtifacts(ports.folder, ports.limits.diskBytes),
      made: new Map(),
      takePlace: openPlaces(mostAtOnce),
      told: { left: Math.max(leastOutput, ports.limits.outputBytes * mostOutputs) },
    }
    return await runPlan(plan, running, ports.signal)
  } catch (error) {
    tellOf(ports, secrets, undefined)('error', { message: errorText(error, ports.folder, secrets) })
    return 'errored'
  }
}
