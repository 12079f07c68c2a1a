/** What the addresses of these pages hold. */
import { textOf } from '@/kit/search.ts'

export interface RolesSearch {
  q?: string
}

export function rolesSearch({ q }: Record<string, unknown>): RolesSearch {
  const text = textOf(q)
  return text ? { q: text } : {}
}

/** The role that a new one begins as. */
export interface NewRoleSearch {
  copy?: string
}

export function newRoleSearch({ copy }: Record<string, unknown>): NewRoleSearch {
  const text = textOf(copy)
  return text ? { copy: text } : {}
}

export interface KeysSearch {
  q?: string
  /** The one whose details are open. */
  key?: string
}

export function keysSearch({ q, key }: Record<string, unknown>): KeysSearch {
  const [text, canonical] = [textOf(q), textOf(key)]
  return { ...(text ? { q: text } : {}), ...(canonical ? { key: canonical } : {}) }
}
