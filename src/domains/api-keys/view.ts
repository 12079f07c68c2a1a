import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewUser } from '../accounts/view.ts'
import { viewRule } from '../roles/view.ts'
import type { ApiKeyRow } from './queries.ts'

/** Never with the token: only the answer to its creation adds it. */
export function viewApiKey({ id, canonical, name, description, last_seven, last_used_at, owner, rules }: ApiKeyRow): Schema<'APIKey'> {
  return {
    id,
    canonical,
    name,
    description,
    last_seven,
    rules: rules.map(viewRule),
    ...(last_used_at ? { last_used: seconds(last_used_at) } : {}),
    ...(owner ? { owner: viewUser(owner) } : {}),
  }
}
