/** What reading a bill gives, line by line: for tests of formats. */
import { readBill } from '../../src/formats/billing/read.ts'
import type { BillFile, ChargeBatch, Dimension, ReadOptions } from '../../src/formats/billing/types.ts'

/** A file in memory, in chunks of a few bytes unless told, so that nothing hangs on where they are cut. */
export function fileOf(content: string | Uint8Array, { name = 'bill', chunk = 1000, slices = true } = {}): BillFile {
  const all = typeof content === 'string' ? Buffer.from(content) : content
  return {
    name,
    size: all.length,
    async *bytes() {
      for (let at = 0; at < all.length; at += chunk) yield all.subarray(at, at + chunk)
    },
    ...(slices ? { slice: (start: number, end: number) => Promise.resolve(all.subarray(start, end)) } : {}),
  }
}

export interface ReadLine extends Dimension {
  readonly period: string
  readonly focus: Readonly<Record<string, string>>
  readonly resource: string | null
  readonly resourceName: string | null
  readonly resourceType: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly start: string
  readonly end: string
  readonly billed: string
  readonly effective: string
  readonly list: string | null
  readonly contracted: string | null
  readonly pricingQuantity: string | null
  readonly consumedQuantity: string | null
  readonly extra: string | null
}

export async function linesOf(file: BillFile, options?: ReadOptions): Promise<ReadLine[]> {
  const lines: ReadLine[] = []
  for await (const batch of readBill(file, options)) for (let at = 0; at < batch.count; at++) lines.push(lineOf(batch, at))
  return lines
}

function lineOf(batch: ChargeBatch, at: number): ReadLine {
  const kind = batch.kinds[at]
  if (!kind) throw new Error(`a batch of ${batch.count} lines has no kind at ${at}`)
  const resource = batch.resources[at]
  return {
    ...kind.dimension,
    period: batch.period,
    focus: kind.focus,
    resource: resource?.resource ?? null,
    resourceName: resource?.name ?? null,
    resourceType: resource?.type ?? null,
    tags: batch.tags[at]?.tags ?? {},
    start: batch.starts[at] ?? '',
    end: batch.ends[at] ?? '',
    billed: batch.billed[at] ?? '',
    effective: batch.effective[at] ?? '',
    list: batch.list[at] ?? null,
    contracted: batch.contracted[at] ?? null,
    pricingQuantity: batch.pricingQuantities[at] ?? null,
    consumedQuantity: batch.consumedQuantities[at] ?? null,
    extra: batch.extra[at] ?? null,
  }
}

export async function problemOf(file: BillFile, options?: ReadOptions): Promise<string> {
  try {
    await linesOf(file, options)
  } catch (error) {
    if (error instanceof Error && error.constructor.name === 'BillError') return error.message
    throw error
  }
  return 'none'
}
