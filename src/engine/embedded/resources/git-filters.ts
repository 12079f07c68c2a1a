/** Which commits and tags of a repository are versions. */
import { RE2JS } from 're2js'
import { globOf } from '../../../formats/pipeline/globs.ts'
import type { Json, JsonObject, Version } from '../../../formats/pipeline/types.ts'
import type { CommitFacts, Git } from '../../../outside/git/types.ts'
import type { ResourceContext } from '../execute/types.ts'
import { type Check, type Fields, flag, flagOf, hasVariable, isMap, mapOf, textOf, texts, textsOf } from './fields.ts'
import { orFail, remoteOf } from './remote.ts'

const expression: Check = (value) =>
  typeof value === 'string' && compiled(value) ? undefined : 'must be a regular expression that RE2 understands'
const glob: Check = (value) => (typeof value === 'string' && value !== '' && globOf(value) ? undefined : 'must be a pattern such as v*')
const filter: Check = (value) => {
  const isFine =
    isMap(value) && Object.entries(value).every(([name, one]) => ['include', 'exclude'].includes(name) && texts(one as Json) === undefined)
  return isFine ? undefined : 'must be a map with include and exclude, lists of texts'
}

export const filterFields: Fields = {
  paths: texts,
  ignore_paths: texts,
  tag_filter: glob,
  tag_regex: expression,
  commit_filter: filter,
  disable_ci_skip: flag,
}

export const hasTagFilter = (source: JsonObject): boolean =>
  textOf(source, 'tag_filter') !== undefined || textOf(source, 'tag_regex') !== undefined

/** What each field allows and both together do not. */
export function conflicts(source: JsonObject): string[] {
  if (!hasTagFilter(source)) return []
  const others = ['paths', 'ignore_paths', 'commit_filter'].filter(
    (name) => Object.hasOwn(source, name) && source[name] !== null && !hasVariable(source[name] ?? null),
  )
  return others.map((name) => `${name}: cannot be together with a filter for tags: those choose the commits`)
}

export function passes(source: JsonObject): (commit: CommitFacts) => boolean {
  const skips = flagOf(source, 'disable_ci_skip') === true ? [] : ['[ci skip]', '[skip ci]']
  const wanted = mapOf(source, 'commit_filter')
  const [include, exclude] = [textsOf(wanted, 'include'), [...textsOf(wanted, 'exclude'), ...skips]]
  return ({ message }) => include.every((one) => message.includes(one)) && !exclude.some((one) => message.includes(one))
}

/** Oldest first, beginning with the given one when it is still there. */
export async function checkTags(git: Git, context: ResourceContext, source: JsonObject, version: Version | null): Promise<Version[]> {
  const branch = textOf(source, 'branch')
  const question = { passes: withinTime(tagPasses(source)), isOnBranch: branch !== undefined, signal: context.signal }
  const tags = await orFail(context, git.tags(remoteOf(context, source), branch, question))
  const known = version === null ? -1 : tags.findIndex(({ tag }) => tag === version['ref'])
  return (known < 0 ? tags.slice(-1) : tags.slice(known)).map(({ tag, commit }) => ({ ref: tag, commit }))
}

/** Milliseconds for all names together: nobody else is answered meanwhile, and both the pattern and the names are a tenant's. */
const patience = 500

function withinTime(matches: (name: string) => boolean): (name: string) => boolean {
  let spent = 0
  return (name) => {
    if (spent > patience) throw new Error('source: the filter for tags takes too long for the tags of this repository: use a simpler one')
    const begun = performance.now()
    const result = matches(name)
    spent += performance.now() - begun
    return result
  }
}

function tagPasses(source: JsonObject): (name: string) => boolean {
  const glob = textOf(source, 'tag_filter')
  if (glob !== undefined) return globOf(glob) ?? (() => false)
  const pattern = compiled(textOf(source, 'tag_regex') ?? '')
  return (name) => pattern?.matches(name) === true
}

function compiled(pattern: string): RE2JS | undefined {
  if (pattern.length > 500) return undefined
  try {
    return RE2JS.compile(pattern)
  } catch {
    return undefined
  }
}
