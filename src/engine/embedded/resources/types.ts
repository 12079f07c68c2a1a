/** The resource types of the embedded engine, by the names that pipelines call them. */
import type { Log } from '../../../log.ts'
import type { AddressGuard } from '../../../outside/address-guard.ts'
import type { Git } from '../../../outside/git/types.ts'
import type { ResourceType, ResourceTypes } from '../execute/types.ts'
import type { EnginePolicy } from '../policy.ts'
import type { PlatformPorts } from '../ports.ts'
import { type Confinement, type ConfinementOptions, openConfinement } from '../tasks/confinement.ts'
import { eventsResource, platformResource } from './events.ts'
import { gitResource } from './git.ts'
import { mockResource } from './mock.ts'
import { pluginResource } from './plugin.ts'
import { semverResource } from './semver.ts'
import { slackResource } from './slack.ts'
import { timeResource } from './time.ts'

export interface ResourceTypesOptions extends Pick<ConfinementOptions, 'hidden' | 'holding'> {
  readonly policy: EnginePolicy
  readonly git: Git
  readonly guard: AddressGuard
  readonly ports: Pick<PlatformPorts, 'sendEvent'>
  readonly log: Pick<Log, 'debug'>
  /** Milliseconds. */
  readonly now: () => number
}

/** What an operator added comes before what is built in. @returns also the names of all, sorted */
export function openResourceTypes({
  policy,
  git,
  guard,
  ports,
  log,
  now,
  ...holding
}: ResourceTypesOptions): ResourceTypes & { names: readonly string[] } {
  const line = (text: string) => log.debug({ resources: true }, text)
  const confinement: Confinement = openConfinement({ policy, log: line, ...holding })
  const events = eventsResource({ ports, now })
  const slack = slackResource({ guard, now })
  const types = new Map<string, ResourceType>([
    ['git', gitResource(git)],
    ['time', timeResource(now)],
    ['semver', semverResource(git)],
    ['mock', mockResource],
    ['slack', slack],
    ['slack-notification', slack],
    ['cycloid-events', events],
    ['trochoid-events', events],
    ['cycloid-resource', platformResource({ ports, now })],
  ])
  for (const [name, folder] of policy.resourceTypes) types.set(name, pluginResource({ name, folder, policy, confinement }))
  return Object.assign((type: string) => types.get(type), { names: [...types.keys()].sort() })
}
