/** Tenants write names, paths and whole directories; the engine may be root. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeTask, runBuild, taskStep } from '../../../../test/support/embedded-build.ts'
import type { Step, TaskConfig } from '../../../formats/pipeline/types.ts'
import type { ResourceType } from './types.ts'

/** Stands for everything on the machine that is none of a build's business. */
let outside: string
beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'outside-'))
  writeFileSync(join(outside, 'secret.yml'), 'platform: linux\nrun: {path: ok}\n')
  mkdirSync(join(outside, 'dir'))
})
afterEach(() => {
  expect(readdirSync(outside, { recursive: true }).sort()).toEqual(['dir', 'secret.yml'])
  rmSync(outside, { recursive: true })
})

const inputs = { repo: { ref: 'a1' } }
const repoWith = (fill: (folder: string) => void): { fake: Partial<ResourceType> } => ({
  fake: {
    async in(_context, folder, { version }) {
      fill(folder)
      return { version, metadata: [] }
    },
  },
})
const escapes = ['../x', 'a/../../x', '/etc', '/etc/passwd', 'a\0b', '..']

describe('paths of a configuration', () => {
  const places: [string, (path: string) => Step][] = [
    ['an input', (path) => taskStep('ok', { config: { inputs: [{ name: 'repo', path }] } })],
    ['an output', (path) => taskStep('ok', { config: { outputs: [{ name: 'x', path }] } })],
    ['a cache', (path) => taskStep('ok', { config: { caches: [{ path }] } })],
    ['a task', (path) => ({ task: 'x', file: `repo/${path}` })],
    ['a variable', (path) => ({ load_var: 'x', file: `repo/${path}` })],
    ['a pipeline', (path) => ({ set_pipeline: 'self', file: `repo/${path}` })],
  ]
  test.each(places)('of %s do not lead out', async (_name, step) => {
    for (const path of escapes) {
      const run = await runBuild([{ get: 'repo' }, step(path)], { inputs })
      expect([run.status, run.ran], path).toEqual(['errored', []])
    }
  })

  test.each(['../x', 'a/b', '..', '.', '', 'x\0'])('an artifact cannot be named %j', async (name) => {
    const config: Partial<TaskConfig> = { outputs: [{ name, path: 'out' }] }
    expect((await runBuild([taskStep('ok', { config })])).status).toBe('errored')
  })

  test('may have dots and slashes that mean nothing', async () => {
    const make: FakeTask = ({ folder }) => writeFileSync(join(folder, 'deep/out/f'), 'x')
    const run = await runBuild([taskStep('make', { config: { outputs: [{ name: 'out', path: './deep//out/' }] } })], { tasks: { make } })
    expect([run.status, run.errors]).toEqual(['succeeded', []])
  })
})

describe('a link in an artifact', () => {
  test.each<[string, (folder: string) => void]>([
    ['to a file', (folder) => symlinkSync(join(outside, 'secret.yml'), join(folder, 'f.yml'))],
    [
      'to a folder above the file',
      (folder) => {
        symlinkSync(outside, join(folder, 'd'))
        symlinkSync('d/secret.yml', join(folder, 'f.yml'))
      },
    ],
    ['to a device', (folder) => symlinkSync('/dev/zero', join(folder, 'f.yml'))],
  ])('%s outside is not read', async (_name, fill) => {
    for (const step of [
      { task: 'x', file: 'repo/f.yml' },
      { load_var: 'x', file: 'repo/f.yml', reveal: true },
    ] as Step[]) {
      const run = await runBuild([{ get: 'repo' }, step], { inputs, types: repoWith(fill) })
      expect([run.status, run.ran]).toEqual(['errored', []])
      expect(run.errors.join()).toContain('leads out of its artifact')
    }
  })

  test('to a file of the same artifact is read', async () => {
    const types = repoWith((folder) => {
      writeFileSync(join(folder, 'real.yml'), 'platform: linux\nrun: {path: ok}\n')
      symlinkSync('real.yml', join(folder, 'f.yml'))
    })
    expect((await runBuild([{ get: 'repo' }, { task: 'x', file: 'repo/f.yml' }], { inputs, types })).status).toBe('succeeded')
  })

  test('is copied as it is', async () => {
    const types = repoWith((folder) => symlinkSync(join(outside, 'dir'), join(folder, 'd')))
    let target = ''
    const see: FakeTask = ({ folder }) => {
      target = readlinkSync(join(folder, 'repo/d'))
    }
    await runBuild([{ get: 'repo' }, taskStep('see', { config: { inputs: [{ name: 'repo' }] } })], { inputs, types, tasks: { see } })
    expect(target).toBe(join(outside, 'dir'))
  })

  test('in the way of an input, an output or a cache is not followed', async () => {
    const types = repoWith((folder) => symlinkSync(join(outside, 'dir'), join(folder, 'd')))
    const caches = new Map([['ok:repo/d/x', execFileSync('tar', ['-czf', '-', '-C', outside, 'secret.yml'])]])
    for (const more of [
      { inputs: [{ name: 'repo' }, { name: 'again', path: 'repo/d/x' }] },
      { outputs: [{ name: 'o', path: 'repo/d/x' }] },
      { caches: [{ path: 'repo/d/x' }] },
    ]) {
      const config = { ...more, inputs: [{ name: 'repo' }, ...(more.inputs?.slice(1) ?? [])] }
      const run = await runBuild([{ get: 'repo' }, taskStep('ok', { config, input_mapping: { again: 'repo' } })], { inputs, types, caches })
      expect([run.status, run.ran]).toEqual(['errored', []])
      expect(run.errors.join()).toContain('d is no directory')
    }
  })
})

describe('a task that leaves something else than directories', () => {
  const leaving = (path: string, leave: (folder: string) => void) =>
    runBuild(
      [
        taskStep('leave', { config: { outputs: [{ name: 'out', path }], caches: [{ path: 'cache' }] } }),
        taskStep('see', { config: { inputs: [{ name: 'out' }] } }),
      ],
      {
        caches,
        tasks: {
          leave: ({ folder }) => leave(folder),
          see: ({ folder }) => {
            expect(readdirSync(join(folder, 'out'))).toEqual([])
          },
        },
      },
    )
  let caches: Map<string, Buffer>
  beforeEach(() => {
    caches = new Map()
  })

  test('a link in the place of an output or a folder above it makes an empty output', async () => {
    for (const path of ['x', 'x/dir']) {
      const run = await leaving(path, (folder) => {
        rmSync(join(folder, 'x'), { recursive: true })
        symlinkSync(outside, join(folder, 'x'))
      })
      expect([run.status, run.errors]).toEqual(['succeeded', []])
    }
    expect(existsSync(join(outside, 'dir'))).toBe(true)
  })

  test('a link in the place of a cache is not packed', async () => {
    await leaving('x', (folder) => {
      rmSync(join(folder, 'cache'), { recursive: true })
      symlinkSync(outside, join(folder, 'cache'))
    })
    expect(caches.size).toBe(0)
  })

  test('a file in the place of an output makes an empty output', async () => {
    const run = await leaving('x', (folder) => {
      rmSync(join(folder, 'x'), { recursive: true })
      writeFileSync(join(folder, 'x'), 'file')
    })
    expect(run.status).toBe('succeeded')
  })

  test('pipes and names that are no text do no harm to copies', async () => {
    const odd = Buffer.from([0x6f, 0xff, 0xfe])
    const leave: FakeTask = ({ folder }) => {
      execFileSync('mkfifo', [join(folder, 'out/pipe')])
      writeFileSync(Buffer.concat([Buffer.from(join(folder, 'out/')), odd]), 'x')
    }
    let names: Buffer[] = []
    const see: FakeTask = ({ folder }) => {
      names = readdirSync(join(folder, 'out'), 'buffer')
    }
    const plan = [taskStep('leave', { config: { outputs: [{ name: 'out' }] } }), taskStep('see', { config: { inputs: [{ name: 'out' }] } })]
    const run = await runBuild([...plan, { load_var: 'x', file: 'out/pipe' }], { tasks: { leave, see } })
    expect(names).toEqual([odd])
    expect(run.errors).toEqual(['file: pipe is no file'])
  })

  test('directories deeper than a path can say are an error, which does not tell where the engine works', async () => {
    const deeper = `for (let i = 0; i < 100; i++) (fs.mkdirSync('d'.repeat(100)), process.chdir('d'.repeat(100)))`
    const leave: FakeTask = ({ folder }) => void execFileSync(process.execPath, ['-e', deeper], { cwd: join(folder, 'out') })
    const run = await runBuild([taskStep('leave', { config: { outputs: [{ name: 'out' }] } })], { tasks: { leave } })
    expect([run.status, run.errors]).toEqual(['errored', ['Directories of this build are nested too deeply to be kept']])
  })

  test('a cache with links that lead out comes back with its links, and nothing behind them is written', async () => {
    const task = (path: string) => taskStep(path, { task: 'same', config: { caches: [{ path: 'c' }] } })
    const fill: FakeTask = ({ folder }) => {
      symlinkSync(join(outside, 'dir'), join(folder, 'c/link'))
      writeFileSync(join(folder, 'c/f'), 'x')
      renameSync(join(folder, 'c/f'), join(folder, 'c/g'))
    }
    let link = ''
    const see: FakeTask = ({ folder }) => {
      link = readlinkSync(join(folder, 'c/link'))
      expect(readFileSync(join(folder, 'c/g'), 'utf8')).toBe('x')
      expect(lstatSync(join(folder, 'c/link')).isSymbolicLink()).toBe(true)
    }
    await runBuild([task('fill')], { caches, tasks: { fill } })
    const run = await runBuild([task('see')], { caches, tasks: { see } })
    expect([run.status, link]).toEqual(['succeeded', join(outside, 'dir')])
  })
})
