/** Tags of a repository, by the time of their making. */
import { deepTip, type Place } from './fetch.ts'
import { assertTag } from './paths.ts'
import type { Remote } from './remote.ts'
import type { Processes } from './run.ts'
import { assertEnded } from './tree.ts'
import { GitError, type TagFacts, type TagQuestion } from './types.ts'
import { until } from './working-copy.ts'

/** Names and what they stand for, which may be an annotation. @throws GitError */
export async function tagsAt(remote: Remote, signal?: AbortSignal): Promise<Map<string, string>> {
  const ran = await remote.run(undefined, ['ls-remote', '--tags', '--refs', '--', '{}'], { maxOutput: 16 * 2 ** 20, ...until(signal) })
  signal?.throwIfAborted()
  if (ran.code !== 0) throw remote.failure(ran)
  const lines = ran.output.toString().matchAll(/^([0-9a-f]{40})\trefs\/tags\/(.+)$/gm)
  return new Map([...lines].map(([, object = '', name = '']) => [name, object]))
}

/** Oldest first: those that pass, and with a branch are on it as far back as 5000 commits. @throws GitError */
export async function tagsOf(processes: Processes, place: Place, { passes, isOnBranch, signal }: TagQuestion): Promise<TagFacts[]> {
  const { remote, limits } = place
  const names = [...(await tagsAt(remote, signal)).keys()].filter((name) => isTag(name) && passes(name))
  if (names.length === 0) return []
  if (names.length > most) throw new GitError('too_large', `${names.length} tags fit: make the filter narrower, ${most} are looked at`)
  const tip = await deepTip(place, isOnBranch ? 5000 : 1)
  await using _held = place.cache.hold(tip.copy)
  const refs = names.map((name) => `+refs/tags/${name}:refs/tags/${name}`)
  const flags = [...(isOnBranch ? [] : ['--depth=1']), '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--quiet']
  const brought = await remote.run(tip.copy.folder, ['fetch', ...flags, '--no-recurse-submodules', '--', '{}', ...refs], until(signal))
  signal?.throwIfAborted()
  if (brought.code !== 0) throw remote.failure(brought)
  const format = '--format=%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)'
  const merged = isOnBranch ? [`--merged=${tip.commit}`] : []
  const args = ['--git-dir', tip.copy.folder, 'for-each-ref', '--sort=creatordate', ...merged, format, 'refs/tags']
  const ran = await processes.git(args, { milliseconds: limits.seconds * 1000 })
  assertEnded(ran, 'The repository has more tags than this platform reads')
  const wanted = new Set(names)
  return ran.output
    .toString()
    .split('\n')
    .map((line) => line.split('\0'))
    .flatMap(([tag = '', type, object = '', innerType, inner = '']) => {
      const commit = type === 'commit' ? object : innerType === 'commit' ? inner : undefined
      return wanted.has(tag) && commit !== undefined ? { tag, commit } : []
    })
}

const most = 1000

function isTag(name: string): boolean {
  try {
    assertTag(name)
    return true
  } catch {
    return false
  }
}
