/** Really run: shells and Node, in whatever this machine offers for holding them in. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { link, mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import type { TaskConfig } from '../../../formats/pipeline/types.ts'
import type { RunTask, TaskToRun } from '../execute/types.ts'
import type { EnginePolicy } from '../policy.ts'
import type { ConfinementOptions } from './confinement.ts'
import { openTaskRunner } from './run.ts'

const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'
const home = realpathSync(mkdtempSync(join(tmpdir(), 'trochoid-tasks-')))
chmodSync(home, 0o755)
afterAll(() => rm(home, { recursive: true, force: true }))

const policyOf = (more: Omit<Partial<EnginePolicy>, 'limits'> & { limits?: Partial<EnginePolicy['limits']> } = {}): EnginePolicy => ({
  tasks: 'all',
  images: new Map(),
  resourceTypes: new Map(),
  builds: 4,
  buildsPerOrganization: 0,
  taskUser: undefined,
  checkSeconds: 60,
  workFolder: join(home, 'builds'),
  ...more,
  limits: {
    memoryBytes: 512 * 2 ** 20,
    outputBytes: 4 * 2 ** 20,
    seconds: 30,
    diskBytes: 64 * 2 ** 20,
    cacheBytes: 2 ** 20,
    ...more.limits,
  },
})

let made = 0
/** As the engine lays them out: a folder of the build, and in it one of the task. */
async function taskFolder(): Promise<string> {
  const folder = join(home, 'builds', String(++made), 'task')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}

interface Outcome {
  exitStatus?: number
  error?: string
  stdout: string
  stderr: string
  notice: string
  folder: string
}

async function run(
  runTask: RunTask,
  argv: readonly string[],
  more: Omit<Partial<TaskToRun>, 'config'> & { config?: Partial<TaskConfig> } = {},
): Promise<Outcome> {
  const folder = more.folder ?? (await taskFolder())
  const out = { stdout: '', stderr: '', notice: '' }
  const [path = '', ...args] = argv
  const ended = await runTask({
    organization: 'acme',
    env: {},
    signal: new AbortController().signal,
    onOutput: (text, source) => {
      out[source] += text
    },
    ...more,
    folder,
    config: { platform: 'linux', run: { path, args }, ...more.config } as TaskConfig,
  }).catch((error: Error) => ({ error: error.message }))
  return { ...out, ...ended, folder }
}
const sh = (runTask: RunTask, script: string, more: Parameters<typeof run>[2] = {}) => run(runTask, ['sh', '-c', script], more)

/** Once in the best that can be had here, once as where nothing can. */
const holdings: [name: string, holding: Pick<ConfinementOptions, 'holding'>][] = [
  ['as well as this machine can', {}],
  ['in a process group alone', { holding: 'group' }],
]
const open = (policy: EnginePolicy = policyOf(), holding: Pick<ConfinementOptions, 'holding'> = {}, lines: string[] = []) =>
  openTaskRunner({ policy, log: (line) => lines.push(line), ...holding })

/** Command lines that hold a mark. */
const alive = (mark: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
    .filter((line) => line.includes(mark))
const mark = () => `mark${Math.random().toString(36).slice(2)}`

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
    const { PWD, OLDPWD, SHLVL, _, HOME, TMPDIR, ...rest } = seen
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
    const secret = mark()
    const running = sh(task, 'sleep 0.6', { env: { TOKEN: secret } })
    await sleep(350)
    expect(alive('sleep 0.6').length).toBeGreaterThan(0)
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
        env: { PATH: `${process.env['PATH']}` },
      },
    )
    expect(stdout.split('\n').slice(0, -1)).toEqual(Array.from({ length: 10_000 }, (_, i) => `line ${i} äöü€`))
    expect(stderr.split('\n').slice(0, -1)).toEqual(Array.from({ length: 1000 }, (_, i) => String(i * 10)))
  })

  test('that runs too long is stopped, and says why', async () => {
    const started = performance.now()
    const { error } = await sh(open(policyOf({ limits: { seconds: 0.5 } }), holding), 'sleep 30')
    expect(error).toBe('The task ran for more than 0.5 seconds, and was stopped')
    expect(performance.now() - started).toBeLessThan(4000)
  })

  test('that says too much is stopped, and what it said until then is there', async () => {
    const { error, stdout } = await sh(
      open(policyOf({ limits: { outputBytes: 2 ** 20 } }), holding),
      'while :; do echo 0123456789012345678901234567890123456789; done',
    )
    expect(error).toBe('The task wrote more than 1 MB of output (ENGINE_TASK_OUTPUT_MB), and was stopped')
    expect(stdout.length).toBe(2 ** 20)
  })

  test.runIf(isLinux)('that uses too much memory, all processes together, is stopped', async () => {
    const eat = 'const b = Buffer.alloc(120 * 2 ** 20, 1); setTimeout(() => b, 20000)'
    const { error } = await sh(
      open(policyOf({ limits: { memoryBytes: 200 * 2 ** 20 } }), holding),
      `node -e '${eat}' & node -e '${eat}' & wait`,
      {
        env: { PATH: `${process.env['PATH']}` },
      },
    )
    expect(error).toBe('The task used more than 200 MB of memory (ENGINE_TASK_MEMORY_MB), and was stopped')
  })

  test.runIf(isLinux && existsSync('/usr/bin/prlimit'))('cannot write a file without end, nor open files without end', async () => {
    const { stdout, folder, exitStatus } = await sh(
      open(policyOf({ limits: { diskBytes: 2 ** 20 } }), holding),
      'ulimit -n; head -c 3000000 /dev/zero > file',
    )
    expect(Number(stdout)).toBe(4096)
    expect(exitStatus).not.toBe(0)
    expect((await stat(join(folder, 'file'))).size).toBe(2 ** 20)
  })

  describe('when it is aborted', () => {
    const aborted = async (script: string, after = 300) => {
      const over = new AbortController()
      const running = sh(task, script, { signal: over.signal })
      await sleep(after)
      const at = performance.now()
      over.abort(new Error('aborted'))
      return { ...(await running), took: performance.now() - at }
    }

    test('may tidy up', async () => {
      const { stdout, took } = await aborted('trap "echo tidy; exit 3" TERM; while :; do sleep 0.05; done')
      expect(stdout).toBe('tidy\n')
      expect(took).toBeLessThan(1000)
    })

    test('is gone within two seconds although it ignores that', async () => {
      const name = mark()
      const { took } = await aborted(
        `trap "" TERM; sh -c 'trap "" TERM; while :; do sleep 0.1; : ${name}; done' & while :; do sleep 0.1; done`,
      )
      expect(took).toBeLessThan(2000)
      expect(alive(name)).toEqual([])
    })

    test.runIf(isLinux && existsSync('/usr/bin/setsid'))('is gone with all that it started, also what has left its session', async () => {
      const name = mark()
      const daemon = `setsid sh -c 'trap "" TERM; (setsid sh -c "trap \\"\\" TERM; while :; do sleep 0.1; : ${name}; done" &) ; sleep 20' >/dev/null 2>&1 &`
      const { took } = await aborted(`${daemon} for i in 1 2 3 4 5 6 7 8; do (while :; do sleep 0.1; : ${name}; done) & done; wait`, 500)
      expect(took).toBeLessThan(2000)
      expect(alive(name)).toEqual([])
    })

    test('before it has begun, it does not begin', async () => {
      const { folder, exitStatus } = await sh(task, 'touch begun', { signal: AbortSignal.abort() })
      expect(exitStatus).toBe(143)
      expect(existsSync(join(folder, 'begun'))).toBe(false)
    })
  })

  test.runIf(isLinux && existsSync('/usr/bin/setsid'))('that ends leaves no process behind', async () => {
    const name = mark()
    const { exitStatus } = await sh(task, `setsid sh -c 'while :; do sleep 0.1; : ${name}; done' >/dev/null 2>&1 & sleep 0.2; exit 5`)
    expect(exitStatus).toBe(5)
    expect(alive(name)).toEqual([])
  })

  test('leaves nothing beside its folder', async () => {
    const { folder } = await sh(task, 'touch "$HOME/file" "$TMPDIR/other"')
    expect(readdirSync(join(folder, '..'))).toEqual(['task'])
  })

  describe.runIf(isRoot)('when the platform is root', () => {
    test('is nobody, without a group of ours and without a way to more', async () => {
      const { stdout } = await sh(
        task,
        'id -u; id -G | tr " " "\\n" | grep -cx 0; grep NoNewPrivs /proc/self/status; grep CapEff /proc/self/status',
      )
      expect(stdout).toBe('65534\n0\nNoNewPrivs:\t1\nCapEff:\t0000000000000000\n')
    })

    test('is who the operator says', async () => {
      expect((await sh(open(policyOf({ taskUser: 12_345 }), holding), 'id -u; id -ru; touch file; stat -c %u file')).stdout).toBe(
        '12345\n12345\n12345\n',
      )
    })

    test('cannot read the folder of another build, not even while that one runs', async () => {
      const other = await taskFolder()
      await writeFile(join(other, 'secret'), 'of another', { mode: 0o644 })
      const running = sh(task, 'sleep 1', { folder: other })
      await sleep(300)
      const reading = ['cat', 'ls']
        .map((program) => `${program} ${other}/secret ${other} $(dirname ${other}) ${home}/builds 2>&1`)
        .join('; ')
      const { stdout } = await sh(
        task,
        `${reading}; for p in /proc/[0-9]*; do cat $p/cwd/secret $p/root${other}/secret 2>/dev/null; done; true`,
      )
      expect(stdout).not.toContain('of another')
      expect(stdout).not.toMatch(/^secret$/m)
      expect((await running).exitStatus).toBe(0)
    })

    test("cannot read what is the platform's alone", async () => {
      await writeFile(join(home, 'key'), 'of the platform', { mode: 0o600 })
      expect((await sh(task, `cat ${home}/key /etc/shadow`)).stdout).toBe('')
    })

    test('gets nothing of what its links point to', async () => {
      const folder = await taskFolder()
      const outside = join(home, `outside-${made}`)
      await writeFile(outside, 'outside', { mode: 0o600 })
      await symlink(outside, join(folder, 'soft'))
      expect((await sh(task, 'cat soft', { folder })).exitStatus).toBe(1)
      expect((await stat(outside)).uid).toBe(0)
      await link(outside, join(folder, 'hard'))
      expect((await sh(task, 'cat hard', { folder })).error).toBe('hard is linked to a file outside of the folder: the task cannot have it')
      expect((await stat(outside)).uid).toBe(0)
    })
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

describe('the image of a task', () => {
  const config = (repository: string) => ({ image_resource: { type: 'registry-image', source: { repository, tag: '1' } } })
  const images = new Map([
    ['cycloid/cycloid-toolkit', 'host'],
    ['localhost:5000/tools', 'host'],
    ['with/folder', '/'],
    ['with/nothing', '/nowhere/at/all'],
  ])

  test.each(['cycloid/cycloid-toolkit', 'cycloid/cycloid-toolkit:v2', 'localhost:5000/tools', 'localhost:5000/tools@sha256:00'])(
    '%s that stands for this machine: the log says so first',
    async (repository) => {
      const all: string[] = []
      const task = open(policyOf({ images }))
      const onOutput = (text: string) => all.push(text)
      await sh(task, 'echo ran', { onOutput, config: { ...config(repository), run: { path: 'echo', args: ['ran'] } } })
      expect(all.join('')).toBe(`image ${repository.replace(/@.*|:v2$/, '')} is not used: the task runs on this machine\nran\n`)
    },
  )

  test.each(['ubuntu', 'cycloid/cycloid-toolkit2', 'cycloid', 'localhost:5000/other', '__proto__'])(
    '%s that nobody mapped is refused',
    async (repository) => {
      const { error, folder } = await sh(open(policyOf({ images })), 'touch ran', {
        config: { ...config(repository), run: { path: 'touch', args: ['ran'] } },
      })
      expect(error).toContain(`does not run the image ${repository}:`)
      expect(existsSync(join(folder, 'ran'))).toBe(false)
    },
  )

  test('without a name of a repository is refused', async () => {
    const { error } = await run(open(policyOf({ images })), ['true'], { config: { image_resource: { type: 's3' }, run: { path: 'true' } } })
    expect(error).toContain('images of the type s3')
  })

  test.each([
    ['rootfs_uri', { rootfs_uri: 'docker:///x' }],
    ['run.user', { run: { path: 'true', user: 'root' } }],
    ['platform: windows', { platform: 'windows' }],
  ] as [string, Partial<TaskConfig>][])('%s is refused', async (name, more) => {
    expect((await run(open(), ['true'], { config: more })).error).toBe(
      `The embedded engine does not support ${name} of tasks: configure Concourse to use it`,
    )
  })

  const bwrap = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap'].find((path) => existsSync(path))
  test.skipIf(bwrap !== undefined)('that is a folder says what is missing without bubblewrap', async () => {
    const { error } = await run(open(policyOf({ images })), ['true'], { config: { ...config('with/folder'), run: { path: 'true' } } })
    expect(error).toContain('takes bubblewrap')
  })

  if (bwrap === undefined) console.warn('tasks in images skipped: bwrap is missing (apt-get install bubblewrap)')
  describe.skipIf(bwrap === undefined).each(holdings)('that is a folder, %s', (_, holding) => {
    const task = () => open(policyOf({ images }), holding)
    const inside = (argv: string[], more: Parameters<typeof run>[2] = {}) =>
      run(task(), argv, { ...more, config: { ...config('with/folder'), run: { path: argv[0] ?? '', args: argv.slice(1) } } })

    test('is what the task sees, to read; its folder is its own', async () => {
      const { stdout, stderr, folder, exitStatus } = await inside(
        ['sh', '-c', 'pwd; echo "$TOKEN"; touch made /tmp/t; touch /usr/x 2>/dev/null || echo no'],
        { env: { TOKEN: 'a b' } },
      )
      expect([stdout.replace(/\/\w{8}\n/, '/NAME\n'), stderr, exitStatus]).toEqual(['/tmp/build/NAME\na b\nno\n', '', 0])
      expect(existsSync(join(folder, 'made'))).toBe(true)
    })

    test('without the program is an error', async () => {
      expect((await inside(['no-such-program'])).error).toContain('in the image')
    })

    test('has its values in no argument of any process', async () => {
      const secret = mark()
      const running = inside(['sleep', '0.6'], { env: { TOKEN: secret } })
      await sleep(350)
      expect(alive(secret)).toEqual([])
      expect((await running).exitStatus).toBe(0)
    })

    test('that is not there is an error', async () => {
      const { error } = await run(task(), ['true'], { config: { ...config('with/nothing'), run: { path: 'true' } } })
      expect(error).toContain('is not there')
    })
  })
})

test.runIf(isLinux && existsSync('/usr/bin/setpriv'))('tasks end when the platform is killed', async () => {
  const name = mark()
  const folder = await taskFolder()
  const script = join(home, 'platform.mts')
  const from = JSON.stringify(new URL('run.ts', import.meta.url).href)
  await writeFile(
    script,
    `import { openTaskRunner } from ${from}
    const run = openTaskRunner({ policy: ${JSON.stringify({ ...policyOf(), images: 0, resourceTypes: 0 })}, log() {} })
    const over = new AbortController()
    const config = { platform: 'linux', run: { path: 'sh', args: ['-c', 'echo up; while :; do sleep 0.1; : ${name}; done'] } }
    await run({ organization: 'acme', env: {}, signal: over.signal, folder: ${JSON.stringify(folder)}, config, onOutput: () => process.kill(process.pid, 'SIGKILL') })`,
  )
  expect(() =>
    execFileSync(process.execPath, ['--import', 'tsx', script], { cwd: new URL('../../../../', import.meta.url).pathname, stdio: 'pipe' }),
  ).toThrow()
  for (let tries = 0; tries < 40 && alive(name).length > 0; tries++) await sleep(50)
  expect(alive(name)).toEqual([])
})

test('the operator reads what holds tasks in, and what does not', async () => {
  const lines: string[] = []
  await sh(open(policyOf(), { holding: 'group' }, lines), 'true')
  expect(lines.join('\n')).toMatch(/^Tasks run as .*process group/)
  const off: string[] = []
  open(policyOf({ tasks: 'none' }), {}, off)
  expect(off).toEqual(['Tasks of pipelines are off (ENGINE_TASKS)'])
})
