/** The library's YAML, with a bound on how deep it descends. */
import { Composer, type CST, type Document, LineCounter, Parser } from 'yaml'
import { FormatError } from '../format-error.ts'

type ComposerOptions = NonNullable<ConstructorParameters<typeof Composer>[0]>

export interface Composed {
  documents: Document.Parsed[]
  tokens: CST.Token[]
  lineOf(offset: number): number
}

/**
 * The parser keeps a stack of its own, but the composer descends once per level; where the engine's stack is nearly full, it may
 * end the whole process instead of throwing a RangeError. So depth is measured on the tokens first. The library's search for
 * duplicate keys takes quadratic time and is off: whoever reads the nodes finds them.
 * @throws FormatError when the text has more than `longest` characters or `deepest` levels
 */
export function composeYaml(text: string, limits: { longest: number; deepest: number }, options: ComposerOptions = {}): Composed {
  if (text.length > limits.longest) throw new FormatError(`it has more than ${limits.longest} characters`)
  const lines = new LineCounter()
  const lineOf = (offset: number) => lines.linePos(offset).line
  const tokens = [...new Parser(lines.addNewLine).parse(text)]
  const tooDeep = deeperThan(tokens, limits.deepest)
  if (tooDeep) throw new FormatError(`it is nested more than ${limits.deepest} levels deep`, lineOf(tooDeep.offset))
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent', ...options })
  return { documents: [...composer.compose(tokens, true, text.length)], tokens, lineOf }
}

/** The first token found beyond the bound. */
function deeperThan(tokens: readonly CST.Token[], deepest: number): CST.Token | undefined {
  const open: [CST.Token, number][] = tokens.map((token) => [token, 0])
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next
    if (token.type === 'document' && token.value) open.push([token.value, depth])
    if (!('items' in token)) continue
    if (depth > deepest) return token
    for (const { key, value } of token.items) for (const part of [key, value]) if (part) open.push([part, depth + 1])
  }
  return undefined
}
