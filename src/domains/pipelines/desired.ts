/** The pipeline that a component's stack and its variables in git would give today. */
import type { Actor } from '../../access/actor.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { ApiError } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import type { UseCase } from '../../formats/stack-definition/types.ts'
import type { Platform } from '../../platform.ts'
import { samplesOf, useCaseOf } from '../components/config.ts'
import { surroundingsOf } from '../components/facts.ts'
import { openPatience } from '../components/patience.ts'
import { findComponentById } from '../components/queries.ts'
import { type Interpolate, interpolatorOf, textOf } from '../components/render.ts'
import { openRemote, withGit } from '../git.ts'
import { listStacksByIds } from '../stacks/queries.ts'
import { type Author, readTexts, type Texts } from './configs.ts'
import { readOrganization } from './queries.ts'

/**
 * Undefined: the use case has no pipeline.
 * @param as whom tokens such as `($ .stackform_updated_by_user $)` stand for: who saved the component
 * @param committed the component's variables, when they were just written: git need not be asked for them
 * @throws ApiError Invalid when it is none; RetryOperation when git cannot be asked
 */
export async function desiredPipeline(
  platform: Platform,
  organizationId: number,
  componentId: number,
  as: Author,
  committed?: Buffer,
): Promise<Texts | undefined> {
  const found = await OrgTx.read(platform.database, insideOf(organizationId), (tx) => read(tx, platform, componentId, as))
  if (!found) return undefined
  const { useCase, samples, interpolate, variables, remote, branch } = found
  if (variables === undefined || committed) return textsOf(useCase, samples, interpolate, committed)
  const files = await withGit(() => platform.git.read(remote, branch, (tip) => tip.read([variables])))
  return textsOf(useCase, samples, interpolate, files.get(variables))
}

/**
 * @param written the component's variables as they stand in git; undefined: the sample of the stack counts
 * @returns undefined when the use case has no pipeline
 */
export function textsOf(
  useCase: UseCase,
  samples: ReadonlyMap<string, Buffer>,
  interpolate: Interpolate,
  written: Buffer | undefined,
): Texts | undefined {
  const source = contentOf(useCase, 'pipeline', samples)
  if (source === undefined) return undefined
  const sample = contentOf(useCase, 'variables', samples)
  const named = { config: 'pipeline', vars: 'pipeline variables' }
  return told(() => readTexts(interpolate(textOf(source)), written ? textOf(written) : sample ? interpolate(textOf(sample)) : '', named))
}

/** The variables that a pipeline has when nobody saved any: those of the stack, as a sample. */
export async function sampleVariables(platform: Platform, organizationId: number, componentId: number, as: Author): Promise<string> {
  const found = await OrgTx.read(platform.database, insideOf(organizationId), (tx) => read(tx, platform, componentId, as))
  const sample = found && contentOf(found.useCase, 'variables', found.samples)
  return found && sample ? told(() => found.interpolate(textOf(sample))) : ''
}

/** Whether a component of this use case has a pipeline of its own. */
export const hasPipeline = (useCase: UseCase, samples: ReadonlyMap<string, Buffer>): boolean =>
  contentOf(useCase, 'pipeline', samples) !== undefined

/** Undefined too for a file in which nothing stands but comments. */
function contentOf({ files }: UseCase, key: string, samples: ReadonlyMap<string, Buffer>): Buffer | undefined {
  const file = files.find((candidate) => candidate.technology === 'pipeline' && candidate.key === key)
  const content = file && 'path' in file ? samples.get(file.path) : undefined
  return content && /^[ \t]*[^\s#]/m.test(content.toString()) ? content : undefined
}

async function read(tx: OrgTx, platform: Platform, componentId: number, as: Author) {
  const component = await findComponentById(tx, componentId)
  const organization = await readOrganization(tx)
  const [stack] = component ? await listStacksByIds(tx, [component.stack_id]) : []
  if (!component || !organization || !stack) return undefined
  const place = { project: component.project.canonical, environment: component.environment.canonical, component: component.canonical }
  const { facts, repository } = await surroundingsOf(tx, { platform, actor: actorOf(as, organization), organization }, stack, place)
  if (!repository) return undefined
  const useCase = useCaseOf(stack, component.use_case)
  const file = component.files.find(({ technology, key }) => technology === 'pipeline' && key === 'variables')
  return {
    useCase,
    samples: await samplesOf(tx, stack, [useCase]),
    interpolate: interpolatorOf(stack.definition.engine, { ...facts, useCase: useCase.key }, 'print', openPatience()),
    variables: file?.path,
    branch: repository.branch,
    remote: await openRemote(tx, platform, repository),
  }
}

/** Only for what tokens stand for; nothing is decided or written in this name. */
const actorOf = ({ name, accountId }: Author, { id, canonical }: { id: number; canonical: string }): Actor =>
  accountId === null
    ? { kind: 'api_key', id: 0, canonical: name, organizationId: id, organization: canonical, ownerId: null }
    : { kind: 'user', id: accountId, username: name, session: 0, organization: null, confinedTo: null }

function told<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof FormatError)
      throw new ApiError('Invalid', `The pipeline of the stack cannot be used: ${error.message}`, {
        details: [`pipeline: ${error.message}`],
      })
    throw error
  }
}
