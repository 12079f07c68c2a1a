/**
 * Whether the platform can be reached: what the browser knows, and what it does not (it is online, but nobody answers). While it cannot,
 * questions wait; when it can again, what is on the screen is asked again. One knock after the other, at most every 15 seconds.
 */
import { onlineManager } from '@tanstack/react-query'
import { Problem } from './problem.ts'

let knocking = false

/** One question that did not arrive says little, since an extension of the browser may keep from it one address: nobody answers any other. */
export function unreachable(): undefined {
  if (!knocking) void knock()
}

async function knock(): Promise<void> {
  knocking = true
  for (let tries = 0; !(await answers()); tries++) {
    onlineManager.setOnline(false)
    await pause(waitOf(tries))
  }
  knocking = false
  onlineManager.setOnline(true)
}

/** A network that went away without a word lets a question hang for minutes. */
const answers = async (): Promise<boolean> =>
  navigator.onLine &&
  (await fetch('/status', { cache: 'no-store', signal: AbortSignal.timeout(10_000) }).then(
    () => true,
    () => false,
  ))

/**
 * The content of a file of the console, asked for until it comes. Not by `import`: browsers remember what could not be imported, and do
 * not ask for it again. @throws Problem when it is gone, with the version of the console that it belonged to
 */
export async function contentOfFile(address: string): Promise<unknown> {
  for (let tries = 0; ; tries++) {
    const response = await fetch(address).catch(unreachable)
    if (response?.status === 404) throw new Problem(404, [])
    const content: unknown = response?.ok ? await response.json().catch(unreachable) : undefined
    if (content !== undefined) return content
    await pause(waitOf(tries))
  }
}

/** Milliseconds. */
export const waitOf = (tries: number): number => Math.min(2 ** tries, 15) * 1000

/** Shorter when the browser is back in a network, or nobody waits any more. */
export const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      window.removeEventListener('online', end)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    window.addEventListener('online', end)
    signal?.addEventListener('abort', end)
  })
