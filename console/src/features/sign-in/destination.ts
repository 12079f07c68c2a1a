/** Where somebody goes once they are signed in. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { beginSession } from '@/api/client.ts'
import { currentSession } from '@/api/session.ts'

const home = '/console'

/**
 * A path of the console, without its prefix; undefined for everything else. Whoever writes a link to the sign-in page must not be
 * able to send people to another host with it: browsers take `//host` and `/\host` for one, and drop control characters.
 */
export function pathOfConsole(to: string | undefined): string | undefined {
  if (to === undefined || !/^\/(?!\/)[^\\\p{Cc}]*$/u.test(to)) return undefined
  const url = new URL(to, window.location.origin)
  if (url.origin !== window.location.origin) return undefined
  const path = url.pathname === home ? '/' : url.pathname.replace(/^\/console\//, '/')
  return path.startsWith('//') ? undefined : path + url.search + url.hash
}

export type GoOn = (to?: string | undefined) => void

/** To the place they wanted; else to the organization that the session is for; else the console decides. */
export function useGoOn(): GoOn {
  const navigate = useNavigate()
  return useCallback(
    (to) => {
      const organization = currentSession()?.session.organization_canonical
      const href = pathOfConsole(to) ?? (organization === undefined ? '/' : `/organizations/${organization}`)
      void navigate({ href, replace: true })
    },
    [navigate],
  )
}

export type Enter = (token: string, to?: string | undefined) => Promise<void>

/** What every way of signing in ends with. Nothing that somebody else saw in this browser is left. */
export function useEnter(): Enter {
  const client = useQueryClient()
  const goOn = useGoOn()
  return useCallback(
    async (token, to) => {
      await beginSession(token)
      client.clear()
      goOn(to)
    },
    [client, goOn],
  )
}
