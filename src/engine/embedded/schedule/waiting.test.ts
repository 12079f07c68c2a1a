import { describe, expect, test } from 'vitest'
import { waitingOf, waitsFor, world } from '../../../../test/support/pipeline-world.ts'

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
