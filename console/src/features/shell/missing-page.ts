/**
 * Pages whose file did not come. The router takes them for those of an older console, by the message of the error, and loads everything
 * anew. Without a connection that ends outside of the console, so then the error gets another name and is shown in the frame.
 */
import { onlineManager } from '@tanstack/react-query'
import { unreachable } from '@/api/connection.ts'

const name = 'PageUnreachable'

export const isUnreachablePage = (error: unknown): boolean => error instanceof Error && error.name === name

export function watchMissingPages(): void {
  window.addEventListener('vite:preloadError', ({ payload }) => {
    unreachable()
    if (onlineManager.isOnline() && navigator.onLine) return
    payload.name = name
    payload.message = name
  })
}
