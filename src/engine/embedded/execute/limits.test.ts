/** What one build may take of everybody's, however it is written. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { inputs, runBuild, taskStep, typeOf } from '../../../../test/support/embedded-build.ts'
import type { Step } from '../../../formats/pipeline/types.ts'
import { openPlaces } from './places.ts'

describe('a build', () => {
  test('does at most 16 things at once, and all of them in the end', async () => {
    let [now, most, all] = [0, 0, 0]
    let crowd: () => void = () => {}
    const crowded = new Promise<void>((resolve) => {
      crowd = resolve
    })
    const busy = async () => {
      most = Math.max(most, ++now)
      all += 1
      // Nobody ends before as many as may are there at once.
      if (now === 16) crowd()
      await crowded
      await sleep(5)
      now -= 1
    }
    const steps = Array.from({ length: 60 }, () => taskStep('busy'))
    const { status } = await runBuild([{ in_parallel: [{ in_parallel: steps }, { in_parallel: steps }] }], { tasks: { busy } })
    expect([status, most, all]).toEqual(['succeeded', 16, 120])
  })

  test('that is aborted while steps wait for their turn does not begin them', async () => {
    const abort = new AbortController()
    let begun = 0
    // The sixteenth of those that hang aborts the build, as somebody would.
    const wait = async ({ signal }: { signal: AbortSignal }) => {
      if (++begun === 16) setTimeout(() => abort.abort(), 50)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      return 143
    }
    const steps = Array.from({ length: 30 }, () => taskStep('wait'))
    const { status, ran } = await runBuild([{ in_parallel: steps }], { abort, tasks: { wait } })
    expect([status, ran.length]).toEqual(['aborted', 16])
  })

  test('is stopped when all its steps together say too much', async () => {
    const say = ({ onOutput }: { onOutput(text: string, source: 'stdout'): void }) => {
      onOutput(`${'x'.repeat(99)}\n`.repeat(9000), 'stdout')
    }
    const limits = { seconds: 60, cacheBytes: 1_000_000, outputBytes: 1_000_000, diskBytes: 100_000_000 }
    const steps = Array.from({ length: 100 }, () => ({ try: taskStep('say') }) satisfies Step)
    const { errors, log } = await runBuild(steps, { tasks: { say }, ports: { limits } })
    expect(errors[0]).toBe('The build told more than all its steps together may: let them say less')
    expect(log.length).toBeLessThan(9_000_000)
  })

  test('has only so many characters of files read', async () => {
    const files = { 'a.txt': 'x'.repeat(900_000) }
    const steps = Array.from({ length: 12 }, (_, at): Step => ({ load_var: `v${at}`, file: 'repo/a.txt', format: 'raw', reveal: true }))
    const { status, errors } = await runBuild([{ get: 'repo' }, ...steps], { inputs, types: { fake: typeOf(files) } })
    expect([status, errors]).toEqual(['errored', ['file: the files that this build had read have more than 8388608 characters together']])
  })

  test('ends its hooks too when nothing of it may go on', async () => {
    const [abort, over] = [new AbortController(), new AbortController()]
    const running = runBuild([taskStep('hang', { ensure: taskStep('hang', { task: 'cleanup' }) })], { abort, ports: { over: over.signal } })
    await sleep(400)
    abort.abort()
    await sleep(400)
    over.abort()
    const { status, ran } = await running
    expect([status, ran.length]).toEqual(['aborted', 2])
  })
})

test('places are given back once, and whoever leaves the line takes none', async () => {
  const take = openPlaces(1)
  const leaving = new AbortController()
  const first = await take(new AbortController().signal)
  const second = take(leaving.signal)
  const third = take(new AbortController().signal)
  leaving.abort()
  expect(await second).toBeUndefined()
  first?.()
  first?.()
  const giveBack = await third
  expect(giveBack).toBeDefined()
  expect(await Promise.race([take(new AbortController().signal), sleep(20)])).toBeUndefined()
})
