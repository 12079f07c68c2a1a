/** Git as domains use it: an organization's credentials on one side, answers for people on the other. */
import type { OrgTx } from '../db/organization-tx.ts'
import { type ApiError, forbidden, invalid, unavailable } from '../errors.ts'
import type { OrganizationContext } from '../http/context.ts'
import { type GitCredential, GitError, type GitRemote } from '../outside/git/types.ts'
import type { Platform } from '../platform.ts'
import { openCredential } from './credentials/credentials.ts'
import { lockReferredCredential } from './credentials/queries.ts'
import { credentialTypes, transportOf } from './git-address.ts'

/**
 * A repository with what is needed to reach it. Holds a secret in the clear: not for logs, jobs or answers.
 * @throws Invalid when address and credential do not fit
 */
export async function openRemote(
  tx: OrgTx,
  { master, config }: Pick<Platform, 'master' | 'config'>,
  { url, credential_canonical }: { url: string; credential_canonical: string | null },
): Promise<GitRemote> {
  const transport = transportOf(url, config.git)
  const credential = credential_canonical === null || transport === 'local' ? null : await open(tx, master, credential_canonical)
  return { tenant: tx.organizationId, url, credential }
}

/**
 * May the caller read this credential? Whoever names an address and a credential has the platform send the one to the other:
 * that is reading it.
 */
export type MayRead = (credential: { canonical: string; owner_id: number | null }) => boolean

export const readingCredentials =
  ({ actor, may }: Pick<OrganizationContext, 'actor' | 'may'>): MayRead =>
  ({ canonical, owner_id }) =>
    may('organization:credential:read', `credential:${canonical}`) || (actor.kind === 'user' && actor.id === owner_id)

/**
 * The credential that a body or query names for an address, locked until we refer to it.
 * @param field that names it, for the errors
 * @throws Invalid when it is unknown or of the wrong type, Unauthorized when the caller may not read it
 */
export async function credentialFor(
  tx: OrgTx,
  { config }: Pick<Platform, 'config'>,
  { url, canonical, mayRead, fields }: { url: string; canonical: string; mayRead: MayRead; fields: { url: string; credential: string } },
): Promise<{ id: number }> {
  const wanted = credentialTypes[transportOf(url, config.git, fields.url)]
  const credential = await lockReferredCredential(tx, canonical)
  if (!credential) throw invalid(`There is no credential ${canonical}`, [`${fields.credential}: unknown credential`])
  if (wanted !== null && credential.type !== wanted)
    throw invalid(`This address needs a credential of the type ${wanted}, and ${canonical} is of the type ${credential.type}`, [
      `${fields.credential}: must be of the type ${wanted}`,
    ])
  if (!mayRead(credential)) throw forbidden(`You may not send the credential ${canonical} to an address: no rule grants you to read it`)
  return { id: credential.id }
}

/** Runs work with git; what goes wrong is told to the caller. @param field of the body that names the repository */
export async function withGit<T>(run: () => Promise<T>, field?: string): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof GitError) throw answerTo(error, field)
    throw error
  }
}

function answerTo(error: GitError, field: string | undefined): ApiError {
  switch (error.kind) {
    case 'contended':
    case 'unclear':
      return unavailable(error.message, { retryAfter: 10, cause: error })
    default:
      return invalid(error.message, field === undefined ? [] : [`${field}: ${error.message}`], error)
  }
}

async function open(tx: OrgTx, master: Platform['master'], canonical: string): Promise<GitCredential> {
  const { credential, raw } = await openCredential(tx, master, canonical)
  if (credential.type === 'ssh') return { type: 'ssh', key: raw.ssh_key ?? '' }
  if (credential.type === 'basic_auth') return { type: 'basic_auth', username: raw.username ?? '', password: raw.password ?? '' }
  throw invalid(`The credential ${canonical} is of the type ${credential.type}: git needs ssh or basic_auth`)
}
