/** Who works with a state. Terraform says who it is; the names of what it says come in any letter case. */
import type { Schema } from '../../contract/operation.ts'
import { ApiError, invalid } from '../../errors.ts'
import { clean } from '../../formats/terraform/state.ts'
import type { LockInfo, StateRow } from './queries.ts'

const names = ['ID', 'Operation', 'Info', 'Who', 'Version', 'Created', 'Path'] as const
const longest = 2000

/** As Terraform writes it. @throws Invalid */
export function readLock(body: unknown): LockInfo {
  const given = new Map(Object.entries((body ?? {}) as object).map(([name, value]) => [name.toLowerCase(), value as unknown]))
  const info: Record<string, string> = {}
  for (const name of names) {
    const value = given.get(name.toLowerCase())
    if (typeof value === 'string') info[name] = clean(value.slice(0, longest))
    else if (value !== undefined && value !== null) throw invalid('The lock is not readable', [`body.${name}: must be a text`])
  }
  if (!info['ID']) throw invalid('The lock has no identifier', ['body.ID: must be the identifier that Terraform gave to the lock'])
  // Terraform refuses to read a moment that is none, and would not say who holds the lock then.
  if (Number.isNaN(Date.parse(info['Created'] ?? ''))) info['Created'] = new Date().toISOString()
  return info
}

/** Undefined when nobody is named, as by `terraform force-unlock`. */
export function readLockId(body: unknown): string | undefined {
  const empty = body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0)
  return empty ? undefined : readLock(body)['ID']
}

/** As the document names it. */
export const viewLock = (lock: LockInfo): Schema<'StateLock'> => ({
  id: lock['ID'] ?? '',
  operation: lock['Operation'] ?? '',
  info: lock['Info'] ?? '',
  who: lock['Who'] ?? '',
  version: lock['Version'] ?? '',
  created: lock['Created'] ?? '',
})

export const lockedBy = (lock: LockInfo, what = 'The state is locked'): ApiError =>
  new ApiError('Locked', `${what} by ${lock['Who'] || 'somebody'} (${lock['Operation'] || 'unknown operation'}, lock ${lock['ID']})`, {
    holder: lock,
  })

/**
 * May a writer with this lock, or without one, write? Somebody whose lock was broken may not: they do not know what others wrote.
 * @throws Locked
 */
export function assertHolds({ lock }: Pick<StateRow, 'lock'>, id: string | undefined): void {
  if (lock) {
    if (lock['ID'] !== id) throw lockedBy(lock)
  } else if (id !== undefined) throw new ApiError('Locked', `The lock ${id.slice(0, 100)} is not held any more: it was broken meanwhile`)
}
