/**
 * The one YAML text of a value: two values that are the same have the same text, so a diff of texts shows what differs.
 *
 * Keys stand in this order: what names a thing, what it is, the rest by their letters, and last what is long or nested (plans,
 * hooks, the sections of a pipeline). Two columns a level, lists in the column of their key. A text of several lines is a `|`
 * block, so that each of its lines is a line of the diff.
 */
import { isJsonMap } from '../json-value.ts'
import { yamlInline } from '../yaml/write.ts'
import type { Json, JsonObject } from './types.ts'

/** Ends with a line break. */
export const dumpYaml = (value: Json): string => `${dumpLines(value).join('\n')}\n`

/** The same, by line, without line breaks. */
export function dumpLines(value: Json): string[] {
  if (isJsonMap(value) && Object.keys(value).length > 0) return mapLines(value, 0)
  if (Array.isArray(value) && value.length > 0) return listLines(value, 0)
  const { head, lines } = block(value, 0)
  return [head, ...lines]
}

const first = ['name', 'get', 'put', 'task', 'set_pipeline', 'load_var', 'resource', 'type', 'platform', 'path']
const last = [
  ...['config', 'do', 'in_parallel', 'try', 'steps'],
  ...['display', 'groups', 'var_sources', 'resource_types', 'prototypes', 'resources', 'jobs'],
  ...['plan', 'on_success', 'on_failure', 'on_error', 'on_abort', 'ensure'],
]
const places = new Map([...first.map((key, at) => [key, at - first.length] as const), ...last.map((key, at) => [key, at + 1] as const)])

/** By code units, not by a language: the same on every machine. */
function compareKeys(one: string, other: string): number {
  const place = (places.get(one) ?? 0) - (places.get(other) ?? 0)
  return place !== 0 ? place : one < other ? -1 : one > other ? 1 : 0
}

function mapLines(map: JsonObject, indent: number): string[] {
  const lines: string[] = []
  for (const key of Object.keys(map).sort(compareKeys)) {
    const value = map[key] ?? null
    const { head, lines: below } = block(value, indent)
    lines.push(...keyLines(key, indent, head === '' ? '' : ` ${head}`))
    for (const line of below) lines.push(line)
  }
  return lines
}

function listLines(list: readonly Json[], indent: number): string[] {
  const lines: string[] = []
  for (const item of list) {
    const { head, lines: below } = itemBlock(item, indent + 2)
    // `- key: value`: the first line of what is nested stands behind the dash.
    const [opening, ...more] = head === '' ? below : [head, ...below]
    lines.push(`${' '.repeat(indent)}- ${head === '' ? (opening ?? '').slice(indent + 2) : opening}`)
    for (const line of more) lines.push(line)
  }
  return lines
}

interface Block {
  /** Behind the key or dash; empty when everything stands below. */
  head: string
  lines: string[]
}

const block = (value: Json, indent: number): Block => {
  if (Array.isArray(value) && value.length > 0) return { head: '', lines: listLines(value, indent) }
  if (isJsonMap(value) && Object.keys(value).length > 0) return { head: '', lines: mapLines(value, indent + 2) }
  return typeof value === 'string' && isLiteral(value) ? literal(value, indent + 2) : { head: yamlInline(value), lines: [] }
}

const itemBlock = (value: Json, indent: number): Block => {
  if (isJsonMap(value) && Object.keys(value).length > 0) return { head: '', lines: mapLines(value, indent) }
  return typeof value === 'string' && isLiteral(value) ? literal(value, indent) : block(value, indent)
}

/** YAML allows a key 1024 characters; a longer one needs the form with a question mark. */
function keyLines(key: string, indent: number, behind: string): string[] {
  const [margin, text] = [' '.repeat(indent), yamlInline(key)]
  return text.length > 1000 ? [`${margin}? ${text}`, `${margin}:${behind}`] : [`${margin}${text}:${behind}`]
}

/** Control characters, and what some readers take for a line end, stand only in quotes. */
const unprintable = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufeff\ufffe\uffff]/u

const isLiteral = (text: string): boolean => text.includes('\n') && !unprintable.test(text) && /[^\n]/.test(text)

function literal(text: string, indent: number): Block {
  let length = text.length
  while (text[length - 1] === '\n') length--
  const [body, ends] = [text.slice(0, length), text.length - length]
  // The number tells the margin where the text itself begins with a blank or an empty line.
  const mark = `|${/^[\s]/.test(body) ? '2' : ''}${ends === 0 ? '-' : ends === 1 ? '' : '+'}`
  const lines = [...body.split('\n'), ...Array<string>(Math.max(0, ends - 1)).fill('')]
  return { head: mark, lines: lines.map((line) => (line === '' ? '' : `${' '.repeat(indent)}${line}`)) }
}
