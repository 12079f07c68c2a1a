/** Builds whose process was killed: somebody has to say so. */
import type { Context } from '../context.ts'
import { statusEvent } from '../store/builds.ts'
import { wake, wakeWaiting } from '../store/pipelines.ts'
import { listLost } from '../store/runners.ts'
import { endBuild, findLost } from '../store/running.ts'

const most = 50

export async function endLostBuilds(context: Context): Promise<void> {
  for (const { organization_id, build_id } of await context.outside((tx) => listLost(tx, most)))
    await context.write(organization_id, async (tx) => {
      const lost = await findLost(tx, build_id)
      if (!lost) return
      await wake(tx, lost.pipeline_id)
      const now = context.now()
      const message = 'The engine was restarted while the build ran: run it again'
      const events = [
        { type: 'error', version: '4.1', data: { message, origin: {}, time: Math.floor(now / 1000) } },
        statusEvent('errored', now),
      ]
      if (await endBuild(tx, { runner: null, buildId: build_id, status: 'errored', events, at: new Date(now) })) await wakeWaiting(tx)
    })
}
