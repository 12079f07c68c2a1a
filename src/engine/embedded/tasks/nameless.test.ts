import { expect, test } from 'vitest'
import { holdings, isLinux, useTasks } from '../../../../test/support/tasks.ts'

const { open, policyOf, sh } = useTasks()

test.runIf(isLinux).each(holdings)('files that a task keeps open and without a name count, %s', async (_, holding) => {
  const policy = policyOf({ limits: { memoryBytes: 100 * 2 ** 20, diskBytes: 1000 * 2 ** 20 } })
  const { error } = await sh(open(policy, holding), 'exec 3>f; rm f; head -c 300000000 /dev/zero >&3; sleep 20')
  expect(error).toBe('The task used more than 100 MB of memory (ENGINE_TASK_MEMORY_MB), and was stopped')
})
