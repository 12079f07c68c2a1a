import { describe, expect, test } from 'vitest'
import { checks, now, world } from '../../../../test/support/pipeline-world.ts'
import { schedule } from './schedule.ts'

const trigger = '\nunit = get repo trigger'

describe('a resource is checked', () => {
  test.each([
    ['when its time has come', `repo [checked 60s]: v1${trigger}`, ['repo due']],
    ['not earlier', `repo [checked 59s]: v1${trigger}`, []],
    ['when its own time has come', `repo [checked 300s, every 5m]: v1${trigger}`, ['repo due']],
    ['not before its own time', `repo [checked 299s, every 5m]: v1${trigger}`, []],
    ['never by itself where it says so', `repo [checked 9999s, every never]: v1${trigger}`, []],
    ['never by itself where it says so, not even the first time', `repo [never-checked, every never]:${trigger}`, []],
    ['not every moment, whatever it says', `repo [checked 9s, every 1ms]: v1${trigger}`, []],
    ['not by itself when no job is triggered by it', 'repo [checked 999s]: v1\nunit = get repo', []],
    ['not by itself when only paused jobs are triggered by it', `repo [checked 999s]: v1${trigger} | paused`, []],
    [
      'when one of its jobs is paused and another is not',
      `repo [checked 999s]: v1${trigger} | paused\nlint = get repo trigger`,
      ['repo due'],
    ],
    ['the first time although no job is triggered by it', 'repo [never-checked]:\nunit = get repo', ['repo due']],
    ['the first time although it is only put', 'repo [never-checked]:\nunit = put repo', ['repo due']],
    ['again after a failure although no job is triggered by it', 'repo [checked 60s, failed]:\nunit = get repo', ['repo due']],
    ['not at once again after a failure', 'repo [checked 30s, failed]:\nunit = get repo', []],
    [
      'for a build that somebody asked for',
      'repo [checked 30s, every never]: v1\nunit = get repo\n#1 unit pending manual 20s',
      ['repo build'],
    ],
    [
      'for a build that somebody asked for, once for all inputs and when due, too',
      'repo [checked 90s]: v1\nunit = get repo trigger | get code of repo\n#1 unit pending manual',
      ['repo build'],
    ],
    [
      'for a build that is behind others',
      'repo [checked 30s]: v1\nunit = get repo | serial\n#1 unit started repo=v1\n#2 unit pending manual 40s\n#3 unit pending manual 20s',
      ['repo build'],
    ],
    ['not for a build that a version made', 'repo [checked 30s]: v1\nunit = get repo\n#1 unit pending 20s', []],
    ['not for a build of a paused job', 'repo [checked 30s]: v1\nunit = get repo | paused\n#1 unit pending manual 20s', []],
    ['not for a build that is being aborted', 'repo [checked 30s]: v1\nunit = get repo\n#1 unit pending manual 20s abort', []],
  ])('%s', (_, text, expected) => expect(checks(world(text))).toEqual(expected))

  test.each(['repo [checked 999s]: v1', 'repo [never-checked]:', 'repo [checked 999s]: v1\n#1 unit pending manual'])(
    'not in a paused pipeline (%s)',
    (text) => {
      const decisions = schedule(world(text + trigger, { paused: true }))
      expect([decisions.check, decisions.wakeAt]).toEqual([[], null])
    },
  )

  test('more often than every ten seconds only when the operator says so', () => {
    expect(checks(world(`repo [checked 9s, every 1ms]: v1${trigger}`, { checkSeconds: 2 }))).toEqual(['repo due'])
  })
})

describe('the scheduler looks again', () => {
  test.each([
    ['when the next check is due', `repo [checked 20s]: v1\nx [checked 50s]: x1${trigger} | get x trigger`, 10],
    ['after a check that is due now, in case nobody makes it', `repo [checked 60s]: v1${trigger}`, 60],
    ['after a check for a build, in case nobody makes it', 'repo [checked 90s]: v1\nunit = get repo\n#1 unit pending manual', 60],
  ])('%s', (_, text, inSeconds) => expect(schedule(world(text)).wakeAt).toBe(now + inSeconds * 1000))

  test.each([
    ['nothing is checked by itself', 'repo [every never]: v1\nunit = get repo trigger'],
    ['no job is triggered', 'repo: v1\nunit = get repo'],
  ])('not at all when %s', (_, text) => expect(schedule(world(text)).wakeAt).toBeNull())
})
