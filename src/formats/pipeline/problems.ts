/** What is wrong with a configuration, all of it at once, each with the path of its field. */
import { shown } from '../json-value.ts'
import type { ConfigProblem } from './types.ts'

/** `problems` has at least one; their sentences are fit for a stranger. */
export class PipelineProblems extends Error {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; '))
    this.name = 'PipelineProblems'
    this.problems = problems
  }
}

export type Path = readonly (string | number)[]

/** `jobs[1].plan[0].params["a key"]` */
export const pathText = (path: Path): string =>
  path.map((segment, at) => (typeof segment === 'number' ? `[${segment}]` : keyText(segment, at === 0))).join('')

const keyText = (key: string, isFirst: boolean): string =>
  /^[\w-]{1,100}$/.test(key) ? `${isFirst ? '' : '.'}${key}` : `[${JSON.stringify(shown(key))}]`

/** What a reader found: the first of each kind are kept, the others counted. */
export class Findings {
  readonly problems: Finding[] = []
  readonly warnings: Finding[] = []
  #more = 0

  problem(path: Path, message: string): void {
    if (this.problems.length < mostProblems) this.problems.push({ path, message })
    else this.#more += 1
  }

  warning(path: Path, message: string): void {
    if (this.warnings.length < mostProblems) this.warnings.push({ path, message })
  }

  /** @throws PipelineProblems when there are problems */
  finish(lineOf: LineOf): void {
    if (this.problems.length === 0) return
    const told = this.problems.map((finding) => problemOf(finding, lineOf))
    if (this.#more > 0) told.push({ path: '', message: `there are ${this.#more} more problems` })
    throw new PipelineProblems(told)
  }

  toldWarnings(lineOf: LineOf): ConfigProblem[] {
    return this.warnings.map((finding) => problemOf(finding, lineOf))
  }
}

interface Finding {
  path: Path
  message: string
}

/** The line of the text in which a field stands, or what it should stand in; undefined when there is no text. */
export type LineOf = (path: Path) => number | undefined

const mostProblems = 100

function problemOf({ path, message }: Finding, lineOf: LineOf): ConfigProblem {
  const line = lineOf(path)
  return { path: pathText(path), message: line === undefined ? message : `${message} (line ${line})` }
}
