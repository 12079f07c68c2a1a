/** What the inventory keeps of a resource's attributes: no secrets, nothing that Postgres refuses, and no more than a list can show. */
import { withoutSecrets } from './state-secrets.ts'
import { clean } from './state-text.ts'

export const tooLarge = '(too large to show)'

/** Bytes of a row, names included, as Postgres writes it: a thousand of them, the default page of the list, are one answer. */
export const largestRow = 11 * 1024
/** Of more members nobody wants to know the largest. */
const mostMembers = 2000
/** Kept as long as possible: what a resource is recognized by. */
const recognized = ['id', 'name', 'arn', 'tags']

/**
 * As JSON text.
 * @param marked paths that the state calls sensitive
 * @param taken bytes of the row that the names take
 */
export function storableAttributes(type: string, attributes: unknown, marked: unknown, taken = 0): string {
  const room = Math.max(100, largestRow - taken)
  // Both times: hiding costs more than cutting, and what hides a short text is longer than that.
  return storable(reduced(withoutSecrets(reduced(attributes, room), marked, type), room))
}

/** The largest members give way until the rest has room. */
export function reduced(attributes: unknown, room: number): unknown {
  if (sizeOf(attributes, room) <= room) return attributes
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) return tooLarge
  const all = attributes as Record<string, unknown>
  const names = Object.keys(all)
  const few = (names.length > mostMembers ? recognized.filter((name) => Object.hasOwn(all, name)) : names).map(
    (name) => [name, all[name]] as const,
  )
  const sized = few.map(([key, value]) => ({ key, value, size: sizeOf(value, room), name: sizeOf(key, room) + 4 }))
  let total = sized.reduce((sum, { size, name }) => sum + size + name, 0)
  const rank = ({ key, size }: { key: string; size: number }) => (recognized.includes(key) ? 0 : size)
  for (const member of [...sized].sort((one, other) => rank(other) - rank(one) || other.size - one.size)) {
    if (total + 2 <= room) break
    if (member.size <= tooLarge.length + 2) continue
    total += tooLarge.length + 2 - member.size
    member.value = tooLarge
  }
  // Many names, each of them short.
  const shown = total + 2 <= room ? sized : sized.filter(({ key }) => recognized.includes(key)).map((one) => ({ ...one, value: tooLarge }))
  return Object.fromEntries(shown.map(({ key, value }) => [key, value]))
}

/** Bytes as Postgres writes it: with spaces, and numbers with all their digits. Counting ends soon after `limit`. */
export function sizeOf(value: unknown, limit = Number.POSITIVE_INFINITY): number {
  if (typeof value === 'string') return value.length > limit ? value.length : Buffer.byteLength(JSON.stringify(value))
  if (typeof value === 'number') return Math.abs(value) < 1e21 && Math.abs(value) > 1e-6 ? String(value).length : value === 0 ? 1 : 350
  if (typeof value !== 'object' || value === null) return 5
  let size = 2
  if (Array.isArray(value)) {
    for (const item of value) if (size <= limit) size += sizeOf(item, limit - size) + 2
    return size
  }
  for (const key in value) {
    if (size > limit) break
    size += sizeOf(key, limit - size) + 4 + sizeOf((value as Record<string, unknown>)[key], limit - size)
  }
  return size
}

/** Attributes may hold anything, and must not keep Terraform from storing its state: what Postgres does not take is replaced. */
function storable(attributes: unknown): string {
  const text = JSON.stringify(attributes)
  // Escapes are all that JSON.stringify leaves of both.
  if (!/\\u(?:0000|d[89a-f])/.test(text)) return text
  return JSON.stringify(cleaned(attributes))
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), cleaned(inner)]))
  return value
}
