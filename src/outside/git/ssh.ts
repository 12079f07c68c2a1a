/** One call over ssh: its key in a private folder that goes with it, and a configuration that nothing else adds to. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitPolicy } from './types.ts'

export interface SshCall extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>
}

export interface SshOptions {
  readonly host: string
  readonly port: number
  /** The address that was checked; ssh looks nothing up. */
  readonly at: string
  readonly key: string
  readonly hostKeys: GitPolicy['hostKeys']
  readonly knownHosts: string
}

/** @param folder private, on a disk of this machine */
export async function openSshCall(folder: string, options: SshOptions): Promise<SshCall> {
  const home = await mkdtemp(join(folder, 'ssh-')) // 0700
  const remove = () => rm(home, { recursive: true, force: true })
  try {
    const key = join(home, 'key')
    const config = join(home, 'config')
    await writeFile(key, keyFile(options.key), { mode: 0o600 })
    await writeFile(config, configuration(options, key), { mode: 0o600 })
    // git hands the command to a shell. Of ours there is only this path in it; what tenants wrote comes after, as arguments.
    const environment = { GIT_SSH_COMMAND: `ssh -F '${config.replaceAll("'", "'\\''")}'`, GIT_SSH_VARIANT: 'ssh' }
    return { environment, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Keys that went through forms come with \r\n and without the last line's end, which ssh calls an invalid format. */
const keyFile = (key: string) => `${key.replace(/\r\n?/g, '\n').trim()}\n`

function configuration({ host, port, at, hostKeys, knownHosts }: SshOptions, key: string): string {
  const strictness = { 'accept-new': 'accept-new', strict: 'yes', off: 'no' }[hostKeys]
  const lines = {
    HostName: at,
    HostKeyAlias: port === 22 ? host : `[${host}]:${port}`, // as in everybody's known_hosts
    User: 'git',
    Port: String(port),
    IdentityFile: quoted(key),
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    AddKeysToAgent: 'no',
    PreferredAuthentications: 'publickey',
    BatchMode: 'yes',
    StrictHostKeyChecking: strictness,
    UserKnownHostsFile: hostKeys === 'off' ? '/dev/null' : quoted(knownHosts),
    GlobalKnownHostsFile: '/dev/null',
    UpdateHostKeys: 'no',
    CheckHostIP: 'no',
    HashKnownHosts: 'no',
    VerifyHostKeyDNS: 'no',
    CanonicalizeHostname: 'no',
    ProxyCommand: 'none',
    ControlMaster: 'no',
    ControlPath: 'none',
    PermitLocalCommand: 'no',
    ForwardAgent: 'no',
    ForwardX11: 'no',
    ClearAllForwardings: 'yes',
    RequestTTY: 'no',
    ConnectTimeout: '10',
    ConnectionAttempts: '1',
    ServerAliveInterval: '10',
    ServerAliveCountMax: '3',
    LogLevel: 'ERROR',
  }
  const text = Object.entries(lines).map(([name, value]) => `  ${name} ${value}\n`)
  return `Host *\n${text.join('')}`
}

/** ssh expands % in the names of files. */
const quoted = (path: string) => `"${path.replaceAll('%', '%%')}"`
