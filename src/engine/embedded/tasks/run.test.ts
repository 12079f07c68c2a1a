/** Really run: shells and Node, in whatever this machine offers for holding them in. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { alive, holdings, isRoot, newMark, ownPath, useTasks } from '../../../../test/support/tasks.ts'

const { open, policyOf, run, sh, taskFolder } = useTasks()

describe.each(holdings)('a task, %s', (_, holding) => {
  const task = open(policyOf(), holding)

  test.each([0, 1, 42])('ends with its exit status %i', async (status) => {
    expect((await sh(task, `exit ${status}`)).exitStatus).toBe(status)
  })

  test('works in its folder, and what it writes is there afterwards', async () => {
    const { folder, exitStatus } = await sh(task, 'mkdir out && echo made > out/file && test "$PWD" = "$(pwd)"')
    expect(exitStatus).toBe(0)
    expect(readFileSync(join(folder, 'out/file'), 'utf8')).toBe('made\n')
  })

  test('finds what was laid out for it by relative and absolute paths, and may change it', async () => {
    const folder = await taskFolder()
    await mkdir(join(folder, 'in'))
    await writeFile(join(folder, 'in/file'), 'laid out', { mode: 0o600 })
    const { stdout } = await sh(task, 'cat in/file "$PWD/in/file"; echo more >> in/file; tail -1 in/file', { folder })
    expect(stdout).toBe('laid outlaid outlaid outmore\n')
  })

  test('works in run.dir', async () => {
    const folder = await taskFolder()
    await mkdir(join(folder, 'a/b'), { recursive: true })
    await sh(task, 'echo here > file', { folder, config: { run: { path: 'sh', args: ['-c', 'echo here > file'], dir: 'a/b' } } })
    expect(existsSync(join(folder, 'a/b/file'))).toBe(true)
  })

  test('runs a program of its inputs by a relative path', async () => {
    const folder = await taskFolder()
    await mkdir(join(folder, 'repo'))
    await writeFile(join(folder, 'repo/build.sh'), '#!/bin/sh\necho "built $1"\n', { mode: 0o755 })
    expect((await run(task, ['repo/build.sh', 'it'], { folder })).stdout).toBe('built it\n')
  })

  test('has a home and a place for temporary files that it may write to, and nothing on its standard input', async () => {
    const { stdout, exitStatus } = await sh(task, 'set -e; touch "$HOME/a" "$TMPDIR/b"; cat; echo done')
    expect([exitStatus, stdout]).toEqual([0, 'done\n'])
  })

  test('has the environment that it was given, with anything in the values, and nothing of ours', async () => {
    process.env['TROCHOID_TEST_SECRET'] = 'of the platform'
    const env = { PLAIN: 'a', QUOTES: `'"\`$(id)\\`, LINES: 'one\ntwo\n', EMPTY: '', IFS: ',', i: '7', ä: 'left out' }
    const { stdout, notice } = await run(task, ['node', '-e', 'console.log(JSON.stringify(process.env))'], {
      env: { ...env, PATH: `${process.env['PATH']}` },
    })
    const seen = JSON.parse(stdout) as Record<string, string>
    const { PWD, OLDPWD, SHLVL, _, HOME, TMPDIR, TROCHOID_RUN, ...rest } = seen
    expect(rest).toEqual({
      PLAIN: 'a',
      QUOTES: env.QUOTES,
      LINES: 'one\ntwo\n',
      EMPTY: '',
      IFS: ',',
      i: '7',
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
      USER: isRoot ? 'nobody' : 'task',
    })
    expect(HOME).toContain('/tmp')
    expect(stdout).not.toContain('of the platform')
    expect(notice).toBe('the variable "ä" is not set: this is not a name that a shell knows\n')
  })

  test('that names libraries to load first does so for itself, not for what starts it', async () => {
    const { stderr, stdout } = await sh(task, 'echo ran', { env: { LD_PRELOAD: '/nowhere/of-the-tenant.so' } })
    expect(stdout).toBe('ran\n')
    // The loader complains once for each program that it starts with the variable set.
    expect(stderr.match(/of-the-tenant\.so/g)?.length ?? 0).toBeLessThanOrEqual(1)
  })

  test('has its values in no argument of any process', async () => {
    const secret = newMark()
    const running = sh(task, 'sleep 2.6', { env: { TOKEN: secret } })
    await expect.poll(() => alive('sleep 2.6').length, { timeout: 2500, interval: 20 }).toBeGreaterThan(0)
    expect(alive(secret)).toEqual([])
    await running
  })

  test('that does not exist is an error and not a failure', async () => {
    expect((await run(task, ['no-such-program'])).error).toBe(
      'run.path: there is no program "no-such-program" that can be run on this machine',
    )
    expect((await sh(task, 'no-such-program')).exitStatus).toBe(127)
  })

  test('cannot work outside of its folder', async () => {
    const folder = await taskFolder()
    await symlink('/etc', join(folder, 'link'))
    for (const dir of ['..', '../..', 'link', '/etc', 'missing'])
      expect((await run(task, ['true'], { folder, config: { run: { path: 'true', dir } } })).error).toMatch(
        /^run\.dir: there is no directory/,
      )
  })

  test('writes 10,000 lines, and they come in order and complete', async () => {
    const { stdout, stderr } = await run(
      task,
      ['node', '-e', 'for (let i = 0; i < 10000; i++) { console.log("line", i, "äöü€"); if (i % 10 === 0) console.error(i) }'],
      {
        env: ownPath,
      },
    )
    expect(stdout.split('\n').slice(0, -1)).toEqual(Array.from({ length: 10_000 }, (_, i) => `line ${i} äöü€`))
    expect(stderr.split('\n').slice(0, -1)).toEqual(Array.from({ length: 1000 }, (_, i) => String(i * 10)))
  })
})

describe('whose tasks run', () => {
  test.each([
    ['none', 'acme', false],
    ['all', 'acme', true],
    [['acme'], 'acme', true],
    [['acme'], 'ACME', false],
    [['other', 'acme-2'], 'acme', false],
  ] as const)('%j: %s %s', async (tasks, organization, isAllowed) => {
    const { exitStatus, error, folder } = await sh(open(policyOf({ tasks })), 'touch ran', { organization })
    expect(existsSync(join(folder, 'ran'))).toBe(isAllowed)
    if (isAllowed) expect(exitStatus).toBe(0)
    else expect(error).toMatch(/^Tasks are off in the embedded engine/)
  })
})

test('the operator reads what holds tasks in, and what does not', async () => {
  const lines: string[] = []
  await sh(open(policyOf(), { holding: 'group' }, lines), 'true')
  expect(lines.join('\n')).toMatch(/^Tasks run as .*process group/)
  expect(lines).toHaveLength(1)
  const off: string[] = []
  open(policyOf({ tasks: 'none' }), {}, off)
  expect(off).toEqual(['Tasks of pipelines are off (ENGINE_TASKS)'])
})
