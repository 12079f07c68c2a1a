/** A real sshd on a port of its own, running as whoever runs the tests, that lets one key in: to git or anything else. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface SshServer extends AsyncDisposable {
  readonly port: number
  /** The private key that is let in, as OpenSSH writes it. */
  readonly key: string
  /** Another private key, which is not. */
  readonly strangerKey: string
  /** ssh://<user>@127.0.0.1:<port><path> */
  url(path: string): string
  /** The line for a known_hosts file. */
  hostLine(): string
  /** As if the server were another machine from now on. */
  changeHostKey(): Promise<void>
}

/** Undefined when sshd can be run; otherwise why the tests that need it are skipped. */
export const noSshServer: string | undefined = !existsSync('/usr/sbin/sshd')
  ? 'skipped: /usr/sbin/sshd is missing (apt-get install openssh-server)'
  : /nologin|false/.test(userInfo().shell ?? '')
    ? `skipped: sshd gives ${userInfo().username} no shell to run git in (${userInfo().shell})`
    : undefined

export async function openSshServer(): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), 'trochoid-sshd-'))
  const port = await freePort()
  const user = userInfo().username
  const keyAt = (name: string) => {
    const path = join(folder, name)
    rmSync(path, { force: true })
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path], { stdio: 'ignore', input: 'y\n' })
    return readFileSync(path, 'utf8')
  }
  const key = keyAt('user')
  const strangerKey = keyAt('stranger')
  keyAt('host')
  // sshd of root wants this folder to be there, empty, for its unprivileged half.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  writeFileSync(join(folder, 'config'), configuration(folder, port))
  let server = await start(folder, port)
  return {
    port,
    key,
    strangerKey,
    url: (path) => `ssh://${user}@127.0.0.1:${port}${path}`,
    hostLine: () => `[127.0.0.1]:${port} ${readFileSync(join(folder, 'host.pub'), 'utf8')}`,
    async changeHostKey() {
      await stop(server)
      keyAt('host')
      server = await start(folder, port)
    },
    async [Symbol.asyncDispose]() {
      await stop(server)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const configuration = (folder: string, port: number) => `
ListenAddress 127.0.0.1
Port ${port}
HostKey ${folder}/host
AuthorizedKeysFile ${folder}/user.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AcceptEnv GIT_PROTOCOL
MaxStartups 200
LogLevel ERROR
`

async function start(folder: string, port: number): Promise<ChildProcess> {
  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const complaints: Buffer[] = []
  server.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
  for (let tries = 0; tries < 250; tries++) {
    if (server.exitCode !== null) break
    if (await answers(port)) return server
    await sleep(20)
  }
  server.kill('SIGKILL')
  throw new Error(`sshd did not start: ${Buffer.concat(complaints)}`)
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return
  server.kill('SIGTERM')
  await once(server, 'exit')
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.once('data', () => socket.destroy())
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
