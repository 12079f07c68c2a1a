/** What people read about a build that waits: one sentence with the fact that blocks it, and what to do about it. */
import type { Pin } from './facts.ts'
import type { LimitBlock } from './limits.ts'
import type { Missing } from './missing.ts'

/** In the order in which it is told: what a person has to do comes before what passes by itself. */
export type Blocked =
  | { by: 'job gone' | 'paused pipeline' | 'paused job' | 'older build' | 'first build without inputs' }
  | { by: 'checks'; resources: readonly string[] }
  | { by: 'input'; name: string; missing: Missing }
  | LimitBlock

export function sentence(job: string, blocked: Blocked): string {
  const name = short(job)
  switch (blocked.by) {
    case 'job gone':
      return `The pipeline has no job ${name} any more: put it back into the configuration, or abort this build.`
    case 'paused pipeline':
      return 'The pipeline is paused: unpause it to let this build start.'
    case 'paused job':
      return `The job ${name} is paused: unpause it to let this build start.`
    case 'older build':
      return `An older build of the job ${name} waits and goes first: see what that one waits for, or abort it.`
    case 'first build without inputs':
      return 'The build that this one is to repeat has no versions to take again: abort this one and start a new build.'
    case 'checks':
      return `${noun(blocked.resources, 'The resource', 'The resources')} ${be(blocked.resources)} being checked for new versions: this build starts after that.`
    case 'input':
      return aboutInput(name, blocked.name, blocked.missing)
    default:
      return aboutLimit(name, blocked)
  }
}

/** As Concourse puts it in `missing_input_reasons`: programs compare these texts. */
export function missingText(missing: Missing): string {
  switch (missing.why) {
    case 'checking':
      return 'checking for latest available versions'
    case 'no version':
    case 'all disabled':
      return 'latest version of resource not found'
    case 'pin not found':
    case 'pin disabled':
      return `pinned version ${versionText(missing.pin.version, ':', ',')} not found`
    case 'not in first build':
      return 'input is not included in resolved candidates'
    case 'version gone':
      return 'version of resource not found'
    default:
      return 'no satisfiable builds from passed jobs found for set of inputs'
  }
}

function aboutLimit(job: string, block: LimitBlock): string {
  switch (block.by) {
    case 'serial':
      return `The job ${job} is serial and a build of it runs: this build starts when that one ends, or is aborted.`
    case 'max in flight':
      return `${block.most === 1 ? 'A build' : `${block.most} builds`} of the job ${job} ${block.most === 1 ? 'runs' : 'run'}, as many as its max_in_flight allows: this build starts when one ends, or raise the number.`
    case 'serial group':
      return block.running
        ? `A build of the job ${short(block.job)} runs, which shares the serial group ${short(block.group)}: this build starts when that one ends, or is aborted.`
        : `An older build of the job ${short(block.job)}, which shares the serial group ${short(block.group)}, goes first: see what that one waits for, or abort it.`
    case 'organization':
      return `The organization may run ${block.most} ${block.most === 1 ? 'build' : 'builds'} at once and does: this build starts when one ends, or is aborted.`
    case 'places':
      return 'This server runs as many builds as it can, or as it does of one organization: this build starts when one of them ends; nothing has to be done.'
  }
}

function aboutInput(job: string, input: string, missing: Missing): string {
  const resource = short(missing.resource)
  switch (missing.why) {
    case 'checking':
      return `The resource ${resource} is being checked for new versions: this build starts after that.`
    case 'no version':
      return `No version of the resource ${resource} was found yet: ${afterChecks[missing.checked]}`
    case 'all disabled':
      return `All versions of the resource ${resource} are disabled: enable one to let this build start.`
    case 'not in first build':
      return `The job ${job} has taken the input ${short(input)} since the build that this one is to repeat: abort this one and start a new build.`
    case 'version gone':
      return `The version of ${short(input)} that this build is to take again is not known any more, its resource was changed: abort this one and start a new build.`
    case 'pin not found':
      return `No version of the resource ${resource} has ${pinText(missing.pin)}, to which ${pinned(missing)}: check the resource from that version on, or ${undo(missing.pin)}.`
    case 'pin disabled':
      return `The version ${pinText(missing.pin)} of the resource ${resource}, to which ${pinned(missing)}, is disabled: enable it, or ${undo(missing.pin)}.`
    default:
      return aboutPassed(resource, missing)
  }
}

type PassedMissing = Extract<
  Missing,
  {
    why:
      | 'not passed'
      | 'passed ones disabled'
      | 'pin not passed'
      | 'no common version'
      | 'no common builds'
      | 'too many combinations'
      | 'other input'
  }
>

function aboutPassed(resource: string, missing: PassedMissing): string {
  switch (missing.why) {
    case 'not passed':
      return `No build of ${list(missing.jobs, 'or')} has succeeded with a version of ${resource} yet: run ${missing.jobs.length === 1 ? 'that job' : 'those jobs'} first.`
    case 'passed ones disabled':
      return `All versions of ${resource} that passed ${list(missing.jobs)} are disabled: enable one, or run ${list(missing.jobs)} with another.`
    case 'pin not passed':
      return `The version ${pinText(missing.pin)} of ${resource}, to which ${pinned(missing)}, has not passed ${list(missing.jobs)} yet: run ${list(missing.jobs)} with it, or ${undo(missing.pin)}.`
    case 'no common version':
      return `No build of ${list(missing.jobs)} passed the same version of ${resource} yet: run ${list(missing.jobs)} with one version of it.`
    case 'no common builds':
      return `No builds of ${list(missing.jobs)} fit together, as ${list(missing.inputs)} have to come from the same build of a job that they share: run ${list(missing.jobs)} again with the same versions.`
    case 'too many combinations':
      return `The builds of ${list(missing.jobs)} are too many to find those that passed the same versions of ${resource} and its company: run ${list(missing.jobs)} again with the same versions, or pin ${resource}.`
    case 'other input':
      return `A version of ${resource} is chosen together with another input, which has none yet: see that one.`
  }
}

const afterChecks = {
  never: 'it was not checked until now; its first check finds one, or says why not.',
  failed: 'its last check failed; see that check, put right what it says and check the resource again.',
  fine: 'its checks found none; make the first one where it comes from, then check the resource again.',
}

const pinned = ({ pin, input }: { pin: Pin; input: string }): string =>
  pin.by === 'step' ? `the step get: ${short(input)} is pinned` : 'the resource is pinned'

const undo = ({ by }: Pin): string =>
  ({
    api: 'unpin the resource',
    resource: 'change `version` of the resource in the configuration',
    step: 'change `version` of that step',
  })[by]

const pinText = ({ version }: Pin): string => short(versionText(version, ': ', ', '))

const versionText = (version: Pin['version'], between: string, after: string): string =>
  Object.entries(version)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key}${between}${value}`)
    .join(after)

const be = (names: readonly string[]): string => (names.length === 1 ? 'is' : 'are')
const noun = (names: readonly string[], one: string, many: string): string => `${names.length === 1 ? one : many} ${list(names)}`

/** Names in a sentence: a tenant may have a hundred jobs, or names of a page. */
function list(names: readonly string[], and = 'and'): string {
  const most = 4
  const shown = names.slice(0, names.length > most ? most - 1 : most).map(short)
  const others = names.length - shown.length
  const all = others > 0 ? [...shown, `${others} others`] : shown
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${and} ${all.at(-1)}`
}

const short = (text: string): string => (text.length > 100 ? `${text.slice(0, 99)}…` : text)
