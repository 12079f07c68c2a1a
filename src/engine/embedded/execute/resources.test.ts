/** What gets and puts do with artifacts, and what they tell. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventsOf, getRepo, inputs, looking, runBuild, taskStep } from '../../../../test/support/embedded-build.ts'
import type { Step } from '../../../formats/pipeline/types.ts'
import type { ResourceType } from './types.ts'

describe('a get', () => {
  test('fetches the version that was chosen, with what its type needs to know', async () => {
    const asked: unknown[] = []
    const fake: Partial<ResourceType> = {
      async in({ metadata, organization, organizationId }, _folder, input) {
        asked.push({ ...input, metadata, organization, organizationId })
        return { version: input.version, metadata: [{ name: 'author', value: 'ann' }] }
      },
    }
    const config = { resources: [{ name: 'repo', type: 'fake', source: { uri: 'x' }, expose_build_created_by: true }] }
    const run = await runBuild([{ get: 'repo', params: { depth: 1 } }], { inputs, types: { fake }, config, createdBy: 'joe' })
    expect(asked).toEqual([
      {
        source: { uri: 'x' },
        version: { ref: 'a1' },
        params: { depth: 1 },
        organization: 'acme',
        organizationId: 1,
        metadata: {
          BUILD_ID: '7',
          BUILD_NAME: '3',
          BUILD_JOB_NAME: 'build',
          BUILD_PIPELINE_NAME: 'web',
          BUILD_TEAM_NAME: 'acme-1',
          BUILD_CREATED_BY: 'joe',
          ATC_EXTERNAL_URL: 'https://ci.example.com',
          BUILD_URL:
            'https://ci.example.com/organizations/acme/projects/shop/environments/prod/components/front/pipelines/web/jobs/build/builds/7',
        },
      },
    ])
    expect(run.metadata).toEqual([{ resource: 'repo', version: { ref: 'a1' }, metadata: [{ name: 'author', value: 'ann' }] }])
  })

  test('tells its beginning, its log and its end', async () => {
    const { events } = await runBuild([{ get: 'repo', params: { metadata: [{ name: 'author', value: 'ann' }] } }], { inputs })
    const [time, origin] = [1_700_000_000, { id: '2' }]
    expect(events).toEqual([
      { type: 'initialize-get', version: '2.0', data: { time, origin } },
      { type: 'selected-worker', version: '1.0', data: { time, origin, selected_worker: 'embedded' } },
      { type: 'start-get', version: '1.0', data: { time, origin } },
      { type: 'log', version: '5.1', data: { time, origin: { id: '2', source: 'stderr' }, payload: 'fetching\n' } },
      {
        type: 'finish-get',
        version: '5.1',
        data: { time, origin, exit_status: 0, version: { ref: 'a1' }, metadata: [{ name: 'author', value: 'ann' }] },
      },
    ])
  })

  test('fails when its type says so, with the words of the type in the log', async () => {
    const run = await runBuild([{ get: 'repo', params: { fail: true } }], { inputs })
    expect([run.status, run.log, run.errors]).toEqual(['failed', 'the fetch failed\n', []])
    expect(run.events.at(-1)).toMatchObject({ type: 'finish-get', data: { exit_status: 2, version: null } })
  })

  test.each<[string, Partial<ResourceType> | undefined, string]>([
    ['breaks', { in: () => Promise.reject(new Error('no route to host')) }, 'no route to host'],
    ['answers without a version', { in: async () => ({ version: {}, metadata: [] }) }, 'answered with a version of 0 fields'],
    ['answers with what cannot be kept', { in: async () => ({ version: { a: 'x\0' }, metadata: [] }) }, 'not all texts'],
    ['is not there', undefined, 'The embedded engine has no resource type odd'],
  ])('is errored when its type %s', async (_name, type, message) => {
    const config = { resources: [{ name: 'repo', type: type ? 'fake' : 'odd' }] }
    const run = await runBuild([{ get: 'repo' }], { inputs, config, ...(type ? { types: { fake: type } } : {}) })
    expect(run.status).toBe('errored')
    expect(run.errors.join()).toContain(message)
  })

  test('is errored when no version was chosen', async () => {
    expect((await runBuild([{ get: 'repo' }])).errors).toEqual(['No version of repo was chosen for repo'])
  })
})

describe('a put', () => {
  const offered = async (step: Partial<Extract<Step, { put: string }>>) => {
    let seen: string[] = []
    const fake: Partial<ResourceType> = {
      out: async (_context, folder) => {
        seen = (await readdir(folder)).sort()
        return { version: { v: '1' }, metadata: [] }
      },
    }
    const plan: Step[] = [getRepo({ f: 'x' }), getRepo({ f: 'y' }, 'other'), { put: 'image', ...step }]
    const { errors } = await runBuild(plan, { inputs, types: { fake } })
    return errors.length > 0 ? errors : seen
  }

  test.each<[string, Partial<Extract<Step, { put: string }>>, string[]]>([
    ['those that its parameters name, when nothing is said', { params: { a: ['x', { file: 'repo/f' }], b: './nothing' } }, ['repo']],
    ['with a path that begins here', { params: { file: './other/f' } }, ['other']],
    ['none without such a parameter', { params: { tag: 'repository' } }, []],
    ['all', { inputs: 'all' }, ['other', 'repo']],
    ['those of a list', { inputs: ['other'] }, ['other']],
    ['but not those that are not there', { inputs: ['other', 'gone', 'lost'] }, ['missing inputs: gone, lost']],
  ])('takes artifacts: %s', async (_name, step, expected) => {
    expect(await offered(step)).toEqual(expected)
  })

  test('works on copies, so that what it changes is changed for itself alone', async () => {
    const { seen, look } = looking()
    const fake: Partial<ResourceType> = {
      out: async (_context, folder) => {
        await writeFile(join(folder, 'repo/f'), 'changed')
        return { version: { v: '1' }, metadata: [] }
      },
    }
    const task = taskStep('look', { config: { inputs: [{ name: 'repo' }] } })
    await runBuild([getRepo({ f: 'x' }), { put: 'image', inputs: ['repo'], no_get: true }, task], {
      inputs,
      types: { fake },
      tasks: { look },
    })
    expect(seen).toEqual([{ 'repo/f': 'x' }])
  })

  test('keeps its version as an output, and fetches it with its own parameters', async () => {
    const { seen, look } = looking()
    const step: Step = { put: 'image', params: { v: '9', metadata: [{ name: 'size', value: '3' }] }, get_params: { files: { got: 'it' } } }
    const run = await runBuild([step, taskStep('look', { config: { inputs: [{ name: 'image' }] } })], { tasks: { look } })
    expect(run.outputs).toEqual([{ step: 'image', resource: 'image', version: { v: '9' }, metadata: [{ name: 'size', value: '3' }] }])
    expect(seen).toEqual([{ 'image/got': 'it' }])
    expect(eventsOf(run).slice(0, 8)).toEqual([
      ...['initialize-put 3', 'selected-worker 3', 'start-put 3', 'finish-put 3'],
      ...['initialize-get 4', 'selected-worker 4', 'start-get 4', 'finish-get 4'],
    ])
  })

  test('that fails is not fetched, and its hooks cover both', async () => {
    const hooks = { on_failure: taskStep('ok', { task: 'sorry' }) }
    const failed = await runBuild([{ put: 'image', params: { fail: true }, ...hooks }])
    const unfetched = await runBuild([{ put: 'image', get_params: { fail: true }, ...hooks }])
    expect([failed.status, failed.ran, failed.outputs.length]).toEqual(['failed', ['ok'], 0])
    expect([unfetched.status, unfetched.ran, unfetched.outputs.length]).toEqual(['failed', ['ok'], 1])
  })
})
