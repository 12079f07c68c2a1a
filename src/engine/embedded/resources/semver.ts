/** `semver`: a number in a file of a git repository. */
import { randomBytes } from 'node:crypto'
import type { JsonObject } from '../../../formats/pipeline/types.ts'
import { type Git, GitError } from '../../../outside/git/types.ts'
import { untilAborted } from '../../../outside/git/working-copy.ts'
import type { ResourceContext, ResourceType } from '../execute/types.ts'
import { type Bump, bumped, bumps, compareVersions, formatVersion, parseVersion, type SemanticVersion } from './bump.ts'
import { assertFits, type Check, type Fields, flag, flagOf, oneOf, problemsOf, refused, required, text, textOf } from './fields.ts'
import { readText, writeText } from './files.ts'
import { orFail, remoteFields, remoteOf } from './remote.ts'

export function semverResource(git: Git): ResourceType {
  return {
    validate: (source) => [...problemsOf(sourceFields, source), ...driverOf(source)],
    async check(context, { source, version }) {
      assertSource(source)
      const current = await orFail(context, untilAborted(context.signal, currentAt(git, context, source)))
      const known = version === null ? undefined : parseVersion(version['number'] ?? '')
      const isOlder = known !== undefined && compareVersions(current, known) < 0
      return isOlder ? [] : [{ number: formatVersion(current) }]
    },
    async in(_, folder, { source, version, params }) {
      assertSource(source)
      assertFits(inFields, params, 'params')
      const fetched = parseVersion(version['number'] ?? '')
      if (!fetched) throw new Error('The version has no number such as 1.2.3')
      const shown = formatVersion(applied(fetched, params))
      for (const file of ['version', 'number']) await writeText(folder, file, shown)
      return { version, metadata: [{ name: 'number', value: formatVersion(fetched) }] }
    },
    async out(context, folder, { source, params }) {
      assertSource(source)
      assertFits(outFields, params, 'params')
      const next = await nextOf(folder, params)
      const number = await orFail(context, untilAborted(context.signal, commit(git, context, source, next)))
      context.log(`the version is ${number}\n`)
      return { version: { number }, metadata: [{ name: 'number', value: number }] }
    },
  }
}

const versionText: Check = (value) => (parseVersion(String(value)) ? undefined : 'must be a version such as 1.2.3')
const sourceFields: Fields = {
  ...remoteFields,
  driver: (value) => (value === 'git' ? undefined : otherDriver),
  initial_version: versionText,
  branch: required(text),
  file: required(text),
  git_user: text,
  commit_message: text,
  depth: refused('the embedded engine brings what it needs'),
}
const bumpFields: Fields = {
  bump: oneOf(...bumps),
  pre: text,
  pre_without_version: flag,
  build: refused('the embedded engine adds nothing after a plus'),
}
const inFields: Fields = bumpFields
const outFields: Fields = {
  ...bumpFields,
  file: text,
  get_latest: refused('the embedded engine bumps what is in the repository at that moment'),
}
const seconds = 60

const otherDriver = 'must be git: the embedded engine keeps versions nowhere else; configure Concourse to use another one'

/** Without a driver it would be S3. */
const driverOf = ({ driver }: JsonObject): string[] => (driver === undefined || driver === null ? [`driver: ${otherDriver}`] : [])

function assertSource(source: JsonObject): void {
  assertFits(sourceFields, source, 'source')
  const [problem] = driverOf(source)
  if (problem !== undefined) throw new Error(`source.${problem}`)
}

const fileOf = (source: JsonObject) => (textOf(source, 'file') ?? '').replace(/^\.?\/+/, '')

async function currentAt(git: Git, context: ResourceContext, source: JsonObject): Promise<SemanticVersion> {
  const file = fileOf(source)
  const read = git.read(remoteOf(context, source), textOf(source, 'branch') ?? '', async (snapshot) =>
    (await snapshot.read([file])).get(file),
  )
  const content = await read.catch((error: unknown) => {
    // Before the first bump there may be nothing at all.
    if (error instanceof GitError && (error.kind === 'no_branch' || error.kind === 'empty')) return undefined
    throw error
  })
  context.signal.throwIfAborted()
  return versionIn(content, source)
}

function versionIn(content: Buffer | undefined, source: JsonObject): SemanticVersion {
  const written = content?.toString('utf8').trim() ?? ''
  const version = parseVersion(written === '' ? (textOf(source, 'initial_version') ?? '0.0.0') : written)
  if (!version) throw new Error(`The file ${fileOf(source)} of the repository does not hold a version such as 1.2.3`)
  return version
}

function applied(version: SemanticVersion, params: JsonObject): SemanticVersion {
  const bump = bumps.find((one): one is Bump => one === textOf(params, 'bump'))
  return bumped(version, bump, textOf(params, 'pre'), flagOf(params, 'pre_without_version'))
}

/** From what is there at the moment of writing to what will be. */
type Next = (current: SemanticVersion) => SemanticVersion

async function nextOf(folder: string, params: JsonObject): Promise<Next> {
  const file = textOf(params, 'file')
  if (file === undefined && textOf(params, 'bump') === undefined && textOf(params, 'pre') === undefined)
    throw new Error('params: there must be file, bump or pre')
  if (file === undefined) return (current) => applied(current, params)
  const version = parseVersion(await readText(folder, file, 'file'))
  if (!version) throw new Error(`params.file: ${JSON.stringify(file)} does not hold a version such as 1.2.3`)
  return () => version
}

/**
 * When somebody else was faster, their version is bumped; and since the message names the version, from the beginning.
 * @returns the number
 */
async function commit(git: Git, context: ResourceContext, source: JsonObject, next: Next): Promise<string> {
  const deadline = performance.now() + seconds * 1000
  let number = formatVersion(next(await currentAt(git, context, source)))
  for (;;) {
    const found = await tryToCommit(git, context, source, { next, number, deadline })
    if (found === number) return number
    number = found
  }
}

interface Attempt {
  readonly next: Next
  readonly number: string
  readonly deadline: number
}

/** @returns the number that is there now, or the one that it would have to be */
async function tryToCommit(git: Git, context: ResourceContext, source: JsonObject, { next, number, deadline }: Attempt): Promise<string> {
  const file = fileOf(source)
  const message = (textOf(source, 'commit_message') ?? 'bump to %version%').replaceAll('%version%', number).replaceAll('%file%', file)
  const change = `semver-${randomBytes(8).toString('hex')}`
  let found = number
  await git.commit(
    remoteOf(context, source),
    textOf(source, 'branch') ?? '',
    { author: authorOf(source), message, change, deadline },
    async (tip) => {
      context.signal.throwIfAborted()
      const content = tip === null ? undefined : (await tip.read([file])).get(file)
      found = formatVersion(next(versionIn(content, source)))
      // Without a change there is no commit.
      return found === number ? new Map([[file, Buffer.from(`${number}\n`)]]) : new Map()
    },
  )
  return found
}

function authorOf(source: JsonObject): { name: string; email: string } {
  const written = textOf(source, 'git_user') ?? ''
  const [, name = '', email = ''] = /^\s*([^<>]*?)\s*<\s*([^<>\s]+)\s*>\s*$/.exec(written) ?? []
  if (email !== '') return { name: name || email, email }
  return written.includes('@') ? { name: written, email: written } : { name: 'Trochoid', email: 'noreply@trochoid.invalid' }
}
