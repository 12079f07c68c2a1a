/** Days of the reader's zone, as addresses write them: `2026-11-21`. Some are 23 hours long, and some 25. */

/** @returns undefined for what is no day */
export function dayOf(value: unknown): string | undefined {
  const text = String(value)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && dayText(midnight(text)) === text ? text : undefined
}

export function dayText(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** So many days later than another one. */
export const dayAfter = (day: string, days: number): string => dayText(midnight(day, days))

/** In milliseconds. */
export const startOfDay = (day: string): number => midnight(day).getTime()

/** The last millisecond. */
export const endOfDay = (day: string): number => midnight(day, 1).getTime() - 1

function midnight(day: string, later = 0): Date {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  return new Date(year, month - 1, date + later)
}
