import { decode, type Is, list } from './decode.ts'
import type { Answer } from './transport.ts'
import type { Page } from './types.ts'

/** Link may be there twice, or once with both. */
export function pageOf<T>(answer: Answer, is: Is<T>, what: string): Page<T> {
  const { link = [] } = answer.headers
  const links = Array.isArray(link) ? link.join(', ') : link
  return {
    rows: decode(answer, list(is), what),
    hasOlder: /;\s*rel="?next"?/.test(links),
    hasNewer: /;\s*rel="?previous"?/.test(links),
  }
}
