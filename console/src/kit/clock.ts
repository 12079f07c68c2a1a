/** Minutes go by for everything that says how long ago something was: one timer for the page, which rests while nobody looks. */
import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
let minute = 0
let timer: ReturnType<typeof setInterval> | undefined

function tick(): void {
  minute++
  for (const listener of listeners) listener()
}

function turn(): void {
  clearInterval(timer)
  timer = listeners.size > 0 && document.visibilityState === 'visible' ? setInterval(tick, 60_000) : undefined
}

function look(): void {
  if (document.visibilityState === 'visible') tick()
  turn()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', look)
  listeners.add(listener)
  if (listeners.size === 1) turn()
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    document.removeEventListener('visibilitychange', look)
    turn()
  }
}

/** Draws the caller again every minute. */
export const useMinutes = (): void => void useSyncExternalStore(subscribe, () => minute)
