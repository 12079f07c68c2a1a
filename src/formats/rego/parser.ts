import type { Body, Import, Module } from './ast.ts'
import { RegoSyntaxError } from './errors.ts'
import { parseLines } from './parser-body.ts'
import { Cursor, type FutureKeyword, futureKeywords } from './parser-cursor.ts'
import { parseRules } from './parser-rules.ts'
import { attachedPath, positionOf } from './parser-terms.ts'
import type { Value } from './values.ts'

export type Version = 'v0' | 'v1' | 'auto'

/**
 * Reads a policy. `auto` reads it as version 0, in which `import rego.v1` and `import future.keywords` switch on what is
 * newer, and as version 1 where it can only be read so. Throws RegoSyntaxError.
 */
export function parseModule(text: string, { version = 'auto' }: { version?: Version | undefined } = {}): Module {
  if (version !== 'auto') return read(text, version === 'v1')
  try {
    return read(text, false)
  } catch (problem) {
    if (!(problem instanceof RegoSyntaxError)) throw problem
    try {
      return read(text, true)
    } catch (other) {
      // Whoever got further understood more of what was meant.
      throw other instanceof RegoSyntaxError && isAfter(other, problem) ? other : problem
    }
  }
}

/** Reads a query: the lines of a body. */
export function parseQuery(text: string): Body {
  return guarded(() => {
    const cursor = new Cursor(text)
    for (const keyword of futureKeywords) cursor.keywords.add(keyword)
    const body = parseLines(cursor, () => cursor.ended, 'the end')
    if (!cursor.ended) cursor.unexpected('the end')
    return body
  })
}

const isAfter = (a: RegoSyntaxError, b: RegoSyntaxError): boolean => a.line > b.line || (a.line === b.line && a.column > b.column)

const read = (text: string, v1: boolean): Module =>
  guarded(() => {
    const cursor = new Cursor(text)
    if (v1) for (const keyword of futureKeywords) cursor.keywords.add(keyword)
    if (cursor.ended) cursor.fail('the policy is empty: it must begin with `package`')
    if (!cursor.isKeyword('package')) cursor.unexpected('`package`, with which a policy begins')
    cursor.advance()
    const name = parsePackage(cursor)
    const imports: Import[] = []
    const module = { package: name, imports, rules: [] as Module['rules'][number][], v1 }
    while (!cursor.ended) {
      if (cursor.acceptSymbol(';')) continue
      if (cursor.isKeyword('import')) module.v1 = parseImport(cursor, imports) || module.v1
      else if (cursor.isKeyword('package')) cursor.fail('a policy has one `package`')
      else module.rules.push(...parseRules(cursor, module.v1))
    }
    return module
  })

/** The reader calls itself for what is nested; its own limit comes first, unless the stack is small. */
function guarded<T>(run: () => T): T {
  try {
    return run()
  } catch (problem) {
    if (problem instanceof RangeError) throw new RegoSyntaxError('nested too deeply', { line: 1, column: 1 })
    throw problem
  }
}

function parsePackage(cursor: Cursor): string[] {
  const at = positionOf(cursor)
  const first = cursor.expectName('the name of the package')
  const rest = attachedPath(cursor).map((term) =>
    term.kind === 'value' && typeof term.value === 'string' ? term.value : cursor.fail('the name of a package consists of names', at),
  )
  return [first.text, ...rest]
}

/** Whether the module keeps the rules of version 1 from here. */
function parseImport(cursor: Cursor, imports: Import[]): boolean {
  cursor.advance()
  const at = positionOf(cursor)
  const head = cursor.expectName('what to import').text
  const path: Value[] = [head]
  for (const term of attachedPath(cursor)) {
    if (term.kind !== 'value') cursor.fail('an import is a path of names', at)
    else path.push(term.value)
  }
  const last = path.at(-1)
  const alias = cursor.acceptKeyword('as')
    ? cursor.expectName('the name of the import').text
    : typeof last === 'string'
      ? last
      : cursor.fail('this import needs a name: `as …`', at)
  switch (head) {
    case 'input':
    case 'data':
      imports.push({ path, alias, at })
      return false
    case 'rego':
      if (path.length !== 2 || path[1] !== 'v1') cursor.fail('only `rego.v1` can be imported from rego', at)
      imports.push({ path, alias, at })
      for (const keyword of futureKeywords) cursor.keywords.add(keyword)
      return true
    case 'future': {
      const keyword = path[2]
      if (path[1] !== 'keywords' || path.length > 3) cursor.fail('only `future.keywords` can be imported from future', at)
      imports.push({ path, alias, at })
      const wanted = keyword === undefined ? futureKeywords : futureKeywords.filter((one) => one === keyword)
      if (wanted.length === 0) cursor.fail(`there is no future keyword ${String(keyword)}: ${futureKeywords.join(', ')}`, at)
      for (const one of wanted) enable(cursor, one)
      return false
    }
    default:
      return cursor.fail('import path must begin with one of: data, future, input, rego', at)
  }
}

function enable(cursor: Cursor, keyword: FutureKeyword): void {
  cursor.keywords.add(keyword)
  if (keyword === 'every') cursor.keywords.add('in')
}
