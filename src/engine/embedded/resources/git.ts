/** `git`: commits of a repository, as working copies that tasks can go on with, and back again. */
import { join } from 'node:path'
import type { JsonObject, Version } from '../../../formats/pipeline/types.ts'
import type { CheckedOut, CommitFacts, Git } from '../../../outside/git/types.ts'
import type { Metadata, ResourceContext, ResourceType } from '../execute/types.ts'
import { assertFits, count, type Fields, flag, flagOf, oneOf, problemsOf, refused, text, textOf, textsOf } from './fields.ts'
import { folderAt, readText, writeText } from './files.ts'
import { checkTags, conflicts, filterFields, hasTagFilter, passes } from './git-filters.ts'
import { orFail, remoteFields, remoteOf } from './remote.ts'

export function gitResource(git: Git): ResourceType {
  return {
    validate: (source) => [...problemsOf(sourceFields, source), ...conflicts(source)],
    async check(context, { source, version }) {
      assertSource(source)
      const versions = hasTagFilter(source)
        ? await checkTags(git, context, source, version)
        : await checkCommits(git, context, source, version)
      return versions.slice(-(Number(textOf(source, 'version_depth')) || versions.length || 1))
    },
    async in(context, folder, { source, version, params }) {
      assertSource(source)
      assertFits(inFields, params, 'params')
      const commit = await commitOf(git, context, source, version)
      const depth = Number(textOf(params, 'depth')) || undefined
      const tags = flagOf(params, 'clean_tags') ? false : (flagOf(params, 'fetch_tags') ?? flagOf(source, 'fetch_tags'))
      context.log(`fetching ${commit}\n`)
      const request = { commit, depth, tags, signal: context.signal }
      const done = await orFail(context, git.checkOut(remoteOf(context, source), textOf(source, 'branch'), folder, request))
      await describe(folder, version['ref'] ?? commit, textOf(params, 'short_ref_format'), done)
      if (done.hasSubmodules) context.log('submodules are not fetched by the embedded engine: their folders are empty\n')
      if (await usesLargeFiles(folder))
        context.log('files in large file storage (LFS) are not fetched by the embedded engine: they are pointers\n')
      return { version, metadata: metadataOf(done.facts, done.branch, done.tags) }
    },
    async out(context, folder, { source, params }) {
      assertSource(source)
      assertFits(outFields, params, 'params')
      return await publish(git, context, folder, { source, params })
    },
  }
}

const sourceFields: Fields = {
  ...remoteFields,
  ...filterFields,
  branch: text,
  fetch_tags: flag,
  version_depth: count,
  git_config: refused('the embedded engine lets no pipeline set up git'),
  commit_verification_keys: refused('the embedded engine checks no signatures'),
  commit_verification_key_ids: refused('the embedded engine checks no signatures'),
  gpg_keyserver: refused('the embedded engine checks no signatures'),
  git_crypt_key: refused('the embedded engine decrypts nothing'),
  git_crypt_gpg_key: refused('the embedded engine decrypts nothing'),
  submodule_credentials: refused('the embedded engine fetches no submodules'),
  search_remote_refs: refused('the embedded engine looks at branches and tags alone'),
}
const inFields: Fields = {
  depth: count,
  fetch_tags: flag,
  clean_tags: flag,
  submodules: (value) => (value === 'none' || value === 'all' ? undefined : 'must be none: the embedded engine fetches no submodules'),
  submodule_recursive: flag,
  submodule_remote: refused('the embedded engine fetches no submodules'),
  disable_git_lfs: flag,
  short_ref_format: text,
  timestamp_format: oneOf('iso8601'),
  describe_ref_options: refused('the embedded engine does not describe commits'),
}
const outFields: Fields = {
  repository: { check: text, isRequired: true },
  rebase: flag,
  merge: flag,
  returning: oneOf('merged', 'unmerged'),
  tag: text,
  tag_prefix: text,
  annotate: text,
  only_tag: flag,
  force: flag,
  branch: text,
  notes: refused('the embedded engine writes no notes'),
  refs_prefix: refused('the embedded engine pushes branches and tags alone'),
}

function assertSource(source: JsonObject): void {
  assertFits(sourceFields, source, 'source')
  const [problem] = conflicts(source)
  if (problem !== undefined) throw new Error(`source.${problem}`)
}

async function checkCommits(git: Git, context: ResourceContext, source: JsonObject, version: Version | null): Promise<Version[]> {
  const question = {
    since: version?.['ref'],
    only: textsOf(source, 'paths'),
    except: textsOf(source, 'ignore_paths'),
    passes: passes(source),
    signal: context.signal,
  }
  const commits = await orFail(context, git.history(remoteOf(context, source), textOf(source, 'branch'), question))
  return commits.map(({ commit }) => ({ ref: commit }))
}

/** A version of a tag filter says both; one that a person pinned may be a tag alone. */
async function commitOf(git: Git, context: ResourceContext, source: JsonObject, version: Version): Promise<string> {
  const { ref = '', commit = ref } = version
  if (/^[0-9a-f]{40}$/.test(commit)) return commit
  const question = { passes: (name: string) => name === ref, isOnBranch: false, signal: context.signal }
  const [tag] = await orFail(context, git.tags(remoteOf(context, source), textOf(source, 'branch'), question))
  if (!tag) throw new Error(`The version ${JSON.stringify(ref)} is neither the whole hash of a commit nor a tag of the repository`)
  return tag.commit
}

/** Files beside git's own, for tasks that have no git. */
async function describe(
  folder: string,
  ref: string,
  shortFormat: string | undefined,
  { facts, branch }: CheckedOut & { branch: string },
): Promise<void> {
  const short = (shortFormat ?? '%s').replaceAll('%s', ref.slice(0, 7))
  const files = {
    ref,
    short_ref: short,
    branch,
    commit_message: facts.message,
    commit_timestamp: facts.committer.date,
    committer: facts.committer.email,
  }
  for (const [name, content] of Object.entries(files)) await writeText(join(folder, '.git'), name, `${content}\n`)
}

async function usesLargeFiles(folder: string): Promise<boolean> {
  // It may be a link, to a device of ours that gives bytes without an end or never any.
  const attributes = await readText(folder, '.gitattributes', 'attributes').catch(() => '')
  return attributes.includes('filter=lfs')
}

function metadataOf({ commit, message, author, committer }: CommitFacts, branch: string, tags: readonly string[]): Metadata[] {
  const isOther = committer.name !== author.name || committer.email !== author.email
  return [
    { name: 'commit', value: commit },
    { name: 'author', value: author.name },
    { name: 'author_date', value: author.date },
    ...(isOther
      ? [
          { name: 'committer', value: committer.name },
          { name: 'committer_date', value: committer.date },
        ]
      : []),
    { name: 'branch', value: branch },
    ...(tags.length > 0 ? [{ name: 'tags', value: tags.join(', ') }] : []),
    { name: 'message', value: message.slice(0, 10_000) },
  ]
}

async function publish(git: Git, context: ResourceContext, folder: string, { source, params }: { source: JsonObject; params: JsonObject }) {
  const branch = textOf(params, 'branch') ?? textOf(source, 'branch')
  if (branch === undefined) throw new Error('source.branch: is missing: a put pushes to a branch')
  const [isRebase, isMerge] = ['rebase', 'merge'].map((name) => flagOf(params, name) === true)
  if (isRebase && isMerge) throw new Error('params: there can be rebase or merge, and not both')
  const working = await folderAt(folder, textOf(params, 'repository') ?? '', 'repository')
  const request = {
    otherwise: flagOf(params, 'force') ? 'overwrite' : isRebase ? 'rebase' : isMerge ? 'merge' : 'refuse',
    tag: await tagOf(folder, params),
    onlyTags: flagOf(params, 'only_tag') === true,
    signal: context.signal,
  } as const
  context.log(`pushing to ${request.onlyTags ? 'tags' : branch}\n`)
  const { facts, original, tags } = await orFail(context, git.publish(remoteOf(context, source), branch, working, request))
  const ref = isMerge && textOf(params, 'returning') === 'unmerged' ? original : facts.commit
  return { version: { ref }, metadata: metadataOf(facts, branch, tags) }
}

async function tagOf(folder: string, params: JsonObject): Promise<{ name: string; message?: string } | undefined> {
  const file = textOf(params, 'tag')
  if (file === undefined) return undefined
  const name = `${textOf(params, 'tag_prefix') ?? ''}${(await readText(folder, file, 'tag')).trim()}`
  const annotation = textOf(params, 'annotate')
  return annotation === undefined ? { name } : { name, message: await readText(folder, annotation, 'annotate') }
}
