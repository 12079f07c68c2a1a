/** What addresses say, and what is typed into search fields. */

/** What somebody types into a search field, as the regular expression of a list's filter: the text itself, in any letter case. */
export const like = (text: string | undefined): string | undefined =>
  text ? `(?i)${text.slice(0, 80).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}` : undefined

/** Of the address: what is not such a text, or empty, is not there. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

export const oneOf = <T extends string>(value: unknown, known: readonly T[]): T | undefined => known.find((one) => one === value)

export const someOf = <T extends string>(value: unknown, known: readonly T[]): T[] | undefined => {
  const found = (Array.isArray(value) ? value : [value]).filter((one): one is T => known.includes(one as T))
  return found.length > 0 ? found : undefined
}
