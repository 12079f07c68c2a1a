import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ConcourseWorld, openConcourseWorld, plainly } from '../../../test/support/concourse-world.ts'
import type { PipelineConfig } from '../../formats/pipeline/types.ts'

let world: ConcourseWorld
beforeEach(async () => {
  world = await openConcourseWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const config = (...names: string[]): PipelineConfig => ({
  resources: [{ name: 'repo', type: 'mock', source: { initial_version: 'v1' }, check_every: 'never' }],
  jobs: (names.length > 0 ? names : ['test']).map((name) => ({ name, plan: [{ get: 'repo' }] })),
})
const refused = (work: Promise<unknown>, code: string, words = '') =>
  expect(work).rejects.toMatchObject({ name: 'ApiError', code, message: expect.stringContaining(words) })
const calls = (method: string, path: RegExp) =>
  world.double.requests.filter((seen) => seen.method === method && path.test(seen.path)).length
const archive = (name: string) => {
  for (const pipeline of world.double.world.pipelines)
    if (pipeline.name === name) Object.assign(pipeline, { archived: true, paused: true, version: 0 })
}

describe('the team of an organization', () => {
  test('is made once, with the service user as its owner, however many pipelines are saved at once', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => world.save(name, config())))
    await world.save('d', config())
    expect(calls('PUT', /\/teams\/team-acme$/)).toBe(1)
    expect(world.double.world.teams.find(({ name }) => name === 'team-acme')?.auth).toEqual({
      owner: { users: [`local:${world.double.username}`], groups: [] },
    })
  })

  test('that is there keeps whom an operator let in', async () => {
    await world.save('a', config())
    const engine = await world.another()
    await engine.savePipeline({ ...world.acme, pipelineId: 2, name: 'b' }, { config: config(), ...plainly })
    expect(calls('PUT', /\/teams\/team-acme$/)).toBe(1)
  })

  test('is made again when somebody deleted it', async () => {
    await world.save('a', config())
    world.double.world.teams = world.double.world.teams.filter(({ name }) => name !== 'team-acme')
    world.double.world.pipelines = []
    await world.save('b', config())
    expect(calls('PUT', /\/teams\/team-acme$/)).toBe(2)
  })

  test.each(['main', 'Main', ''])('is never "%s"', async (team) => {
    const at = { ...world.acme, team, pipelineId: 1, name: 'x' }
    await expect(world.engine.savePipeline(at, { config: config(), ...plainly })).rejects.toThrow('not the team of an organization')
    await expect(world.engine.listBuilds(at, 'test', { limit: 5 })).rejects.toThrow('not the team of an organization')
    expect(calls('GET', /\/teams\//)).toBe(0)
  })
})

describe('saving', () => {
  test('is tried once more when somebody else saved in between', async () => {
    const at = await world.save('a', config())
    const changed = { status: 500, body: 'failed to save config: comparison with existing config failed during save' }
    world.double.fail({ method: 'PUT', path: /config/, does: { kind: 'answer', ...changed } })
    await world.engine.savePipeline(at, { config: config('other'), ...plainly })
    expect((await world.engine.listJobs(at)).map(({ name }) => name)).toEqual(['other'])
    world.double.fail({ method: 'PUT', path: /config/, times: 2, does: { kind: 'answer', ...changed } })
    await refused(world.engine.savePipeline(at, { config: config('third'), ...plainly }), 'Conflict', 'somebody else')
  })

  test('the same again sends nothing', async () => {
    const at = await world.save('a', { ...config(), jobs: [{ name: 'test', plan: [{ in_parallel: [{ get: 'repo', trigger: false }] }] }] })
    const before = calls('PUT', /./)
    await world.engine.savePipeline(at, { config: (await world.engine.readConfig(at)) ?? config(), ...plainly })
    await world.engine.savePipeline(at, {
      config: { ...config(), jobs: [{ name: 'test', plan: [{ in_parallel: [{ get: 'repo' }] }] }] },
      ...plainly,
    })
    expect(calls('PUT', /./)).toBe(before)
  })

  test('tells everything that Concourse has against it', async () => {
    const wrong: PipelineConfig = {
      resources: config().resources ?? [],
      jobs: [{ name: 'a', plan: [{ get: 'nothing' }, { get: 'nought' }] }],
    }
    const saving = world.engine.savePipeline({ ...world.acme, pipelineId: 1, name: 'a' }, { config: wrong, ...plainly })
    await expect(saving).rejects.toMatchObject({
      code: 'Invalid',
      details: [
        expect.stringContaining("unknown resource 'nothing'"),
        expect.stringContaining("'nought'"),
        expect.stringContaining('not used'),
      ],
    })
  })

  test("tells why the operator's policy is against it", async () => {
    world.double.fail({ method: 'PUT', path: /config/, does: { kind: 'answer', status: 403, body: 'policy check failed: privileged' } })
    const saving = world.save('a', config())
    await expect(saving).rejects.toMatchObject({ code: 'Invalid', details: ['policy check failed: privileged'] })
  })

  test('starts a new pipeline also when Concourse hesitates', async () => {
    world.double.fail({ path: /unpause/, times: 2, does: { kind: 'answer', status: 503 } })
    const at = await world.save('a', config())
    expect((await world.engine.readPipelines(world.acme, [at])).get(1)?.paused).toBe(false)
  })

  test('brings back an archived pipeline, paused', async () => {
    const at = await world.save('a', config())
    archive('a')
    expect(await world.engine.readConfig(at)).toBeUndefined()
    expect((await world.engine.readPipelines(world.acme, [at])).get(1)).toMatchObject({ archived: true, jobs: [{ name: 'test' }] })
    await world.engine.savePipeline(at, { config: config(), ...plainly })
    expect((await world.engine.readPipelines(world.acme, [at])).get(1)).toMatchObject({ archived: false, paused: true })
  })

  test.each(['a/b', '..', '%2e%2e', 'a\nb'])('refuses what is called %j: it could not be asked for', async (name) => {
    const problems = world.engine.unsupported(world.acme, config(name))
    expect(problems).toEqual([{ path: 'jobs[0].name', message: expect.stringContaining('slashes') }])
    await refused(world.save('a', config(name)), 'Invalid')
    await refused(world.save(name, config()), 'Invalid')
  })
})

describe('what Concourse answers oddly', () => {
  test('a name that is taken is a conflict, also when it is taken between looking and doing', async () => {
    const [one] = [await world.save('one', config()), await world.save('two', config())]
    await refused(world.engine.renamePipeline(one, 'two'), 'Conflict', 'two')
    world.double.fail({ method: 'GET', path: /pipelines\/two$/, does: { kind: 'answer', status: 404 } })
    await refused(world.engine.renamePipeline(one, 'two'), 'Conflict', 'two')
    await refused(world.engine.renamePipeline({ ...one, name: 'gone' }, 'three'), 'NotFoundEntity')
    await world.engine.renamePipeline(one, 'one')
  })

  test.each<[string, (at: Awaited<ReturnType<ConcourseWorld['save']>>) => Promise<unknown>]>([
    ['pausing', (at) => world.engine.setPipelinePaused(at, true)],
    ['a build', (at) => world.engine.createBuild(at, 'test')],
    ['a check', (at) => world.engine.checkResource(at, 'repo', null)],
  ])('%s of an archived pipeline is a conflict', async (_what, act) => {
    const at = await world.save('a', config())
    archive('a')
    await refused(act(at), 'Conflict', 'archived')
  })

  test('a rerun that the job does not take is a conflict', async () => {
    const at = await world.save('a', { ...config(), jobs: [{ name: 'test', plan: [{ get: 'repo' }], disable_reruns: true }] })
    const build = await world.run(at, 'test')
    await refused(world.engine.rerunBuild(at, 'test', build.id), 'Conflict', 'disable_reruns')
  })

  test('what somebody else did a moment ago is done', async () => {
    const at = await world.save('a', config())
    await world.run(at, 'test')
    const [version] = (await world.engine.listVersions(at, 'repo', { limit: 1 }, [])).items
    const id = version?.id ?? 0
    const twice = (act: () => Promise<void>) => Promise.all([act(), act(), act()])
    await twice(() => world.engine.setVersionEnabled(at, 'repo', id, false))
    await twice(() => world.engine.setVersionEnabled(at, 'repo', id, true))
    await world.engine.pinVersion(at, 'repo', id)
    await twice(() => world.engine.unpinResource(at, 'repo'))
  })

  test('an error that is none of these says to try again', async () => {
    const at = await world.save('a', config())
    for (const status of [500, 418]) {
      world.double.fail({ path: /jobs/, does: { kind: 'answer', status, body: 'pq: relation "secrets" does not exist' } })
      const error: unknown = await world.engine.listJobs(at).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'RetryOperation' })
      expect((error as Error).message).not.toContain('pq')
    }
  })
})

describe('when Concourse is down', () => {
  test('the platform starts, and what needs Concourse answers that it has to be tried again', async () => {
    const engine = await world.another({ access: { url: 'http://127.0.0.1:9', seconds: 1 } })
    const at = { ...world.acme, pipelineId: 1, name: 'a' }
    await refused(engine.savePipeline(at, { config: config(), ...plainly }), 'RetryOperation', 'try again')
    await refused(engine.readPipelines(world.acme, [at]), 'RetryOperation')
    await expect(engine.checkHealth()).rejects.toThrow('does not answer')
    await expect.poll(() => world.logs.join('')).toContain('Concourse cannot be used now')
  })

  test.each(['stranger', 'platform'])('or does not let %s in, the operator reads why', async (username) => {
    await world[Symbol.asyncDispose]()
    world = await openConcourseWorld({ strangers: { stranger: 'known' } })
    const engine = await world.another({ access: { username, password: username === 'stranger' ? 'known' : 'wrong word' } })
    await expect(engine.checkHealth()).rejects.toThrow(/CONCOURSE_USERNAME/)
    await expect(engine.savePipeline({ ...world.acme, pipelineId: 1, name: 'a' }, { config: config(), ...plainly })).rejects.toMatchObject({
      code: 'RetryOperation',
    })
    expect(world.logs.join('')).not.toContain('wrong word')
  })

  test('says so when it is there', async () => {
    expect(await world.engine.checkHealth()).toBe('Concourse 7.11.2 answers')
    await expect.poll(() => world.logs.join('')).toContain('Concourse 7.11.2 answers')
  })

  test('an old one is told of in the log, one that somebody built is not', async () => {
    for (const version of ['7.4.0', '0.0.0-dev']) {
      await using other = await openConcourseWorld({ version })
      await expect.poll(() => other.logs.join('')).toContain(`Concourse ${version} answers`)
      expect(other.logs.join('').includes('from 7.8 on')).toBe(version === '7.4.0')
    }
  })
})

test('a list of pipelines asks once for the team, and twice for each of them', async () => {
  const all = await Promise.all(['a', 'b', 'c', 'd'].map(async (name, at) => ({ ...(await world.save(name, config())), pipelineId: at })))
  world.double.requests.length = 0
  expect((await world.engine.readPipelines(world.acme, all)).size).toBe(4)
  expect(world.double.requests.length).toBe(1 + 2 * 4)
})
