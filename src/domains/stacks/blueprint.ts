/** From a blueprint's files to those of a stack. */
import { setImmediate as breathe } from 'node:timers/promises'
import { invalid } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import { reduceDefinition, reduceForms } from '../../formats/stack-definition/edit.ts'
import { parseStackDefinition } from '../../formats/stack-definition/parse.ts'
import type { StackDefinition } from '../../formats/stack-definition/types.ts'
import { renderTemplate } from '../../formats/template/template.ts'
import { limits, megabytes } from '../stack-sources/choice.ts'

/** What blueprints may name between `($>` and `<$)`. */
export interface BlueprintParameters {
  stack_usecase: string
  stack_author: string
  stack_canonical: string
  /** Where the new stack is in its repository. */
  stack_path: string
  scs_canonical: string
  scs_cred_path: string
  scs_cred_type: string
  api_url: string
}

/**
 * @param files of the blueprint, by path below its directory
 * @returns the new stack's files, by path below its directory. What holds no `($>` is copied as it is: the tokens of
 * components (`($ … $)`) are for later, and the `{{ }}` of the oldest blueprints are text.
 * @throws Invalid naming the file and what is wrong with it
 */
export async function stackFromBlueprint(
  files: ReadonlyMap<string, Buffer>,
  name: string,
  parameters: BlueprintParameters,
): Promise<Map<string, Buffer>> {
  const { stack_usecase: useCase, stack_canonical: canonical, stack_author: author } = parameters
  const render = (path: string): Buffer => renderFile(path, files.get(path) ?? Buffer.alloc(0), parameters)
  const edited = (path: string, edit: (text: string) => string | undefined): Buffer | undefined =>
    inFile(path, () => {
      const text = edit(render(path).toString('utf8'))
      return text === undefined ? undefined : Buffer.from(text)
    })
  const bounded = boundsOf()
  const made = new Map<string, Buffer>()
  const definition = bounded(() => edited('.cycloid.yml', (text) => reduceDefinition(text, { useCase, canonical, name, author })))
  const named = pathsIn(parseResult(definition?.toString('utf8') ?? ''))
  for (const path of files.keys()) {
    if (!isTaken(path, useCase, named)) continue
    // One file may take as long as a template may; others want answers.
    await breathe()
    const content = bounded(() => {
      if (path === '.cycloid.yml') return definition
      return path === '.forms.yml' ? edited(path, (text) => reduceForms(text, useCase)) : render(path)
    })
    if (content) made.set(path, content)
  }
  return made
}

/** Of all files of a blueprint taken together, in milliseconds: honest ones need a few. */
const longest = 3000

/** Each template is bounded by itself, but a blueprint may have hundreds. @throws Invalid */
function boundsOf(): (work: () => Buffer | undefined) => Buffer | undefined {
  let spent = 0
  let bytes = 0
  return (work) => {
    const started = performance.now()
    const made = work()
    spent += performance.now() - started
    bytes += made?.length ?? 0
    if (spent > longest) throw invalid('The blueprint takes too long to be filled in')
    if (bytes > limits.stackBytes) throw invalid(`The stack would be larger than ${megabytes(limits.stackBytes)}`)
    return made
  }
}

/** @throws Invalid when it is not a definition of a stack */
export function parseResult(definition: string): StackDefinition {
  return inFile('.cycloid.yml', () => parseStackDefinition(definition))
}

/** Also what the use case names itself: without it, no component could be made. */
const isTaken = (path: string, useCase: string, named: readonly string[]): boolean =>
  ['.cycloid.yml', '.forms.yml', 'README.md'].includes(path) ||
  /^(?:terraform|pipeline|ansible)\/[^/]+$/.test(path) ||
  path.split('/').slice(0, -1).includes(useCase) ||
  named.some((one) => path === one || path.startsWith(`${one}/`))

const pathsIn = (definition: StackDefinition): string[] =>
  definition.use_cases.flatMap(({ files }) => files.flatMap((file) => ('paths' in file ? file.paths : [file.path])))

function renderFile(path: string, content: Buffer, parameters: BlueprintParameters): Buffer {
  if (!content.includes('($>')) return content
  return inFile(path, () => {
    const text = renderTemplate(content.toString('utf8'), { ...parameters }, { left: '($>', right: '<$)', missing: 'print' })
    if (text.length > limits.fileBytes) throw new FormatError(`it would be larger than ${megabytes(limits.fileBytes)}`)
    return Buffer.from(text)
  })
}

function inFile<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw Object.assign(invalid(`No stack can be made: ${path}: ${error.message}`, [`${path}: ${error.message}`]), { cause: error })
  }
}
