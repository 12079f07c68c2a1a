/** Talking to one remote: its address is checked, pinned and given to git with what it needs, for one command at a time. */

import { openTurnstile } from '../../turnstile.ts'
import type { AddressGuard } from '../address-guard.ts'
import { AddressRefused } from '../address-guard.ts'
import { type Address, addressOf } from './address.ts'
import { type Circumstances, failureOf, placeOf } from './errors.ts'
import type { Processes, Ran, RunOptions } from './run.ts'
import { openSshCall } from './ssh.ts'
import { type GitCredential, GitError, type GitPolicy, type GitRemote } from './types.ts'

export interface Remote {
  readonly place: string
  readonly isLocal: boolean
  /**
   * Runs `git <args>` on a repository of the cache, or on none, with the address in place of the argument `{}`.
   * @throws GitError refused, unreachable and whatever cannot even be tried; how git ended is the answer
   */
  run(folder: string | undefined, args: readonly string[], options?: Partial<RunOptions>): Promise<Ran>
  /** Names of branches and their commits; all, or one. @throws GitError */
  heads(branch?: string, options?: Partial<RunOptions>): Promise<Map<string, string>>
  failure(ran: Ran): GitError
}

export interface RemoteWorld {
  readonly processes: Processes
  readonly policy: GitPolicy
  readonly guard: AddressGuard
  readonly privateFolder: string
  readonly knownHosts: string
}

/** @throws GitError refused, unauthorized, no_repository: before anything is connected to */
export async function openRemote(world: RemoteWorld, { tenant, url, credential }: GitRemote): Promise<Remote> {
  const { processes, policy, guard } = world
  const address = await addressOf(url, policy)
  assertFits(address, credential)
  const secrets = credential?.type === 'basic_auth' ? [credential.password, basic(credential)] : []
  const { seconds, repositoryBytes } = policy.limits
  const circumstances: Circumstances = { address, hasCredential: credential !== null, secrets, seconds }
  const target = address.transport === 'file' ? address.path : address.url
  const failure = (ran: Ran) => failureOf(ran, circumstances)
  // Far above what an honest repository needs; a few bytes that unpack to gigabytes end here, and not the platform.
  const caps = { file: repositoryBytes + 16 * mebibyte, memory: 4 * repositoryBytes + 1024 * mebibyte }

  const runAt = async (at: readonly string[], folder: string | undefined, args: readonly string[], options: Partial<RunOptions>) => {
    const settings = [...settingsFor(address, credential, at), ...(options.settings ?? [])]
    const milliseconds = options.milliseconds ?? seconds * 1000
    const filled = [...(folder === undefined ? [] : ['--git-dir', folder]), ...args.map((arg) => (arg === '{}' ? target : arg))]
    const common = { ...options, milliseconds, settings, ...(address.transport === 'file' ? {} : { caps }) }
    const allow = { GIT_ALLOW_PROTOCOL: address.transport }
    if (address.transport !== 'ssh') return processes.git(filled, { ...common, environment: allow })
    const key = credential?.type === 'ssh' ? credential.key : ''
    const { host, port } = address
    const { knownHosts } = world
    await using call = await openSshCall(world.privateFolder, { host, port, at: at[0] ?? '', key, hostKeys: policy.hostKeys, knownHosts })
    return await processes.git(filled, { ...common, environment: { ...allow, ...call.environment } })
  }

  const run: Remote['run'] = async (folder, args, options = {}) => {
    const at = address.transport === 'file' ? [] : await guard.resolve(address.host).catch(asGitError)
    return turnstile(
      tenant,
      async () => {
        if (address.transport !== 'ssh') return runAt(at, folder, args, options)
        // curl tries all addresses of a host itself; ssh is told one.
        for (const [index, one] of at.slice(0, 3).entries()) {
          const ran = await runAt([one], folder, args, options)
          if (ran.code === 0 || index === Math.min(at.length, 3) - 1 || !/connect to host/.test(ran.said)) return ran
        }
        throw new GitError('unreachable', `${placeOf(address)} cannot be reached from here`)
      },
      options.signal,
    )
  }

  return {
    place: placeOf(address),
    isLocal: address.transport === 'file',
    run,
    failure,
    async heads(branch, options = {}) {
      const wanted = branch === undefined ? ['--heads', '--', '{}'] : ['--', '{}', `refs/heads/${branch}`]
      const ran = await run(undefined, ['ls-remote', ...wanted], { maxOutput: 8 * mebibyte, ...options })
      if (ran.code !== 0) throw failure(ran)
      return new Map(headLines(ran.output))
    },
  }
}

const mebibyte = 1024 * 1024
/** Of the commands that wait for somebody else: a tenant with a slow server must not hold up the others. */
const turnstile = openTurnstile({ together: 32, each: 6 })

function assertFits(address: Address, credential: GitCredential | null): void {
  if (address.transport === 'file') return
  if (address.transport === 'ssh') {
    if (credential?.type === 'ssh') return
    throw new GitError('unauthorized', 'An address of ssh wants a credential with an ssh key')
  }
  if (credential?.type === 'ssh') throw new GitError('unauthorized', 'An address of https wants a user name and a password, not an ssh key')
  if (credential && /[:\p{Cc}]/u.test(credential.username))
    throw new GitError('unauthorized', 'The user name of the credential must not hold a colon or control characters')
}

const basic = ({ username, password }: { username: string; password: string }) => Buffer.from(`${username}:${password}`).toString('base64')

function settingsFor(address: Address, credential: GitCredential | null, at: readonly string[]): [string, string][] {
  if (address.transport === 'file' || address.transport === 'ssh') return []
  const { host, port, url } = address
  const settings: [string, string][] = [
    ['http.followRedirects', 'false'],
    ['http.proxy', ''],
    ['http.sslVerify', 'true'],
    ['http.lowSpeedLimit', '100'],
    ['http.lowSpeedTime', '20'],
  ]
  const bracketed = (ip: string) => (ip.includes(':') ? `[${ip}]` : ip)
  settings.push(['http.curloptResolve', `${bracketed(host)}:${port}:${at.map(bracketed).join(',')}`])
  if (credential?.type === 'basic_auth')
    settings.push([`http.${new URL(url).origin}/.extraHeader`, `Authorization: Basic ${basic(credential)}`])
  return settings
}

function asGitError(error: unknown): never {
  throw error instanceof AddressRefused ? new GitError('refused', error.message, error) : error
}

function* headLines(output: Buffer): Iterable<[branch: string, commit: string]> {
  for (const line of output.toString().split('\n')) {
    const [, commit = '', branch = ''] = /^([0-9a-f]{40,64})\trefs\/heads\/(.+)$/.exec(line) ?? []
    if (branch !== '') yield [branch, commit]
  }
}
