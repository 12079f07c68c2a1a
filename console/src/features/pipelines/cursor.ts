/** Where in a list of builds or versions somebody is. */
import { numbers } from './filters.ts'

export interface CursorSearch {
  /** Only older ones than this. */
  since?: number
  /** Only newer ones than this. */
  until?: number
}

export const readCursor = (search: Record<string, unknown>): CursorSearch => numbers(search, 'since', 'until')
