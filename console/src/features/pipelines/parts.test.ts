/** What pipelines and builds become before they are drawn. */
import { describe, expect, test, vi } from 'vitest'
import { settled } from '@/kit/log/ansi.ts'
import { BuildLog } from './build-log.ts'
import { shapeOf } from './graph-of.ts'
import { type PlanNode, stepsOf } from './plan.ts'

const job = (name: string, inputs: { resource: string; trigger?: boolean; passed?: string[] }[], outputs: string[] = []) => ({
  id: 1,
  name,
  inputs: inputs.map((input) => ({ name: input.resource, trigger: false, ...input })),
  outputs: outputs.map((resource) => ({ name: resource, resource })),
})

describe('the graph of a pipeline', () => {
  test('leads from resources through jobs to what they write', () => {
    const { lines } = shapeOf([
      job('test', [{ resource: 'app', trigger: true }], ['image']),
      job('deploy', [
        { resource: 'app', passed: ['test'] },
        { resource: 'image', passed: ['test'], trigger: true },
      ]),
    ])
    expect(lines).toEqual([
      { from: 'resource:app', to: 'job:test', triggers: true, carries: [] },
      { from: 'job:test', to: 'job:deploy', triggers: true, carries: ['app', 'image'] },
      { from: 'job:test', to: 'written:image', triggers: true, carries: [] },
    ])
  })

  test('joins a job to the later one that reads what it writes, and never runs backwards', () => {
    const joined = shapeOf([job('build', [{ resource: 'app' }], ['image']), job('deploy', [{ resource: 'image' }])])
    expect(joined.lines.map(({ from, to }) => `${from} ${to}`)).toContain('job:build resource:image')
    const counting = shapeOf([job('bump', [{ resource: 'version' }], ['version'])])
    expect(counting.resources.map(({ id }) => id)).toEqual(['resource:version', 'written:version'])
  })

  test('takes what comes from jobs of another group from the resource', () => {
    expect(shapeOf([job('deploy', [{ resource: 'app', passed: ['elsewhere'] }])]).lines[0]).toMatchObject({ from: 'resource:app' })
  })
})

describe('the steps of a build', () => {
  const words = (nodes: readonly PlanNode[]): string =>
    nodes.map((node) => (node.kind === 'leaf' ? `${node.step} ${node.name}` : `${node.group}(${words(node.children)})`)).join(', ')
  const task = (id: string, name: string) => ({ id, task: { name, privileged: false } })

  test('are told without what only wraps them', () => {
    const put = { id: '5', on_success: { step: { id: '6', put: { name: 'image' } }, on_success: { id: '7', get: { name: 'image' } } } }
    const several = { id: '2', in_parallel: { steps: [task('3', 'unit'), { id: '4', try: { step: task('8', 'lint') } }] } }
    expect(words(stepsOf({ id: '1', do: [several, put] }))).toBe('in_parallel(task unit, try(task lint)), put image, get image')
  })

  test('show hooks in either spelling, attempts, and kinds that nobody knew of', () => {
    expect(words(stepsOf({ id: '1', ensure: { step: task('2', 'a'), ensure: task('3', 'b') } }))).toBe('task a, ensure(task b)')
    expect(words(stepsOf({ id: '1', on_failure: { step: task('2', 'a'), next: task('3', 'b') } }))).toBe('task a, on_failure(task b)')
    expect(words(stepsOf({ id: '1', retry: [task('2', 'a'), task('3', 'a')] }))).toBe('retry(attempt(task a), attempt(task a))')
    expect(words(stepsOf({ id: '1', dance: {} }))).toBe('other dance')
  })
})

describe('the log of a build', () => {
  const told = (event: string, data: object) => ({ id: undefined, event: 'event', data: JSON.stringify({ event, data }) })
  const write = (payload: string, id = '1') => told('log', { origin: { id }, payload })

  test('is put together from pieces, line by line, for each step', async () => {
    vi.useFakeTimers()
    const log = new BuildLog()
    for (const event of [
      told('start-task', { origin: { id: '1' }, time: 5 }),
      write('a\nb'),
      write('c\n'),
      write('\nd'),
      write('other\n', '2'),
    ])
      log.take(event)
    log.take(told('finish-task', { origin: { id: '1' }, time: 9, exit_status: 2 }))
    log.take(told('status', { status: 'failed' }))
    vi.runAllTimers()
    vi.useRealTimers()
    const { steps, status } = log.record()
    expect(status).toBe('failed')
    expect(steps.get('1')).toMatchObject({ state: 'failed', began: 5, ended: 9, exitStatus: 2, lines: ['a', 'bc', '', 'd'] })
    expect(steps.get('2')?.lines).toEqual(['other'])
  })

  test('keeps the newest of very many lines, and says how many are gone', () => {
    vi.useFakeTimers()
    const log = new BuildLog()
    for (let part = 0; part < 30; part++) log.take(write('x\n'.repeat(10_000)))
    vi.runAllTimers()
    vi.useRealTimers()
    const step = log.record().steps.get('1')
    expect((step?.lines.length ?? 0) + (step?.dropped ?? 0)).toBe(300_000)
    expect(step?.lines.length).toBeLessThanOrEqual(200_000)
  })

  const linesOf = (...payloads: string[]) => {
    vi.useFakeTimers()
    const log = new BuildLog()
    for (const payload of payloads) log.take(write(payload))
    vi.runAllTimers()
    vi.useRealTimers()
    return log.record().steps.get('1')
  }

  test('keeps of a line that is written over only what was written last, however its pieces arrive', () => {
    expect(linesOf('10 %\r50', ' %\r', '100 %\r\n', 'done\r\n', '\r\n', 'x')?.lines).toEqual(['100 %', 'done', '', 'x'])
    expect(linesOf('10 %', '\r', '\r', '9 %', ' of it')?.lines).toEqual(['9 % of it'])
  })

  test('has an end in characters too: the oldest go, and it says what', () => {
    const page = `${'x'.repeat(999)}\n`.repeat(1000)
    const many = linesOf(...Array.from({ length: 30 }, () => page))
    expect((many?.lines.length ?? 0) + (many?.dropped ?? 0)).toBe(30_000)
    expect(many?.lines.join('').length).toBeLessThanOrEqual(20_000_000)
    expect(many?.lost).toBe(0)
    const one = linesOf(...Array.from({ length: 30 }, () => 'x'.repeat(1_000_000)), 'the end')
    expect(one?.lines[0]?.endsWith('the end')).toBe(true)
    expect((one?.lines[0]?.length ?? 0) + (one?.lost ?? 0)).toBe(30_000_007)
    expect(one?.lines[0]?.length).toBeLessThanOrEqual(20_000_000)
  })

  test('shows a line as a terminal would that was written over itself', () => {
    expect(settled('10%\r50%\r100%\r')).toBe('100%')
  })
})
