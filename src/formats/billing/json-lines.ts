/** JSON lines as they flow: one object on each line, in bounded memory. */
import { type ReadTable, TableError, TextCells } from './adapter.ts'
import { maximumColumns, maximumLine } from './csv.ts'
import { formatOf } from './detect.ts'
import { focusColumns } from './focus-columns.ts'
import { gcpColumns } from './gcp.ts'
import { exactNumbers, gcpName } from './gcp-texts.ts'

/**
 * Objects inside objects are columns joined by dots; lists are JSON texts. Writers leave out what is empty, so the columns are those of
 * the first lines, and what their format may have besides.
 */
export const readJsonLines: ReadTable = async function* ({ bytes, place }, open) {
  place.unit = 'line'
  let first: { number: number; row: Map<string, string> }[] = []
  let read: ((row: Map<string, string>) => void) | undefined
  const begin = () => {
    const header = headerOf(first.map(({ row }) => row))
    const row = open(header)
    const cells = new TextCells()
    read = (values) => {
      cells.cells = header.map((name) => values.get(name) ?? '')
      row(cells)
    }
    for (const { number, row } of first) {
      place.number = number
      read(row)
    }
    first = []
  }
  let number = 0
  let size = 0
  for await (const lines of linesOf(bytes, place)) {
    for (const line of lines) {
      place.number = ++number
      if (line.trim() === '') continue
      const row = rowOf(line)
      if (read) read(row)
      else {
        first.push({ number, row })
        size += line.length
        if (first.length === 1000 || size > maximumLine) begin()
      }
    }
    if (read) yield 0
  }
  if (!read) {
    if (!first.length) throw new TableError('it is empty')
    begin()
  }
  yield 0
}

/** Whole lines of each chunk. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>, place: { number: number }): AsyncGenerator<string[]> {
  let waiting: Uint8Array[] = []
  let size = 0
  let first = true
  const decode = (all: Uint8Array): string => {
    const text = Buffer.from(all.buffer, all.byteOffset, all.byteLength).toString('utf8')
    const bare = first && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    first = false
    return bare
  }
  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(10)
    if (end < 0) {
      waiting.push(chunk)
      size += chunk.length
    } else {
      const whole = [...waiting, chunk.subarray(0, end)]
      waiting = [chunk.subarray(end + 1)]
      size = chunk.length - end - 1
      yield decode(whole.length === 1 ? chunk.subarray(0, end) : Buffer.concat(whole)).split('\n')
    }
    if (size > maximumLine) {
      place.number++
      throw new TableError(`it is longer than ${maximumLine / 1024 / 1024} MB`)
    }
  }
  if (size > 0) yield [decode(Buffer.concat(waiting))]
}

function rowOf(line: string): Map<string, string> {
  if (line.length > maximumLine) throw new TableError(`it is longer than ${maximumLine / 1024 / 1024} MB`)
  let value: unknown
  try {
    value = JSON.parse(manyDigits.test(line) ? exactNumbers(line) : line)
  } catch {
    const problem = line.trimStart().startsWith('[')
      ? 'it is a list; write each object on a line of its own (JSON lines)'
      : 'it is not JSON; perhaps the file was cut off, or the object goes over several lines'
    throw new TableError(problem)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TableError('it is no JSON object')
  const row = new Map<string, string>()
  flatten(value, '', 0, row)
  return row
}

/** A double holds fifteen digits for certain. */
const manyDigits = /\d[\d.]{15}/

const deepest = 16

function flatten(value: object, prefix: string, depth: number, row: Map<string, string>): void {
  if (depth > deepest) throw new TableError(`it is nested more than ${deepest} levels deep`)
  for (const [name, item] of Object.entries(value)) {
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (item === null) continue
    if (typeof item !== 'object') row.set(path, String(item))
    else if (Array.isArray(item)) row.set(path, listText(item))
    else {
      // A map of tags, or a record: nobody knows yet. Both ways to read it are there.
      row.set(path, listText(item))
      flatten(item, path, depth + 1, row)
    }
    if (row.size > maximumColumns) throw new TableError(`it has more than ${maximumColumns.toLocaleString('en-US')} values`)
  }
}

/** Nothing that a bill has is deep, and what is too deep to be written is no bill. */
function listText(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    throw new TableError(`it is nested more than ${deepest} levels deep`)
  }
}

/** Names that occur, in the order in which they do, and those that the format may have on later lines. */
function headerOf(rows: readonly Map<string, string>[]): string[] {
  const names = new Set(rows.flatMap((row) => [...row.keys()]))
  const header = [...names].slice(0, maximumColumns)
  const format = knownFormat(header)
  if (format === 'gcp') {
    const plain = new Set(header.map(gcpName))
    return [...header, ...gcpColumns.filter((name) => !plain.has(gcpName(name)))]
  }
  if (format === 'focus') {
    const plain = new Set(header.map((name) => name.toLowerCase()))
    return [...header, ...focusColumns.filter((name) => !plain.has(name.toLowerCase()))]
  }
  return header
}

function knownFormat(header: readonly string[]): string {
  try {
    return formatOf(header)
  } catch {
    return ''
  }
}
