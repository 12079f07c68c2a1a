/** What is wrong with a form file, in the words that clients know. */

import { clip } from './json.ts'

const known = 'The Forms File has an invalid format: '
const mostMistakes = 1_000

/** Where a variable stands. */
export interface Place {
  useCase: string
  section: string
  group: string
}

/** What part of a variable's definition is wrong: `The Forms <aspect> has an invalid format`. */
export type Aspect =
  | 'Name'
  | 'Key'
  | 'Type'
  | 'Widget'
  | 'Widget Config'
  | 'Description'
  | 'Unit'
  | 'Required'
  | 'Folded'
  | 'Default'
  | 'Values'
  | 'Values Ref'
  | 'Validations'
  | 'Condition'
  | 'Depends On'
  | 'File Branch Source'
  | 'Quota'
  | 'Variable'

/** Collects every mistake in the order it is found; after a thousand, they are only counted. */
export class Mistakes {
  readonly #texts: string[] = []
  #more = 0

  add(text: string): void {
    if (this.#texts.length < mostMistakes) this.#texts.push(known + text)
    else this.#more++
  }

  inVariable(place: Place, name: string, key: string, aspect: Aspect, detail: string): void {
    const variable = `variable "${clip(name)}" (${clip(key)}) in section "${clip(place.section)}" of "${clip(place.group)}"`
    this.add(`use case "${clip(place.useCase)}" invalid definition for ${variable}: The Forms ${aspect} has an invalid format: ${detail}`)
  }

  get texts(): string[] {
    return this.#more === 0 ? [...this.#texts] : [...this.#texts, `${known}and ${this.#more} more mistakes`]
  }
}

export const placeText = ({ section, group }: Place): string => `in section "${clip(section)}" of "${clip(group)}"`
