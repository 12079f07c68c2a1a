/** How much a JSON text holds, before anybody builds it in memory: small values cost a hundred times their characters. */
import { FormatError } from '../format-error.ts'

/** A plan of 20,000 resources has about a million. */
export const mostValues = 1_500_000
/** Different ones: a new key costs far more than one that was there before. */
export const mostKeys = 50_000

const [quote, backslash, comma, colon, list, map] = [0x22, 0x5c, 0x2c, 0x3a, 0x5b, 0x7b]
const places = 2 ** 22

/** @throws FormatError for what has too many values, or too many different keys */
export function checkSize(text: string): void {
  if (text.length < mostKeys) return
  const seen = new Uint8Array(places)
  // Nobody can know which keys would be taken for the same.
  const seed = Math.floor(Math.random() * 2 ** 31) | 1
  let [values, keys, hash] = [0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    if (sign === quote) {
      hash = seed
      for (at++; at < text.length; at++) {
        const inside = text.charCodeAt(at)
        if (inside === quote) break
        hash = Math.imul(hash ^ inside, 0x01000193)
        if (inside === backslash) at++
      }
    } else if (sign === comma || sign === list || sign === map) {
      if (++values > mostValues) throw new FormatError(`the plan has more than ${mostValues} values: plan its modules one by one`)
    } else if (sign === colon) {
      const place = (Math.imul(hash, seed) >>> 0) % places
      if (seen[place] === 0 && ++keys > mostKeys) throw new FormatError(`the plan has more than ${mostKeys} different keys`)
      seen[place] = 1
    }
  }
}
