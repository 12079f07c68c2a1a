import { expect, test } from 'vitest'
import { waitsFor, world } from '../../../../test/support/pipeline-world.ts'

const pending = '\n#9 deploy pending manual'

test.each([
  ['repo: v1\ndeploy = get repo | paused', 'The job deploy is paused: unpause it to let this build start.'],
  ['repo [checked 90s]: v1\ndeploy = get repo', 'The resource repo is being checked for new versions: this build starts after that.'],
  [
    'repo [checked 90s]: v1\nx [checked 90s]: x1\ndeploy = get repo | get x',
    'The resources repo and x are being checked for new versions: this build starts after that.',
  ],
  [
    'repo [failed]:\ndeploy = get repo',
    'No version of the resource repo was found yet: its last check failed; see that check, put right what it says and check the resource again.',
  ],
  [
    'repo:\ndeploy = get repo',
    'No version of the resource repo was found yet: its checks found none; make the first one where it comes from, then check the resource again.',
  ],
  ['repo: -v1\ndeploy = get repo', 'All versions of the resource repo are disabled: enable one to let this build start.'],
  [
    'repo [api-pin v7]: v1\ndeploy = get repo',
    'No version of the resource repo has ref: v7, to which the resource is pinned: check the resource from that version on, or unpin the resource.',
  ],
  [
    'repo: v1\ndeploy = get code of repo pin v7',
    'No version of the resource repo has ref: v7, to which the step get: code is pinned: check the resource from that version on, or change `version` of that step.',
  ],
  [
    'repo [config-pin v1]: -v1\ndeploy = get repo',
    'The version ref: v1 of the resource repo, to which the resource is pinned, is disabled: enable it, or change `version` of the resource in the configuration.',
  ],
  [
    'repo: v1\nunit = get repo\ndeploy = get repo passed unit',
    'No build of unit has succeeded with a version of repo yet: run that job first.',
  ],
  [
    'repo: v1\nunit = get repo\nlint = get repo\ndeploy = get repo passed unit,lint',
    'No build of unit or lint has succeeded with a version of repo yet: run those jobs first.',
  ],
  [
    'repo: -v1\nunit = get repo\ndeploy = get repo passed unit\n#1 unit ok repo=v1',
    'All versions of repo that passed unit are disabled: enable one, or run unit with another.',
  ],
  [
    'repo [api-pin v2]: v1 v2\nunit = get repo\ndeploy = get repo passed unit\n#1 unit ok repo=v1',
    'The version ref: v2 of repo, to which the resource is pinned, has not passed unit yet: run unit with it, or unpin the resource.',
  ],
  [
    'repo: v1 v2\nunit = get repo\nlint = get repo\ndeploy = get repo passed unit,lint\n#1 unit ok repo=v1\n#2 lint ok repo=v2',
    'No build of unit and lint passed the same version of repo yet: run unit and lint with one version of it.',
  ],
  [
    'repo: v1\nx: x1\nunit = get repo | get x\ndeploy = get repo passed unit | get x passed unit\n#1 unit ok repo=v1\n#2 unit ok x=x1',
    'No builds of unit fit together, as repo and x have to come from the same build of a job that they share: run unit again with the same versions.',
  ],
  [
    'repo: v1\nx: x1\nunit = get repo | get x\nlint = get x\ndeploy = get repo passed unit | get x passed unit,lint\n#1 unit ok repo=v1 x=x1',
    'No build of lint has succeeded with a version of x yet: run that job first.',
  ],
  [
    'deploy = put x | serial\n#1 deploy started',
    'The job deploy is serial and a build of it runs: this build starts when that one ends, or is aborted.',
  ],
  [
    'deploy = put x | max 1\n#1 deploy started',
    'A build of the job deploy runs, as many as its max_in_flight allows: this build starts when one ends, or raise the number.',
  ],
  [
    'deploy = put x | max 2\n#1 deploy started\n#2 deploy started',
    '2 builds of the job deploy run, as many as its max_in_flight allows: this build starts when one ends, or raise the number.',
  ],
  [
    'deploy = put x | groups lock\nunit = put x | groups lock\n#1 unit started',
    'A build of the job unit runs, which shares the serial group lock: this build starts when that one ends, or is aborted.',
  ],
  [
    'deploy = put x | groups lock\nunit = put x | groups lock other\nlint = put x | groups other\n#1 lint started\n#2 unit pending manual',
    'An older build of the job unit, which shares the serial group lock, goes first: see what that one waits for, or abort it.',
  ],
  [
    'repo:\ndeploy = get repo\n#1 deploy pending',
    'An older build of the job deploy waits and goes first: see what that one waits for, or abort it.',
  ],
])('%s', (text, reason) => expect(waitsFor(world(text + pending), 9)).toBe(reason))

test.each([
  [{ paused: true }, 'The pipeline is paused: unpause it to let this build start.'],
  [
    { organization: { running: 4, most: 4 } },
    'The organization may run 4 builds at once and does: this build starts when one ends, or is aborted.',
  ],
  [
    { organization: { running: 1, most: 1 } },
    'The organization may run 1 build at once and does: this build starts when one ends, or is aborted.',
  ],
  [
    { places: 0 },
    'This server runs as many builds as it can, or as it does of one organization: this build starts when one of them ends; nothing has to be done.',
  ],
])('%o', (overrides, reason) => expect(waitsFor(world(`deploy = put x${pending}`, overrides), 9)).toBe(reason))

test.each([
  [
    'deploy = get repo\n#9 deploy pending rerun #1',
    'The build that this one is to repeat has no versions to take again: abort this one and start a new build.',
  ],
  [
    'x: x1\ndeploy = get repo | get x\n#1 deploy ok repo=v1\n#9 deploy pending rerun #1',
    'The job deploy has taken the input x since the build that this one is to repeat: abort this one and start a new build.',
  ],
  [
    'x: x1\ndeploy = get repo\n#1 deploy ok x=x1\n#9 deploy pending rerun #1',
    'The job deploy has taken the input repo since the build that this one is to repeat: abort this one and start a new build.',
  ],
  [
    'deploy = get repo | serial\n#1 deploy started\n#2 deploy pending\n#3 deploy aborted\n#9 deploy pending rerun #3',
    'The build that this one is to repeat has no versions to take again: abort this one and start a new build.',
  ],
])('a rerun: %s', (text, reason) => expect(waitsFor(world(`repo: v1\n${text}`), 9)).toBe(reason))

test('a rerun of a version that went with its resource', () => {
  const at = world('repo: v1\ndeploy = get repo\n#1 deploy ok repo=v1\n#9 deploy pending rerun #1')
  const facts = at.resources.get('repo')
  if (facts) facts.versions = []
  expect(waitsFor(at, 9)).toBe(
    'The version of repo that this build is to take again is not known any more, its resource was changed: abort this one and start a new build.',
  )
})

test('many and long names are cut', () => {
  const names = Array.from({ length: 30 }, (_, at) => `${at}${'n'.repeat(500)}`)
  const text = `repo: v1\n${names.map((name) => `${name} = get repo`).join('\n')}\ndeploy = get repo passed ${names.join(',')}${pending}`
  expect(waitsFor(world(text), 9)?.length).toBeLessThan(600)
})
