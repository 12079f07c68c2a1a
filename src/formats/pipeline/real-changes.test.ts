/** What people read when a real pipeline changes. */
import { describe, expect, test } from 'vitest'
import { readReal, realPipeline } from '../../../test/support/real-pipelines.ts'
import { stacksAreThere, whyNoStacks } from '../../../test/support/real-stacks.ts'
import { diffPipelines } from './diff.ts'
import type { SectionDiff } from './types.ts'

/** With three lines around what changed, as people are used to; the whole entry is what the diff has. */
function changedLines(name: string, change: (text: string) => string): string[] {
  const text = realPipeline(name)
  const diffs = diffPipelines(readReal(text), readReal({ ...text, pipeline: change(text.pipeline) }))
  const told = (section: string, { name, status, diff }: SectionDiff) => [
    `${section}: ${name} is ${status}`,
    ...diff
      .filter((_line, at) => diff.slice(Math.max(0, at - 3), at + 4).some(({ delta_type }) => delta_type !== ' '))
      .map(({ delta_type, line }) => `${delta_type} ${line}`),
  ]
  return Object.entries(diffs).flatMap(([section, entries]: [string, SectionDiff[]]) => entries.flatMap((entry) => told(section, entry)))
}

describe.skipIf(!stacksAreThere)(`a change of a real pipeline (${whyNoStacks})`, () => {
  const mysql = 'stack-mysql/pipeline/pipeline.yml (aws)'
  const step = (name: string, passed: string) =>
    `        - get: ${name}\n          trigger: false\n          passed:\n            - ${passed}\n`

  test('of one line in a script is that line', () => {
    const change = (text: string) => text.replace('sleep 1800', 'sleep 600\n                echo waited')
    expect(changedLines(mysql, change)).toEqual([
      'jobs: terraform-destroy is changed',
      '        args:',
      '        - "-ec"',
      '        - |',
      '-         sleep 1800',
      '+         sleep 600',
      '+         echo waited',
      '  - task: merge-stack-and-config',
      '    params:',
      '      CONFIG_PATH: shop/prod/terraform/aws',
    ])
  })

  test('by a step is that step, whole', () => {
    const before = step('git_config-terraform', 'terraform-plan')
    const change = (text: string) =>
      text
        .replace(before, `${before}        - get: every-1h\n          passed: [terraform-plan]\n`)
        .replace('- get: git_stack-terraform', '- get: every-1h\n        - get: git_stack-terraform')
    expect(changedLines(mysql, change)).toEqual([
      'jobs: terraform-plan is changed',
      '  serial: true',
      '  plan:',
      '  - in_parallel:',
      '+   - get: every-1h',
      '    - get: git_stack-terraform',
      '      trigger: true',
      '    - get: git_config-terraform',
      'jobs: terraform-apply is changed',
      '    - get: git_config-terraform',
      '      passed:',
      '      - terraform-plan',
      '+   - get: every-1h',
      '+     passed:',
      '+     - terraform-plan',
      '    - get: tfstate',
      '      passed:',
      '      - terraform-plan',
    ])
  })

  test('by a job tells the job, and the group that it is in', () => {
    const change = (text: string) =>
      text
        .replace(/^jobs:\n/m, 'jobs:\n  - name: lint\n    plan:\n      - get: git_stack-ansible\n')
        .replace('    - terraform-destroy\n', '    - terraform-destroy\n    - lint\n')
    expect(changedLines(mysql, change)).toEqual([
      'groups: destroy is changed',
      '  name: destroy',
      '  jobs:',
      '  - terraform-destroy',
      '+ - lint',
      'jobs: lint is added',
      '+ name: lint',
      '+ plan:',
      '+ - get: git_stack-ansible',
    ])
  })

  test('of a branch is one line of the resource that it belongs to', () => {
    const change = (text: string) => text.replace('branch: stacks', 'branch: main')
    expect(changedLines('stack-network-aws/pipeline/pipeline.yaml (default)', change)).toEqual([
      'resources: git_stack-terraform is changed',
      '  type: git',
      '  icon: github-circle',
      '  source:',
      '-   branch: stacks',
      '+   branch: main',
      '    paths:',
      '    - stack-web/terraform/*',
      '    private_key: ((ssh_catalog.ssh_key))',
    ])
  })

  test('that only moves keys, quotes and comments is none', () => {
    const change = (text: string) =>
      `# moved\n${text.replaceAll('path: "config"', "path:    'config'").replace('    serial: true\n    max_in_flight: 1\n', '    max_in_flight: 1\n    serial: yes\n')}`
    expect(changedLines(mysql, change)).toEqual([])
  })
})
