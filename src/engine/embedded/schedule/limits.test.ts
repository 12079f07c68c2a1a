import { describe, expect, test } from 'vitest'
import { begins, whenDone, world } from '../../../../test/support/pipeline-world.ts'
import { schedule } from './schedule.ts'

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
      'repo:\nj0 = get repo\nj1 = put x\n',
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
    expect(begins(whenDone(at, schedule(at)))).toEqual([])
  })
})
