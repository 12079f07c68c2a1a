/** Columns of lines as arrays that Postgres reads, and texts as it takes them. */

/** `{1,2,NULL}`, of numbers or of texts in which nothing has to be quoted. */
export function arrayOf(column: readonly (string | number | null | undefined)[]): string {
  const values = column.slice()
  for (let i = 0; i < values.length; i++) values[i] ??= 'NULL'
  return `{${values.join()}}`
}

/** The same of exact numbers: whatever else a bill may hold does not get there. */
export function numbersOf(column: readonly (string | null)[]): string {
  const array = arrayOf(column)
  if (!/^[{}\d.,eE+\-NUL]*$/u.test(array)) throw new Error('an amount of a line is not a number')
  return array
}

/** The same of times: `2026-07-31T23:00:00Z`. */
export function timesOf(column: readonly string[]): string {
  const array = arrayOf(column)
  if (!/^[{}\d.,:+\-TZ ]*$/u.test(array)) throw new Error('a time of a line is not a time')
  return array
}

/** The same of JSON. */
export function jsonOf(column: readonly (string | null)[]): string {
  const values = column.map((text) => (text === null ? 'NULL' : `"${cleanJson(text).replace(/["\\]/gu, '\\$&')}"`))
  return `{${values.join()}}`
}

/** Without what Postgres keeps in no text: NUL, and halves of characters. */
export const cleanText = (text: string): string => text.replace(/[\0\p{Cs}]/gu, '\ufffd')

/** The same for what stands in JSON, where both are written as escapes, or as they are. */
export const cleanJson = (text: string): string =>
  cleanText(/\\u(?:0000|d[89a-f])/iu.test(text) ? text.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][\da-f]{2})/giu, '$1\\ufffd') : text)
