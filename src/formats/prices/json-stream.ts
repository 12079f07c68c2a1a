import { JSONParser } from '@streamparser/json'
import { FormatError } from '../format-error.ts'
import type { TextStream } from './types.ts'

export interface Found {
  value: unknown
  /** Keys from the top to the value's own. */
  path: readonly (string | number)[]
}

/**
 * Values at the paths (`$.Items.*`), one after the other, of a document that may be larger than the memory. Documents may follow
 * each other.
 * @throws FormatError where it is no JSON
 */
export async function* valuesAt(stream: TextStream, paths: string[]): AsyncGenerator<Found> {
  const parser = new JSONParser({ paths, keepStack: false, separator: '', stringBufferSize: 64 * 1024 })
  let found: Found[] = []
  let failure: Error | undefined
  parser.onValue = ({ value, key, stack }) => {
    const keys = [...stack.slice(1).map((one) => one.key), key]
    found.push({ value, path: keys.filter((one) => one !== undefined) })
  }
  parser.onError = (error) => {
    failure ??= error
  }
  for await (const piece of stream) {
    parser.write(piece)
    if (failure) throw notJson(failure)
    yield* found
    found = []
  }
  if (!parser.isEnded) parser.end()
  if (failure) throw notJson(failure)
  yield* found
}

const notJson = (error: Error) => new FormatError(`the file is no valid JSON: ${error.message.slice(0, 200)}`)
