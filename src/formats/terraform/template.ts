/** Texts of Terraform's JSON syntax, which are templates, as HCL expressions. */
import { FormatError } from '../format-error.ts'
import { endsInHeredoc, expression, hasHeredoc, isOneExpression } from './expression.ts'
import { endOfTemplate } from './tokens.ts'
import { escaped, isBareKey, type Line, type Words } from './write.ts'

/** `"${var.x}"` alone is the expression itself; long texts of whole lines become heredocs. */
export const templateWords: Words = {
  text(text, mayBreak) {
    const alone = expressionAlone(text)
    if (alone !== undefined) return asLines(alone, mayBreak)
    return mayBreak && suitsHeredoc(text) ? heredocLines(text) : [{ text: quotedTemplate(text) }]
  },
  key(key) {
    assertShort(key)
    if (isBareKey(key)) return key
    const alone = expressionAlone(key)
    if (alone === undefined) return quotedTemplate(key)
    assertNoHeredoc(alone)
    return inParentheses(alone) ? alone : `(${alone})`
  },
}

/** Texts that name something: `aws_vpc.main`, with or without `${`. */
export const referenceWords: Words = {
  text: (text, mayBreak) => asLines(expressionAlone(text) ?? expression(text), mayBreak),
  key(key) {
    assertShort(key)
    const name = expressionAlone(key) ?? expression(key)
    assertNoHeredoc(name)
    return name
  },
}

/** Of blocks, attributes and keys of maps, in characters. */
export const longestName = 1000

export function assertShort(name: string): void {
  if (name.length > longestName) throw new FormatError(`"${name.slice(0, 50)}…" is longer than a name may be (${longestName} characters)`)
}

function assertNoHeredoc(key: string): void {
  if (hasHeredoc(key)) throw new FormatError(`"${key.slice(0, 100)}" cannot be a key: it has several lines`)
}

/** The expression of a text that is one `${…}` and nothing else. */
function expressionAlone(text: string): string | undefined {
  if (!text.startsWith('${') || text.startsWith('${~') || !text.endsWith('}') || text.endsWith('~}')) return undefined
  return endOfTemplate(text, 0) === text.length ? expression(text.slice(2, -1)) : undefined
}

/** `(a) + (b)` is not. */
const inParentheses = (text: string): boolean => text.startsWith('(') && text.endsWith(')') && isOneExpression(text.slice(1, -1))

/** Lines stay where they are: they may be in a heredoc, and whoever reads the expression again gets its blanks too. */
function asLines(expression: string, mayBreak: boolean): Line[] {
  const text = !mayBreak && endsInHeredoc(expression) ? `(\n${expression}\n)` : expression
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
  const directives: string[] = []
  let done = 0
  mark.lastIndex = 0
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    if (found[0].length === 3) continue
    const end = endOfTemplate(text, found.index)
    parts.push({ text: text.slice(done, found.index), template: false }, { text: text.slice(found.index, end), template: true })
    if (found[0] === '%{') followDirective(directives, text.slice(found.index, end))
    else expression(text.slice(found.index + 2, end - 1).replace(/^~|~$/g, ''))
    done = end
    mark.lastIndex = end
  }
  if (directives.length > 0) throw new FormatError(`%{ ${directives.at(-1)} } has no end`)
  parts.push({ text: text.slice(done), template: false })
  return parts
}

/** @param open names of those that have no end yet; `else` for an `if` that has one */
function followDirective(open: string[], text: string): void {
  const inside = text.slice(2, -1).replace(/^~|~$/g, '').trim()
  const [, name = '', rest = ''] = /^([a-z]+)(?![\w-])([\s\S]*)$/.exec(inside) ?? []
  const loop = name === 'for' ? /^\s+([\w-]+)(?:\s*,\s*[\w-]+)?\s+in(?![\w-])([\s\S]*)$/.exec(rest) : null
  const last = open.at(-1)
  if (name === 'if') expression(rest)
  else if (loop) expression(loop[2] ?? '')
  else if (rest.trim() !== '' || !(name === 'else' ? last === 'if' : name === 'endfor' ? last === 'for' : isEndOfIf(name, last)))
    throw new FormatError(`"${text.slice(0, 100)}" is no directive that can stand here`)
  if (name !== 'if' && !loop) open.pop()
  if (name === 'if' || name === 'else' || loop) open.push(name)
}

const isEndOfIf = (name: string, last: string | undefined) => name === 'endif' && (last === 'if' || last === 'else')

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
