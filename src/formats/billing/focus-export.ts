/** Lines as a FOCUS 1.2 file: CSV with every column of the specification, in its order; what is unknown stays empty. */
import { focusColumns } from './focus-columns.ts'

/** First line of the file. */
export const focusHeader = `${focusColumns.join(',')}\r\n`

/**
 * Rows behind the header; others than FOCUS columns are left out. Numbers are written as they are given. A text that a spreadsheet could
 * take for a formula is data here, and stays what it is.
 */
export function focusCsv(rows: Iterable<Readonly<Record<string, string>>>): string {
  let text = ''
  for (const row of rows) {
    let line = ''
    for (const column of focusColumns) {
      const value = Object.hasOwn(row, column) ? (row[column] ?? '') : ''
      line += line === '' && column === focusColumns[0] ? quoted(value) : `,${quoted(value)}`
    }
    text += `${line}\r\n`
  }
  return text
}

const special = /[",\r\n]|^\s|\s$/

const quoted = (value: string): string => (special.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
