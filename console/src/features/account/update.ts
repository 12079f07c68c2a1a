/** The account is replaced as a whole by each change: what is left out would be cleared. */
import { useChange } from '@/api/query.ts'
import { currentSession, rememberSession } from '@/api/session.ts'
import type { Data, Schema } from '@/api/types.ts'

export type Account = Data<'getUserAccount'>

export const sameAs = ({
  username,
  given_name,
  family_name,
  locale,
  mfa_enabled,
  country,
  picture_url,
}: Account): Schema<'UpdateUserAccount'> => ({
  username,
  given_name,
  family_name,
  locale,
  mfa_enabled,
  ...(country ? { country_code: country.code } : {}),
  ...(picture_url ? { picture_url } : {}),
})

/** The shell shows the same person. */
export const useUpdateAccount = (done?: (account: Account) => void) =>
  useChange('updateUserAccount', {
    stale: ['getUserAccount', 'getSecondFactors'],
    onSuccess({ data }) {
      const session = currentSession()
      if (session) rememberSession({ ...session, account: data })
      done?.(data)
    },
  })

export const primaryOf = ({ emails }: Account): string => emails.find(({ purpose }) => purpose === 'primary')?.email ?? ''
export const nameOf = ({ given_name, family_name }: Account): string => `${given_name} ${family_name}`
