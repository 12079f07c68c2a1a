import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { Factors, PasskeyRow } from './queries.ts'

export const viewPasskey = ({ id, name, backed_up, created_at, last_used_at }: PasskeyRow): Schema<'Passkey'> => ({
  id,
  name,
  backed_up,
  created_at: seconds(created_at),
  ...(last_used_at ? { last_used_at: seconds(last_used_at) } : {}),
})

export const viewFactors = ({ mfa_enabled, totp, recovery_codes }: Factors, passkeys: readonly PasskeyRow[]): Schema<'SecondFactors'> => ({
  mfa_enabled,
  totp,
  recovery_codes,
  passkeys: passkeys.map(viewPasskey),
})
