/** One YAML document as the library parses it, with the tokens that say where every byte stands. */
import { type CST, type Document, isMap, isScalar, type YAMLMap } from 'yaml'
import { FormatError } from '../format-error.ts'
import { deepestValue } from '../json-value.ts'
import { composeYaml } from './compose.ts'

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
  // Failsafe: plain scalars keep their text; values.ts decides what they mean.
  const options = { schema: 'failsafe', resolveKnownTags: false, keepSourceTokens: true } as const
  const { documents, tokens, lineOf } = composeYaml(text, { longest: longestYaml, deepest: deepestValue }, options)
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
