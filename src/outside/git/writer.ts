/** Commits that others race: on the tip, pushed, and begun again from the tip of whoever was faster. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Copy, isWornOut, type Tip } from './cache.ts'
import { effective, type Person, type Pushed, push, trailer, writeCommit } from './commit.ts'
import { deepTip, freshTip, type Place } from './fetch.ts'
import { openQueue } from './queues.ts'
import type { Processes } from './run.ts'
import { withSnapshot } from './snapshot.ts'
import { Damaged, type Tree, type Trees } from './tree.ts'
import { type CommitOptions, type Committed, type FileChanges, GitError, type Snapshot } from './types.ts'

export interface Workshop {
  readonly processes: Processes
  readonly trees: Trees
  readonly committer: Person
}

type Edit = (tip: Snapshot | null) => Promise<FileChanges>

/** @throws GitError contended, unclear, … and whatever `edit` throws on the true tip */
export async function commitOn(shop: Workshop, place: Place, options: CommitOptions, edit: Edit): Promise<Committed> {
  const { writing } = place.repository
  const lane = writing.get(place.branch) ?? { queue: openQueue(), length: 0 }
  writing.set(place.branch, lane)
  lane.length++
  try {
    return await lane.queue(() => race(shop, place, options, edit), { milliseconds: left(options), late: contended })
  } finally {
    lane.length--
    if (lane.length === 0) writing.delete(place.branch)
  }
}

/** The commit with this trailer among so many of the branch; undefined also when there is no such branch. @throws GitError */
export async function findCommit(shop: Workshop, place: Place, change: string, depth: number): Promise<string | undefined> {
  const found = (await history(shop, place, depth)).find(({ lines }) => lines.includes(`${trailer}: ${change}`))
  return found?.commit
}

/** A tip that the remote told us, or took from us, so lately is tried before asking again: most often nobody else writes. */
const trusted = 30_000
/** Below this no attempt is begun, in milliseconds. */
const shortest = 100
const contended = () => new GitError('contended', 'Others kept changing the branch at the same time: nothing was written, try again')

async function race(shop: Workshop, place: Place, options: CommitOptions, edit: Edit): Promise<Committed> {
  const lostOn = new Map<string | null, number>()
  let longest = shortest
  for (let guess = true; ; guess = false) {
    const started = performance.now()
    if (left(options) < longest) throw lostOn.size > 0 ? contended() : tooLate()
    const outcome = await attempt({ shop, place, options, edit }, guess)
    if ('commit' in outcome) return outcome
    longest = Math.max(longest, 1.25 * (performance.now() - started))
    if ('stale' in outcome) continue // found out before anything was sent
    const times = (lostOn.get(outcome.lost) ?? 0) + 1
    lostOn.set(outcome.lost, times)
    // Nobody was faster: the remote has another reason, and always will.
    if (times > 6)
      throw new GitError('failed', `${place.remote.place} does not take the commit, though nobody else wrote: look at its branch`)
    await sleep(Math.random() * Math.min(300, 15 * 2 ** Math.min(lostOn.size + times, 6))) // others begin again at the same moment
  }
}

type Task = { readonly shop: Workshop; readonly place: Place; readonly options: CommitOptions; readonly edit: Edit }
type Outcome = Committed | { readonly stale: true } | { readonly lost: string | null }

async function attempt(task: Task, guess: boolean): Promise<Outcome> {
  const { place, options, shop } = task
  const guessed = guess ? await trustedTip(place) : undefined
  const tip = guessed ?? (await inTime(options, tipOrNone(place)))
  if (!tip) return onNothing(task)
  if (tip.copy.isLeft) return { stale: true }
  /** What was found on a tip that is no longer the tip means nothing. */
  const isStale = async () => guessed !== undefined && (await inTime(options, tipOrNone(place)))?.commit !== guessed.commit
  return withSnapshot(shop.trees, place, tip, async (snapshot, ground) => {
    let changes: Map<string, Buffer | null>
    try {
      changes = effective(await task.edit(snapshot), await ground.tree(), place.limits)
    } catch (error) {
      if (error instanceof GitError && error.kind === 'contended') return { lost: tip.commit }
      if (await isStale()) return { stale: true }
      throw error
    }
    if (changes.size === 0) return (await isStale()) ? { stale: true } : { commit: null, parent: tip.commit }
    const outcome = await land(task, ground.copy(), tip.commit, await ground.tree(), changes)
    return guessed && 'lost' in outcome ? { stale: true } : outcome
  })
}

/** On a branch that does not exist yet. */
async function onNothing(task: Task): Promise<Outcome> {
  const { place, edit } = task
  const { cache, repository } = place
  const changes = effective(await edit(null), emptyTree, place.limits)
  if (changes.size === 0) return { commit: null, parent: null }
  const isNew = repository.copy === undefined
  const copy = repository.copy ?? (await cache.create(repository))
  await using _held = cache.hold(copy)
  try {
    return await land(task, copy, null, emptyTree, changes)
  } catch (error) {
    if (isNew) await cache.leave(repository, copy)
    throw error
  }
}

const emptyTree: Tree = { entries: [], byPath: new Map() }

async function land(task: Task, copy: Copy, parent: string | null, tree: Tree, changes: Map<string, Buffer | null>): Promise<Outcome> {
  const { shop, place, options } = task
  const ref = copy.branches.draft(place.branch)
  const made = { folder: copy.folder, ref, parent, tree, changes, options, committer: shop.committer }
  const commit = await writeCommit(shop.processes, made, place.limits.seconds * 1000).catch(async (error: unknown) => {
    if (!(error instanceof Damaged)) throw error
    await place.cache.leave(place.repository, copy)
    return undefined
  })
  if (commit === undefined || !(await isDelivered(task, copy, parent, commit))) return { lost: parent }
  copy.branches.remember(place.branch, commit)
  return { commit, parent }
}

/** False when the remote's branch went another way, so that this commit will never be on it. @throws GitError */
async function isDelivered({ shop, place, options }: Task, copy: Copy, parent: string | null, commit: string): Promise<boolean> {
  const { remote, branch, limits } = place
  for (let tries = 1; ; tries++) {
    const milliseconds = Math.min(limits.seconds * 1000, left(options))
    if (milliseconds <= 0 && tries === 1) throw tooLate()
    const pushed = await push(remote, copy.folder, branch, parent, commit, milliseconds)
    if (pushed.how === 'arrived') return true
    if (tries === 1 && !pushed.wasSent) return notTaken(pushed)
    if (pushed.how === 'unknown' && pushed.ran.ended === 'closed') throw unclear(pushed)
    // The remote may have taken it without our hearing so; and a server may go on with what it got after we have left.
    const seen = await sighting(shop, place, parent, commit)
    if (seen === 'there') return true
    if (pushed.how !== 'unknown' && tries === 1 && seen !== 'unknown') return notTaken(pushed)
    if (seen === 'never') return false
    if (pushed.how === 'refused') throw unclear(pushed)
    // The same commit may be sent as often as we like: it can be taken only once.
    if (left(options) > shortest) await sleep(Math.min(1000, 50 * 2 ** tries) * Math.random())
    else if (seen === 'possible' && remote.isLocal)
      throw tooLate() // who could still write it has been ended with git
    else throw unclear(pushed)
  }
}

function notTaken(pushed: Pushed): false {
  if (pushed.how === 'refused') throw pushed.error
  return false
}

/** `possible`: the branch is as before, so a push that is under way may still land. */
async function sighting(
  shop: Workshop,
  place: Place,
  parent: string | null,
  commit: string,
): Promise<'there' | 'never' | 'possible' | 'unknown'> {
  try {
    const milliseconds = Math.min(place.limits.seconds * 1000, 5000)
    const tip = (await place.remote.heads(place.branch, { milliseconds })).get(place.branch) ?? null
    if (tip === commit) return 'there'
    if (tip === parent) return 'possible'
    return (await history(shop, place, 50)).some((one) => one.commit === commit) ? 'there' : 'never'
  } catch {
    return 'unknown'
  }
}

async function history({ processes }: Workshop, place: Place, depth: number): Promise<{ commit: string; lines: string[] }[]> {
  const tip = await orNone(deepTip(place, depth))
  if (!tip) return []
  await using _held = place.cache.hold(tip.copy)
  const args = ['--git-dir', tip.copy.folder, 'log', '-z', `--max-count=${depth}`, '--format=%H%n%B', tip.commit]
  const ran = await processes.git(args, { milliseconds: place.limits.seconds * 1000 })
  if (ran.code !== 0) throw new GitError('failed', 'git cannot read the history of the branch: try again', new Error(ran.said))
  return ran.output
    .toString()
    .split('\0')
    .map((text) => text.split('\n'))
    .map(([commit = '', ...lines]) => ({ commit, lines }))
}

/** The one that we believe to be the tip without asking. */
async function trustedTip({ repository: { copy }, branch, limits }: Place): Promise<Tip | undefined> {
  const known = await copy?.branches.known(branch)
  if (!copy || !known || performance.now() - known.since > trusted || (await isWornOut(copy, limits.repositoryBytes))) return undefined
  return { copy, commit: known.commit }
}

const tipOrNone = (place: Place) => orNone(freshTip(place))

const orNone = (tip: Promise<Tip>) =>
  tip.catch((error: unknown) => {
    if (error instanceof GitError && (error.kind === 'no_branch' || error.kind === 'empty')) return undefined
    throw error
  })

const left = ({ deadline }: CommitOptions) => deadline - performance.now()

const tooLate = () => new GitError('timeout', 'The time ran out before the branch could be written: nothing was written, try again')

function unclear(pushed: Pushed): GitError {
  const said = 'ran' in pushed ? new Error(`git ended with ${pushed.ran.code} (${pushed.ran.ended}): ${pushed.ran.said}`) : undefined
  const cause = 'error' in pushed ? pushed.error : said
  return new GitError(
    'unclear',
    'The connection was lost while the commit was sent, so it may or may not have arrived: look at the branch',
    cause,
  )
}

/** A fetch is shared with others, so it goes on when this caller's time is over. */
async function inTime<T>(options: CommitOptions, work: Promise<T>): Promise<T> {
  work.catch(() => {})
  const over = new AbortController()
  const late = sleep(Math.max(0, left(options)), undefined, { signal: over.signal }).then(() => Promise.reject(tooLate()))
  try {
    return await Promise.race([work, late])
  } finally {
    late.catch(() => {})
    over.abort()
  }
}
