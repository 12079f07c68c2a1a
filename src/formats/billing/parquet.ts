/**
 * Parquet: a group of rows at a time, and of each column a page at a time. Nothing is believed before it is checked, because a few bytes
 * can announce anything. `hyparquet` reads what a file says of itself; values are decoded here, exactly, and bounded by the bytes there are.
 */
import type { FileMetaData, RowGroup } from 'hyparquet'
import { type Cells, type ReadTable, TableError } from './adapter.ts'
import { maximumColumns, maximumLine, tooLong } from './csv.ts'
import { type Unpackers, unpackersOf } from './parquet-compression.ts'
import { chunkOf, openParts, type Parts, windowsOf } from './parquet-file.ts'
import { type LeafRows, ListRows, ValueRows } from './parquet-leaves.ts'
import { type Budget, PageReader } from './parquet-pages.ts'
import { type Column, columnsOf, type Leaf } from './parquet-schema.ts'
import { damaged, ThriftReader } from './parquet-thrift.ts'

export const readParquet: ReadTable = async function* ({ file, bytes, place, isFull }, open) {
  place.unit = 'row'
  const parts = await openParts(file, bytes)
  const { parquetSchema } = await import('hyparquet')
  const metadata = await metadataOf(parts)
  const columns = columnsOf(guarded(() => parquetSchema(metadata)))
  if (columns.length > maximumColumns) throw new TableError(`it has ${columns.length} columns, more than ${maximumColumns}`)
  const unpackers = unpackersOf()
  const row = open(columns.map(({ name }) => name))
  for (const group of metadata.row_groups) {
    const budget = { left: mostUnpacked, texts: mostTexts }
    const cells = await cellsOf(columns, group, parts, budget, unpackers)
    try {
      for (let left = Number(group.num_rows); left > 0; ) {
        await cells.fill()
        const count = Math.min(left, cells.available(), 2048)
        for (let at = 0; at < count; at++) {
          place.number++
          cells.row = at
          row(cells)
          if (isFull()) yield 0
        }
        cells.skip(count)
        left -= count
        yield 0
      }
    } finally {
      cells.close()
    }
  }
  yield 0
}

/** Bytes that pages of all columns may have together when they are unpacked. */
const mostUnpacked = 96 * 1024 * 1024
/** The same of texts that are remembered although they can be made again. */
const mostTexts = 16 * 1024 * 1024
const largestFooter = 16 * 1024 * 1024

async function metadataOf(parts: Parts): Promise<FileMetaData> {
  const tail = await parts.read(Math.max(0, parts.size - 8), parts.size)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  if (tail.length < 8 || view.getUint32(4, true) !== 0x31524150) throw damaged()
  const length = view.getUint32(0, true)
  if (length > parts.size - 12) throw damaged()
  if (length > largestFooter) throw new TableError('what it says of itself is too large; write it with larger groups of rows')
  const footer = await parts.read(parts.size - 8 - length, parts.size)
  new ThriftReader(footer.subarray(0, length), 400_000).struct()
  const { parquetMetadata } = await import('hyparquet')
  const metadata = guarded(() => parquetMetadata(footer, { geoparquet: false }))
  checkRows(metadata, parts.size)
  return metadata
}

/** Even a file in which every line is the same has more bytes than this. */
function checkRows({ row_groups }: FileMetaData, size: number): void {
  let rows = 0
  for (const { num_rows } of row_groups) {
    const own = Number(num_rows)
    if (!(own >= 0 && own <= 2 ** 31)) throw damaged()
    rows += own
  }
  if (rows > 1_000_000 && rows > 8 * size) throw new TableError(`it announces ${rows.toLocaleString('en-US')} rows in ${size} bytes`)
}

function guarded<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw error instanceof TableError ? error : damaged()
  }
}

interface ParquetCells extends Cells {
  row: number
  available(): number
  fill(): Promise<void>
  skip(rows: number): void
  close(): void
}

async function cellsOf(
  columns: readonly Column[],
  group: RowGroup,
  parts: Parts,
  budget: Budget,
  unpackers: Unpackers,
): Promise<ParquetCells> {
  const rows = Number(group.num_rows)
  const leaves: LeafRows[] = []
  const bytes = rows > 0 ? await windowsOf(group, parts) : undefined
  const open = async (leaf: Leaf): Promise<PageReader> => {
    const chunk = chunkOf(group, leaf, parts)
    return new PageReader(leaf, chunk, bytes?.(chunk) ?? (() => Promise.reject(damaged())), await unpackers(chunk.codec), budget)
  }
  const texts: ((row: number) => string)[] = []
  const tokens: ((row: number) => string)[] = []
  for (const column of columns) {
    if (column.kind === 'value') {
      for (const { leaf } of column.leaves) {
        const values = new ValueRows(await open(leaf), leaf, rows)
        leaves.push(values)
        texts.push((row) => values.text(row))
        tokens.push((row) => values.token(row))
      }
    } else {
      const lists: { name: string; items: ListRows }[] = []
      for (const { leaf, name } of column.leaves) lists.push({ name, items: new ListRows(await open(leaf), leaf, rows) })
      leaves.push(...lists.map(({ items }) => items))
      const text = column.kind === 'map' ? mapText(lists) : listText(lists)
      texts.push(text)
      tokens.push(text)
    }
  }
  const cells: ParquetCells = {
    row: 0,
    text: (column) => texts[column]?.(cells.row) ?? '',
    raw(from, to) {
      let all = ''
      for (let column = from; column <= to; column++) {
        all += `${tokens[column]?.(cells.row) ?? ''}\u0001`
        if (all.length > maximumLine) throw new TableError(tooLong)
      }
      return all
    },
    available: () => leaves.reduce((least, leaf) => Math.min(least, leaf.available()), Number.POSITIVE_INFINITY),
    async fill() {
      const empty = leaves.filter((leaf) => leaf.available() === 0)
      for (let at = 0; at < empty.length; at += 8) await Promise.all(empty.slice(at, at + 8).map((leaf) => leaf.fill()))
    },
    skip: (count) => {
      for (const leaf of leaves) leaf.skip(count)
    },
    close: () => {
      for (const leaf of leaves) leaf.close()
    },
  }
  return cells
}

type Lists = readonly { readonly name: string; readonly items: ListRows }[]

/** A null list and an empty one are both nothing. */
function listText(lists: Lists): (row: number) => string {
  return (row) => {
    const columns = lists.map(({ name, items }) => ({ name, items: items.items(row) }))
    const count = Math.max(...columns.map(({ items }) => items.length))
    if (count === 0) return ''
    const list = Array.from({ length: count }, (_, at) =>
      lists.length === 1 && lists[0]?.name === ''
        ? (columns[0]?.items[at] ?? null)
        : Object.fromEntries(columns.flatMap(({ name, items }) => (items[at] === null ? [] : [[name, items[at]]]))),
    )
    return JSON.stringify(list)
  }
}

function mapText([keys, values]: Lists): (row: number) => string {
  return (row) => {
    const names = keys?.items.items(row) ?? []
    if (names.length === 0) return ''
    const items = values?.items.items(row) ?? []
    return JSON.stringify(Object.fromEntries(names.flatMap((name, at) => (name === null ? [] : [[name, items[at] ?? null]]))))
  }
}
