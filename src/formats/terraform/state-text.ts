/** NUL characters and halves of characters are JSON, but no text of Postgres. */
export const isOdd = (text: string): boolean => /\p{Surrogate}|\0/u.test(text)
export const clean = (text: string): string => text.replace(/\p{Surrogate}|\0/gu, '\ufffd')

/** Anywhere in a value, names included. */
export function holdsOdd(value: unknown): boolean {
  if (typeof value === 'string') return isOdd(value)
  if (Array.isArray(value)) return value.some(holdsOdd)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => isOdd(key) || holdsOdd(inner))
}
