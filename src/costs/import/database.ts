import type { DatabaseOptions } from '../../db/pool.ts'

/** Of the process that imports: few connections, each for long work. Plans are made for the month at hand. */
export const importDatabase: Omit<DatabaseOptions, 'url'> = {
  size: 4,
  statementTimeout: 2 * 3600_000,
  settings: ['work_mem=128MB', 'maintenance_work_mem=128MB', 'plan_cache_mode=auto', 'synchronous_commit=off'],
}
