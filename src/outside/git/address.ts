/** What a tenant wrote as the address of a repository, taken apart and put together anew: git never sees their spelling of a host. */
import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve, sep } from 'node:path'
import { GitError, type GitPolicy } from './types.ts'

export type Address =
  | { readonly transport: 'file'; readonly path: string }
  | { readonly transport: 'http' | 'https'; readonly url: string; readonly host: string; readonly port: number }
  | { readonly transport: 'ssh'; readonly url: string; readonly host: string; readonly port: number }

/** @throws GitError refused, before any process starts; no_repository for an allowed folder without one */
export async function addressOf(url: string, policy: GitPolicy): Promise<Address> {
  if (url.length > 2048 || url === '' || /[\s\\\p{Cc}]/u.test(url) || url.startsWith('-')) throw refused()
  if (isAbsolute(url)) return localRepository(url, policy.localPaths)
  const byScp = scp.exec(url)
  if (byScp) {
    const [, user = '', host = '', path = ''] = byScp
    return { transport: 'ssh', url: `${user}@${host.toLowerCase()}:${path}`, host: bare(host), port: 22 }
  }
  if (!/^(https?|ssh):\/\/[^/]/i.test(url) || !URL.canParse(url)) throw refused()
  return url.toLowerCase().startsWith('ssh:') ? overSsh(new URL(url)) : overHttp(new URL(url), policy)
}

const hostForm = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i
const userForm = /^[a-z0-9_][\w.+-]*$/i
/** A path that begins with a colon would be a remote helper (`ext::…`), one with a dash an option of the program there. */
const scp = /^([a-z0-9_][\w.+-]*)@([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]):([\w~/.][^:]*)$/i
const bare = (host: string) => host.toLowerCase().replace(/^\[(.*)\]$/, '$1')

const refused = (sentence = 'The address of the git repository cannot be used') =>
  new GitError('refused', `${sentence}: use one like https://host/owner/repo.git, git@host:owner/repo.git or ssh://git@host/owner/repo.git`)

function overHttp(url: URL, { plainHttp }: GitPolicy): Address {
  const { protocol, username, password, hostname, port, pathname, search, hash, origin } = url
  if (protocol === 'http:' && !plainHttp) throw new GitError('refused', 'Repositories are not read over http: use the https address')
  if (username !== '' || password !== '')
    throw new GitError('refused', 'The address of a git repository must not carry a user name or password: put them into a credential')
  if (!hostForm.test(hostname) || pathname.length < 2 || search !== '' || hash !== '') throw refused()
  const transport = protocol === 'http:' ? 'http' : 'https'
  return { transport, url: origin + pathname, host: bare(hostname), port: Number(port || (transport === 'http' ? 80 : 443)) }
}

function overSsh({ username, password, hostname, port, pathname, search, hash }: URL): Address {
  const user = decodeURIComponent(username) || 'git'
  const path = pathname.replace(/^\/(?=~)/, '')
  if (password !== '' || !userForm.test(user) || !hostForm.test(hostname)) throw refused()
  if (path.length < 2 || path.startsWith('/-') || search !== '' || hash !== '') throw refused()
  const host = hostname.toLowerCase()
  return { transport: 'ssh', url: `ssh://${user}@${host}${port && `:${port}`}${pathname}`, host: bare(host), port: Number(port || 22) }
}

/** The same words for what is not below an allowed folder and for what is not there at all, lest folders can be guessed. */
async function localRepository(path: string, allowed: readonly string[]): Promise<Address> {
  const outside = new GitError(
    'refused',
    'Repositories on the disk of this platform can be used only from folders that its operator allows',
  )
  const isBelow = (folder: string, base: string) => folder.startsWith(base.endsWith(sep) ? base : base + sep)
  if (resolve(path) !== path.replace(/\/+$/, '') || !allowed.some((base) => isBelow(resolve(path), resolve(base)))) throw outside
  const real = await realpath(path).catch(() => undefined)
  if (real === undefined) throw new GitError('no_repository', `There is no repository at ${path}`)
  const bases = await Promise.all(allowed.map((base) => realpath(base).catch(() => undefined)))
  if (!bases.some((base) => base !== undefined && isBelow(real, base))) throw outside
  const has = (name: string) =>
    stat(join(real, name)).then(
      () => true,
      () => false,
    )
  const [head, objects, worktree] = await Promise.all([has('HEAD'), has('objects'), has('.git')])
  // git would follow .git out of the folder.
  if (!head || !objects || worktree) throw new GitError('no_repository', `There is no bare repository at ${path}`)
  return { transport: 'file', path: real }
}
