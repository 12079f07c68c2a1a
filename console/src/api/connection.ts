/**
 * Whether the platform can be reached: what the browser knows, and what it does not (it is online, but nobody answers). While it cannot,
 * questions wait; when it can again, what is on the screen is asked again. One knock after the other, at most every 15 seconds.
 */
import { onlineManager } from '@tanstack/react-query'

let knocking = false

export function unreachable(): void {
  onlineManager.setOnline(false)
  if (!knocking) void knock()
}

async function knock(): Promise<void> {
  knocking = true
  for (let tries = 0; !onlineManager.isOnline(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(2 ** tries, 15) * 1000))
    if (navigator.onLine && (await answers())) onlineManager.setOnline(true)
  }
  knocking = false
}

const answers = (): Promise<boolean> =>
  fetch('/status', { cache: 'no-store' }).then(
    () => true,
    () => false,
  )
