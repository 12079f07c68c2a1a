/** Commits of a branch since one that is known, found in copies that are only as deep as the question needs. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Repository, Tip } from './cache.ts'
import { logOf } from './facts.ts'
import { deepTip, freshTip, type Place } from './fetch.ts'
import { openQueue, type Queue } from './queues.ts'
import type { Processes } from './run.ts'
import { type CommitFacts, GitError, type HistoryQuestion } from './types.ts'

/**
 * Oldest first. With `since`: that commit, when it is on the branch, and what came after it and passes; otherwise the newest
 * one that passes, or nothing. @throws GitError no_branch, empty, …
 */
export async function historyOf(processes: Processes, place: Place, question: HistoryQuestion): Promise<CommitFacts[]> {
  assertPatterns([...(question.only ?? []), ...(question.except ?? [])])
  const since = question.since !== undefined && /^[0-9a-f]{40}$/.test(question.since) ? question.since : undefined
  let tip = await freshTip(place)
  for (const depth of [0, ...depths]) {
    question.signal?.throwIfAborted()
    if (depth > 0) tip = await deepTip(place, depth)
    await using _held = place.cache.hold(tip.copy)
    const seen = await look(processes, place, tip, { ...question, since })
    if (seen.since !== undefined) return [seen.since, ...seen.passing.reverse()]
    const isEnough = since === undefined ? seen.passing.length > 0 || seen.isWhole : seen.isWhole
    if (isEnough || depth === deepest) return seen.passing.slice(0, 1)
  }
  return []
}

/** One question at a time for each copy: a fetch that brings less makes it shallower under whoever reads. */
export function inTurn<T>(repository: Repository, work: () => Promise<T>): Promise<T> {
  const queue = turns.get(repository) ?? openQueue()
  turns.set(repository, queue)
  return queue(work)
}
const turns = new WeakMap<Repository, Queue>()

/** How many commits are brought, step by step; 0: what is there already. */
const depths = [30, 400, 5000]
const deepest = 5000
/** Of one answer: who is so far behind gets the newest ones. */
const most = 500

interface Seen {
  /** The known commit, when it is on the branch. */
  readonly since: CommitFacts | undefined
  /** Newest first. */
  readonly passing: CommitFacts[]
  /** The first commit of the branch was seen. */
  readonly isWhole: boolean
}

async function look(processes: Processes, place: Place, tip: Tip, question: HistoryQuestion): Promise<Seen> {
  const { limits } = place
  const { since, only = [], except = [], passes, signal } = question
  const ask = (args: readonly string[]) => logOf(processes, { folder: tip.copy.folder, args, limits, signal })
  const boundary = await boundaryOf(tip.copy.folder)
  const line = await ask([...chain, tip.commit])
  const known = since === undefined ? undefined : line.find(({ commit }) => commit === since)
  const isWhole = line.length < deepest && !line.some(({ commit }) => boundary.has(commit))
  if (since !== undefined && !known) return { since: undefined, passing: isWhole ? line.filter(passes).slice(0, 1) : [], isWhole }
  const range = known ? [`${known.commit}..${tip.commit}`] : [tip.commit]
  const isLimited = only.length + except.length > 0
  const changed = isLimited
    ? await ask([...chain, ...range, '--', ...pathspecs(only, except)])
    : line.slice(0, known ? line.indexOf(known) : line.length)
  // A commit whose parents were not brought looks as if it had made everything.
  const passing = changed.filter((one) => passes(one) && !(isLimited && boundary.has(one.commit)))
  return { since: known, passing: passing.slice(0, most), isWhole }
}

/** What was merged is one commit: the merge. */
const chain = [`--max-count=${deepest}`, '--first-parent']

/** git's own patterns, as people of Concourse write them; the prefix takes the meaning from a colon at their beginning. */
function pathspecs(only: readonly string[], except: readonly string[]): string[] {
  return [...only.map((path) => `:(top)${path}`), ...except.map((path) => `:(top,exclude)${path}`)]
}

async function boundaryOf(folder: string): Promise<Set<string>> {
  return new Set((await readFile(join(folder, 'shallow'), 'utf8').catch(() => '')).split('\n').filter(Boolean))
}

/** @throws GitError refused: patterns cost time */
function assertPatterns(patterns: readonly string[]): void {
  const wrong =
    patterns.length > 100 || patterns.some((one) => one === '' || one.length > 500 || /[\p{Cc}]/u.test(one) || one.split('*').length > 12)
  if (wrong) throw new GitError('refused', 'Use at most 100 patterns for paths, each of at most 500 characters with at most ten stars')
}
