import { describe, expect, test } from 'vitest'
import type { EngineEvent } from '../../src/engine/types.ts'
import { type Bench, hello, job, logOf, mock, refused, script } from './harness.ts'

export function eventContract(bench: Bench): void {
  describe('the events of a build', () => {
    test('are numbered from 0 without a gap, begin with its start and end with how it ended', async () => {
      const at = await bench.pipeline({
        resources: [mock('repo')],
        jobs: [job('test', [{ get: 'repo' }, script('echo hello; exit 3')])],
      })
      const build = await bench.engine.createBuild(at, 'test')
      const events = await bench.events(at, build)
      expect(events.map(({ id }) => id)).toEqual(events.map((_, at) => at))
      expect(events[0]).toMatchObject({ type: 'status', version: '1.0', data: { status: 'started' } })
      expect(events.at(-1)).toMatchObject({ type: 'status', data: { status: 'failed' } })
      const types = new Set(events.map(({ type }) => type))
      for (const type of ['initialize-get', 'start-get', 'finish-get', 'initialize-task', 'start-task', 'log', 'finish-task'])
        expect(types).toContain(type)
      expect(events.find(({ type }) => type === 'finish-task')?.data).toMatchObject({ exit_status: 3 })
      expect(logOf(events)).toContain('hello\n')
      expect((await bench.engine.getBuild(at, build.id)).status).toBe('failed')
    })

    test('are told from behind the one that is named', async () => {
      const at = await bench.pipeline(hello)
      const build = await bench.run(at, 'hello')
      const all = await bench.events(at, build)
      for (const after of [0, 2, all.length - 2, all.length - 1])
        expect(await bench.events(at, build, { after })).toEqual(all.slice(after + 1))
    })

    test('are waited for while the build waits and runs', async () => {
      const at = await bench.pipeline(hello)
      await bench.engine.setJobPaused(at, 'hello', true)
      const build = await bench.engine.createBuild(at, 'hello')
      const events = bench.events(at, build)
      await bench.engine.setJobPaused(at, 'hello', false)
      expect((await events).at(-1)).toMatchObject({ type: 'status', data: { status: 'succeeded' } })
    })

    test('come while it runs, and end when nobody listens any more', async () => {
      const at = await bench.pipeline({ jobs: [job('long', [script('echo begun; sleep 300')])] })
      const build = await bench.engine.createBuild(at, 'long')
      const listening = new AbortController()
      const seen: EngineEvent[] = []
      for await (const event of bench.engine.streamEvents(at, build.id, { signal: listening.signal, isCheck: false })) {
        seen.push(event)
        if (event.type === 'log' && logOf(seen).includes('begun')) listening.abort()
      }
      expect((await bench.engine.getBuild(at, build.id)).status).toBe('started')
      await bench.engine.abortBuild(at, 'long', build.id)
      await bench.ended(at, build)
    })

    test('hold every line of a long log, in order', async () => {
      const at = await bench.pipeline({ jobs: [job('chatty', [script('seq 1 3000')])] })
      const build = await bench.run(at, 'chatty')
      const lines = logOf(await bench.events(at, build))
        .split('\n')
        .filter((line) => /^\d+$/.test(line))
      expect(lines).toEqual(Array.from({ length: 3000 }, (_, at) => String(at + 1)))
    })

    test('of a check are told to who knows that it is one', async () => {
      const at = await bench.pipeline({ resources: [mock('repo')], jobs: [job('test', [{ get: 'repo' }])] })
      const check = await bench.engine.checkResource(at, 'repo', null)
      expect((await bench.events(at, check, { isCheck: true })).at(-1)).toMatchObject({ type: 'status', data: { status: 'succeeded' } })
      await refused(bench.events(at, check), 'NotFoundEntity')
      const build = await bench.run(at, 'test')
      await refused(bench.events(at, build, { isCheck: true }), 'NotFoundEntity')
    })
  })
}
