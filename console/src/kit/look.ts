/** What the console wears: the appearance in force, or the one that somebody is just drawing. One for the whole page. */
import { useSyncExternalStore } from 'react'
import type { Schema } from '@/api/types.ts'
import { platformColour } from './theme.ts'

export type Look = Pick<Schema<'Appearance'>, 'color' | 'display_name' | 'favicon' | 'footer' | 'logo' | 'tab_title'>

/** Also where an organization has none, or one that this page may not load. */
export const platformIcon = '/console/icon.svg'

const plain: Look = {
  color: platformColour,
  display_name: 'Trochoid',
  tab_title: 'Trochoid',
  footer: '',
  logo: '',
  favicon: platformIcon,
}

let [inForce, draft, worn]: [Look, Partial<Look> | undefined, Look] = [plain, undefined, plain]
const listeners = new Set<() => void>()

export const currentLook = (): Look => worn

export const useLook = (): Look =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, currentLook)

/** @param look undefined: that of the platform */
export const wear = (look: Look | undefined): void => change(look ?? plain, draft)
export const preview = (look: Partial<Look> | undefined): void => change(inForce, look)

function change(look: Look, tried: Partial<Look> | undefined): void {
  ;[inForce, draft] = [look, tried]
  const next = { ...look, ...tried }
  if (JSON.stringify(next) === JSON.stringify(worn)) return
  worn = next
  for (const listener of listeners) listener()
}

/**
 * The address of an image of an appearance as this page may load it: nothing comes from another host, so that is data, or what our
 * own host serves. @returns undefined when the page may not load it
 */
export function imageOf(address: string): string | undefined {
  if (address === '' || address.startsWith('data:image/')) return address || undefined
  try {
    const url = new URL(address, window.location.href)
    if (url.origin === window.location.origin) return url.href
    return isLocal(url) ? url.pathname : undefined
  } catch {
    return undefined
  }
}

/** The platform's own images are named by its own address, which in front of a proxy is another one than that in the browser. */
const isLocal = (url: URL): boolean => /^\/static\/(?:logos|favicons)\//.test(url.pathname)
