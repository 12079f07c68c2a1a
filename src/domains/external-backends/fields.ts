/** Checks of single fields: what is wrong, as the end of a sentence, or nothing. */

/** @returns problems, each `path: what must be`; `path` begins with the name of the field */
export type Check = (value: unknown, path: string) => string[]

const longestUrl = 2048

/** Postgres keeps neither NUL nor half of a pair. */
export const isStorable = (value: string) => !value.includes('\0') && !/\p{Surrogate}/u.test(value)

export const text =
  (most: number): Check =>
  (value, path) => {
    if (typeof value !== 'string') return [`${path}: must be a text`]
    if (value.trim() === '') return [`${path}: must not be empty`]
    if (value.length > most) return [`${path}: must have at most ${most} characters`]
    return isStorable(value) ? [] : [`${path}: holds a character that cannot be stored`]
  }

export const matching =
  (pattern: RegExp, sentence: string): Check =>
  (value, path) =>
    typeof value === 'string' && pattern.test(value) ? [] : [`${path}: ${sentence}`]

export const flag: Check = (value, path) => (typeof value === 'boolean' ? [] : [`${path}: must be true or false`])

/** Without a user name and password: those are in the credential, and answers show the configuration. */
export const url: Check = (value, path) => {
  const problems = text(longestUrl)(value, path)
  if (problems.length > 0 || typeof value !== 'string') return problems
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value) || /\s/.test(value)) return [`${path}: must be a URL such as https://host/path`]
  const { username, password } = new URL(value)
  return username === '' && password === '' ? [] : [`${path}: must not carry a user name or password: use a credential`]
}

export const hostOrUrl: Check = (value, path) => {
  if (typeof value === 'string' && value.includes('://')) return url(value, path)
  return matching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::\d{1,5})?$/, 'must be a host, with or without a port, or a URL')(value, path)
}
