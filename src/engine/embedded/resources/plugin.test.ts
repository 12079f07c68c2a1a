/** Real programs, run as an operator's are. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { useGitWorld } from '../../../../test/support/git-world.ts'
import { contextOf, enginePolicy, useFolders } from '../../../../test/support/resource-context.ts'
import { openAddressGuard } from '../../../outside/address-guard.ts'
import { StepFailed } from '../execute/types.ts'
import { openResourceTypes, type ResourceTypesOptions } from './types.ts'

const at = useGitWorld()
const folders = useFolders()
chmodSync(folders.home, 0o755)
const isRoot = process.getuid?.() === 0
const work = join(folders.home, 'builds')
mkdirSync(work, { mode: 0o755 })
let made = 0

/** A type of these programs, as the engine finds it. */
function typeOf(
  programs: Record<string, string>,
  more: Partial<ResourceTypesOptions> & { limits?: { seconds?: number; outputBytes?: number } } = {},
) {
  const folder = join(folders.home, `type-${++made}`)
  mkdirSync(folder, { mode: 0o755 })
  for (const [name, script] of Object.entries(programs)) writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const { limits = {}, ...options } = more
  const types = openResourceTypes({
    policy: enginePolicy(work, { resourceTypes: new Map([['mine', folder]]), limits }),
    git: at.world.git,
    guard: openAddressGuard({ allowed: [] }),
    ports: { sendEvent: async () => 1 },
    log: { debug() {} },
    now: Date.now,
    ...options,
  })
  const type = types('mine')
  if (!type) throw new Error('the type is missing')
  return type
}
const checkFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('trochoid-check-'))
const stepFolder = () => {
  const folder = join(work, String(++made), 'step')
  mkdirSync(folder, { recursive: true })
  return folder
}
const input = { source: { secret: 'of the source' }, version: { v: '1' }, params: { p: [1] } }

describe.each([
  ['as well as this machine can', {}],
  ['in a process group alone', { holding: 'group' as const }],
])('a program, %s', (_, holding) => {
  test('check reads the source and the version, and writes versions', async () => {
    const context = contextOf()
    const before = checkFolders()
    const type = typeOf({ check: `cat >&2; echo '[{"v":"1"},{"v":"2"}]'` }, holding)
    expect(await type.check(context, { source: input.source, version: null })).toEqual([{ v: '1' }, { v: '2' }])
    expect(JSON.parse(context.lines.join(''))).toEqual({ source: input.source, version: null })
    expect(checkFolders()).toEqual(before)
  })

  test('in makes files in the folder that it is told', async () => {
    const folder = stepFolder()
    const type = typeOf(
      {
        in: `cat > "$1/input"; touch here; echo "$BUILD_ID of $BUILD_JOB_NAME" > "$1/build"; echo '{"version":{"v":"1"},"metadata":[{"name":"n","value":"x"}]}'`,
      },
      holding,
    )
    expect(await type.in(contextOf(), folder, input)).toEqual({ version: { v: '1' }, metadata: [{ name: 'n', value: 'x' }] })
    expect(JSON.parse(readFileSync(join(folder, 'input'), 'utf8'))).toEqual(input)
    expect(readFileSync(join(folder, 'build'), 'utf8')).toBe('7 of build\n')
    expect(existsSync(join(folder, 'here'))).toBe(true)
  })

  test('out reads artifacts', async () => {
    const folder = stepFolder()
    mkdirSync(join(folder, 'artifact'))
    writeFileSync(join(folder, 'artifact/file'), 'content')
    const type = typeOf({ out: `printf '{"version":{"v":"%s"}}' "$(cat "$1/artifact/file")"` }, holding)
    expect(await type.out(contextOf(), folder, input)).toEqual({ version: { v: 'content' }, metadata: [] })
  })

  test('that does not succeed fails the step with its status', async () => {
    const failing = typeOf({ in: 'echo why >&2; exit 3' }, holding)
    const context = contextOf()
    const error = await failing.in(context, stepFolder(), input).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(StepFailed)
    expect(error).toMatchObject({ exitStatus: 3, message: 'mine in ended with status 3' })
    expect(context.lines.join('')).toBe('why\n')
  })

  test('has nothing of our environment, and the source in no argument', async () => {
    process.env['TROCHOID_TEST_SECRET'] = 'of the platform'
    const context = contextOf()
    const type = typeOf({ check: `cat /proc/$$/cmdline | tr '\\0' ' ' >&2; env >&2; echo '[]'` }, holding)
    await type.check(context, { source: input.source, version: null })
    expect(context.lines.join('')).not.toMatch(/of the platform|of the source/)
  })

  test.runIf(isRoot)('is not root', async () => {
    const context = contextOf()
    await typeOf({ check: `id -u >&2; echo '[]'` }, holding).check(context, { source: {}, version: null })
    expect(context.lines.join('')).toBe('65533\n')
  })

  test('ends with the build, and with its limits', async () => {
    const over = new AbortController()
    const reason = new Error('aborted')
    const waiting = typeOf({ check: 'sleep 30' }, holding).check(contextOf({ signal: over.signal }), { source: {}, version: null })
    await sleep(300)
    over.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(
      typeOf({ check: 'sleep 30' }, { ...holding, limits: { seconds: 0.3 } }).check(contextOf(), { source: {}, version: null }),
    ).rejects.toThrow('limit for its time')
    await expect(
      typeOf({ check: 'cat /dev/zero' }, { ...holding, limits: { outputBytes: 10_000 } }).check(contextOf(), { source: {}, version: null }),
    ).rejects.toThrow('limit for its output')
  })
})

describe('what a program writes', () => {
  test.each([
    ['nothing', '', 'did not write JSON'],
    ['words', 'echo hello secret', 'did not write JSON'],
    ['a map', `echo '{}'`, 'a list of versions'],
    ['versions that are texts', `echo '["a"]'`, 'versions that are maps of texts'],
    ['versions with numbers', `echo '[{"v":1}]'`, 'versions that are maps of texts'],
  ])('%s is no answer to a check', async (_, script, sentence) => {
    const error = await typeOf({ check: script })
      .check(contextOf(), { source: {}, version: null })
      .catch((caught: Error) => caught)
    expect(String(error)).toContain(sentence)
    expect(String(error)).not.toContain('secret')
    expect(error).not.toBeInstanceOf(StepFailed)
  })

  test('a program that is missing is an error', async () => {
    await expect(typeOf({}).check(contextOf(), { source: {}, version: null })).rejects.toThrow('has no program check')
  })
})

test('the types are those built in and those that an operator adds', () => {
  const open = (resourceTypes: ReadonlyMap<string, string>) =>
    openResourceTypes({
      policy: enginePolicy(work, { resourceTypes }),
      git: at.world.git,
      guard: openAddressGuard({ allowed: [] }),
      ports: { sendEvent: async () => 1 },
      log: { debug() {} },
      now: Date.now,
    })
  const types = open(new Map([['terraform', '/opt/terraform']]))
  expect(types.names).toEqual([
    'cycloid-events',
    'cycloid-resource',
    'git',
    'mock',
    'semver',
    'slack',
    'slack-notification',
    'terraform',
    'time',
    'trochoid-events',
  ])
  for (const name of ['registry-image', 's3', '__proto__', 'constructor', '']) expect(types(name)).toBeUndefined()
})

afterAll(() => {
  delete process.env['TROCHOID_TEST_SECRET']
})
