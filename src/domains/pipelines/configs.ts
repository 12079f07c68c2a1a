/** The texts that people pass for a pipeline, and what is kept of each: every configuration that was ever saved. */
import { type Actor, accountOf, nameOf } from '../../access/actor.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type ApiError, invalid } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import { PipelineProblems, readPipeline } from '../../formats/pipeline/read.ts'
import type { ConfigProblem, PipelineConfig } from '../../formats/pipeline/types.ts'
import { fillVars, lookupIn, readVars } from '../../formats/pipeline/vars.ts'
import * as queries from './queries.ts'

/** A configuration with what it was made of. */
export interface Texts {
  source: string
  yamlVars: string
  config: PipelineConfig
  /** What works, but not for ever. */
  warnings: readonly string[]
}

export type Reason = 'create' | 'update' | 'component' | 'restore' | 'set_pipeline'

/** Who saves: the name is kept as it is now. */
export interface Author {
  name: string
  accountId: number | null
}

export const saverOf = (actor: Actor): Author => ({ name: nameOf(actor), accountId: accountOf(actor) })

/**
 * The configuration that these texts give: `((variables))` that have a value are filled in, the others are left for the engine.
 * @param what what readers know the text as, such as `body.passed_config`
 * @throws Invalid with a detail for each problem
 */
export function readTexts(source: string, yamlVars: string, what = { config: 'body.passed_config', vars: 'body.yaml_vars' }): Texts {
  for (const [field, text] of [
    [what.config, source],
    [what.vars, yamlVars],
  ] as const)
    if (text.length > longest) throw invalid('The pipeline is too long', [`${field}: must have at most ${longest} characters`])
  const variables = told(what.vars, 'The variables of the pipeline cannot be read', () => readVars(yamlVars))
  const { config, warnings } = told(what.config, 'The pipeline is not valid', () =>
    readPipeline(source, (value) => fillVars(value, lookupIn(variables), 'keep')),
  )
  return { source, yamlVars, config, warnings: warnings.map(sentenceOf) }
}

/** In characters. Reading one of a million takes two seconds, in which nobody else is answered; the largest known has 23,000. */
const longest = 300_000

export const sentenceOf = ({ path, message }: ConfigProblem): string => (path === '' ? message : `${path} ${message}`)

function told<T>(field: string, sentence: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof PipelineProblems) throw refusal(sentence, field, error.problems)
    if (error instanceof FormatError) throw invalid(`${sentence}: ${error.message}`, [`${field}: ${error.message}`])
    throw error
  }
}

/** Problems of a configuration as an answer. @param field what the paths are inside of */
export function refusal(sentence: string, field: string, problems: readonly ConfigProblem[]): ApiError {
  const details = problems.map((problem) => `${field}: ${sentenceOf(problem)}`)
  const [first] = problems
  const only = problems.length === 1 && first ? `: ${sentenceOf(first)}` : ''
  return invalid(`${sentence}${only}`, details)
}

/** As the newest configuration of the pipeline, whose row is locked. @returns its version */
export async function saveConfig(
  tx: OrgTx,
  pipeline: { id: number; config_version: number | null },
  texts: Texts,
  reason: Reason,
  author: Author,
): Promise<number> {
  const version = (pipeline.config_version ?? 0) + 1
  await queries.insertConfig(tx, {
    pipeline_id: pipeline.id,
    version,
    source: texts.source,
    yaml_vars: texts.yamlVars,
    config: JSON.stringify(texts.config),
    reason,
    author: author.name,
    author_id: author.accountId,
  })
  await queries.updatePipelineRow(tx, pipeline.id, { config_version: version, updated_at: new Date() })
  return version
}

/**
 * The engine did not take it: as if it had never been saved, unless somebody saved another one since. Whether it arrived may not be
 * known, so the one before is to be told again.
 */
export async function takeBackConfig(tx: OrgTx, pipelineId: number, version: number): Promise<void> {
  const row = await queries.lockPipeline(tx, pipelineId)
  if (row?.config_version !== version) return
  await queries.updatePipelineRow(tx, pipelineId, { config_version: version === 1 ? null : version - 1, engine_version: null })
  await queries.deleteConfig(tx, pipelineId, version)
}
