/** CPU, memory and storage, as pools and quotas count them: cores, and megabytes. */
import { useTranslation } from 'react-i18next'

export const dimensions = ['cpu', 'memory', 'storage'] as const
export type Dimension = (typeof dimensions)[number]
export type Amounts = Record<Dimension, number>

/** `262144` of memory → "256 GB": memory is sold in powers of two, storage in powers of ten. */
export function useAmount(): (value: number, dimension: Dimension) => string {
  const { t, i18n } = useTranslation('quotas')
  return (value, dimension) => {
    const number = (count: number) => new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(count)
    if (dimension === 'cpu') return number(value)
    const base = dimension === 'memory' ? 1024 : 1000
    const at = value < base ? 0 : Math.min(3, Math.floor(Math.log(value) / Math.log(base)))
    return `${number(value / base ** at)}\u00a0${t(`units.${at as 0 | 1 | 2 | 3}`)}`
  }
}
