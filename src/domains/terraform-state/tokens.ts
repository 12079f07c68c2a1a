/** What opens one Terraform state, and nothing else: it stands in files of pipelines, so it is the same each time it is made. */
import type { Platform } from '../../platform.ts'

export type StateTokenSubject =
  | { organizationId: number; project: string; environment: string; component: string; generation: number }
  | { organizationId: number; externalBackendId: number; generation: number }

/** Deterministic: the same subject has the same token, in every process and after every restart. */
export function mintStateToken(_platform: Pick<Platform, 'master'>, _subject: StateTokenSubject): string {
  return ''
}

/** @throws Unauthorized (403) for what is no token of ours; whether it is still good, the state's row says. */
export function readStateToken(_platform: Pick<Platform, 'master'>, _token: string): StateTokenSubject {
  throw new Error('state tokens cannot be read yet')
}
