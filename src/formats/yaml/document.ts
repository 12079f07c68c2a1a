/** One YAML document as the library parses it, with the tokens that say where every byte stands. */
import { Composer, type CST, type Document, isMap, isScalar, Parser, type YAMLMap } from 'yaml'
import { FormatError } from '../format-error.ts'
import { deepestValue } from '../json-value.ts'

/** In characters. */
export const longestYaml = 1_000_000

export interface YamlSource {
  /** Without a byte order mark. */
  text: string
  lineOf(offset: number): number
  /** Undefined for a text without content. */
  map: YAMLMap | undefined
  mapToken: CST.BlockMap | CST.FlowCollection | undefined
  /** Where new keys of a block map go: the end of the text, or the line of `...`. */
  end: number
}

/** @throws FormatError when it is no YAML, no mapping, several documents, too long or too deep */
export function yamlSource(text: string): YamlSource {
  if (text.length > longestYaml) throw new FormatError(`the file has more than ${longestYaml} characters`)
  const lineOf = (offset: number) => lineAt(text, offset)
  const tokens = [...new Parser().parse(text)]
  refuseDeep(tokens, lineOf)
  // Failsafe: plain scalars keep their text; values.ts decides what they mean. Duplicate keys are found there too, in linear time.
  const composer = new Composer({
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    keepSourceTokens: true,
    logLevel: 'silent',
  })
  const documents = [...composer.compose(tokens)]
  for (const document of documents) {
    const [error] = document.errors
    if (error) throw new FormatError(error.message, lineOf(error.pos[0]))
  }
  if (documents.length > 1) throw new FormatError('the file must be one YAML document, it has several')
  const documentEnd = tokens.find((token) => token.type === 'doc-end')
  return {
    text,
    lineOf,
    ...mappingOf(documents[0], tokens, lineOf),
    end: documentEnd?.offset ?? text.length,
  }
}

function mappingOf(
  document: Document.Parsed | undefined,
  tokens: CST.Token[],
  lineOf: (offset: number) => number,
): Pick<YamlSource, 'map' | 'mapToken'> {
  const contents = document?.contents
  const token = tokens.find((token) => token.type === 'document')?.value
  if (!contents || (isScalar(contents) && contents.source === '' && token === undefined)) return { map: undefined, mapToken: undefined }
  if (isMap(contents) && (token?.type === 'block-map' || token?.type === 'flow-collection'))
    return { map: contents as YAMLMap, mapToken: token }
  throw new FormatError('the file must be a YAML mapping (keys with values)', lineOf(contents.range[0]))
}

/** The composer descends once per level; deep enough, that ends the whole process rather than the call. The parser does not. */
function refuseDeep(tokens: CST.Token[], lineOf: (offset: number) => number): void {
  const stack: [CST.Token, number][] = tokens.map((token) => [token, 0])
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [token, depth] = next
    if (token.type === 'document' && token.value) stack.push([token.value, depth])
    if (!('items' in token)) continue
    if (depth > deepestValue) throw new FormatError(`it is nested more than ${deepestValue} levels deep`, lineOf(token.offset))
    for (const item of token.items) {
      if (item.key) stack.push([item.key, depth + 1])
      if (item.value) stack.push([item.value, depth + 1])
    }
  }
}

function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}
