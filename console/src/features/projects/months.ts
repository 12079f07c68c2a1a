/** The month that runs, as the cost operations ask for it: its first day, and the first day after it. */
export function thisMonth(now = new Date()): { begin: string; end: string } {
  const first = (month: number) => new Date(Date.UTC(now.getUTCFullYear(), month, 1)).toISOString().slice(0, 10)
  return { begin: first(now.getUTCMonth()), end: first(now.getUTCMonth() + 1) }
}

/** That amounts are asked for in: the API wants one named. */
export const costCurrency = 'USD'
