/** Parts of a Parquet file, wherever it lies. */
import type { RowGroup } from 'hyparquet'
import { TableError } from './adapter.ts'
import type { Bytes } from './parquet-pages.ts'
import type { Leaf } from './parquet-schema.ts'
import { damaged } from './parquet-thrift.ts'
import type { BillFile } from './types.ts'

export interface Parts {
  readonly size: number
  /** Exactly those bytes. */
  read(start: number, end: number): Promise<Uint8Array>
}

const mostInMemory = 64 * 1024 * 1024

/** Where parts cannot be asked for (or the whole is compressed once more), a file that is not large is kept in memory. */
export async function openParts(file: BillFile, bytes: AsyncIterable<Uint8Array>): Promise<Parts> {
  const { slice, size } = file
  if (slice && size !== undefined && size >= 12) {
    const begin = await slice.call(file, 0, 4)
    if (Buffer.from(begin).toString('latin1') === 'PAR1') {
      // Begun and left, so that what stands behind it is closed.
      for await (const _ of bytes) break
      return {
        size,
        async read(start, end) {
          const part = await slice.call(file, start, end)
          if (part.length !== end - start) throw damaged()
          return part
        },
      }
    }
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytes) {
    chunks.push(chunk)
    length += chunk.length
    if (length > mostInMemory)
      throw new TableError('it is Parquet, and too large to be read from its beginning to its end; do not compress it, or cut it')
  }
  const all = Buffer.concat(chunks)
  return { size: all.length, read: (start, end) => Promise.resolve(all.subarray(start, end)) }
}

export interface Chunk {
  readonly start: number
  readonly end: number
  readonly codec: string
}

/** Where a column of a group lies. */
export function chunkOf(group: RowGroup, leaf: Leaf, parts: Parts): Chunk {
  const column = group.columns[leaf.position]
  const about = column?.meta_data
  if (!column || !about || column.file_path || about.path_in_schema.join('\0') !== leaf.path.join('\0')) throw damaged()
  const data = Number(about.data_page_offset)
  const dictionary = Number(about.dictionary_page_offset ?? 0)
  const start = dictionary > 0 && dictionary < data ? dictionary : data
  const end = start + Number(about.total_compressed_size)
  if (!(start >= 4 && end >= start && end <= parts.size)) throw damaged()
  return { start, end, codec: about.codec }
}

const wholeGroup = 16 * 1024 * 1024

/** A small group is read at once. Of a large one, each column has a window that moves on. */
export async function windowsOf(group: RowGroup, parts: Parts): Promise<(chunk: Chunk) => Bytes> {
  const ranges = group.columns.map(({ meta_data: about }) => {
    const offsets = [about?.data_page_offset, about?.dictionary_page_offset].map((offset) => Number(offset ?? 0)).filter((at) => at > 0)
    const start = Math.min(...offsets)
    return { start, end: start + Number(about?.total_compressed_size ?? 0) }
  })
  const start = Math.min(...ranges.map((range) => range.start))
  const end = Math.max(...ranges.map((range) => range.end))
  if (!(start >= 4 && end >= start && end <= parts.size)) throw damaged()
  if (end - start <= wholeGroup) {
    const all = await parts.read(start, end)
    return () => (from, length) => Promise.resolve(all.subarray(from - start, from - start + length))
  }
  const size = Math.max(131_072, Math.min(1_048_576, Math.floor(wholeGroup / group.columns.length)))
  return (chunk) => {
    let window: Uint8Array = new Uint8Array()
    let at = chunk.start
    return async (from, length) => {
      // Not kept: it is gone with the page.
      if (length > size) return parts.read(from, from + length)
      if (from < at || from + length > at + window.length) {
        at = from
        window = await parts.read(from, Math.min(chunk.end, Math.max(from + length, from + size)))
      }
      return window.subarray(from - at, from - at + length)
    }
  }
}
