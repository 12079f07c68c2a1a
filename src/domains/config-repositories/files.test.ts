import { afterAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { openGitServer } from '../../../test/support/git-server.ts'
import { apiKey, fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { readConfig } from '../../config.ts'

const git = await openGitServer({ users: { ada: 'right' } })
afterAll(() => git[Symbol.asyncDispose]())
const server = useServer({ config: { git: readConfig({ GIT_PLAIN_HTTP: 'true' }).git, privateAddresses: ['127.0.0.1'] } })

const base64 = (text: string) => Buffer.from(text).toString('base64')
const file = (path: string, text: string) => ({ path, content: base64(text) })

/** An organization with the config repository `config`, branch `config`, whose repository has these files there. */
async function withRepository(files?: Record<string, string>) {
  const organization_canonical = fresh('acme')
  const { ada, robot, bob } = await scenario(
    server,
    organization(organization_canonical, role('none'), member('ada'), member('bob', 'none'), apiKey('robot')),
  )
  await git.repository(organization_canonical, files ? { config: files } : {})
  const path = { organization_canonical, config_repository_canonical: 'config' }
  await ada.createCredential({ path, body: { name: 'git', path: 'git', type: 'basic_auth', raw: { username: 'ada', password: 'right' } } })
  const url = git.url(organization_canonical)
  const body = { name: 'config', url, branch: 'config', default: true, credential_canonical: 'git' }
  expect(await ada.createConfigRepository({ path, body })).toHaveStatus(200)
  const write = (who: Client, ...configs: { path: string; content: string }[]) =>
    who.createConfigRepositoryConfig({ path, body: { configs } })
  return { ada, bob, robot, write, organization_canonical, log: () => git.log(organization_canonical, 'config'), path, body }
}

const eventsOf = async (who: Client, organization_canonical: string) =>
  (await who.getEvents({ path: { organization_canonical }, query: { begin: 0, end: Date.now() + 60_000 } })).body.data
    .map(({ message }) => message)
    .filter((message) => message.includes('wrote'))

describe('files for a config repository', () => {
  test('become one commit by the caller, beside what is there', async () => {
    const { ada, write, log, organization_canonical } = await withRepository({ 'old.yml': 'old: 1\n', 'kept.yml': 'kept: 1\n' })
    expect(await write(ada, file('old.yml', 'new: 1\n'), file('web/prod/é.yml', 'a: 1\n'))).toHaveStatus(204)
    expect(await git.files(organization_canonical, 'config')).toMatchObject({ 'old.yml': 'new: 1\n', 'kept.yml': 'kept: 1\n' })
    const commits = await log()
    expect(commits).toHaveLength(2)
    expect(commits[0]?.author).toMatch(/^ada Tester <.+@.+>$/)
    expect(commits[0]?.message).toContain('Write 2 files')
    const [message] = await eventsOf(ada, organization_canonical)
    expect(message).toBe(`ada wrote 2 files to the config repository config: commit ${commits[0]?.commit}`)
  })

  test('that are there already make no commit and no event', async () => {
    const { ada, write, log, organization_canonical } = await withRepository({ 'a.yml': 'a: 1\n' })
    expect(await write(ada, file('a.yml', 'a: 1\n'))).toHaveStatus(204)
    expect(await write(ada)).toHaveStatus(204)
    expect(await log()).toHaveLength(1)
    expect(await eventsOf(ada, organization_canonical)).toEqual([])
  })

  test('begin a branch that is not there yet, also in an empty repository', async () => {
    const { ada, write, log } = await withRepository()
    expect(await write(ada, file('a.yml', 'a: 1\n'))).toHaveStatus(204)
    expect(await log()).toMatchObject([{ parents: [], message: expect.stringContaining('Write a.yml') }])
  })

  test('may come from an API key, which writes in its own name', async () => {
    const { robot, write, log } = await withRepository({ x: 'x' })
    expect(await write(robot, file('a.yml', 'a: 1\n'))).toHaveStatus(204)
    expect((await log())[0]?.author).toContain('API key robot')
  })

  test('from several writers at once all arrive', async () => {
    const { ada, write, log, organization_canonical } = await withRepository({ x: 'x' })
    const answers = await Promise.all(Array.from({ length: 5 }, (_, index) => write(ada, file(`f${index}.yml`, `a: ${index}\n`))))
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204])
    expect(Object.keys(await git.files(organization_canonical, 'config'))).toHaveLength(6)
    expect((await log()).every(({ parents }) => parents.length <= 1)).toBe(true)
  })

  test.each<[string, { path: string; content: string }[], string]>([
    ['that leave the repository', [file('../x', 'x')], 'body.configs[0].path'],
    ['with an absolute path', [file('/etc/x', 'x')], 'body.configs[0].path'],
    ['without a path', [file('', 'x')], 'body.configs[0].path'],
    ['in git’s own folder', [file('a/.GIT/config', 'x')], 'body.configs[0].path'],
    ['with a doubled slash', [file('a//b', 'x')], 'body.configs[0].path'],
    ['with a line break in their path', [file('a\nb', 'x')], 'body.configs[0].path'],
    ['given twice', [file('a', 'x'), file('a', 'y')], 'body.configs[1].path'],
    ['below each other', [file('a', 'x'), file('a/b', 'y')], 'a is a file, and a/b is below it'],
    ['not in base64', [{ path: 'a', content: '%%%' }], 'content'],
    ['too many', Array.from({ length: 501 }, (_, index) => file(`f${index}`, 'x')), 'body.configs'],
  ])('%s are refused, and nothing is written', async (_, configs, field) => {
    const { ada, write, log } = await withRepository({ x: 'x' })
    const answer = await write(ada, ...configs)
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', field)
    expect(await log()).toHaveLength(1)
  })

  test('need the right to write, and a repository that can be reached', async () => {
    const { ada, bob, write, path, body } = await withRepository({ x: 'x' })
    expect(await write(bob, file('a', 'x'))).toHaveStatus(403)
    await ada.updateConfigRepository({ path, body: { ...body, url: git.url('nowhere') } })
    expect(await write(ada, file('a', 'x'))).toHaveStatus(422)
    const nobody = { organization_canonical: path.organization_canonical, config_repository_canonical: 'nothing' }
    expect(await ada.createConfigRepositoryConfig({ path: nobody, body: { configs: [] } })).toBeError('NotFoundEntity')
  })
})
