/** The repository that a source names, for `git` and `semver`. */

import type { JsonObject } from '../../../formats/pipeline/types.ts'
import { GitError, type GitRemote } from '../../../outside/git/types.ts'
import { type ResourceContext, StepFailed } from '../execute/types.ts'
import { type Fields, refused, required, text, textOf } from './fields.ts'

const noProxy = refused('the embedded engine uses no proxy of a pipeline')

/** Of every source with a repository. */
export const remoteFields: Fields = {
  uri: required(text),
  private_key: text,
  username: text,
  password: text,
  private_key_user: refused('the embedded engine takes the user of ssh from the uri'),
  private_key_passphrase: refused('the embedded engine wants keys without a passphrase'),
  forward_agent: refused('the embedded engine has no agent for ssh'),
  skip_ssl_verification: refused('the embedded engine checks every certificate'),
  https_tunnel: noProxy,
}

/** The key is for ssh and the password for https: pipelines often give both, whatever the address is. */
export function remoteOf({ organizationId }: ResourceContext, source: JsonObject): GitRemote {
  const url = textOf(source, 'uri') ?? ''
  const [key, username, password] = ['private_key', 'username', 'password'].map((name) => textOf(source, name))
  const isHttp = /^https?:/i.test(url)
  const isPath = url.startsWith('/')
  if (isHttp && password !== undefined)
    return { tenant: organizationId, url, credential: { type: 'basic_auth', username: username ?? 'git', password } }
  if (!isHttp && !isPath && key !== undefined) return { tenant: organizationId, url, credential: { type: 'ssh', key } }
  return { tenant: organizationId, url, credential: null }
}

/** What git could not do is a failure of the step, in the sentence of git's own module; everything else stays an error. */
export async function orFail<T>(context: ResourceContext, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    context.signal.throwIfAborted()
    if (error instanceof GitError) throw new StepFailed(error.message)
    throw error
  }
}
