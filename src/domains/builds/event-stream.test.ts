import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { framesOf } from '../../../test/support/event-stream.ts'
import { openLine, run } from '../../../test/support/pipelines.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../../../test/support/workshop.ts'
import { StaleAccess } from '../../db/pool.ts'
import type { EngineEvent } from '../../engine/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { streamBuild } from './event-stream.ts'

describe('the events of a build over HTTP', () => {
  const repositories = useRepositories()
  const server = useServer({ runner: true, config: gitIn(repositories) })
  const config =
    'resources: [{name: t, type: mock, source: {}}]\njobs: [{name: j, plan: [{get: t}]}, {name: never, plan: [{get: t, passed: [j]}]}]'
  const open = async () => {
    const line = await openLine(await openWorkshop(server, repositories, webStack()), config)
    const { organization_canonical: o, project_canonical: p, environment_canonical: e, component_canonical: c } = line.at
    const path = (id: number) => `/organizations/${o}/projects/${p}/environments/${e}/components/${c}/pipelines/line/builds/${id}/events`
    return { line, path }
  }

  test('tell proxies to pass them on as they come', async () => {
    const { line, path } = await open()
    const { id } = await run(line, 'j')
    const { headers } = await fetch(server.url + path(id), { headers: { authorization: `Bearer ${line.ada.token}` } })
    expect(headers.get('content-type')).toBe('text/event-stream')
    expect(headers.get('cache-control')).toBe('no-store, no-transform')
    expect(headers.get('x-accel-buffering')).toBe('no')
  })

  test('are open to a browser, which can only send its token in the query', async () => {
    const { line, path } = await open()
    const { id } = await run(line, 'j')
    const frames = []
    for await (const frame of framesOf(`${server.url}${path(id)}?api_key=${line.ada.token}`, undefined)) {
      frames.push(frame.event)
      if (frame.event === 'end') break
    }
    expect(frames.at(-1)).toBe('end')
  })

  test('do not go on after something that is no event', async () => {
    const { line, path } = await open()
    const { id } = await run(line, 'j')
    const headers = { authorization: `Bearer ${line.ada.token}`, 'last-event-id': 'yesterday' }
    expect((await fetch(server.url + path(id), { headers })).status).toBe(422)
  })

  test('end when the process stops, so that it can', async () => {
    const { line, path } = await open()
    const other = await openTestServer({ beside: server, config: gitIn(repositories) })
    // It waits for a version that nothing makes.
    await must(line.ada.pauseJob({ path: line.job('never') }))
    const { body } = await must(line.ada.createBuild({ path: line.job('never') }))
    const response = await fetch(other.url + path(body.data.id), { headers: { authorization: `Bearer ${line.ada.token}` } })
    const text = response.text()
    await other[Symbol.asyncDispose]()
    expect(await text).not.toContain('event: end')
  })
})

describe('a stream that lasts', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  const at = { organizationId: 1, organization: 'acme', team: 'team-1', pipelineId: 1, name: 'line' }
  const path = { project: 'shop', environment: 'prod', component: 'app', pipeline: 'line' }
  const open = (read: () => Promise<unknown>) => {
    const aborted = new AbortController()
    async function* silence(): AsyncGenerator<EngineEvent> {
      await new Promise(() => {})
    }
    const context = {
      read,
      platform: { engine: { streamEvents: silence } },
      request: { lastEventId: undefined, closed: () => aborted.signal, log: { error: () => {} } },
    } as unknown as OrganizationContext
    return streamBuild(context, at, { id: 1, isCheck: false, path })[Symbol.asyncIterator]()
  }
  const next = async (frames: AsyncIterator<string>, milliseconds: number) => {
    const frame = frames.next()
    await vi.advanceTimersByTimeAsync(milliseconds)
    return frame
  }

  test('shows proxies that it lives', async () => {
    const frames = open(async () => ({}))
    await frames.next()
    expect(await next(frames, 15_000)).toEqual({ done: false, value: ': still here\n\n' })
  })

  test('ends when what its reader may see has changed', async () => {
    const frames = open(async () => Promise.reject(new StaleAccess()))
    await frames.next()
    await next(frames, 15_000)
    await next(frames, 15_000)
    expect(await next(frames, 15_000)).toEqual({ done: true, value: undefined })
  })

  test('ends after an hour, so that its reader shows a token that is still one', async () => {
    const frames = open(async () => ({}))
    await frames.next()
    let pulses = 0
    for (let frame = await next(frames, 15_000); !frame.done && pulses < 1000; frame = await next(frames, 15_000)) pulses++
    expect(pulses).toBeGreaterThan(230)
    expect(pulses).toBeLessThan(245)
  })
})
