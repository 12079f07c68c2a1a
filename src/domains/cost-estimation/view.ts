import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { PriceBookRow } from './queries.ts'

export const viewBook = (row: PriceBookRow): Schema<'PriceBook'> => ({
  provider: row.provider,
  scope: row.scope,
  source: row.source,
  ...(row.source_url === '' ? {} : { source_url: row.source_url }),
  version: row.version,
  published_at: seconds(row.published_at),
  imported_at: seconds(row.imported_at),
  products: row.products,
})
