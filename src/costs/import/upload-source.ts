/** A bill that somebody uploaded: one file in pieces, which stay until it is read. */
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { type BillSource, SourceError } from '../../outside/bills/types.ts'
import type { CostScope } from '../types.ts'
import * as queries from './queries.ts'

export function uploadSource(
  { database, organizationId }: CostScope,
  row: Pick<queries.ImportRow, 'id' | 'source_name' | 'digest'>,
): BillSource {
  const read = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.read(database, insideOf(organizationId), run)
  const pieceAt = async (position: number): Promise<Uint8Array> => {
    const found = await read((tx) => queries.findPiece(tx, row.id, position))
    if (!found) throw new SourceError(`${row.source_name} is not complete any more: upload it again`)
    return found.bytes
  }
  return {
    name: row.source_name,
    problems: [],
    remarks: [],
    async list() {
      const { pieces, size, piece } = await read((tx) => queries.measureUpload(tx, row.id))
      if (pieces === 0 || row.digest === '') throw new SourceError(`${row.source_name} did not arrive: upload it again`)
      const file = {
        name: row.source_name,
        size,
        digest: row.digest,
        async *bytes() {
          for (let position = 0; position < pieces; position++) yield await pieceAt(position)
        },
        async slice(start: number, end: number) {
          const parts: Uint8Array[] = []
          for (let at = start; at < Math.min(end, size); ) {
            const position = Math.floor(at / piece)
            const bytes = await pieceAt(position)
            const part = bytes.subarray(at - position * piece, Math.min(end, size) - position * piece)
            parts.push(part)
            at += part.byteLength
          }
          return Buffer.concat(parts)
        },
      }
      const unknown = { period: undefined, format: undefined, total: undefined, lines: undefined, finalized: undefined }
      return [{ ...unknown, digest: row.digest, files: [file] }]
    },
    close: () => Promise.resolve(),
  }
}
