/** What is being typed begins with something that others may save meanwhile. It is not taken away from under anybody's hands. */
import { useState } from 'react'

type Version = string | number | undefined

export interface Draft<T> {
  /** What the form begins with: as it was when somebody began to type, whatever was saved since. */
  from: T
  /** Of the form: with another one it begins anew. */
  key: number
  /** Somebody else's, saved since. Only while something is typed: a form in which nothing was typed follows by itself. */
  newer: boolean
  /** Gives up what was typed for what is there now. */
  takeOver: () => void
  /** After one's own saving: goes on from the answer. */
  saved: (value: T, version: Version) => void
  /** Told by `Unsaved`. */
  typing: (typed: boolean) => void
}

/**
 * In the component around a form, for what is there `now` and its `version`, such as `updated_at`. The form gets `key={draft.key}`, begins
 * with `draft.from`, calls `draft.saved(data, data.updated_at)` when it was saved, and has `<Unsaved when={dirty} draft={draft} />` on top,
 * which says what others saved. The component itself is keyed by what it edits, so that another thing is not taken for a newer version.
 */
export function useDraft<T>(now: T, version: Version): Draft<T> {
  const [{ from, known }, begin] = useState<{ from: T; known: readonly Version[] }>({ from: now, known: [version] })
  const [typed, typing] = useState(false)
  // After saving, the version before is still here until it is asked again: what was seen once is not newer.
  const newer = !known.includes(version)
  const saved = (value: T, at: Version) => begin({ from: value, known: [...known, at] })
  const takeOver = () => saved(now, version)
  if (newer && !typed) takeOver()
  return { from, key: known.length, newer, takeOver, saved, typing }
}
