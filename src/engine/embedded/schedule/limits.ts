/** How many builds may run at once: of a job, of a serial group, of the organization, on this server. */
import type { Facts, Job } from './facts.ts'

export type LimitBlock =
  | { by: 'serial' }
  | { by: 'max in flight'; most: number }
  /** `running`: a build of that job runs; otherwise one waits that was there before. */
  | { by: 'serial group'; group: string; job: string; running: boolean }
  | { by: 'organization'; most: number }
  | { by: 'places' }

export interface Limits {
  /** Undefined: one more may begin. */
  blocks(job: Job): LimitBlock | undefined
  begin(job: Job): void
  /** A build of this job could begin but for a limit: later builds of its groups do not overtake it. */
  queue(job: Job): void
}

export function openLimits({ snapshot, jobs }: Facts): Limits {
  const running = new Map<string, number>()
  const holders = new Map<string, { job: string; running: boolean }>()
  let { places } = snapshot
  let ofOrganization = snapshot.organization.running
  const mostOfOrganization = snapshot.organization.most || Number.POSITIVE_INFINITY

  const run = (name: string) => {
    running.set(name, (running.get(name) ?? 0) + 1)
    for (const group of jobs.get(name)?.groups ?? []) holders.set(group, { job: name, running: true })
  }
  for (const { status, job } of snapshot.builds) if (status === 'started') run(job)

  return {
    blocks: (job) => {
      const ofJob = running.get(job.name) ?? 0
      if (ofJob >= job.most) return job.isSerial ? { by: 'serial' } : { by: 'max in flight', most: job.most }
      for (const group of job.groups) {
        const holder = holders.get(group)
        if (holder) return { by: 'serial group', group, ...holder }
      }
      if (ofOrganization >= mostOfOrganization) return { by: 'organization', most: mostOfOrganization }
      return places <= 0 ? { by: 'places' } : undefined
    },
    begin: (job) => {
      run(job.name)
      places -= 1
      ofOrganization += 1
    },
    queue: (job) => {
      for (const group of job.groups) if (!holders.has(group)) holders.set(group, { job: job.name, running: false })
    },
  }
}
