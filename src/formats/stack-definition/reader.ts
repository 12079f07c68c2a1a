/** Takes values out of a tree and notes what is wrong with them, so that everything wrong can be told at once. */
import { FormatError } from '../format-error.ts'
import type { Tree } from './tree.ts'

/** Of all texts taken together, in characters. Aliases can make a short file say the same long text very often. */
const mostText = 1_000_000
const mostEntries = 5_000
const mostMistakes = 20

export class Reader {
  readonly #mistakes: string[] = []
  #text = 0
  #entries = 0

  /** @param place as the file's author finds it: `config.aws.terraform.main` */
  note(place: string, expected: string): void {
    this.#mistakes.push(`${clip(place)} ${expected}`)
    if (this.#mistakes.length >= mostMistakes) this.finish()
  }

  /** Counts one file, technology or dependency. @throws FormatError beyond a bound that no honest file comes near */
  count(): void {
    if (++this.#entries > mostEntries) throw new FormatError(`it has more than ${mostEntries} entries`)
  }

  /** A text that may be left out; undefined when it is, or is something else. */
  text(map: Map<string, Tree>, key: string, place: string): string | undefined {
    const value = map.get(key)
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') {
      this.note(place, 'must be a text')
      return undefined
    }
    this.#text += value.length
    if (this.#text > mostText) throw new FormatError(`its texts together have more than ${mostText} characters`)
    return value
  }

  boolean(map: Map<string, Tree>, key: string, place: string): boolean {
    const text = this.text(map, key, place)?.trim().toLowerCase()
    if (text !== undefined && text !== 'true' && text !== 'false') this.note(place, 'must be true or false')
    return text === 'true'
  }

  /** Nothing counts as an empty map. */
  map(value: Tree | undefined, place: string, of: string): Map<string, Tree> {
    if (value instanceof Map) return value
    if (value !== undefined && value !== null) this.note(place, `must be a map of ${of}`)
    return new Map()
  }

  /** Nothing counts as an empty list. */
  list(value: Tree | undefined, place: string, of: string): Tree[] {
    if (Array.isArray(value)) return value
    if (value !== undefined && value !== null) this.note(place, `must be a list of ${of}`)
    return []
  }

  /** @throws FormatError with everything that was noted */
  finish(): void {
    if (this.#mistakes.length > 0) throw new FormatError(this.#mistakes.join('; '))
  }
}

/** Keys come from strangers and are repeated in messages. */
export const clip = (text: string): string => (text.length > 200 ? `${text.slice(0, 199)}…` : text)
