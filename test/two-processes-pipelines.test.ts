/** Two API processes on one database behave as one for pipelines too; test/two-processes.test.ts tells of everything else. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { targetOf } from './support/ask.ts'
import { framesOf } from './support/event-stream.ts'
import { openLine, tasksOnHost, withRunner } from './support/pipelines.ts'
import { useRepositories } from './support/repositories.ts'
import { openTestServer, type TestServer, useServer } from './support/server.ts'
import { webStack } from './support/web-stack.ts'
import { gitIn, must, openWorkshop } from './support/workshop.ts'

const repositories = useRepositories()
const options = { config: gitIn(repositories), engine: tasksOnHost }
const first = useServer(options)
let second: TestServer & AsyncDisposable
beforeAll(async () => {
  second = await openTestServer({ ...options, beside: first })
})
afterAll(() => second[Symbol.asyncDispose]())
const rounds = 5

describe('a pipeline', () => {
  const waiting = `
jobs:
  - name: wait
    plan:
      - task: wait
        config:
          platform: linux
          image_resource: {type: registry-image, source: {repository: busybox}}
          run: {path: sh, args: [-c, 'echo waiting; sleep 120 & wait']}
`
  test('that one was asked to build and the other builds is followed live on both, and ends where neither began it', async () => {
    const line = await openLine(await openWorkshop(first, repositories, webStack()), waiting)
    await withRunner(second, async () => {
      const { id } = (await must(line.ada.createBuild({ path: line.job('wait') }))).body.data
      const events = targetOf('getBuildEvents', { path: { ...line.pipeline, build_id: id }, query: {}, body: undefined })
      let seen = 0
      const follow = async (server: TestServer) => {
        const told: string[] = []
        for await (const { event, data } of framesOf(server.url + events, line.ada.token)) {
          told.push(data)
          if (event === 'end') return told
          // Both have read it while the task goes on: neither waited for its end.
          if (data.includes('waiting') && ++seen === 2) await must(line.ada.abortBuild({ path: line.build('wait', { id }) }))
        }
        throw new Error('the stream broke off')
      }
      const [here, there] = await Promise.all([follow(first), follow(second)])
      expect(there).toEqual(here)
      expect(await second.client(line.ada.token).getBuild({ path: line.build('wait', { id }) })).toMatchObject({
        body: { data: { status: 'aborted', aborted_by: 'ada' } },
      })
    })
  })

  test('that one has paused or changed is paused or changed on the other', async () => {
    const line = await openLine(await openWorkshop(first, repositories, webStack()), waiting)
    const there = second.client(line.ada.token)
    for (let round = 1; round <= rounds; round++) {
      await must(line.ada.pausePipeline({ path: line.pipeline }))
      expect((await there.getPipeline({ path: line.pipeline })).body.data, `round ${round}`).toMatchObject({
        paused: true,
        paused_by: 'ada',
      })
      await must(there.pauseJob({ path: line.job('wait') }))
      expect((await line.ada.getJob({ path: line.job('wait') })).body.data).toMatchObject({ paused: true, paused_by: 'ada' })
      await must(there.unpausePipeline({ path: line.pipeline }))
      await must(line.ada.unpauseJob({ path: line.job('wait') }))
      expect((await there.getPipeline({ path: line.pipeline })).body.data).toMatchObject({ paused: false, jobs: [{ paused: false }] })
      const passed_config = `${waiting}    public: ${round % 2 === 1}\n`
      await must(there.updatePipeline({ path: line.pipeline, body: { passed_config } }))
      expect((await line.ada.getPipelineConfigVersions({ path: line.pipeline })).body.data[0]?.version, `round ${round}`).toBe(1 + round)
    }
  })
})
