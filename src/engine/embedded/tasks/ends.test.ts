/** How tasks end: by themselves, by their limits, with their build and with the platform. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { alive, holdings, isLinux, newMark, ownPath, useTasks } from '../../../../test/support/tasks.ts'

const { home, open, policyOf, sh, taskFolder } = useTasks()

describe.each(holdings)('a task, %s', (_, holding) => {
  const task = open(policyOf(), holding)

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
        env: ownPath,
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

    test('may tidy up', { retry: 2 }, async () => {
      const { stdout, took } = await aborted('trap "echo tidy; exit 3" TERM; while :; do sleep 0.05; done')
      expect(stdout).toBe('tidy\n')
      expect(took).toBeLessThan(1000)
    })

    test('is gone within two seconds although it ignores that', { retry: 2 }, async () => {
      const name = newMark()
      const { took } = await aborted(
        `trap "" TERM; sh -c 'trap "" TERM; while :; do sleep 0.1; : ${name}; done' & while :; do sleep 0.1; done`,
      )
      expect(took).toBeLessThan(2000)
      expect(alive(name)).toEqual([])
    })

    test.runIf(isLinux && existsSync('/usr/bin/setsid'))(
      'is gone with all that it started, also what has left its session',
      { retry: 2 },
      async () => {
        const name = newMark()
        const daemon = `setsid sh -c 'trap "" TERM; (setsid sh -c "trap \\"\\" TERM; while :; do sleep 0.1; : ${name}; done" &) ; sleep 20' >/dev/null 2>&1 &`
        const { took } = await aborted(`${daemon} for i in 1 2 3 4 5 6 7 8; do (while :; do sleep 0.1; : ${name}; done) & done; wait`, 500)
        expect(took).toBeLessThan(2000)
        expect(alive(name)).toEqual([])
      },
    )

    test('before it has begun, it does not begin', async () => {
      const { folder, exitStatus } = await sh(task, 'touch begun', { signal: AbortSignal.abort() })
      expect(exitStatus).toBe(143)
      expect(existsSync(join(folder, 'begun'))).toBe(false)
    })
  })

  test.runIf(isLinux && existsSync('/usr/bin/setsid'))('that ends leaves no process behind', async () => {
    const name = newMark()
    const { exitStatus } = await sh(task, `setsid sh -c 'while :; do sleep 0.1; : ${name}; done' >/dev/null 2>&1 & sleep 0.2; exit 5`)
    expect(exitStatus).toBe(5)
    expect(alive(name)).toEqual([])
  })

  test('leaves nothing beside its folder', async () => {
    const { folder } = await sh(task, 'touch "$HOME/file" "$TMPDIR/other"')
    expect(readdirSync(join(folder, '..'))).toEqual(['task'])
  })
})

test.runIf(isLinux && existsSync('/usr/bin/setpriv'))('tasks end when the platform is killed', async () => {
  const name = newMark()
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
