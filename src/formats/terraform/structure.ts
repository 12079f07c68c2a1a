/** Blocks and attributes of an HCL file, with their places. Expressions are only bounded, not understood. */
import { FormatError } from '../format-error.ts'
import { shown } from '../json-value.ts'
import { deepestHcl, hclTokens, lineAt, type Token } from './tokens.ts'

export interface Attribute {
  name: string
  nameFrom: number
  /** The expression, without comments around it. */
  from: number
  to: number
  tokens: readonly Token[]
}

export interface Body {
  attributes: Attribute[]
  blocks: Block[]
}

export interface Block extends Body {
  type: string
  /** As written, without quotes. */
  labels: string[]
  from: number
  /** Behind `{`. */
  open: number
  /** Before `}`. */
  close: number
}

/** @throws FormatError with a line for what is no HCL */
export function hclStructure(text: string): Body {
  const reader: Reader = { text, tokens: hclTokens(text), at: 0 }
  return readBody(reader, 0)
}

interface Reader {
  text: string
  tokens: readonly Token[]
  at: number
}

const shownToken = ({ text }: Reader, token: Token | undefined): string =>
  token ? (token.kind === 'newline' ? 'the end of the line' : `"${shown(text.slice(token.from, token.to))}"`) : 'the end of the file'

const isSign = ({ text }: Reader, token: Token | undefined, sign: string): boolean =>
  token?.kind === 'sign' && token.to - token.from === sign.length && text.startsWith(sign, token.from)

/** Up to the `}` that closes it, which is left, or the end of the file. */
function readBody(reader: Reader, depth: number): Body {
  const body: Body = { attributes: [], blocks: [] }
  for (;;) {
    const token = reader.tokens[reader.at]
    if (token === undefined && depth === 0) return body
    if (depth > 0 && isSign(reader, token, '}')) return body
    if (token?.kind === 'newline') {
      reader.at++
      continue
    }
    if (token?.kind !== 'word') throw mistake(reader, token, `a name was expected, not ${shownToken(reader, token)}`)
    reader.at++
    if (isSign(reader, reader.tokens[reader.at], '=')) body.attributes.push(readAttribute(reader, token))
    else body.blocks.push(readBlock(reader, token, depth + 1))
  }
}

function readBlock(reader: Reader, type: Token, depth: number): Block {
  if (depth > deepestHcl) throw mistake(reader, type, `it is nested more than ${deepestHcl} levels deep`)
  const labels: string[] = []
  let token = reader.tokens[reader.at]
  for (; token?.kind === 'word' || token?.kind === 'text'; token = reader.tokens[++reader.at]) {
    labels.push(token.kind === 'text' ? reader.text.slice(token.from + 1, token.to - 1) : reader.text.slice(token.from, token.to))
  }
  if (!token || !isSign(reader, token, '{')) throw mistake(reader, token, `"=" or "{" was expected, not ${shownToken(reader, token)}`)
  reader.at++
  const body = readBody(reader, depth)
  const close = reader.tokens[reader.at++]
  if (!close) throw mistake(reader, type, 'this block is not closed')
  return { type: reader.text.slice(type.from, type.to), labels, from: type.from, open: token.to, close: close.from, ...body }
}

function readAttribute(reader: Reader, name: Token): Attribute {
  reader.at++
  const start = reader.at
  skipExpression(reader)
  const tokens = reader.tokens.slice(start, reader.at)
  const [first, last] = [tokens[0], tokens.at(-1)]
  if (!first || !last) throw mistake(reader, name, 'a value was expected behind "="')
  return { name: reader.text.slice(name.from, name.to), nameFrom: name.from, from: first.from, to: last.to, tokens }
}

const closers = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
])

/** To the end of the line, or the `}` of a block on one line. */
function skipExpression(reader: Reader): void {
  const open: string[] = []
  for (;;) {
    const token = reader.tokens[reader.at]
    if (!token || (open.length === 0 && (token.kind === 'newline' || isSign(reader, token, '}')))) break
    const sign = token.kind === 'sign' ? reader.text.slice(token.from, token.to) : ''
    const closer = closers.get(sign)
    if (closer) {
      open.push(closer)
      if (open.length > deepestHcl) throw mistake(reader, token, `it is nested more than ${deepestHcl} levels deep`)
    } else if (sign === ')' || sign === ']' || sign === '}') {
      if (open.pop() !== sign) throw mistake(reader, token, `"${sign}" closes nothing here`)
    } else if ((sign === '=' && open.at(-1) !== '}') || (sign === ',' && open.length === 0)) {
      throw mistake(reader, token, `the end of the value was expected, not "${sign}"`)
    }
    reader.at++
  }
  const last = reader.tokens[reader.at - 1]
  if (open.length > 0) throw mistake(reader, last, `"${open.at(-1)}" is missing`)
}

const mistake = ({ text }: Reader, token: Token | undefined, message: string): FormatError =>
  new FormatError(message, lineAt(text, token?.from ?? text.length))
