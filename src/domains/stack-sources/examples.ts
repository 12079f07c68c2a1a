/**
 * For somebody who tries the platform and has no repositories at hand: the example stacks as a catalogue, and an empty one for
 * configuration, on this machine. Only where its operator lets tenants use repositories of the machine at all.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { makeBareRepository } from '../../outside/git/bare.ts'
import type { FileChanges } from '../../outside/git/types.ts'
import { withGit } from '../git.ts'

type Context = Pick<OrganizationContext, 'platform' | 'organization' | 'may'>

const source = fileURLToPath(new URL('../../../examples/stacks', import.meta.url))
const branches = { catalogue: 'stacks', config: 'main' } as const
const author = { name: 'Trochoid', email: 'trochoid@localhost' }

export async function findExamples(context: Context): Promise<Schema<'ExampleRepositories'>> {
  const why = await whyNot(context)
  const folder = folderOf(context)
  if (why !== undefined || folder === undefined) return { available: false, why: why ?? elsewhere }
  const found: Schema<'ExampleRepositories'> = { available: true }
  const secret = await readSecret(folder)
  if (secret === undefined) return found
  for (const name of ['catalogue', 'config'] as const) {
    // As the repositories that are in use: who may not read those of configuration is not told where this one is.
    if (name === 'config' && !context.may('organization:config_repository:read', 'config_repository:config')) continue
    const url = placeOf(folder, secret, name)
    if (await isThere(join(url, 'HEAD'))) found[name] = { url, branch: branches[name] }
  }
  return found
}

/** What is there stays as it is. @throws Invalid where the installation does not have them */
export async function makeExamples(context: Context): Promise<Schema<'ExampleRepositories'>> {
  const why = await whyNot(context)
  const folder = folderOf(context)
  if (why !== undefined || folder === undefined) throw invalid(why ?? elsewhere)
  const secret = await makeSecret(folder)
  for (const name of ['catalogue', 'config'] as const) await makeBareRepository(placeOf(folder, secret, name), branches[name])
  const { platform, organization } = context
  const remote = { tenant: organization.id, url: placeOf(folder, secret, 'catalogue'), credential: null }
  const deadline = performance.now() + platform.config.git.limits.seconds * 1000
  const options = { author, message: 'The example stacks', change: 'examples', deadline }
  const files = await readExamples()
  await withGit(() =>
    platform.git.commit(remote, branches.catalogue, options, async (tip): Promise<FileChanges> => (tip ? new Map() : files)),
  )
  return findExamples(context)
}

const elsewhere = 'This installation does not use repositories on its own machine (GIT_LOCAL_PATHS): bring two of yours'

async function whyNot(context: Context): Promise<string | undefined> {
  if (folderOf(context) === undefined) return elsewhere
  return (await isThere(source)) ? undefined : 'The example stacks did not come along with this installation'
}

/** By the number of the organization: whoever founds one under a name that became free does not find what was there. */
function folderOf({ platform, organization }: Context): string | undefined {
  const [allowed] = platform.config.git.localPaths
  return allowed === undefined ? undefined : join(allowed, 'examples', String(organization.id))
}

/**
 * Whoever may add a repository may use every one on this machine whose path they know, in any organization. So nobody can guess
 * this one, and who sees the catalogue's does not know that of the configuration.
 */
const placeOf = (folder: string, secret: string, name: keyof typeof branches): string =>
  join(folder, `${name}-${createHmac('sha256', secret).update(name).digest('hex').slice(0, 32)}.git`)

const secretOf = (folder: string): string => join(folder, 'secret')

const readSecret = (folder: string): Promise<string | undefined> => readFile(secretOf(folder), 'utf8').catch(() => undefined)

/** Whole or not at all, and the first one counts: somebody else may be making it too. */
async function makeSecret(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const making = `${secretOf(folder)}.${randomBytes(8).toString('hex')}`
  await writeFile(making, randomBytes(32).toString('hex'), { mode: 0o600 })
  try {
    await link(making, secretOf(folder)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(making, { force: true })
  }
  return readFile(secretOf(folder), 'utf8')
}

async function readExamples(): Promise<Map<string, Buffer>> {
  const entries = await readdir(source, { withFileTypes: true, recursive: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const files = new Map<string, Buffer>()
  for (const path of paths.sort()) files.set(relative(source, path).split(sep).join('/'), await readFile(path))
  return files
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
