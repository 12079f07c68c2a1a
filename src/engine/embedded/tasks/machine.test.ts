import { expect, test } from 'vitest'
import { holdings, isRoot, useTasks } from '../../../../test/support/tasks.ts'
import type { Holding } from './launch.ts'
import { type Machine, riskOf } from './machine.ts'
import { openTaskRunner } from './run.ts'

const { policyOf, sh } = useTasks()
const tasks = { uid: 65_533, gid: 65_533 }

test.each<[what: string, Holding, Partial<Machine>, RegExp | undefined]>([
  ['in namespaces as a user of their own', 'namespaces', {}, undefined],
  ["in namespaces as the platform's user", 'user-namespaces', { user: undefined }, /whatever the platform's user may/],
  ['by a group number alone', 'group', { hasPrivateGroups: true }, /closed to tasks, but they see all processes and can stop/],
  ['by their user alone', 'group', {}, /read and change files of other builds/],
  ['not at all', 'group', { user: undefined }, /the platform's keys and its environment/],
])('tasks that are held in %s', (_, holding, more, risk) => {
  const machine: Machine = { isRoot: true, user: tasks, holding, hasPrivateGroups: false, tools: { sh: '/bin/sh' }, hasProc: true, ...more }
  if (risk === undefined) expect(riskOf(machine)).toBeUndefined()
  else expect(riskOf(machine)).toMatch(risk)
})

test.each(holdings)(
  'before any task runs, an operator reads once how they are held in, and is warned when that is little, %s',
  async (_, holding) => {
    const lines: [string, string][] = []
    let told = () => {}
    const said = new Promise<void>((resolve) => {
      told = resolve
    })
    const log = (line: string, level: string) => {
      lines.push([level, line])
      told()
    }
    const task = openTaskRunner({ policy: policyOf(), log, ...holding })
    await said
    const [[level, line] = ['', '']] = lines
    await sh(task, 'true')
    expect(lines).toHaveLength(1)
    const isHeld = isRoot && line.includes('namespaces of their own')
    expect(level).toBe(isHeld ? 'info' : 'warn')
    if (!isHeld) expect(line).toMatch(/: (?:tasks can|keys and files).*organizations that you trust/)
  },
)
