/**
 * Between how a file is written (CSV, JSON lines, Parquet) and what its columns mean (FOCUS, CUR, Azure, Google): rows of texts on one
 * side, charges on the other.
 */
import type { Memory } from './intern.ts'
import type { BillFile, BillFormat, ChargedResource, ChargeKind, Decimal, Period, ReadOptions, TagSet } from './types.ts'

/** One row. Texts may be slices of a large buffer: whoever keeps one for long keeps the buffer, unless it goes through `detached` (intern.ts). */
export interface Cells {
  /** As it was meant: without quotes. Empty for an empty cell, and for a column that is not there (-1). */
  text(column: number): string
  /**
   * What stands in the columns from `from` up to and including `to`, in any form: the same texts there are the same text here. For keys
   * of caches; making it is cheaper than making the texts.
   */
  raw(from: number, to: number): string
}

/** Rows that are made of texts one by one. Set `cells` anew for each row. */
export class TextCells implements Cells {
  cells: readonly string[] = []

  text(column: number): string {
    return this.cells[column] ?? ''
  }

  raw(from: number, to: number): string {
    let all = ''
    for (let column = from; column <= to; column++) all += `${this.text(column)}\u0001`
    return all
  }
}

/** A line of a bill, see ChargeBatch. */
export interface Charge {
  readonly period: Period
  readonly kind: ChargeKind
  readonly resource: ChargedResource | null
  readonly tags: TagSet | null
  readonly start: string
  readonly end: string
  readonly billed: Decimal
  readonly effective: Decimal
  readonly list: Decimal | null
  readonly contracted: Decimal | null
  readonly pricingQuantity: Decimal | null
  readonly consumedQuantity: Decimal | null
  /** JSON */
  readonly extra: string | null
}

/** Takes charges in the order of the file, and makes batches of them. */
export interface ChargeSink {
  add(charge: Charge): void
}

export interface Adapter {
  readonly format: BillFormat
  /**
   * From the names of columns to what reads a row. `options.memory` is always there.
   * @throws TableError a column is missing that has to be there
   */
  open(header: readonly string[], options: OpenOptions, sink: ChargeSink): (cells: Cells) => void
}

export type OpenOptions = ReadOptions & { readonly memory: Memory }

/**
 * The month that an export says it is for, where its billing periods are no months: of one that begins on the 15th, an export for July
 * has lines of two, and is July's bill all the same. Undefined: the line says it.
 */
export function statedPeriod(begin: string, { period }: ReadOptions): Period | undefined {
  return /^\d{4}-\d{2}-01(?!\d)/.test(begin) ? undefined : period
}

/** What is wrong with a table. read.ts adds file and place, and makes it a BillError. */
export class TableError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'TableError'
  }
}

/** A cell that cannot be used: `BilledCost is "abc", which is not a number`. */
export class CellError extends TableError {
  constructor(column: string, text: string, problem: string) {
    super(text === '' ? `${column} is empty` : `${column} is "${shortened(text)}", ${problem}`)
    this.name = 'CellError'
  }
}

export interface TableSource {
  readonly file: BillFile
  /** From the beginning, decompressed if it was gzip. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** Where reading is, for messages: set before each row. 0: nowhere yet, or the file as a whole. */
  readonly place: { unit: 'line' | 'row'; number: number }
  /** Is it time to yield? Asked where a lot can come between two chunks. */
  readonly isFull: () => boolean
}

/**
 * Reads what is no CSV: `readJsonLines` (json-lines.ts), `readParquet` (parquet.ts). `open` is called once with the names of the columns
 * (nested ones joined by dots), and what it returns with each row, in order. Yields now and then, so that batches can go out: how many bytes of
 * text, of which cells were slices, were read since.
 */
export type ReadTable = (source: TableSource, open: (header: readonly string[]) => (cells: Cells) => void) => AsyncGenerator<number>

/** What the named columns say, as a key: the same texts there, the same key. Columns that lie side by side are taken in one piece. */
export function keyOf(columns: readonly number[]): (cells: Cells) => string {
  const runs: [from: number, to: number][] = []
  for (const column of [...new Set(columns)].filter((position) => position >= 0).sort((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run && run[1] === column - 1) run[1] = column
    else runs.push([column, column])
  }
  const [only] = runs
  if (only && runs.length === 1) return (cells) => cells.raw(only[0], only[1])
  return (cells) => {
    let key = ''
    for (const run of runs) key += `${cells.raw(run[0], run[1])}\n`
    return key
  }
}

function shortened(text: string): string {
  const printable = text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
  return printable.length > 60 ? `${[...printable.slice(0, 80)].slice(0, 60).join('')}…` : printable
}
