/** A file of a bill becomes batches of charges, whatever it is and however it is written. */

import { type Adapter, type Cells, type ReadTable, TableError } from './adapter.ts'
import { azure } from './azure.ts'
import { Batches } from './batches.ts'
import { readCsv } from './csv.ts'
import { cur } from './cur.ts'
import { formatOf } from './detect.ts'
import { focus } from './focus.ts'
import { gcp } from './gcp.ts'
import { gunzipped, isGzip, peeked } from './gunzip.ts'
import { Memory } from './intern.ts'
import { readJsonLines } from './json-lines.ts'
import { BillError, type BillFile, type BillFormat, type ReadBill } from './types.ts'

export const readBill: ReadBill = async function* (file, options = {}) {
  const memory = options.memory ?? new Memory()
  const batches = new Batches(options.batch ?? 5000, memory)
  const place: { unit: 'line' | 'row'; number: number } = { unit: 'line', number: 0 }
  const open = (header: readonly string[]): ((cells: Cells) => void) =>
    adapters[options.format ?? formatOf(header)].open(header, { ...options, memory }, batches)
  try {
    const { bytes, read } = await tableOf(file)
    for await (const passed of read({ file, bytes, place, isFull: () => batches.isFull }, open)) {
      batches.passed(passed)
      yield* batches.ready()
    }
    yield* batches.rest()
  } catch (error) {
    if (!(error instanceof TableError)) throw error
    const where = place.number === 0 ? '' : `, ${place.unit} ${place.number.toLocaleString('en-US')}`
    throw new BillError(`${file.name}${where}: ${error.message}`)
  }
}

const adapters: Readonly<Record<BillFormat, Adapter>> = { focus, cur1: cur, cur2: cur, azure, gcp }

/** Text or Parquet, compressed or not: by the first bytes, because names lie. */
async function tableOf(file: BillFile): Promise<{ bytes: AsyncIterable<Uint8Array>; read: ReadTable }> {
  const stored = await peeked(file.bytes())
  const { first, bytes } = isGzip(stored.first) ? await peeked(gunzipped(stored.bytes)) : stored
  const begin = Buffer.from(first).toString('latin1')
  if (begin.startsWith('PAR1')) return { bytes, read: (await import('./parquet.ts')).readParquet }
  if (begin.startsWith('PK\u0003\u0004')) throw new TableError('it is a zip archive; unpack it, or compress it with gzip')
  if (begin.startsWith('Obj\u0001')) throw new TableError('it is Avro; export it as CSV, JSON or Parquet')
  if (/^(?:\u00ff\u00fe|\u00fe\u00ff)/.test(begin)) throw new TableError('it is UTF-16; save it as UTF-8')
  if (begin.slice(0, 200).includes('\0')) throw new TableError('it is not a text, and of no format that is read')
  if (/^(?:\u00ef\u00bb\u00bf)?\s*[{[]/.test(begin)) return { bytes, read: readJsonLines }
  return { bytes, read: readCsv }
}
