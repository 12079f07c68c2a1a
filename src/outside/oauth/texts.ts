/** Of what a provider writes, what can be used. */

/** A text that a provider wrote; null for what is none, or is unreasonably long. */
export const textOf = (value: unknown, longest = 255): string | null =>
  typeof value === 'string' && value.trim() !== '' && value.length <= longest ? value.trim() : null

/** @returns null for what is no address */
export const addressOf = (value: unknown): string | null => {
  const text = textOf(value)
  return text !== null && /^[^\s@]+@[^\s@]+$/.test(text) ? text : null
}

/** For providers that know only the full name. */
export function splitName(name: string | null): { givenName: string | null; familyName: string | null } {
  const [first, ...rest] = name?.split(/\s+/) ?? []
  return { givenName: first ?? null, familyName: rest.join(' ') || null }
}
