import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contextOf, useFolders } from '../../../../test/support/resource-context.ts'
import type { JsonObject } from '../../../formats/pipeline/types.ts'
import { StepFailed } from '../execute/types.ts'
import { mockResource } from './mock.ts'

const folders = useFolders()
const check = (source: JsonObject, version: Record<string, string> | null = null) => mockResource.check(contextOf(), { source, version })

describe('a check', () => {
  test.each([
    [{}, null, [{ version: 'mock' }]],
    [{ initial_version: 1.5 }, null, [{ version: '1.5' }]],
    [{ no_initial_version: true }, null, []],
    [{ initial_version: 'a' }, { version: 'b' }, [{ version: 'b' }]],
    [{ force_version: 'f' }, { version: 'b' }, [{ version: 'f' }]],
  ] as const)('of %j after %j finds %j', async (source, version, found) => {
    expect(await check(source, version)).toEqual(found)
  })

  test('fails when it is told to, and waits', async () => {
    await expect(check({ check_failure: 'on purpose' })).rejects.toEqual(new StepFailed('on purpose'))
    const started = performance.now()
    await check({ check_delay: '150ms' })
    expect(performance.now() - started).toBeGreaterThan(140)
    const over = new AbortController()
    const waiting = mockResource.check(contextOf({ signal: over.signal }), { source: { check_delay: '1h' }, version: null })
    over.abort()
    await expect(waiting).rejects.toThrow()
  })

  test('says what it is told to', async () => {
    const context = contextOf()
    await mockResource.check(context, { source: { log: 'hello' }, version: null })
    expect(context.lines).toEqual(['hello\n'])
  })
})

describe('a get', () => {
  const get = async (source: JsonObject, params: JsonObject = {}) => {
    const folder = await folders.make()
    const made = await mockResource.in(contextOf(), folder, { source, version: { version: 'v' }, params })
    return { ...made, folder, text: (path: string) => readFileSync(join(folder, path), 'utf8') }
  }

  test('makes files, those of the params after those of the source', async () => {
    const { text, version, metadata } = await get(
      { create_files: { a: 'of the source', 'deep/er': { json: [1] } }, metadata: [{ name: 'n', value: 7 }] },
      { create_files_via_params: { a: 'of the params' } },
    )
    expect([text('version'), text('a'), text('deep/er')]).toEqual(['v\n', 'of the params', '{"json":[1]}'])
    expect([version, metadata]).toEqual([{ version: 'v' }, [{ name: 'n', value: '7' }]])
  })

  test.each(['../out', '/etc/x', 'a/../../b', '', 'a//b', 'x\0y'])('makes no file %j', async (path) => {
    await expect(get({ create_files: { [path]: 'x' } })).rejects.toThrow('cannot be made')
  })
})

describe('a put', () => {
  const put = async (params: JsonObject, source: JsonObject = {}, files: Record<string, string> = {}) => {
    const folder = await folders.make()
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    const context = contextOf()
    return { ...(await mockResource.out(context, folder, { source, params })), lines: context.lines, folder }
  }

  test('makes the version that it is told', async () => {
    expect((await put({ version: 'x' })).version).toEqual({ version: 'x' })
    expect((await put({ version: 2 })).version).toEqual({ version: '2' })
    expect((await put({ file: 'v' }, {}, { v: ' 3.0\n' })).version).toEqual({ version: '3.0' })
    expect((await put({}, { initial_version: 'i' })).version).toEqual({ version: 'i' })
  })

  test('prints the environment of the build, and nothing of ours', async () => {
    process.env['TROCHOID_TEST_SECRET'] = 'of the platform'
    const { lines } = await put({ version: 'x', print_env: true })
    expect(lines.join('')).toContain('BUILD_ID=7\nBUILD_JOB_NAME=build\n')
    expect(lines.join('')).not.toContain('of the platform')
  })

  test('reads no file outside of its folder', async () => {
    await expect(put({ file: '../../x' })).rejects.toThrow('there is no file')
    const folder = await folders.make()
    symlinkSync('/etc/passwd', join(folder, 'link'))
    await expect(mockResource.out(contextOf(), folder, { source: {}, params: { file: 'link' } })).rejects.toThrow('there is no file')
  })

  test('refuses what it does not know', async () => {
    await expect(put({ versoin: 'x' })).rejects.toThrow('params.versoin: is not known')
  })
})

test('a source with an image is refused, with a variable it may be anything', () => {
  expect(mockResource.validate({ mirror_self: true })).toEqual([expect.stringMatching(/^mirror_self: .*cannot run images/)])
  expect(mockResource.validate({ mirror_self: false, create_files: '((files))', metadata: [{ name: '((a))' }] })).toEqual([])
  expect(mockResource.validate({ create_files: 'x', __proto__: 1 })).toEqual(['create_files: must be a map'])
  expect(mockResource.validate(JSON.parse('{"__proto__": 1, "constructor": 2}'))).toHaveLength(2)
})
