/** What expressions refer to, and whether it is declared. */
import { FormatError } from '../../format-error.ts'
import { isJsonMap, type Json, type JsonMap } from '../../json-value.ts'
import { endOfTemplate, hclTokens } from '../tokens.ts'
import { quoted, type Report } from './report.ts'

export interface Declared {
  variables: ReadonlySet<string>
  locals: ReadonlySet<string>
  modules: ReadonlySet<string>
  /** `aws_vpc.main`, `data.aws_ami.newest`. */
  resources: ReadonlySet<string>
  /** Iterators of dynamic blocks, which look like resources inside of them. */
  iterators: ReadonlySet<string>
}

export function declaredIn(config: JsonMap): Declared {
  const resources = new Set<string>()
  for (const [type, names] of entriesOf(config['resource'])) for (const [name] of entriesOf(names)) resources.add(`${type}.${name}`)
  const checks = entriesOf(config['check']).flatMap(([, body]) => bodiesOf(body).flatMap((one) => entriesOf(one['data'])))
  for (const [type, names] of [...entriesOf(config['data']), ...checks])
    for (const [name] of entriesOf(names)) resources.add(`data.${type}.${name}`)
  for (const [type, names] of entriesOf(config['ephemeral']))
    for (const [name] of entriesOf(names)) resources.add(`ephemeral.${type}.${name}`)
  return {
    variables: namesIn(config['variable']),
    locals: namesIn(config['locals']),
    modules: namesIn(config['module']),
    resources,
    iterators: iteratorsIn(config),
  }
}

const namesIn = (json: Json | undefined): Set<string> => new Set(entriesOf(json).map(([name]) => name))

/** Of an object, or of a list of them. */
export const entriesOf = (json: Json | undefined): [string, Json][] =>
  bodiesOf(json ?? null).flatMap((one) => Object.entries(one).filter(([key]) => key !== '//'))

export const bodiesOf = (json: Json): JsonMap[] => (Array.isArray(json) ? json : [json]).filter(isJsonMap)

function iteratorsIn(config: JsonMap): Set<string> {
  const found = new Set<string>()
  const look = (json: Json): void => {
    if (Array.isArray(json)) for (const item of json) look(item)
    else if (isJsonMap(json))
      for (const [key, value] of Object.entries(json)) {
        if (key === 'dynamic')
          for (const [name, blocks] of entriesOf(value)) {
            found.add(name)
            for (const { iterator } of bodiesOf(blocks))
              if (typeof iterator === 'string') found.add(iterator.replace(/^\$\{|\}$/g, '').trim())
          }
        look(value)
      }
  }
  look(config)
  return found
}

/** Texts of these keys are references without `${`. */
const bare = new Set(['depends_on', 'replace_triggered_by'])

export function checkReferences(report: Report, declared: Declared, json: Json, path: string, isBare = false): void {
  if (report.full()) return
  if (typeof json === 'string') {
    for (const expression of isBare && !json.startsWith('${') ? [json] : expressionsIn(json))
      checkExpression(report, declared, expression, path)
  } else if (Array.isArray(json)) for (const [at, item] of json.entries()) checkReferences(report, declared, item, `${path}[${at}]`, isBare)
  else if (isJsonMap(json))
    for (const [key, item] of Object.entries(json))
      if (key !== '//') checkReferences(report, declared, item, `${path}.${key}`, bare.has(key))
}

/** What stands in `${…}` and `%{…}`. */
function expressionsIn(text: string): string[] {
  const found: string[] = []
  const mark = /\$\$\{|%%\{|\$\{|%\{/g
  for (let at = mark.exec(text); at; at = mark.exec(text)) {
    if (at[0].length === 3) continue
    try {
      const end = endOfTemplate(text, at.index)
      found.push(text.slice(at.index + 2, end - 1))
      mark.lastIndex = end
    } catch (error) {
      if (error instanceof FormatError) return found
      throw error
    }
  }
  return found
}

const otherRoots = new Set(['each', 'count', 'self', 'path', 'terraform', 'provider'])

function checkExpression(report: Report, declared: Declared, expression: string, path: string): void {
  const chains = chainsIn(expression)
  if (!chains) return
  for (const { words, isLocal } of chains) {
    const [root = '', name, third] = words
    if (isLocal || name === undefined || otherRoots.has(root) || declared.iterators.has(root)) continue
    if (root === 'var') known(report, path, 'variable', name, declared.variables, 'var.')
    else if (root === 'local') known(report, path, 'local value', name, declared.locals, 'local.')
    else if (root === 'module') known(report, path, 'module', name, declared.modules, 'module.')
    else if (root === 'data' || root === 'ephemeral') {
      if (third !== undefined)
        known(report, path, root === 'data' ? 'data source' : 'ephemeral resource', `${root}.${name}.${third}`, declared.resources)
    } else if (root.includes('_')) known(report, path, 'resource', `${root}.${name}`, declared.resources)
  }
}

function known(report: Report, path: string, what: string, name: string, names: ReadonlySet<string>, prefix = ''): void {
  if (!names.has(name)) report.error(path, `the ${what} ${quoted(prefix + name)} is not declared${report.near(name, names)}`)
}

interface Chain {
  words: string[]
  /** It begins with a variable of a `for` around it. */
  isLocal: boolean
}

/** `a.b.c`, also inside of texts; undefined when it is no expression. */
function chainsIn(expression: string): Chain[] | undefined {
  const chains: Chain[] = []
  const loops = new Set<string>()
  const queue = [expression]
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    let tokens: ReturnType<typeof hclTokens>
    try {
      tokens = hclTokens(text)
    } catch (error) {
      if (error instanceof FormatError) return undefined
      throw error
    }
    const of = (at: number) => (tokens[at] && text ? text.slice(tokens[at].from, tokens[at].to) : '')
    const isWord = (at: number) => tokens[at]?.kind === 'word'
    for (let at = 0; at < tokens.length; at++) {
      const { kind } = tokens[at] ?? {}
      if (kind === 'text' || kind === 'heredoc') queue.push(...expressionsIn(of(at)))
      if (kind !== 'word' || of(at - 1) === '.') continue
      if (of(at) === 'for') for (let to = at + 1; isWord(to) && of(to) !== 'in'; to += of(to + 1) === ',' ? 2 : 1) loops.add(of(to))
      const words = [of(at)]
      while (of(at + 1) === '.' && isWord(at + 2)) {
        words.push(of(at + 2))
        at += 2
      }
      chains.push({ words, isLocal: false })
    }
  }
  return chains.map((chain) => ({ ...chain, isLocal: loops.has(chain.words[0] ?? '') }))
}
