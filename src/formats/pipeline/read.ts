/** A pipeline, or the configuration of a task, from the text that somebody wrote: checked as Concourse would. */
import { FormatError } from '../format-error.ts'
import { emptyMap, isJsonMap } from '../json-value.ts'
import { crossCheck } from './cross-checks.ts'
import type { At } from './fields.ts'
import { plainCopy } from './plain.ts'
import { Findings, type LineOf, PipelineProblems } from './problems.ts'
import { configOf, readSections, sectionNames } from './read-config.ts'
import { readTask } from './read-task.ts'
import { type ReadText, readMapping } from './text.ts'
import type { ConfigProblem, Json, JsonObject, PipelineConfig, TaskConfig } from './types.ts'

export { PipelineProblems }

export interface ReadPipeline {
  config: PipelineConfig
  /** What works, but not for ever: deprecated fields, names that Concourse discourages. */
  warnings: ConfigProblem[]
}

/**
 * A pipeline in YAML or JSON. Top-level keys that nobody knows are dropped: they hold what anchors are for.
 * @param fill what becomes of the values before they are checked, such as `fillVars`; lines in problems still are those of the text
 * @throws PipelineProblems with every mistake (the first 100) and its line; for what is no YAML, one without a path
 */
export function readPipeline(text: string, fill: (value: Json) => Json = (value) => value): ReadPipeline {
  const { value, lineOf } = readSectionsOf(text)
  return check(fill(value), lineOf)
}

/** The same for a value that was parsed already. @throws PipelineProblems */
export const checkPipeline = (value: unknown): ReadPipeline => check(value, noLine)

/**
 * The text as plain values, not checked, without the top-level keys that nobody knows.
 * @throws PipelineProblems when it is no YAML, no map, or empty
 */
export const parsePipeline = (text: string): JsonObject => readSectionsOf(text).value

/** The file of a task step. @throws PipelineProblems */
export function readTaskConfig(text: string): TaskConfig {
  const { value, lineOf } = parsed(text, 'the task', 'a platform and a run')
  return checkTask(value, lineOf)
}

/** The same for a value that was parsed already (`readMapping`) and filled in. @throws PipelineProblems */
export const checkTaskConfig = (value: unknown): TaskConfig => checkTask(value, noLine)

const noLine: LineOf = () => undefined

function readSectionsOf(text: string): { value: JsonObject; lineOf: LineOf } {
  const { value, lineOf } = parsed(text, 'the pipeline', 'at least one job')
  return { value: knownSections(value), lineOf }
}

function knownSections(value: JsonObject): JsonObject {
  const known = emptyMap()
  for (const name of sectionNames) if (Object.hasOwn(value, name)) known[name] = value[name] ?? null
  return known
}

function parsed(text: string, what: string, needs: string): Required<ReadText> & { value: JsonObject } {
  const { value, lineOf } = told(what, () => readMapping(text))
  if (!value) throw new PipelineProblems([{ path: '', message: `${what} is empty: it needs ${needs}` }])
  return { value, lineOf }
}

function told<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof FormatError) throw new PipelineProblems([{ path: '', message: `${what} cannot be read: ${error.message}` }])
    throw error
  }
}

const startAt = (findings: Findings): At => ({ findings, path: [], steps: [] })

function check(value: unknown, lineOf: LineOf): ReadPipeline {
  const findings = new Findings()
  const plain = plainCopy(isPlainMap(value) ? knownSections(value) : value, findings)
  if (plain !== undefined && !isJsonMap(plain)) findings.problem([], 'the pipeline must be a map with jobs')
  const sections = plain !== undefined && isJsonMap(plain) ? readSections(plain, startAt(findings)) : undefined
  if (sections) crossCheck(sections, findings)
  findings.finish(lineOf)
  if (!sections || plain === undefined || !isJsonMap(plain)) throw new Error('a pipeline that cannot be read has problems')
  return { config: configOf(sections, plain), warnings: findings.toldWarnings(lineOf) }
}

function checkTask(value: unknown, lineOf: LineOf): TaskConfig {
  const findings = new Findings()
  const plain = plainCopy(value, findings)
  const config = plain === undefined ? undefined : readTask(plain, startAt(findings))
  findings.finish(lineOf)
  if (!config) throw new Error('a task that cannot be read has problems')
  return config
}

const isPlainMap = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
