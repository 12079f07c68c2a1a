/** How steps end, and what runs because of it: tables from the rules, and an evaluator of them for every other combination. */
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FakeTask, runBuild, taskStep } from '../../../../test/support/embedded-build.ts'
import type { Hooks, Step } from '../../../formats/pipeline/types.ts'

type Outcome = 'succeeded' | 'failed' | 'errored' | 'aborted'
const pathOf: Record<Outcome, string> = { succeeded: 'ok', failed: 'no', errored: 'broken', aborted: 'abort' }

/** Tasks by name; one whose name begins with `abort` aborts the build and waits for what comes of it. */
const outcomeOf = (name: string) => name.split('-')[0] ?? ''
async function run(plan: Step[], hooks: Hooks = {}): Promise<{ status: string; ran: string[] }> {
  const abort = new AbortController()
  const ran: string[] = []
  const { status } = await runBuild(plan, {
    ...hooks,
    abort,
    ports: {
      async runTask({ config, signal }) {
        ran.push(config.run.path)
        const kind = outcomeOf(config.run.path)
        if (kind === 'abort') abort.abort()
        if (kind === 'broken') throw new Error('broken')
        return { exitStatus: kind === 'no' ? 1 : signal.aborted ? 143 : 0 }
      },
    },
  })
  return { status, ran }
}
const leaf = (outcome: Outcome, more: Hooks = {}) => taskStep(pathOf[outcome], more)
const hook = (name: string) => taskStep(name)

describe('a step with a hook', () => {
  // hook, step, outcome of the hook → result, and whether the hook runs
  test.each<[keyof Hooks, Outcome, Outcome, Outcome, boolean]>([
    ['on_success', 'succeeded', 'succeeded', 'succeeded', true],
    ['on_success', 'succeeded', 'failed', 'failed', true],
    ['on_success', 'succeeded', 'errored', 'errored', true],
    ['on_success', 'failed', 'succeeded', 'failed', false],
    ['on_success', 'errored', 'succeeded', 'errored', false],
    ['on_success', 'aborted', 'succeeded', 'aborted', false],
    ['on_failure', 'failed', 'succeeded', 'failed', true],
    ['on_failure', 'failed', 'failed', 'failed', true],
    ['on_failure', 'failed', 'errored', 'errored', true],
    ['on_failure', 'failed', 'aborted', 'aborted', true],
    ['on_failure', 'succeeded', 'failed', 'succeeded', false],
    ['on_failure', 'errored', 'succeeded', 'errored', false],
    ['on_failure', 'aborted', 'succeeded', 'aborted', false],
    ['on_error', 'errored', 'succeeded', 'errored', true],
    ['on_error', 'errored', 'failed', 'errored', true],
    ['on_error', 'errored', 'errored', 'errored', true],
    ['on_error', 'failed', 'succeeded', 'failed', false],
    ['on_error', 'aborted', 'succeeded', 'aborted', false],
    ['on_error', 'succeeded', 'failed', 'succeeded', false],
    ['on_abort', 'aborted', 'succeeded', 'aborted', true],
    ['on_abort', 'aborted', 'failed', 'aborted', true],
    ['on_abort', 'aborted', 'errored', 'aborted', true],
    ['on_abort', 'failed', 'succeeded', 'failed', false],
    ['on_abort', 'errored', 'succeeded', 'errored', false],
    ['on_abort', 'succeeded', 'failed', 'succeeded', false],
    ['ensure', 'succeeded', 'succeeded', 'succeeded', true],
    ['ensure', 'succeeded', 'failed', 'failed', true],
    ['ensure', 'succeeded', 'errored', 'errored', true],
    ['ensure', 'failed', 'succeeded', 'failed', true],
    ['ensure', 'failed', 'errored', 'errored', true],
    ['ensure', 'errored', 'succeeded', 'errored', true],
    ['ensure', 'errored', 'failed', 'errored', true],
    ['ensure', 'aborted', 'succeeded', 'aborted', true],
    ['ensure', 'aborted', 'failed', 'aborted', true],
  ])('%s: after a step that %s, a hook that %s makes it %s (the hook runs: %s)', async (name, step, after, expected, runs) => {
    const { status, ran } = await run([leaf(step, { [name]: hook(`${pathOf[after]}-hook`) })])
    expect([status, ran.length === 2]).toEqual([expected, runs])
  })

  test('the hooks of a job surround its whole plan', async () => {
    const hooks = { on_failure: hook('ok-failure'), ensure: hook('ok-always'), on_success: hook('ok-success') }
    expect(await run([leaf('succeeded'), leaf('failed'), leaf('succeeded')], hooks)).toEqual({
      status: 'failed',
      ran: ['ok', 'no', 'ok-failure', 'ok-always'],
    })
  })
})

describe('steps of steps', () => {
  test.each<[string, Step, Outcome, string[]]>([
    ['do stops at the first that does not succeed', { do: [hook('ok-1'), hook('no-2'), hook('ok-3')] }, 'failed', ['ok-1', 'no-2']],
    ['an empty do succeeds', { do: [] }, 'succeeded', []],
    ['try succeeds whatever fails', { try: hook('no') }, 'succeeded', ['no']],
    ['try succeeds whatever is broken', { try: hook('broken') }, 'succeeded', ['broken']],
    ['try does not hide an abort', { try: hook('abort') }, 'aborted', ['abort']],
    ['attempts end with the first success', taskStep('ok', { attempts: 3 }), 'succeeded', ['ok']],
    ['attempts are used up by failures', taskStep('no', { attempts: 3 }), 'failed', ['no', 'no', 'no']],
    ['attempts are used up by errors', taskStep('broken', { attempts: 2 }), 'errored', ['broken', 'broken']],
    ['attempts end with an abort', taskStep('abort', { attempts: 3 }), 'aborted', ['abort']],
    ['in_parallel lets all finish', { in_parallel: [hook('no-1'), hook('ok-2'), hook('ok-3')] }, 'failed', ['no-1', 'ok-2', 'ok-3']],
    ['in_parallel is errored when one is', { in_parallel: [hook('no'), hook('broken')] }, 'errored', ['no', 'broken']],
    [
      'in_parallel begins nothing more after a failure with fail_fast',
      { in_parallel: { steps: [hook('no-1'), hook('ok-2')], limit: 1, fail_fast: true } },
      'failed',
      ['no-1'],
    ],
  ])('%s', async (_name, step, status, ran) => {
    const ended = await run([step])
    // Which of several at once is first is not a matter of rules.
    expect({ ...ended, ran: ended.ran.sort() }).toEqual({ status, ran: ran.sort() })
  })

  test('attempts succeed when a later one does', async () => {
    let times = 0
    const { status } = await runBuild([taskStep('third', { attempts: 5 })], { tasks: { third: () => (++times < 3 ? 1 : 0) } })
    expect([status, times]).toEqual(['succeeded', 3])
  })

  test('in_parallel runs as many at once as its limit says, and all at once without one', async () => {
    const most = async (limit?: number) => {
      let [now, peak] = [0, 0]
      const busy = async () => {
        peak = Math.max(peak, ++now)
        // Until all that may be here are here.
        while (peak < (limit ?? 5)) await sleep(5)
        await sleep(20)
        now -= 1
      }
      const steps = Array.from({ length: 5 }, (_, at) => taskStep('busy', { task: `t${at}` }))
      await runBuild([{ in_parallel: { steps, ...(limit ? { limit } : {}) } }], { tasks: { busy } })
      return peak
    }
    expect(await Promise.all([most(2), most()])).toEqual([2, 5])
  })

  test('fail_fast stops what runs, whose on_abort hooks run, and the step is failed', async () => {
    let isHanging = false
    const hang: FakeTask = async ({ signal }) => {
      isHanging = true
      while (!signal.aborted) await sleep(5)
    }
    const late: FakeTask = async () => {
      while (!isHanging) await sleep(5)
      return 1
    }
    const steps = [taskStep('hang', { on_abort: taskStep('ok') }), taskStep('late')]
    const { status, ran, errors } = await runBuild([{ in_parallel: { steps, fail_fast: true } }], { tasks: { hang, late } })
    expect([status, ran.sort(), errors]).toEqual(['failed', ['hang', 'late', 'ok'], ['interrupted']])
  })
})

describe('any tree of steps', () => {
  test('ends as the rules say, and runs what the rules say in their order', async () => {
    const property = fc.asyncProperty(tree, async (drawn) => {
      const names = new Map<Leaf, string>()
      const step = stepOf(drawn, names)
      const expected: { ran: string[]; status: Outcome } = { ran: [], status: 'succeeded' }
      expected.status = evaluate(drawn, { aborted: false }, (one) => expected.ran.push(names.get(one) ?? ''))
      expect(await run([step])).toEqual(expected)
    })
    await fc.assert(property, { seed: 4, numRuns: 120 })
  })
})

// ---- the rules once more, in as few words as possible

interface Leaf {
  kind: 'leaf'
  outcome: Outcome
}
type Tree =
  | Leaf
  | { kind: 'do'; steps: Tree[] }
  | { kind: 'parallel'; steps: Tree[]; failFast: boolean }
  | { kind: 'try'; step: Tree }
  | { kind: 'retry'; step: Tree; attempts: number }
  | { kind: 'hook'; hook: keyof Hooks; step: Tree; next: Tree }

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('leaf' as const),
      outcome: fc.constantFrom<Outcome[]>('succeeded', 'succeeded', 'succeeded', 'failed', 'errored', 'aborted'),
    }),
    fc.record({ kind: fc.constant('do' as const), steps: fc.array(tie('tree'), { maxLength: 3 }) }),
    // One at a time: which of several is stopped by another is not a matter of rules.
    fc.record({ kind: fc.constant('parallel' as const), steps: fc.array(tie('tree'), { maxLength: 3 }), failFast: fc.boolean() }),
    fc.record({ kind: fc.constant('try' as const), step: tie('tree') }),
    fc.record({ kind: fc.constant('retry' as const), step: tie('tree'), attempts: fc.integer({ min: 1, max: 2 }) }),
    fc.record({
      kind: fc.constant('hook' as const),
      hook: fc.constantFrom<(keyof Hooks)[]>('on_success', 'on_failure', 'on_error', 'on_abort', 'ensure'),
      step: tie('tree'),
      next: tie('tree'),
    }),
  ),
}))

function stepOf(drawn: Tree, names: Map<Leaf, string>): Step {
  const of = (one: Tree) => stepOf(one, names)
  switch (drawn.kind) {
    case 'leaf': {
      const name = `${pathOf[drawn.outcome]}-${names.size}`
      names.set(drawn, name)
      return hook(name)
    }
    case 'do':
      return { do: drawn.steps.map(of) }
    case 'parallel':
      return { in_parallel: { steps: drawn.steps.map(of), limit: 1, fail_fast: drawn.failFast } }
    case 'try':
      return { try: of(drawn.step) }
    case 'retry':
      return { do: [of(drawn.step)], attempts: drawn.attempts }
    case 'hook':
      return { do: [of(drawn.step)], [drawn.hook]: of(drawn.next) }
  }
}

function evaluate(drawn: Tree, build: { aborted: boolean }, begin: (leaf: Leaf) => void): Outcome {
  const run = (one: Tree, within = build): Outcome => evaluate(one, within, begin)
  switch (drawn.kind) {
    case 'leaf':
      if (build.aborted) return 'aborted'
      begin(drawn)
      if (drawn.outcome === 'aborted' && 'free' in build) return 'succeeded'
      build.aborted = drawn.outcome === 'aborted'
      return drawn.outcome
    case 'do': {
      for (const step of drawn.steps) {
        const result = build.aborted ? 'aborted' : run(step)
        if (result !== 'succeeded') return result
      }
      return 'succeeded'
    }
    case 'parallel': {
      const results: Outcome[] = []
      for (const step of drawn.steps) {
        if (drawn.failFast && results.some((result) => result !== 'succeeded')) break
        results.push(build.aborted ? 'aborted' : run(step))
      }
      return (['aborted', 'errored', 'failed'] as const).find((outcome) => results.includes(outcome)) ?? 'succeeded'
    }
    case 'try':
      return run(drawn.step) === 'aborted' ? 'aborted' : 'succeeded'
    case 'retry': {
      let result = run(drawn.step)
      for (let more = 1; more < drawn.attempts && (result === 'failed' || result === 'errored') && !build.aborted; more++)
        result = run(drawn.step)
      return result
    }
    case 'hook': {
      const result = run(drawn.step)
      const wanted = { on_success: 'succeeded', on_failure: 'failed', on_error: 'errored', on_abort: 'aborted', ensure: result }[drawn.hook]
      if (result !== wanted) return result
      const isFree = drawn.hook === 'ensure' || drawn.hook === 'on_abort'
      const after = run(drawn.next, isFree && build.aborted ? Object.assign({ aborted: false }, { free: true }) : build)
      const both = [result, after]
      if (drawn.hook === 'on_success') return after
      return (['aborted', 'errored', 'failed'] as const).find((outcome) => both.includes(outcome)) ?? 'succeeded'
    }
  }
}
