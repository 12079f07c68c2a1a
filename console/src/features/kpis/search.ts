import type { DashboardSearch } from './dashboard.tsx'
import { readPeriodSearch } from './period.ts'

export function readDashboardSearch(search: Record<string, unknown>): DashboardSearch {
  const { favourites, environment, page } = search
  return {
    ...readPeriodSearch(search),
    ...(favourites === true ? { favourites } : {}),
    ...(typeof environment === 'string' && environment !== '' ? { environment } : {}),
    ...(Number.isSafeInteger(page) && Number(page) > 1 ? { page: Number(page) } : {}),
  }
}
