import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { useGitWorld } from '../../../../test/support/git-world.ts'
import { contextOf, useFolders } from '../../../../test/support/resource-context.ts'
import type { JsonObject } from '../../../formats/pipeline/types.ts'
import { StepFailed } from '../execute/types.ts'
import { semverResource } from './semver.ts'

const at = useGitWorld()
const folders = useFolders()
const type = () => semverResource(at.world.git)

async function repository(files: Record<string, string> = { version: '1.2.3\n' }) {
  const { name } = await at.repository(files)
  const source = { driver: 'git', uri: at.server.path(name), branch: 'main', file: 'version' } satisfies JsonObject
  const put = async (params: JsonObject, more: JsonObject = {}, made: Record<string, string> = {}) => {
    const folder = await folders.make()
    for (const [path, content] of Object.entries(made)) await writeFile(join(folder, path), content)
    return (await type().out(contextOf(), folder, { source: { ...source, ...more }, params })).version['number']
  }
  const check = (number?: string, more: JsonObject = {}) =>
    type().check(contextOf(), { source: { ...source, ...more }, version: number === undefined ? null : { number } })
  return { name, source, put, check, there: async () => (await at.server.files(name, 'main'))['version'] }
}

describe('a check', () => {
  test('finds what is in the file', async () => {
    const { check } = await repository()
    expect(await check()).toEqual([{ number: '1.2.3' }])
    expect(await check('1.2.3')).toEqual([{ number: '1.2.3' }])
    expect(await check('1.0.0')).toEqual([{ number: '1.2.3' }])
  })

  test('finds nothing when the file went back', async () => {
    expect(await (await repository()).check('1.3.0')).toEqual([])
  })

  test('finds the initial version where nothing is', async () => {
    const { check } = await repository({ other: 'x' })
    expect(await check()).toEqual([{ number: '0.0.0' }])
    expect(await check(undefined, { initial_version: '2.0.0-rc.1' })).toEqual([{ number: '2.0.0-rc.1' }])
    expect(await check(undefined, { branch: 'not-there' })).toEqual([{ number: '0.0.0' }])
  })

  test('of a file with something else is an error', async () => {
    await expect((await repository({ version: 'latest' })).check()).rejects.toThrow('does not hold a version such as 1.2.3')
  })
})

test('a get writes the version, bumped for this build alone', async () => {
  const { source, there } = await repository()
  const folder = await folders.make()
  const { version } = await type().in(contextOf(), folder, { source, version: { number: '1.2.3' }, params: { bump: 'minor', pre: 'rc' } })
  expect(version).toEqual({ number: '1.2.3' })
  expect(['version', 'number'].map((file) => readFileSync(join(folder, file), 'utf8'))).toEqual(['1.3.0-rc.1', '1.3.0-rc.1'])
  expect(await there()).toBe('1.2.3\n')
})

describe('a put', () => {
  test('bumps what is there, and says so in the commit', async () => {
    const { name, put, there } = await repository()
    expect(await put({ bump: 'minor' }, { git_user: 'Gogh Fir <gf@example.com>' })).toBe('1.3.0')
    expect(await there()).toBe('1.3.0\n')
    expect((await at.server.log(name, 'main'))[0]).toMatchObject({
      author: 'Gogh Fir <gf@example.com>',
      message: expect.stringMatching(/^bump to 1\.3\.0\n/),
    })
    await put({ pre: 'rc' }, { commit_message: 'release %version% [ci skip] (%file%)' })
    expect((await at.server.log(name, 'main'))[0]?.message).toMatch(/^release 1\.3\.0-rc\.1 \[ci skip\] \(version\)\n/)
  })

  test('writes the version of a file', async () => {
    const { put, there } = await repository()
    expect(await put({ file: 'v' }, {}, { v: 'v4.5.6\n' })).toBe('4.5.6')
    expect(await there()).toBe('4.5.6\n')
    expect(await put({ file: 'v' }, {}, { v: '4.5.6' })).toBe('4.5.6')
  })

  test('begins on an empty repository', async () => {
    await at.server.repository('empty-versions')
    const source = { driver: 'git', uri: at.server.path('empty-versions'), branch: 'version', file: 'number' }
    const made = await type().out(contextOf(), await folders.make(), { source, params: { bump: 'patch' } })
    expect(made.version).toEqual({ number: '0.0.1' })
    expect(await at.server.files('empty-versions', 'version')).toEqual({ number: '0.0.1\n' })
  })

  test('counts each of many at once', async () => {
    const { name, put, there } = await repository()
    const numbers = await Promise.all(Array.from({ length: 6 }, () => put({ bump: 'patch' })))
    expect(numbers.sort()).toEqual(['1.2.4', '1.2.5', '1.2.6', '1.2.7', '1.2.8', '1.2.9'])
    expect(await there()).toBe('1.2.9\n')
    const messages = (await at.server.log(name, 'main')).map(({ message }) => message.split('\n')[0])
    expect(messages).toEqual([
      'bump to 1.2.9',
      'bump to 1.2.8',
      'bump to 1.2.7',
      'bump to 1.2.6',
      'bump to 1.2.5',
      'bump to 1.2.4',
      'First',
    ])
  })

  test.each([
    [{}, 'params: there must be file, bump or pre'],
    [{ bump: 'mega' }, 'params.bump: must be one of major, minor, patch, final'],
    [{ file: 'none' }, 'params.file: there is no file'],
    [{ bump: 'patch', build: 'x' }, 'params.build: '],
  ])('%j is refused', async (params, sentence) => {
    await expect((await repository()).put(params)).rejects.toThrow(sentence)
  })

  test('to a repository that is not there fails', async () => {
    await expect((await repository()).put({ bump: 'patch' }, { uri: at.server.path('missing') })).rejects.toThrow(StepFailed)
  })
})

describe('a source', () => {
  const fine = { driver: 'git', uri: 'https://git.example/x.git', branch: 'main', file: 'v' }
  test.each([
    [fine, []],
    [{ ...fine, driver: undefined }, [expect.stringMatching(/^driver: must be git/)]],
    [{ ...fine, driver: 's3' }, [expect.stringMatching(/^driver: must be git/)]],
    [{ driver: 'git' }, ['uri: is missing', 'branch: is missing', 'file: is missing']],
    [{ ...fine, initial_version: 'one' }, ['initial_version: must be a version such as 1.2.3']],
    [{ ...fine, skip_ssl_verification: true }, [expect.stringMatching(/^skip_ssl_verification: /)]],
  ])('%j', (source, problems) => {
    expect(type().validate(JSON.parse(JSON.stringify(source)))).toEqual(problems)
  })
})
