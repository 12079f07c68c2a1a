/** Bills to read in tests: the real samples of ../shared/data/billing, and files that are made up of texts. */
import { createReadStream, existsSync } from 'node:fs'
import { readBill } from '../../src/formats/billing/read.ts'
import type { BillFile, ChargeBatch, ReadOptions } from '../../src/formats/billing/types.ts'

const folder = new URL('../../../shared/data/billing/', import.meta.url).pathname
export const billsAreThere = existsSync(folder)
export const whyNoBills = 'needs the real bills in ../shared/data/billing'
export const samples = { focus: `${folder}focus-1.0-sample.csv`, cur: `${folder}aws-cur-1.0-sample.csv` }

export function fileAt(path: string): BillFile {
  return { name: path.slice(path.lastIndexOf('/') + 1), size: undefined, bytes: () => createReadStream(path) }
}

export function fileOf(content: string | Uint8Array | Iterable<Uint8Array>, name = 'bill.csv'): BillFile {
  const bytes = async function* () {
    if (typeof content === 'string') yield Buffer.from(content)
    else if (content instanceof Uint8Array) yield content
    else yield* content
  }
  return { name, size: undefined, bytes }
}

export interface Line {
  period: string
  dimension: ChargeBatch['kinds'][number]['dimension']
  focus: Readonly<Record<string, string>>
  resource: string | null
  tags: Readonly<Record<string, string>> | null
  start: string
  end: string
  billed: string
  effective: string
  list: string | null
  contracted: string | null
  pricingQuantity: string | null
  consumedQuantity: string | null
  extra: string | null
}

/** The lines of batches, one by one. */
export async function linesOf(file: BillFile, options?: ReadOptions): Promise<Line[]> {
  const lines: Line[] = []
  for await (const batch of readBill(file, options)) lines.push(...lineByLine(batch))
  return lines
}

export function lineByLine(batch: ChargeBatch): Line[] {
  return batch.kinds.map((kind, n) => ({
    period: batch.period,
    ...kind,
    resource: batch.resources[n]?.resource ?? null,
    tags: batch.tags[n]?.tags ?? null,
    start: batch.starts[n] ?? '',
    end: batch.ends[n] ?? '',
    billed: batch.billed[n] ?? '',
    effective: batch.effective[n] ?? '',
    list: batch.list[n] ?? null,
    contracted: batch.contracted[n] ?? null,
    pricingQuantity: batch.pricingQuantities[n] ?? null,
    consumedQuantity: batch.consumedQuantities[n] ?? null,
    extra: batch.extra[n] ?? null,
  }))
}
