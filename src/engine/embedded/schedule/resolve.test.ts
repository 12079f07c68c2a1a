import { describe, expect, test } from 'vitest'
import { begins, world } from '../../../../test/support/pipeline-world.ts'
import { readFacts } from './facts.ts'
import { resolveInputs } from './resolve.ts'
import { usedKey } from './types.ts'
import { openUsed } from './used.ts'

/** What a build that somebody asked for (#9) begins with; undefined when it does not. */
const takes = (text: string): string | undefined =>
  begins(world(`${text}\n#9 deploy pending manual`)).find((begun) => begun.startsWith('#9'))

describe('an input without passed takes', () => {
  test.each([
    ['the newest version', 'repo: v1 v2\ndeploy = get repo', '#9 repo=v2'],
    ['the newest that is enabled', 'repo: v1 v2 -v3\ndeploy = get repo', '#9 repo=v2'],
    ['the newest again when it was used before', 'repo: v1 v2\ndeploy = get repo\n#1 deploy ok repo=v2', '#9 repo=v2'],
    ['nothing when there are no versions', 'repo:\ndeploy = get repo', undefined],
    ['nothing when all are disabled', 'repo: -v1 -v2\ndeploy = get repo', undefined],
    ['a version of its resource when it has another name', 'repo: v1 v2\ndeploy = get code of repo', '#9 code=v2'],
    ['what it needs for a job without any', 'repo: v1\ndeploy = put repo', '#9'],
    ['versions for every input', 'repo: v1\nimage: i1 i2\ndeploy = get repo | get image', '#9 repo=v1 image=i2'],
    ['nothing while one of several has none', 'repo: v1\nimage:\ndeploy = get repo | get image', undefined],
  ])('%s', (_, text, expected) => expect(takes(text)).toBe(expected))
})

describe('a pin', () => {
  test.each([
    ['through the API decides', 'repo [api-pin v1]: v1 v2\ndeploy = get repo', '#9 repo=v1'],
    ['of the resource decides', 'repo [config-pin v1]: v1 v2\ndeploy = get repo', '#9 repo=v1'],
    ['of the step decides', 'repo: v1 v2\ndeploy = get repo pin v1', '#9 repo=v1'],
    ['through the API goes before that of the step', 'repo [api-pin v2]: v1 v2 v3\ndeploy = get repo pin v1', '#9 repo=v2'],
    ['of the resource goes before that of the step', 'repo [config-pin v2]: v1 v2 v3\ndeploy = get repo pin v1', '#9 repo=v2'],
    ['goes before every', 'repo [api-pin v1]: v1 v2 v3\ndeploy = get repo every\n#1 deploy ok repo=v1', '#9 repo=v1'],
    ['to a part of a version takes the newest that has it', 'repo: v1/arm v2/arm v3/x86\ndeploy = get repo pin /arm', '#9 repo=v2/arm'],
    ['to a part passes over disabled ones', 'repo: v1/arm -v2/arm v3/x86\ndeploy = get repo pin /arm', '#9 repo=v1/arm'],
    ['to a version that is not there blocks', 'repo [api-pin v7]: v1\ndeploy = get repo', undefined],
    ['to more than any version has blocks', 'repo: v1\ndeploy = get repo pin v1/arm', undefined],
    ['to a disabled version blocks', 'repo [api-pin v1]: -v1 v2\ndeploy = get repo', undefined],
  ])('%s', (_, text, expected) => expect(takes(text)).toBe(expected))

  test('to what objects inherit matches no version', () => {
    const at = world('repo: v1\ndeploy = get repo\n#9 deploy pending manual')
    const facts = at.resources.get('repo')
    if (facts) facts.pinned = { constructor: 'Object' }
    expect(begins(at)).toEqual([])
  })
})

describe('version: every', () => {
  test.each([
    ['begins with the newest', 'repo: v1 v2 v3\ndeploy = get repo every', '#9 repo=v3'],
    ['goes on after the newest that was used', 'repo: v1 v2 v3 v4\ndeploy = get repo every\n#1 deploy ok repo=v2', '#9 repo=v3'],
    [
      'counts the newest used, not the last',
      'repo: v1 v2 v3 v4\ndeploy = get repo every\n#1 deploy ok repo=v3\n#2 deploy ok repo=v1',
      '#9 repo=v4',
    ],
    ['passes over disabled ones', 'repo: v1 -v2 v3\ndeploy = get repo every\n#1 deploy ok repo=v1', '#9 repo=v3'],
    ['repeats the newest when nothing newer is there', 'repo: v1 v2\ndeploy = get repo every\n#1 deploy ok repo=v2', '#9 repo=v2'],
    ['counts failed builds, too', 'repo: v1 v2 v3\ndeploy = get repo every\n#1 deploy failed repo=v1', '#9 repo=v2'],
  ])('%s', (_, text, expected) => expect(takes(text)).toBe(expected))

  test('begins anew where the resource was changed, and no used version is known any more', () => {
    const at = world('repo: v1 v2 v3\ndeploy = get repo every\n#9 deploy pending manual')
    at.used.set(usedKey('deploy', 'repo'), new Set([7]))
    expect(begins(at)).toEqual(['#9 repo=v3'])
  })

  const passed = 'repo: v1 v2 v3 v4\nunit = get repo\ndeploy = get repo every passed unit\n'
  test.each([
    ['begins with the newest build', '#1 unit ok repo=v1\n#2 unit ok repo=v2', '#9 repo=v2'],
    [
      'goes on with the next version that passed',
      '#1 unit ok repo=v1\n#2 unit ok repo=v3\n#3 unit ok repo=v4\n#4 deploy ok repo=v1',
      '#9 repo=v3',
    ],
    ['goes by versions, not by builds', '#1 unit ok repo=v4\n#2 unit ok repo=v2\n#3 deploy ok repo=v1', '#9 repo=v2'],
    [
      'repeats the newest when no newer one passed',
      '#1 unit ok repo=v1\n#2 unit ok repo=v2\n#3 deploy ok repo=v2\n#4 unit ok repo=v1',
      '#9 repo=v2',
    ],
  ])('with passed %s', (_, builds, expected) => expect(takes(passed + builds)).toBe(expected))

  test('leads the input beside it, which comes from the same build', () => {
    const text = `repo: v1 v2 v3\nimage: i1 i2 i3\nunit = get repo | put image\ndeploy = get image passed unit | get repo passed unit every
      #1 unit ok repo=v1 +image=i1\n#2 unit ok repo=v2 +image=i2\n#3 unit ok repo=v3 +image=i3\n#4 deploy ok repo=v1 image=i1`
    expect(takes(text)).toBe('#9 image=i2 repo=v2')
  })
})

describe('passed takes', () => {
  const unit = 'repo: v1 v2 v3\nunit = get repo\ndeploy = get repo passed unit\n'
  test.each([
    ['the version of the newest succeeded build', '#1 unit ok repo=v1\n#2 unit ok repo=v2\n#3 unit failed repo=v3', '#9 repo=v2'],
    ['no build that runs', '#1 unit ok repo=v1\n#2 unit started repo=v2', '#9 repo=v1'],
    ['no build that ended otherwise', '#1 unit failed repo=v1\n#2 unit errored repo=v2\n#3 unit aborted repo=v3', undefined],
    ['nothing before a build has succeeded', '', undefined],
    ['the newest build although its version is older', '#1 unit ok repo=v3\n#2 unit ok repo=v1', '#9 repo=v1'],
    [
      'the newest first build although an older one was run again',
      '#1 unit ok repo=v1\n#2 unit ok repo=v2\n#3 unit ok rerun #1 repo=v1',
      '#9 repo=v2',
    ],
    [
      'a rerun at the place of the build that had failed',
      '#1 unit ok repo=v1\n#2 unit failed repo=v2\n#3 unit ok rerun #2 repo=v2',
      '#9 repo=v2',
    ],
  ])('%s', (_, builds, expected) => expect(takes(unit + builds)).toBe(expected))

  test.each([
    [
      'the build before when the version is disabled',
      'repo: v1 -v2\nunit = get repo\ndeploy = get repo passed unit\n#1 unit ok repo=v1\n#2 unit ok repo=v2',
      '#9 repo=v1',
    ],
    [
      'the build around a disabled one in the middle',
      'repo: v1 -v2 v3\nunit = get repo\ndeploy = get repo passed unit\n#1 unit ok repo=v1\n#2 unit ok repo=v2\n#3 unit ok repo=v3',
      '#9 repo=v3',
    ],
    [
      'the build with the pinned version',
      'repo [api-pin v1]: v1 v2\nunit = get repo\ndeploy = get repo passed unit\n#1 unit ok repo=v1\n#2 unit ok repo=v2',
      '#9 repo=v1',
    ],
    [
      'nothing when the pinned version has not passed',
      'repo [api-pin v3]: v1 v2 v3\nunit = get repo\ndeploy = get repo passed unit\n#1 unit ok repo=v1',
      undefined,
    ],
    [
      'what a put made',
      'repo: v1\nimage: i1 i2\nbuild = get repo | put image\ndeploy = get image passed build\n#1 build ok repo=v1 +image=i1',
      '#9 image=i1',
    ],
    [
      'what a put made before what the build got',
      'sem: s1 s2\nbump = get sem | put sem\ndeploy = get sem passed bump\n#1 bump ok sem=s1 +sem=s2',
      '#9 sem=s2',
    ],
    ['the last of several puts', 'sem: s1 s2 s3\nbump = put sem\ndeploy = get sem passed bump\n#1 bump ok +sem=s2 +sem=s3', '#9 sem=s3'],
    [
      'what the build got where the put made a disabled one',
      'sem: s1 -s2\nbump = get sem | put sem\ndeploy = get sem passed bump\n#1 bump ok sem=s1 +sem=s2',
      '#9 sem=s1',
    ],
    [
      'what the build got where that is pinned',
      'sem [api-pin s1]: s1 s2\nbump = get sem | put sem\ndeploy = get sem passed bump\n#1 bump ok sem=s1 +sem=s2',
      '#9 sem=s1',
    ],
    [
      'versions by resource, not by the name of an input',
      'repo: v1\nunit = get code of repo\ndeploy = get source of repo passed unit\n#1 unit ok code=v1',
      '#9 source=v1',
    ],
    [
      'a build before the job got the resource for nothing',
      'repo: v1\nimage: i1\nunit = get repo | get image\ndeploy = get image passed unit\n#1 unit ok repo=v1',
      undefined,
    ],
    [
      'all jobs that a glob means',
      'repo: v1 v2\ntest-a = get repo\ntest-b = get repo\ndeploy = get repo passed test-*\n#1 test-a ok repo=v2\n#2 test-a ok repo=v1\n#3 test-b ok repo=v2',
      '#9 repo=v2',
    ],
    [
      'other jobs than itself where a glob means itself, too',
      'repo: v1\ndev = get repo\ndeploy = get repo passed de*\n#1 dev ok repo=v1',
      '#9 repo=v1',
    ],
    ['nothing when a glob means no job', 'repo: v1\ndeploy = get repo passed test-*', undefined],
  ])('%s', (_, text, expected) => expect(takes(text)).toBe(expected))
})

test('jobs share the looks of a pass, and one that gets none says so', () => {
  const facts = readFacts(world('repo: v1\nunit = get repo\ndeploy = get repo passed unit\n#1 unit ok repo=v1'))
  const deploy = facts.jobs.get('deploy')
  if (!deploy) throw new Error('There is no job deploy.')
  const budget = { left: 5 }
  const resolve = () => resolveInputs(deploy, facts, openUsed(facts), budget)
  expect([...resolve().chosen.keys()]).toEqual(['repo'])
  expect([...resolve().missing.values()].map(({ why }) => why)).toEqual(['too many combinations'])
})
