import type { Reader } from './config-reader.ts'

/** Bills of clouds. */
export interface CostConfig {
  /** Of a process that imports. */
  readonly memoryMb: number
  /** How long one import may take. */
  readonly minutes: number
  /** Bytes of the largest bill that can be uploaded. */
  readonly uploadBytes: number
  /** Hours between two looks at an export. */
  readonly hours: number
  /** Where exchange rates are fetched every day, in the format of the European Central Bank; undefined: they are not. */
  readonly ratesUrl: string | undefined
}

export function readCostConfig({ url, integer }: Pick<Reader, 'url' | 'integer'>): CostConfig {
  return {
    memoryMb: integer('COST_IMPORT_MEMORY_MB', 200, 64, 8192),
    // The queue takes what runs for four hours for lost, and begins it a second time.
    minutes: integer('COST_IMPORT_MINUTES', 180, 1, 230),
    uploadBytes: integer('COST_UPLOAD_MAX_MB', 512, 1, 16_384) * 2 ** 20,
    hours: integer('COST_IMPORT_HOURS', 6, 1, 24 * 7),
    ratesUrl: url('EXCHANGE_RATES_URL', ['http:', 'https:']),
  }
}
