import type { Actor } from '../../access/actor.ts'
import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { countryOf } from '../system/countries.ts'
import type { AccountRow } from './queries.ts'

/** A row of the view `people`, as joins hand it out; as JSON its times are text. */
export interface PersonRow {
  id: number
  username: string
  given_name: string
  family_name: string
  email: string
  country_code: string | null
  locale: string
  picture_url: string | null
  mfa_enabled: boolean
  last_login_at: Date | string | null
  created_at: Date | string
  updated_at: Date | string
}

export function viewUser(person: PersonRow): Schema<'User'> {
  return {
    id: person.id,
    username: person.username,
    given_name: person.given_name,
    family_name: person.family_name,
    email: person.email,
    locale: person.locale,
    mfa_enabled: person.mfa_enabled,
    created_at: seconds(new Date(person.created_at)),
    updated_at: seconds(new Date(person.updated_at)),
    ...(person.country_code ? { country_code: person.country_code } : {}),
    ...(person.picture_url ? { picture_url: person.picture_url } : {}),
    ...(person.last_login_at ? { last_login_at: seconds(new Date(person.last_login_at)) } : {}),
  }
}

/** What only the person sees. A session of an organization's own identity provider sees no address but the one that members see. */
export function viewAccount(account: AccountRow, actor: Actor): Schema<'UserAccount'> {
  const isConfined = actor.kind === 'user' && actor.confinedTo !== null
  const emails = isConfined ? account.emails.filter(({ purpose }) => purpose === 'primary') : account.emails
  return {
    username: account.username,
    given_name: account.given_name,
    family_name: account.family_name,
    locale: account.locale as Schema<'UserAccount'>['locale'],
    mfa_enabled: account.mfa_enabled,
    emails: emails.map(({ created_at, ...email }) => ({ ...email, created_at: seconds(new Date(created_at)) })),
    guide: account.guide as Schema<'UserGuide'>,
    last_login: account.last_login_at ? seconds(account.last_login_at) : 0,
    created_at: seconds(account.created_at),
    updated_at: seconds(account.updated_at),
    ...(account.country_code ? { country: countryOf(account.country_code) } : {}),
    ...(account.picture_url ? { picture_url: account.picture_url } : {}),
  }
}
