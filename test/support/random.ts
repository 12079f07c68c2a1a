/** Draws from a seed, so that whatever was drawn can be drawn again. */

/** Mulberry32: small, fast, and the same everywhere. */
export class Random {
  #state: number
  /** How often a name is made up although there are known ones. */
  readonly madeUp: number
  constructor(seed: number, { madeUp = 0.2 } = {}) {
    this.#state = seed >>> 0
    this.madeUp = madeUp
  }
  /** From 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  /** From `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }
  chance(probability: number): boolean {
    return this.next() < probability
  }
  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T
  }
}

/** The same seed for the same operation on every run, and another for every operation. */
export const seedOf = (id: string, seed: number): number =>
  [...id].reduce((hash, character) => Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619), 2_166_136_261 ^ seed) >>> 0

/** Any JSON, not very deep. */
export function anything(random: Random, depth: number): unknown {
  const kind = random.integer(0, depth > 2 ? 4 : 6)
  if (kind === 5) return Array.from({ length: random.integer(0, 3) }, () => anything(random, depth + 1))
  if (kind === 6)
    return Object.fromEntries(Array.from({ length: random.integer(0, 3) }, () => [words(random, 1, 8), anything(random, depth + 1)]))
  return [null, random.chance(0.5), random.integer(-1000, 1000), random.next() * 100, words(random, 0, 20)][kind]
}

const alphabet = [
  ...'abcdefghijklmnopqrstuvwxyzABCXYZ0123456789',
  ...' -_.,:;/&?=+%#@!\'"<>(){}[]|\\`~^$*\t\n',
  'é',
  'ß',
  'İ',
  '日',
  '😀',
  '\u202e',
  '\u00a0',
]
export function words(random: Random, min: number, max: number): string {
  return Array.from({ length: random.integer(min, max) }, () => random.pick(alphabet)).join('')
}
