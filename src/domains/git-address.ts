/** Addresses and branches of git repositories, as tenants write them: nothing here may ever become an option or a command of git. */
import { isAbsolute, normalize } from 'node:path'
import { invalid } from '../errors.ts'
import type { GitPolicy } from '../outside/git/types.ts'

/** How a repository is reached, which decides about the type of its credential. */
export type Transport = 'ssh' | 'https' | 'http' | 'local'

/** The type of credential that goes with it; null where none is needed, and any is ignored. */
export const credentialTypes: Record<Transport, 'ssh' | 'basic_auth' | null> = {
  ssh: 'ssh',
  https: 'basic_auth',
  http: 'basic_auth',
  local: null,
}

const longest = 2048
const host = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i
const user = /^[a-z0-9_][\w.+-]*$/i
/** `user@host:path`; a path that begins with a colon would be a remote helper (`ext::…`), one with a dash an option. */
const scp = /^([^@/:]+)@([^@/:]+|\[[0-9a-f:.]+\]):([\w~/.][^:]*)$/i

/**
 * @param field of the body, for the error
 * @throws Invalid unless it is `https://host/path`, `ssh://user@host/path` or `user@host:path`, without a password in it; `http://`
 * and a folder of this machine only where the configuration allows them
 */
export function transportOf(url: string, policy: Pick<GitPolicy, 'localPaths' | 'plainHttp'>, field = 'body.url'): Transport {
  const refuse = (sentence: string, detail: string) => invalid(sentence, [`${field}: ${detail}`])
  const forms = 'must be like https://host/owner/repo.git, git@host:owner/repo.git or ssh://git@host/owner/repo.git'
  if (url.length > longest || /[\s\\\p{Cc}]/u.test(url))
    throw refuse('The address of the git repository cannot be used', 'must not hold spaces, backslashes or control characters')
  // Whether the folder is there, and no link leads out of it, is seen when it is used.
  if (isAbsolute(url)) {
    if (normalize(url) === url && policy.localPaths.some((allowed) => url.startsWith(`${allowed}/`))) return 'local'
    throw refuse('The address of the git repository cannot be used: this installation does not allow that folder', forms)
  }
  const [, scpUser = '', scpHost = ''] = scp.exec(url) ?? []
  if (user.test(scpUser) && host.test(scpHost)) return 'ssh'
  if (/^http:/i.test(url) && !policy.plainHttp)
    throw refuse('The address of the git repository cannot be used: this installation does not send anything over plain http', forms)
  if (!/^(https?|ssh):\/\/[^/]/i.test(url) || !URL.canParse(url)) throw refuse('The address of the git repository cannot be used', forms)
  const { protocol, username, password, hostname, pathname, search, hash } = new URL(url)
  const secured = protocol !== 'ssh:' ? username !== '' || password !== '' : password !== ''
  if (secured)
    throw refuse(
      'The address of a git repository must not carry a user name or password: put them into a credential',
      'must not hold a user name or password',
    )
  if (!host.test(hostname) || (username !== '' && !user.test(username)) || pathname.length < 2 || search !== '' || hash !== '')
    throw refuse('The address of the git repository cannot be used', forms)
  return protocol === 'https:' ? 'https' : protocol === 'http:' ? 'http' : 'ssh'
}

/** The rules of `git check-ref-format --branch`. @throws Invalid */
export function assertBranch(branch: string, field = 'body.branch'): void {
  const wrong =
    branch.length === 0 ||
    branch.length > 244 ||
    /[\p{Cc} ~^:?*[\\]/u.test(branch) ||
    /\.\.|@\{|\/\/|^[-/]|[./]$/.test(branch) ||
    branch === '@' ||
    branch === 'HEAD' ||
    branch.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock'))
  if (wrong)
    throw invalid('The branch is not a name that git allows', [`${field}: must be the name of a git branch, such as main or stacks/prod`])
}
