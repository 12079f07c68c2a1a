/** What every engine does alike: run on each of them, and on a real Concourse, without a change. */
import { describe } from 'vitest'
import { buildContract } from './builds.ts'
import { eventContract } from './events.ts'
import { type EngineHarness, useBench } from './harness.ts'
import { jobContract } from './jobs.ts'
import { pipelineContract } from './pipelines.ts'
import { resourceContract } from './resources.ts'
import { tenancyContract } from './tenancy.ts'
import { waitingContract } from './waiting.ts'

export function engineContract(name: string, open: () => Promise<EngineHarness>, timeout: number): void {
  describe(name, { timeout }, () => {
    const bench = useBench(open)
    pipelineContract(bench)
    jobContract(bench)
    buildContract(bench)
    waitingContract(bench)
    eventContract(bench)
    resourceContract(bench)
    tenancyContract(bench)
  })
}
