/** Keys, passwords and host keys: over a real sshd where there is one. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GitServer, openGitServer } from '../../../test/support/git-server.ts'
import { changes, commitOptions, failing, openGitWorld, remoteTo, textOf } from '../../../test/support/git-world.ts'
import { noSshServer, openSshServer, type SshServer } from '../../../test/support/ssh-server.ts'
import type { GitCredential } from './types.ts'

let server: GitServer
beforeAll(async () => {
  server = await openGitServer({ users: { ada: 'correct horse' } })
  await server.repository('stacks', { main: { a: '1' } })
})
afterAll(() => server[Symbol.asyncDispose]())

if (noSshServer !== undefined) console.warn(`git over ssh ${noSshServer}`)

describe.skipIf(noSshServer !== undefined)('over ssh', () => {
  let ssh: SshServer
  const remote = (key = ssh.key) => remoteTo(ssh.url(server.path('stacks')), { type: 'ssh', key })
  beforeAll(async () => {
    ssh = await openSshServer()
  })
  afterAll(() => ssh?.[Symbol.asyncDispose]())

  test('a branch is read and written with the key', async () => {
    await using world = await openGitWorld({})
    expect(await textOf(world.git, remote(), 'main')).toMatchObject({ a: '1' })
    await world.git.commit(remote(), 'main', commitOptions('ssh'), async () => changes({ 'over/ssh': 'yes' }))
    expect(await server.files('stacks', 'main')).toMatchObject({ 'over/ssh': 'yes' })
    expect(await world.git.branches(remote())).toEqual(['main'])
  })

  test.each([
    ['with the line ends of Windows', (key: string) => key.replaceAll('\n', '\r\n')],
    ['without its last line end', (key: string) => key.trimEnd()],
    ['with space around it', (key: string) => `\n  ${key}\n\n`],
  ])('a key that came %s works', async (_, changed) => {
    await using world = await openGitWorld({})
    expect(await world.git.branches(remote(changed(ssh.key)))).toEqual(['main'])
  })

  test.each([
    ['another key', () => ssh.strangerKey, /does not accept the credential/],
    ['something that is no key', () => 'rubbish', /ssh key of the credential cannot be read/],
    ['nothing', () => '', /ssh key of the credential cannot be read|does not accept/],
  ])('%s is refused', async (_, key, words) => {
    await using world = await openGitWorld({})
    const error = await failing(world.git.branches(remote(key())))
    expect([error.kind, error.message]).toEqual(['unauthorized', expect.stringMatching(words)])
    expect(await world.left()).toEqual([])
  })

  test('a repository that is not there', async () => {
    await using world = await openGitWorld({})
    const error = await failing(textOf(world.git, { ...remote(), url: ssh.url(server.path('none')) }, 'main'))
    expect(error.kind).toBe('no_repository')
    expect(await world.left()).toEqual([])
  })

  test('the key is on the disk while it is used, for nobody else, and gone afterwards', async () => {
    await using world = await openGitWorld({})
    const secrets = join(world.cacheFolder, '0/private')
    const reading = textOf(world.git, remote(), 'main')
    const seen: number[] = []
    for (let tries = 0; tries < 400 && seen.length === 0; tries++, await sleep(1))
      for (const call of readdirSync(secrets)) {
        const mode = statSync(join(secrets, call, 'key'), { throwIfNoEntry: false })?.mode
        if (mode !== undefined) seen.push(mode & 0o777, statSync(join(secrets, call)).mode & 0o777)
      }
    await reading
    expect(seen.slice(0, 2)).toEqual([0o600, 0o700])
    expect(await readdir(secrets)).toEqual([])
    await failing(world.git.branches(remote(ssh.strangerKey)))
    expect(await readdir(secrets)).toEqual([])
  })

  test('what a killed process left of keys is gone after the next start', async () => {
    await using world = await openGitWorld({})
    const left = join(world.cacheFolder, '0/private/ssh-left')
    await mkdir(left)
    await writeFile(join(left, 'key'), ssh.key)
    await world.restart()
    expect(await readdir(join(world.cacheFolder, '0/private'))).toEqual([])
  })

  describe('a host key', () => {
    const knownTo = async (hostKeys: 'accept-new' | 'strict' | 'off', line: string | undefined) => {
      const world = await openGitWorld({ policy: { hostKeys } })
      if (line !== undefined) await writeFile(join(world.cacheFolder, 'known_hosts'), `${line}\n`)
      return world
    }
    const otherLine = async () => {
      const line = ssh.hostLine()
      await ssh.changeHostKey()
      return line
    }

    test('that is met first is written down under accept-new, and refused when it changes', async () => {
      await using world = await knownTo('accept-new', undefined)
      expect(await world.git.branches(remote())).toEqual(['main'])
      await ssh.changeHostKey()
      const error = await failing(world.git.branches(remote()))
      expect([error.kind, error.message]).toEqual(['unreachable', expect.stringContaining('another host key than before')])
    })

    test('that is unknown is refused under strict', async () => {
      await using world = await knownTo('strict', undefined)
      const error = await failing(world.git.branches(remote()))
      expect([error.kind, error.message]).toEqual(['unreachable', expect.stringContaining('is not known here')])
    })

    test('that is known is used under strict', async () => {
      await using world = await knownTo('strict', ssh.hostLine())
      expect(await world.git.branches(remote())).toEqual(['main'])
    })

    test('is not looked at when that is off', async () => {
      await using world = await knownTo('off', await otherLine())
      expect(await world.git.branches(remote())).toEqual(['main'])
    })
  })
})

describe('a secret', () => {
  const password = 'correct horse'
  const encoded = Buffer.from(`ada:${password}`).toString('base64')
  const overHttp = (): [string, GitCredential] => [server.url('stacks'), { type: 'basic_auth', username: 'ada', password }]

  test.runIf(process.platform === 'linux')('is in no argument of any process while git runs', async () => {
    await using world = await openGitWorld({})
    server.trouble.delay = 150
    const seen = new Set<string>()
    let isOver = false
    const looking = (async () => {
      for (; !isOver; await sleep(3)) for (const line of commandLines()) seen.add(line)
    })()
    const remote = remoteTo(...overHttp())
    await textOf(world.git, remote, 'main')
    await world.git
      .commit(remote, 'main', commitOptions('seen'), async () => changes({ b: '2' }))
      .finally(() => {
        server.trouble.delay = 0
        isOver = true
      })
    await looking
    const ours = [...seen].filter((line) => line.includes('git'))
    expect(ours.some((line) => line.includes('remote-http'))).toBe(true)
    expect(ours.some((line) => line.includes('push'))).toBe(true)
    expect(ours.filter((line) => line.includes(password) || line.includes(encoded))).toEqual([])
  })

  test('is in no file of the cache, and in no error', async () => {
    await using world = await openGitWorld({})
    await textOf(world.git, remoteTo(...overHttp()), 'main')
    const wrong = remoteTo(server.url('stacks'), { type: 'basic_auth', username: 'ada', password: 'wrong horse' })
    const error = await failing(textOf(world.git, wrong, 'main'))
    expect(`${error.message}${error.stack}${error.cause}`).not.toMatch(/horse/)
    const files = (await readdir(world.cacheFolder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    for (const file of files) {
      const content = readFileSync(join(file.parentPath, file.name), 'latin1')
      expect(content.includes(password) || content.includes(encoded)).toBe(false)
    }
  })

  test('and paths of this machine are in no message', async () => {
    await using world = await openGitWorld({ localPaths: [server.folder] })
    await rm(join(server.path('stacks'), 'objects/info'), { recursive: true, force: true })
    const error = await failing(textOf(world.git, remoteTo(server.url('stacks'), null), 'main'))
    expect(error.message).not.toContain(world.cacheFolder)
    expect(error.message).not.toContain(server.folder)
  })
})

function* commandLines(): Iterable<string> {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      yield readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    } catch {
      // ended meanwhile
    }
}
