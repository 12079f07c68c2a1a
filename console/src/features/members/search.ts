/** What the addresses of these pages hold. */
import { textOf } from '@/kit/search.ts'

export interface MembersSearch {
  q?: string
  role?: string
  sort?: string
  /** The number of the member whose details are open, or `invite`. */
  member?: number
  panel?: 'invite'
}

const sorts = ['user_given_name', 'role_name', 'member_created_at'].flatMap((key) => [`${key}:asc`, `${key}:desc`])

export function membersSearch({ q, role, sort, member, panel }: Record<string, unknown>): MembersSearch {
  const [text, name] = [textOf(q), textOf(role)]
  return {
    ...(text ? { q: text } : {}),
    ...(name ? { role: name } : {}),
    ...(typeof sort === 'string' && sorts.includes(sort) ? { sort } : {}),
    ...(Number.isInteger(member) ? { member: Number(member) } : {}),
    ...(panel === 'invite' ? { panel } : {}),
  }
}

export interface TeamsSearch {
  q?: string
  panel?: 'new'
}

export function teamsSearch({ q, panel }: Record<string, unknown>): TeamsSearch {
  const text = textOf(q)
  return { ...(text ? { q: text } : {}), ...(panel === 'new' ? { panel } : {}) }
}
