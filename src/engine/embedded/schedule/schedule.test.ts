import { describe, expect, test } from 'vitest'
import { after, begins, now, waitingOf, waitsFor, world } from '../../../../test/support/pipeline-world.ts'
import { schedule } from './schedule.ts'

const oneJob = 'repo: v1 v2\nunit = get repo trigger\n'

describe('a build is made by itself', () => {
  test.each([
    ['for a version that no build of the job had', `${oneJob}#1 unit ok repo=v1`, ['unit repo=v2']],
    ['for the first version', oneJob, ['unit repo=v2']],
    ['not for a version that a build had', `${oneJob}#1 unit failed repo=v2`, []],
    ['not for a version that an older build had', `${oneJob}#1 unit ok repo=v2\n#2 unit ok repo=v1`, []],
    ['not for an input that is no trigger', 'repo: v1\nunit = get repo', []],
    ['for a trigger beside an input that is none', 'repo: v1\nx: x1 x2\nunit = get repo trigger | get x', ['unit repo=v1 x=x2']],
    [
      'not for a new version of an input that is no trigger',
      'repo: v1\nx: x1 x2\nunit = get repo trigger | get x\n#1 unit ok repo=v1 x=x1',
      [],
    ],
    ['not while an input has no version', 'repo: v1\nx:\nunit = get repo trigger | get x', []],
    ['not for a job without inputs', 'unit = put x', []],
    [
      'for each input name of its own',
      'repo: v1\nunit = get a of repo trigger | get b of repo trigger\n#1 unit ok a=v1',
      ['unit a=v1 b=v1'],
    ],
    [
      'when all its inputs passed',
      'repo: v1\nunit = get repo\ndeploy = get repo passed unit trigger\n#1 unit ok repo=v1',
      ['deploy repo=v1'],
    ],
    ['not before they passed', 'repo: v1\nunit = get repo\ndeploy = get repo passed unit trigger\n#1 unit started repo=v1', []],
    [
      'not again because the job before ran again',
      'repo: v1\nunit = get repo\ndeploy = get repo passed unit trigger\n#1 unit ok repo=v1\n#2 deploy ok repo=v1\n#3 unit ok repo=v1',
      [],
    ],
    [
      'for the older version when the newest was disabled and it never had it',
      'repo: v1 -v2\nunit = get repo trigger\n#1 unit ok repo=v2',
      ['unit repo=v1'],
    ],
    ['not while the job is paused', `${oneJob}`.replace('trigger', 'trigger | paused'), []],
    ['not beside a pending one, which takes the version', `${oneJob}#1 unit pending`, ['#1 repo=v2']],
    [
      'not beside a pending one that cannot start',
      `${oneJob.replace('trigger', 'trigger | serial')}#1 unit started repo=v1\n#2 unit pending`,
      [],
    ],
    ['beside one that is being aborted before it began', `${oneJob}#1 unit pending abort`, ['unit repo=v2']],
    [
      'and waits when the job runs as many as it may',
      `${oneJob.replace('trigger', 'trigger | serial')}#1 unit started repo=v1`,
      ['unit repo=v2, waits'],
    ],
  ])('%s', (_, text, expected) => expect(begins(world(text))).toEqual(expected))

  test('not while the pipeline is paused', () => expect(begins(world(oneJob, { paused: true }))).toEqual([]))

  test('for every version in turn, as long as there is place', () => {
    const text = 'repo: v1 v2 v3 v4 v5\nunit = get repo trigger every\n#1 unit ok repo=v1'
    expect(begins(world(text, { places: 2 }))).toEqual(['unit repo=v2', 'unit repo=v3', 'unit repo=v4, waits'])
  })

  test('for every version one after the other in a serial job', () => {
    const text = 'repo: v1 v2 v3 v4\nunit = get repo trigger every | serial\n#1 unit ok repo=v1'
    expect(begins(world(text))).toEqual(['unit repo=v2', 'unit repo=v3, waits'])
  })

  test('of each job in turn, so that one with many versions leaves places', () => {
    const text = 'repo: v1 v2 v3 v4\nunit = get repo trigger every\nlint = get repo trigger\n#1 unit ok repo=v1'
    expect(begins(world(text, { places: 2 }))).toEqual(['unit repo=v2', 'lint repo=v4', 'unit repo=v3, waits'])
  })
})

describe('a build that somebody asked for', () => {
  test.each([
    ['starts without anything new', `${oneJob}#1 unit ok repo=v2\n#2 unit pending manual`, ['#2 repo=v2']],
    ['starts for a job without inputs', 'unit = put x\n#1 unit pending manual', ['#1']],
    [
      'waits until its inputs were checked after it was asked for',
      `repo [checked 90s]: v1\nunit = get repo\n#1 unit pending manual 60s`,
      [],
    ],
    ['starts when whoever checks says so', `repo [checked 90s]: v1\nunit = get repo\n#1 unit pending manual 60s checked`, ['#1 repo=v1']],
    ['starts when its inputs were checked since', `repo [checked 30s]: v1\nunit = get repo\n#1 unit pending manual 60s`, ['#1 repo=v1']],
    [
      'starts after a check that failed when a version is there',
      `repo [checked 30s, failed]: v1\nunit = get repo\n#1 unit pending manual 60s`,
      ['#1 repo=v1'],
    ],
    [
      'waits for no check of a pinned input',
      `repo [checked 90s, api-pin v1]: v1\nunit = get repo\n#1 unit pending manual 60s`,
      ['#1 repo=v1'],
    ],
    [
      'waits for no check of an input that its step pins',
      `repo [checked 90s]: v1\nunit = get repo pin v1\n#1 unit pending manual 60s`,
      ['#1 repo=v1'],
    ],
    [
      'waits for no check of an input that passed a job',
      `repo [checked 90s]: v1\nunit = get repo\ndeploy = get repo passed unit\n#1 unit ok repo=v1\n#2 deploy pending manual 60s`,
      ['#2 repo=v1'],
    ],
  ])('%s', (_, text, expected) => expect(begins(world(text))).toEqual(expected))

  test.each([
    ['waits while the pipeline is paused', 'repo: v1\nunit = get repo', true],
    ['waits while the job is paused', 'repo: v1\nunit = get repo | paused', false],
  ])('%s', (_, text, paused) => expect(begins(world(`${text}\n#1 unit pending manual`, { paused }))).toEqual([]))
})

describe('a rerun', () => {
  const job = 'repo: v1 v2\nunit = get repo\n'
  test.each([
    [
      'takes the versions of the first build',
      `${job}#1 unit failed repo=v1\n#2 unit ok repo=v2\n#3 unit pending manual rerun #1`,
      ['#3 repo=v1'],
    ],
    [
      'takes a version although it is disabled since',
      'repo: -v1 v2\nunit = get repo\n#1 unit ok repo=v1\n#3 unit pending rerun #1',
      ['#3 repo=v1'],
    ],
    [
      'waits for no check',
      `repo [checked 90s]: v1\nunit = get repo\n#1 unit ok repo=v1\n#3 unit pending manual rerun #1 10s`,
      ['#3 repo=v1'],
    ],
    ['leaves out what the job does not take any more', `x: x1\n${job}#1 unit ok repo=v1 x=x1\n#3 unit pending rerun #1`, ['#3 repo=v1']],
    [
      'goes before builds that were asked for earlier',
      `${job.replace('repo\n', 'repo | serial\n')}#1 unit ok repo=v1\n#2 unit pending manual\n#3 unit pending rerun #1`,
      ['#3 repo=v1'],
    ],
    ['stops at a new input', `x: x1\nrepo: v1\nunit = get repo | get x\n#1 unit ok repo=v1\n#3 unit pending rerun #1`, []],
    ['stops at a build that had no versions', `${job}#1 unit aborted\n#3 unit pending rerun #1`, []],
    ['stops at a build that is not known', `${job}#3 unit pending rerun #1`, []],
    ['that stops lets others pass', `${job}#1 unit aborted\n#3 unit pending rerun #1\n#4 unit pending manual`, ['#4 repo=v2']],
    ['that stops does not keep new builds from being made', `${oneJob}#1 unit aborted\n#3 unit pending rerun #1`, ['unit repo=v2']],
    [
      'is stopped by nothing that was asked for later',
      `${job}#1 unit ok repo=v1\n#2 unit pending manual\n#3 unit pending rerun #1`,
      ['#2 repo=v2', '#3 repo=v1'],
    ],
  ])('%s', (_, text, expected) => expect(begins(world(text))).toEqual(expected))

  test('stops where the resource has another history now', () => {
    const at = world(`${job}#1 unit ok repo=v1\n#3 unit pending rerun #1`)
    const facts = at.resources.get('repo')
    if (facts) facts.versions = [{ id: 7, version: { ref: 'v1' }, enabled: true }]
    expect(begins(at)).toEqual([])
  })
})

describe('limits', () => {
  const jobs = (...kinds: string[]) => `${kinds.map((kind, at) => `j${at} = put x | ${kind}`).join('\n')}\n`
  const builds = (...lines: string[]) => lines.map((line, at) => `#${at + 1} ${line}`).join('\n')
  const pending = 'pending manual'
  test.each([
    ['no limit starts all', jobs('put y'), builds(`j0 ${pending}`, `j0 ${pending}`), ['#1', '#2']],
    ['serial starts the oldest alone', jobs('serial'), builds(`j0 ${pending}`, `j0 ${pending}`), ['#1']],
    ['serial starts none while one runs', jobs('serial'), builds('j0 started', `j0 ${pending}`), []],
    ['serial leaves other jobs alone', jobs('serial', 'serial'), builds('j0 started', `j1 ${pending}`), ['#2']],
    ['max_in_flight counts those that run', jobs('max 2'), builds('j0 started', `j0 ${pending}`, `j0 ${pending}`), ['#2']],
    ['max_in_flight counts no ended ones', jobs('max 1'), builds('j0 ok', 'j0 aborted', `j0 ${pending}`), ['#3']],
    ['a rerun counts like every build', jobs('serial'), builds('j0 ok', 'j0 started rerun #1', `j0 ${pending}`), []],
    ['a serial group runs one build of all its jobs', jobs('groups a', 'groups a'), builds('j0 started', `j1 ${pending}`), []],
    ['a serial group starts in the order of creation', jobs('groups a', 'groups a'), builds(`j1 ${pending}`, `j0 ${pending}`), ['#1']],
    ['a serial group makes a job serial', jobs('groups a | max 5'), builds('j0 started', `j0 ${pending}`), []],
    ['groups with other names do not meet', jobs('groups a', 'groups b'), builds(`j1 ${pending}`, `j0 ${pending}`), ['#1', '#2']],
    [
      'a job in two groups waits for both',
      jobs('groups a', 'groups a b', 'groups b'),
      builds('j0 started', 'j2 started', `j1 ${pending}`),
      [],
    ],
    [
      'one that waits for its groups is not overtaken in them',
      jobs('groups a', 'groups a b', 'groups b'),
      builds('j0 started', `j1 ${pending}`, `j2 ${pending}`),
      [],
    ],
    [
      'one that waits for something else is overtaken in its groups',
      `repo:\nj0 = get repo | groups a\n${jobs('put y').replace('j0', 'j1').replace('\n', ' | groups a\n')}`,
      builds('j0 pending', `j1 ${pending}`),
      ['#2'],
    ],
    ['a paused job is overtaken in its groups', jobs('groups a | paused', 'groups a'), builds(`j0 ${pending}`, `j1 ${pending}`), ['#2']],
    [
      'one that waits stops those behind it of its job',
      'repo:\nx: x1\nj0 = get repo\nj1 = get x\n',
      builds('j0 pending', `j0 ${pending}`, `j1 ${pending}`),
      ['#3'],
    ],
    ['one that is aborted stops nobody', jobs('serial'), builds(`j0 ${pending} abort`, `j0 ${pending}`), ['#2']],
  ])('%s', (_, config, past, expected) => expect(begins(world(config + past))).toEqual(expected))

  const three = jobs('put y', 'put z') + builds(`j1 ${pending}`, `j0 ${pending}`, `j1 ${pending}`)
  test.each([
    ['the organization runs no more than it may, the oldest first', { organization: { running: 3, most: 5 } }, ['#1', '#2']],
    ['an organization that runs more than it may starts none', { organization: { running: 6, most: 5 } }, []],
    ['an organization without a limit starts all', { organization: { running: 6, most: 0 } }, ['#1', '#2', '#3']],
    ['this process starts no more than it has places, the oldest first', { places: 1 }, ['#1']],
    ['without a place nothing starts', { places: 0 }, []],
  ])('%s', (_, overrides, expected) => expect(begins(world(three, overrides))).toEqual(expected))

  test('a new build of the same serial group waits, and the next pass makes no other', () => {
    const at = world('repo: v1\nj0 = get repo trigger | groups a\nj1 = get repo trigger | groups a')
    expect(begins(at)).toEqual(['j0 repo=v1', 'j1 repo=v1, waits'])
    expect(begins(after(at, schedule(at)))).toEqual([])
  })
})

test.each([true, false])('a pending build is aborted before it begins, in a pipeline that is paused: %s', (paused) => {
  const decisions = schedule(world(`${oneJob}#1 unit pending abort\n#2 unit ok repo=v2`, { paused }))
  expect(decisions.abort).toEqual([1])
  expect([...decisions.start, ...decisions.waiting]).toEqual([])
})

test('a started build is nothing that is aborted here', () => {
  expect(schedule(world('unit = put x\n#1 unit started abort')).abort).toEqual([])
})

test('the first occurrence of a version is told for each input', () => {
  const at = world('repo: v1\nx: x1\nunit = get repo | get x\n#1 unit ok repo=v1\n#2 unit pending manual')
  expect(schedule(at).start[0]?.inputs.map(({ name, firstOccurrence }) => [name, firstOccurrence])).toEqual([
    ['repo', false],
    ['x', true],
  ])
})

describe('a job has new inputs', () => {
  test.each([
    ['when a version waits for a build by hand', 'repo: v1 v2\nunit = get repo\n#1 unit ok repo=v1', true],
    ['not when its builds had the newest', 'repo: v1 v2\nunit = get repo\n#1 unit ok repo=v2', false],
    ['not when a build starts with it by itself', 'repo: v1 v2\nunit = get repo trigger', false],
    ['not when a pending build takes it', 'repo: v1 v2\nunit = get repo | serial\n#1 unit started repo=v1\n#2 unit pending', false],
    ['when it is paused and would start by itself', 'repo: v1 v2\nunit = get repo trigger | paused', true],
    ['not while an input has no version', 'repo: v1\nx:\nunit = get repo | get x', false],
  ])('%s', (_, text, expected) => expect(schedule(world(text)).hasNewInputs.get('unit')).toBe(expected))
})

test('a pending build of a job that the configuration lacks waits, and says so', () => {
  const at = world(`${oneJob}#1 gone pending manual\n#2 unit ok repo=v2`)
  expect(waitsFor(at, 1)).toBe('The pipeline has no job gone any more: put it back into the configuration, or abort this build.')
})

test('builds that wait for other pipelines are looked at again soon', () => {
  const at = world('unit = put x\n#1 unit pending manual', { places: 0 })
  expect(schedule(at).wakeAt).toBe(now + 5000)
})

describe('the preparation', () => {
  test('of a build that nothing but a limit blocks', () => {
    const at = world('repo: v1\nunit = get repo | serial\n#1 unit started repo=v1\n#2 unit pending manual')
    expect(waitingOf(at, 2)?.preparation).toEqual({
      build_id: 2,
      paused_pipeline: 'not_blocking',
      paused_job: 'not_blocking',
      max_running_builds: 'blocking',
      inputs: { repo: 'not_blocking' },
      inputs_satisfied: 'not_blocking',
      missing_input_reasons: {},
      reason: waitsFor(at, 2),
    })
  })

  test('of a build that waits for a check and for a version', () => {
    const at = world('repo [checked 90s]: v1\nx [config-pin x7]: x1\nunit = get repo | get x\n#2 unit pending manual')
    expect(waitingOf(at, 2)?.preparation).toMatchObject({
      max_running_builds: 'not_blocking',
      inputs: { repo: 'blocking', x: 'blocking' },
      inputs_satisfied: 'blocking',
      missing_input_reasons: { repo: 'checking for latest available versions', x: 'pinned version ref:x7 not found' },
    })
  })

  test('of a build in a paused pipeline does not guess what a check would find', () => {
    const at = world('repo [checked 90s]: v1\nunit = get repo\n#2 unit pending manual', { paused: true })
    expect(waitingOf(at, 2)?.preparation).toMatchObject({
      paused_pipeline: 'blocking',
      paused_job: 'not_blocking',
      inputs: { repo: 'unknown' },
      inputs_satisfied: 'unknown',
      missing_input_reasons: {},
    })
  })

  test('of a build of a paused job names what it would start with', () => {
    const at = world('repo: v1\nunit = get repo | paused\n#2 unit pending manual')
    expect(waitingOf(at, 2)?.preparation).toMatchObject({
      paused_job: 'blocking',
      inputs: { repo: 'not_blocking' },
      inputs_satisfied: 'not_blocking',
    })
  })

  test.each([
    ['latest version of resource not found', 'repo:\nunit = get repo\n#9 unit pending'],
    ['latest version of resource not found', 'repo: -v1\nunit = get repo\n#9 unit pending'],
    ['pinned version arch:arm,ref:v7 not found', 'repo [api-pin v7/arm]: v1\nunit = get repo\n#9 unit pending'],
    [
      'no satisfiable builds from passed jobs found for set of inputs',
      'repo: v1\nlint = get repo\nunit = get repo passed lint\n#9 unit pending',
    ],
    ['input is not included in resolved candidates', 'x: x1\nrepo: v1\nunit = get x | get repo\n#1 unit ok x=x1\n#9 unit pending rerun #1'],
  ])('puts it as Concourse does: %s', (expected, text) => {
    expect(waitingOf(world(text), 9)?.preparation.missing_input_reasons['repo']).toBe(expected)
  })
})
