/**
 * Who leaves for an identity provider comes back with a one-time code. A code is as good in any browser, so somebody could send theirs
 * to somebody else, who would then work in a foreign account. What this browser began is known by a state that only its tab holds.
 */
export interface Leaving {
  intent: 'sign-in' | 'link'
  to?: string | undefined
  /** Whoever turns out to be new joins by it. */
  invitation?: string | undefined
}

const place = 'trochoid.leaving'
const way = '/sso/return?state='

/** @param address of the API, as `/user/google/oauth/start` */
export function leaveFor(address: string, leaving: Leaving): void {
  const state = crypto.getRandomValues(new Uint8Array(24)).reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '')
  sessionStorage.setItem(place, JSON.stringify({ ...leaving, state }))
  const [path = '', query] = address.split('?')
  const parameters = new URLSearchParams(query)
  parameters.set('return_to', way + state)
  window.location.assign(`${path}?${parameters}`)
}

/** @returns what this tab left for, when that is what it comes back from; good once */
export function comeBack(returnTo: string | undefined): Leaving | undefined {
  const kept = sessionStorage.getItem(place)
  if (kept === null || !returnTo?.startsWith(way)) return undefined
  const { state, ...leaving } = JSON.parse(kept) as Leaving & { state: string }
  if (returnTo !== way + state) return undefined
  sessionStorage.removeItem(place)
  return leaving
}

/** What a provider that began by itself wants to show. */
export const deepLink = (returnTo: string | undefined): string | undefined => (returnTo?.startsWith(way) ? undefined : returnTo)
