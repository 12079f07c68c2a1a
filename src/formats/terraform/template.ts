/** Texts of Terraform's JSON syntax, which are templates, as HCL expressions. */
import { FormatError } from '../format-error.ts'
import { hclStructure } from './structure.ts'
import { endOfTemplate } from './tokens.ts'
import { escaped, isBareKey, type Line, type Words } from './write.ts'

/** `"${var.x}"` alone is the expression itself; long texts of whole lines become heredocs. */
export const templateWords: Words = {
  text(text, mayBreak) {
    const alone = expressionAlone(text)
    if (alone !== undefined) return asLines(alone)
    return mayBreak && suitsHeredoc(text) ? heredocLines(text) : [{ text: quotedTemplate(text) }]
  },
  key(key) {
    if (isBareKey(key)) return key
    const alone = expressionAlone(key)
    return alone === undefined ? quotedTemplate(key) : inParentheses(alone) ? alone : `(${alone})`
  },
}

/** Texts that name something: `aws_vpc.main`, with or without `${`. */
export const referenceWords: Words = {
  text: (text) => asLines(expressionAlone(text) ?? expression(text)),
  key: (key) => expressionAlone(key) ?? expression(key),
}

/**
 * A bare expression that ends where its text ends, whatever line ends and comments are in it.
 * @throws FormatError when it is no expression
 */
export function expression(text: string): string {
  const trimmed = text.trim()
  if (isOneExpression(trimmed)) return trimmed
  const inParentheses = `(\n${trimmed}\n)`
  if (trimmed !== '' && isOneExpression(inParentheses)) return inParentheses
  throw new FormatError(`"${trimmed.slice(0, 100)}" is no Terraform expression`)
}

function isOneExpression(text: string): boolean {
  try {
    const { attributes, blocks } = hclStructure(`${prefix}${text}`)
    const [only, second] = attributes
    return (
      only !== undefined &&
      second === undefined &&
      blocks.length === 0 &&
      only.from === prefix.length &&
      only.to === prefix.length + text.length
    )
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}

const prefix = 'x = '

/** The expression of a text that is one `${…}` and nothing else. */
function expressionAlone(text: string): string | undefined {
  if (!text.startsWith('${') || text.startsWith('${~') || !text.endsWith('}') || text.endsWith('~}')) return undefined
  return endOfTemplate(text, 0) === text.length ? expression(text.slice(2, -1)) : undefined
}

/** `(a) + (b)` is not. */
const inParentheses = (text: string): boolean => text.startsWith('(') && text.endsWith(')') && isOneExpression(text.slice(1, -1))

/** Lines stay where they are: they may be in a heredoc, and whoever reads the expression again gets its blanks too. */
function asLines(text: string): Line[] {
  const [first = '', ...more] = text.split('\n')
  return [{ text: first }, ...more.map((line): Line => ({ text: line, raw: true }))]
}

/** Literal parts escaped, templates as they are. */
function quotedTemplate(text: string): string {
  return `"${templateParts(text)
    .map((part) => (part.template ? part.text : escaped(part.text)))
    .join('')}"`
}

function templateParts(text: string): { text: string; template: boolean }[] {
  const parts: { text: string; template: boolean }[] = []
  let done = 0
  mark.lastIndex = 0
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    if (found[0].length === 3) continue
    const end = endOfTemplate(text, found.index)
    parts.push({ text: text.slice(done, found.index), template: false }, { text: text.slice(found.index, end), template: true })
    done = end
    mark.lastIndex = end
  }
  return [...parts, { text: text.slice(done), template: false }]
}

/** Escaped marks are found first and left alone. */
const mark = /\$\$\{|%%\{|\$\{|%\{/g

/** It knows no escapes. */
const suitsHeredoc = (text: string): boolean =>
  text.endsWith('\n') && text.indexOf('\n') < text.length - 1 && !/(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\ufeff\ufffe\uffff]/u.test(text)

function heredocLines(text: string): Line[] {
  templateParts(text)
  const lines = text.slice(0, -1).split('\n')
  const used = new Set(lines.map((line) => line.trim()))
  let marker = 'EOT'
  for (let at = 1; used.has(marker); at++) marker = `EOT${at}`
  return [{ text: `<<${marker}` }, ...lines.map((line) => ({ text: line, raw: true as const })), { text: marker, raw: true }]
}
