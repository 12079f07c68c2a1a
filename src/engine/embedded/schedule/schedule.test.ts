import { describe, expect, test } from 'vitest'
import { begins, now, waitsFor, world } from '../../../../test/support/pipeline-world.ts'
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
