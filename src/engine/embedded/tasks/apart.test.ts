/** What tasks cannot get at when the platform is root. */
import { existsSync } from 'node:fs'
import { link, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { holdings, isRoot, newMark, useTasks } from '../../../../test/support/tasks.ts'

const { home, open, policyOf, sh, taskFolder } = useTasks()

describe.each(holdings)('a task, %s', (_, holding) => {
  const task = open(policyOf(), holding)

  describe.runIf(isRoot)('when the platform is root', () => {
    test('is a user of its own, which is not nobody, without a group of ours and without a way to more', async () => {
      const { stdout } = await sh(
        task,
        'id -u; id -G | tr " " "\\n" | grep -cx 0; grep NoNewPrivs /proc/self/status; grep CapEff /proc/self/status',
      )
      expect(stdout).toBe('65533\n0\nNoNewPrivs:\t1\nCapEff:\t0000000000000000\n')
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

    test.runIf(holding.holding === undefined)('leaves nothing to another build where everybody may write', async () => {
      const mark = newMark()
      const there = ['/tmp', '/var/tmp', '/dev/shm', '/dev/mqueue', '/run/lock', '/var/crash'].filter((at) => existsSync(at))
      const paths = there.map((at) => join(at, mark))
      expect((await sh(task, `touch ${paths.join(' ')} && ls ${paths.join(' ')} | wc -l`)).stdout).toBe(`${there.length}\n`)
      expect(paths.filter((path) => existsSync(path))).toEqual([])
      expect((await sh(task, `ls ${paths.join(' ')} 2>/dev/null`)).stdout).toBe('')
    })

    test("cannot read what is the platform's alone", async () => {
      await writeFile(join(home, 'key'), 'of the platform', { mode: 0o600 })
      expect((await sh(task, `cat ${home}/key /etc/shadow`)).stdout).toBe('')
    })

    test('gets nothing of what its links point to', async () => {
      const folder = await taskFolder()
      const outside = join(home, newMark())
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
