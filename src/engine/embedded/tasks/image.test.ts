import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { alive, holdings, newMark, useTasks } from '../../../../test/support/tasks.ts'
import type { TaskConfig } from '../../../formats/pipeline/types.ts'

const { open, policyOf, run, sh } = useTasks()

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
      const secret = newMark()
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
