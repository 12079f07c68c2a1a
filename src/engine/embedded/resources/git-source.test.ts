/** What a source of git may hold, and what becomes of the secrets in it. */
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { git } from '../../../../test/support/copies.ts'
import { type GitServer, openGitServer } from '../../../../test/support/git-server.ts'
import { useGitWorld } from '../../../../test/support/git-world.ts'
import { contextOf, useFolders } from '../../../../test/support/resource-context.ts'
import { noSshServer, openSshServer } from '../../../../test/support/ssh-server.ts'
import type { JsonObject, Version } from '../../../formats/pipeline/types.ts'
import { StepFailed } from '../execute/types.ts'
import { gitResource } from './git.ts'

const at = useGitWorld()
const folders = useFolders()
const type = () => gitResource(at.world.git)
const check = (source: JsonObject, context = contextOf()) => type().check(context, { source, version: null })
const get = async (source: JsonObject, version: Version, context = contextOf()) => {
  const folder = await folders.make()
  return { folder, ...(await type().in(context, folder, { source, version, params: {} })) }
}

describe('credentials', () => {
  let server: GitServer
  beforeAll(async () => {
    server = await openGitServer({ users: { ada: 'correct horse' } })
    await server.repository('closed', { main: { a: '1' } })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('for https are the name and password, whatever key is beside them, and in no error, log or file', async () => {
    const source = {
      uri: server.url('closed'),
      branch: 'main',
      username: 'ada',
      password: 'correct horse',
      private_key: 'of something else',
    }
    const context = contextOf()
    const [version] = await check(source, context)
    const { folder } = await get(source, version ?? {}, context)
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.filter((file) => readFileSync(join(file.parentPath, file.name), 'latin1').includes('horse'))).toEqual([])
    const wrong = await check({ ...source, password: 'wrong horse' }, context).catch((error: Error) => error)
    expect(wrong).toBeInstanceOf(StepFailed)
    expect(`${wrong} ${context.lines.join('')}`).not.toContain('horse')
  })

  test.skipIf(noSshServer !== undefined)('for ssh are the key, whatever password is beside it', async () => {
    await using ssh = await openSshServer()
    const source = { uri: ssh.url(server.path('closed')), branch: 'main', private_key: ssh.key, username: 'x', password: 'y' }
    const [version] = await check(source)
    const { folder } = await get(source, version ?? {})
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('1')
    await writeFile(join(folder, 'b'), '2')
    git(folder, 'add', '.')
    git(folder, 'commit', '-q', '-m', 'Over ssh')
    await type().out(contextOf(), join(folder, '..'), { source, params: { repository: 'folder' } })
    expect(await server.files('closed', 'main')).toMatchObject({ b: '2' })
  })
})

describe('a source', () => {
  const fine = { uri: 'https://git.example/x.git' }
  test.each([
    [fine, []],
    [{ ...fine, branch: 'main', private_key: '((key))', paths: ['a', '((b))'], ignore_paths: '((list))', version_depth: 3 }, []],
    [{ ...fine, private_key: '((k))', skip_ssl_verification: false, forward_agent: false }, []],
    [{}, ['uri: is missing']],
    [{ uri: null }, ['uri: is missing']],
    [{ ...fine, paths: 'a' }, ['paths: must be a list of texts']],
    [{ ...fine, tag_regex: '(' }, [expect.stringMatching(/^tag_regex: must be a regular expression/)]],
    [{ ...fine, tag_filter: 'v*', paths: ['a'] }, [expect.stringMatching(/^paths: cannot be together/)]],
    [{ ...fine, commit_filter: { only: [] } }, [expect.stringMatching(/^commit_filter: must be/)]],
    [{ ...fine, urll: 'x' }, [expect.stringMatching(/^urll: is not known/)]],
  ])('%j', (source, problems) => {
    expect(type().validate(source as unknown as JsonObject)).toEqual(problems)
  })

  test.each([
    ...[
      'git_config',
      'skip_ssl_verification',
      'https_tunnel',
      'forward_agent',
      'private_key_user',
      'private_key_passphrase',
      'commit_verification_keys',
    ],
    ...['commit_verification_key_ids', 'gpg_keyserver', 'git_crypt_key', 'submodule_credentials', 'search_remote_refs'],
  ])('with %s is refused, since that would mean something', (name) => {
    expect(type().validate({ ...fine, [name]: 'secret-value' })).toEqual([
      expect.stringMatching(new RegExp(`^${name}: the embedded engine .*; configure Concourse`)),
    ])
    expect(
      type()
        .validate({ ...fine, [name]: 'secret-value' })
        .join(''),
    ).not.toContain('secret-value')
  })
})
