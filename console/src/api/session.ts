/**
 * The session of this browser. The token is in a cookie that no script can read; what scripts have is the CSRF token, in memory,
 * which is worth nothing without the cookie.
 */
import type { Data } from './types.ts'

export type BrowserSession = Data<'getBrowserSession'>

let session: BrowserSession | undefined
/** The last one of this page: whose data it shows. */
let latest: BrowserSession | undefined
const listeners = new Set<() => void>()

export const currentSession = (): BrowserSession | undefined => session

export function rememberSession(next: BrowserSession | undefined): void {
  session = next
  latest = next ?? latest
  for (const listener of listeners) listener()
}

/** Somebody else signed in in another tab: theirs is the cookie now, but this page is not. A new name makes nobody somebody else. */
export const isAnotherPerson = (next: BrowserSession): boolean =>
  latest !== undefined && next.session.id !== latest.session.id && next.account.username !== latest.account.username

/** For `useSyncExternalStore`. */
export function onSession(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
