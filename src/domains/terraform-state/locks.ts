/** Who works with a state. Terraform says who it is; the names of what it says come in any letter case. */
import type { Schema } from '../../contract/operation.ts'
import { ApiError, invalid } from '../../errors.ts'
import { clean } from '../../formats/terraform/state-text.ts'
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
  if (!isMoment(info['Created'] ?? '')) info['Created'] = new Date().toISOString()
  return info
}

const moment = /^(\d{4}-(?:0[1-9]|1[0-2])-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** As RFC 3339 has it, on a day that there is. */
function isMoment(text: string): boolean {
  const [, day] = moment.exec(text) ?? []
  const midnight = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().slice(0, 10) === day
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
