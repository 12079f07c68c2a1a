/** Exchange rates as tables have them: a line for each, `day,from,to,rate`, in any of the usual separators. */
import type { Schema } from '@/api/types.ts'

/** So many at once is what the API takes. */
const most = 1000

/** @returns the rates, and the numbers of lines that are none */
export function readRateFile(text: string): { rates: Schema<'CloudCostExchangeRate'>[]; wrong: number[] } {
  const rates: Schema<'CloudCostExchangeRate'>[] = []
  const wrong: number[] = []
  const lines = text.split(/\r?\n/)
  const separator = separatorOf(lines.find((line) => line.trim() !== '') ?? '')
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const cells = line.split(separator).map((cell) => cell.trim().replace(/^"|"$/g, ''))
    const [day = '', from = '', to = '', written = ''] = cells
    // Only where a comma does not part cells may it stand in a number.
    const rate = separator === ',' ? written : written.replace(',', '.')
    const fits = /^\d{4}-\d{2}-\d{2}$/.test(day) && /^[A-Z]{3}$/.test(from) && /^[A-Z]{3}$/.test(to) && /^\d+(\.\d+)?$/.test(rate)
    if (fits && cells.length === 4 && rates.length < most) rates.push({ day, from, to, rate })
    // The first line may be a heading.
    else if (index > 0 || /\d/.test(line)) wrong.push(index + 1)
  }
  return { rates, wrong }
}

/** Of the whole file: programs that write decimal commas part cells by something else. */
const separatorOf = (line: string): string => [';', '\t'].find((one) => line.includes(one)) ?? ','
