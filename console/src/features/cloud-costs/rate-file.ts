/** Exchange rates as tables have them: a line for each, `day,from,to,rate`, in any of the usual separators. */
import type { Schema } from '@/api/types.ts'

/** So many at once is what the API takes. */
const most = 1000

/** @returns the rates, and the numbers of lines that are none */
export function readRateFile(text: string): { rates: Schema<'CloudCostExchangeRate'>[]; wrong: number[] } {
  const rates: Schema<'CloudCostExchangeRate'>[] = []
  const wrong: number[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const [day = '', from = '', to = '', rate = ''] = line.split(/[;,\t]/).map((cell) => cell.trim().replace(/^"|"$/g, ''))
    const fits = /^\d{4}-\d{2}-\d{2}$/.test(day) && /^[A-Z]{3}$/.test(from) && /^[A-Z]{3}$/.test(to) && /^\d+(\.\d+)?$/.test(rate)
    if (fits && rates.length < most) rates.push({ day, from, to, rate })
    // The first line may be a heading.
    else if (index > 0 || /\d/.test(line)) wrong.push(index + 1)
  }
  return { rates, wrong }
}
