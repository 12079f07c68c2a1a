/**
 * The pipelines of public stacks, as a component of each use case would get them: interpolated, with the sample variables, read,
 * and compared with what the embedded engine does. What comes of each is written here, so a change of it is a diff of this file.
 */
import { describe, expect, test } from 'vitest'
import { type RealPipeline, readReal, realPipeline, realPipelines } from '../../../test/support/real-pipelines.ts'
import { stacksAreThere, whyNoStacks } from '../../../test/support/real-stacks.ts'
import { diffPipelines } from './diff.ts'
import { dumpYaml } from './dump.ts'
import { PipelineProblems, readPipeline, readTaskConfig } from './read.ts'
import { unsupportedByEmbedded } from './subset.ts'
import type { Json } from './types.ts'
import { varsIn } from './vars.ts'

/** Files beside the pipelines that steps of theirs name. */
const taskFiles = ['stack-lemp/pipeline/build-release.yml', 'stack-lemp/pipeline/functional-tests.yml']

const everythingOff = { tasks: false, images: new Map<string, string>(), hasType: () => false }

/** One line for each thing that is wrong, and where. */
function outcomeOf(text: RealPipeline): string[] {
  try {
    const config = readReal(text)
    const lines = new Map<string, string[]>()
    for (const { path, message } of unsupportedByEmbedded(config, everythingOff)) {
      const key = message.replace(
        /^the embedded engine does not |; (configure Concourse|the operator says).*$|: the operator turns.*$|, and has none.*$/g,
        '',
      )
      lines.set(key, [...(lines.get(key) ?? []), path.replace('.config.image_resource.source.repository', ' image')])
    }
    return [`accepted: ${config.jobs.length} jobs`, ...[...lines].map(([key, paths]) => `${key}: ${paths.join(', ')}`)]
  } catch (error) {
    if (!(error instanceof PipelineProblems)) throw error
    return error.problems.map(({ path, message }) => `refused: ${path} ${message}`)
  }
}

const expected: { pipelines: string[]; outcome: string[] }[] = [
  {
    pipelines: [
      'stack-compute-aws/pipeline/pipeline.yaml (inventory)',
      'stack-compute-aws/pipeline/pipeline.yaml (manual)',
      'stack-compute-azure/pipeline/pipeline.yaml (inventory)',
      'stack-compute-azure/pipeline/pipeline.yaml (manual)',
      'stack-compute-gcp/pipeline/pipeline.yaml (inventory)',
      'stack-compute-gcp/pipeline/pipeline.yaml (manual)',
      'stack-kubernetes-azure/pipeline/pipeline.yaml (aks)',
      'stack-kubernetes-azure/pipeline/pipeline.yaml (nodepool)',
      'stack-network-aws/pipeline/pipeline.yaml (default)',
      'stack-network-azure/pipeline/pipeline.yaml (default)',
      'stack-network-gcp/pipeline/pipeline.yaml (default)',
      'stack-owasp-zap/pipeline/pipeline.yml (aws)',
      'stack-storage-aws/pipeline/pipeline.yaml (default)',
      'stack-vmss-azure/pipeline/pipeline.yaml (default)',
    ],
    outcome: [
      'accepted: 3 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[2].plan[1]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[1] image, jobs[2].plan[1] image',
    ],
  },
  {
    pipelines: ['stack-compute-vmware/pipeline/pipeline.yml (vcenter-template)'],
    outcome: [
      'accepted: 4 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type, resources[3].type, resources[4].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[2].plan[1], jobs[2].plan[2], jobs[3].plan[1]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[1] image, jobs[2].plan[1] image, jobs[2].plan[2] image, jobs[3].plan[1] image',
    ],
  },
  {
    pipelines: [
      'stack-functions-azure/pipeline/pipeline.yaml (default)',
      'stack-valuesref/pipeline/pipeline.yml (aws)',
      'stack-valuesref/pipeline/pipeline.yml (azure)',
    ],
    outcome: [
      'accepted: 4 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type, resources[3].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[2].plan[1], jobs[3].plan[1]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[1] image, jobs[3].plan[1] image',
      'run the image public.ecr.aws/cycloid-demo/azure-resource: jobs[2].plan[1] image',
    ],
  },
  {
    pipelines: ['stack-idp-vuejs/pipeline/deploy.yml (deploy)'],
    outcome: [
      'accepted: 3 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type, resources[3].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[1].plan[2], jobs[1].plan[3], jobs[2].plan[1], jobs[2].plan[3]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[3] image, jobs[2].plan[1] image, jobs[2].plan[3] image',
      'run the image node: jobs[1].plan[1] image',
      'run the image amazon/aws-cli: jobs[1].plan[2] image',
    ],
  },
  {
    pipelines: ['stack-idp-vuejs/pipeline/pr.yml (pull_requests)'],
    outcome: [
      'accepted: 2 jobs',
      'run the image of the resource type github-pr: resource_types[0].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[1] image',
    ],
  },
  {
    pipelines: ['stack-idp-vuejs/pipeline/scaffold.yml (scaffold)'],
    outcome: [
      'accepted: 4 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[2].plan[1], jobs[3].plan[1]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[2].plan[1] image, jobs[3].plan[1] image',
      'run the image node: jobs[1].plan[1] image',
    ],
  },
  {
    pipelines: ['stack-kubernetes-eks/pipeline/pipeline.yml (default)'],
    outcome: [
      'accepted: 5 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[2].plan[0].do[1], jobs[2].plan[0].do[2], jobs[3].plan[0].do[1], jobs[4].plan[1], jobs[4].plan[2]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[1] image, jobs[3].plan[0].do[1] image, jobs[4].plan[1] image',
      'run the image alpine/k8s: jobs[2].plan[0].do[1] image, jobs[2].plan[0].do[2] image, jobs[4].plan[2] image',
    ],
  },
  {
    pipelines: ['stack-lemp/pipeline/pipeline.yml (lemp)'],
    outcome: [
      'accepted: 7 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'run the image of the resource type packer: resource_types[1].type',
      'have the resource type git: resources[1].type, resources[2].type, resources[3].type, resources[4].type, resources[5].type, resources[6].type, resources[7].type',
      'have the resource type s3: resources[8].type',
      'tasks are off on this server: jobs[0].plan[0].do[2], jobs[1].plan[0].do[3], jobs[2].plan[0].do[3], jobs[2].plan[0].do[5], jobs[3].plan[0].do[2], jobs[4].plan[0].do[3], jobs[4].plan[0].do[4], jobs[5].plan[0].do[5], jobs[5].plan[0].do[6], jobs[6].plan[0].do[4], jobs[6].plan[0].do[5]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[0].do[2] image, jobs[1].plan[0].do[3] image, jobs[2].plan[0].do[3] image, jobs[2].plan[0].do[5] image, jobs[3].plan[0].do[2] image, jobs[4].plan[0].do[3] image, jobs[5].plan[0].do[5] image, jobs[5].plan[0].do[6] image, jobs[6].plan[0].do[4] image',
    ],
  },
  {
    pipelines: ['stack-mysql/pipeline/pipeline.yml (aws)'],
    outcome: [
      'accepted: 4 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type, resources[3].type, resources[4].type',
      'have the resource type time: resources[5].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[2].plan[1], jobs[2].plan[2], jobs[2].plan[3], jobs[2].plan[4], jobs[3].plan[1], jobs[3].plan[2], jobs[3].plan[4]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[1] image, jobs[2].plan[1] image, jobs[2].plan[3] image, jobs[3].plan[1] image, jobs[3].plan[2] image, jobs[3].plan[4] image',
      'run the image amazon/aws-cli: jobs[2].plan[2] image, jobs[2].plan[4] image',
    ],
  },
  {
    pipelines: ['stack-mysql/pipeline/pipeline.yml (azure)'],
    outcome: [
      'accepted: 4 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type, resources[3].type, resources[4].type',
      'have the resource type time: resources[5].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[2].plan[1], jobs[2].plan[2], jobs[2].plan[3], jobs[2].plan[4], jobs[3].plan[1], jobs[3].plan[2], jobs[3].plan[4]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[1] image, jobs[2].plan[1] image, jobs[2].plan[3] image, jobs[3].plan[1] image, jobs[3].plan[2] image, jobs[3].plan[4] image',
      'run the image public.ecr.aws/cycloid-demo/azure-resource: jobs[2].plan[2] image, jobs[2].plan[4] image',
    ],
  },
  {
    pipelines: ['stack-mysql/pipeline/pipeline.yml (gcp)'],
    outcome: [
      'accepted: 4 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type, resources[3].type, resources[4].type',
      'have the resource type time: resources[5].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[2].plan[1], jobs[2].plan[2], jobs[2].plan[3], jobs[2].plan[4], jobs[3].plan[1], jobs[3].plan[2], jobs[3].plan[4]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[1] image, jobs[2].plan[1] image, jobs[2].plan[3] image, jobs[3].plan[1] image, jobs[3].plan[2] image, jobs[3].plan[4] image',
      'run the image google/cloud-sdk: jobs[2].plan[2] image, jobs[2].plan[4] image',
    ],
  },
  {
    pipelines: ['stack-mysql/pipeline/pipeline.yml (vmware)'],
    outcome: [
      'accepted: 4 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type, resources[3].type, resources[4].type',
      'have the resource type time: resources[5].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[2].plan[1], jobs[3].plan[1], jobs[3].plan[2], jobs[3].plan[4]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[1] image, jobs[2].plan[1] image, jobs[3].plan[1] image, jobs[3].plan[2] image, jobs[3].plan[4] image',
    ],
  },
  {
    pipelines: ['stack-nexus-kubernetes/pipeline/pipeline.yml (kubernetes)'],
    outcome: [
      'accepted: 3 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type',
      'tasks are off on this server: jobs[0].plan[1], jobs[1].plan[1], jobs[1].plan[3], jobs[2].plan[1]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[1] image, jobs[1].plan[1] image, jobs[1].plan[3] image, jobs[2].plan[1] image',
    ],
  },
  {
    pipelines: ['stack_from_blueprint/pipeline/pipeline.yml (aws)', 'testing_blueprint/pipeline/pipeline.yml (aws)'],
    outcome: [
      'accepted: 3 jobs',
      'run the image of the resource type terraform: resource_types[0].type',
      'have the resource type git: resources[1].type, resources[2].type',
      'tasks are off on this server: jobs[0].plan[0].do[2], jobs[1].plan[0].do[3], jobs[2].plan[0].do[2]',
      'run the image cycloid/cycloid-toolkit: jobs[0].plan[0].do[2] image, jobs[1].plan[0].do[3] image, jobs[2].plan[0].do[2] image',
    ],
  },
]

describe.skipIf(!stacksAreThere)(`the pipelines of public stacks (${whyNoStacks})`, () => {
  test('are all in the table', () => {
    const known = [...expected.flatMap(({ pipelines }) => pipelines), ...taskFiles.map((file) => `${file} (default)`)]
    expect(realPipelines.map(({ name }) => name).sort()).toEqual(known.sort())
  })

  test.each(expected.flatMap(({ pipelines, outcome }) => pipelines.map((name) => ({ name, outcome }))))('$name', ({ name, outcome }) => {
    expect(outcomeOf(realPipeline(name))).toEqual(outcome)
  })

  test.each(taskFiles)('%s is a task, not a pipeline', (file) => {
    const text = realPipeline(`${file} (default)`)
    expect(readTaskConfig(text.pipeline)).toMatchObject({ platform: 'linux', image_resource: { type: 'registry-image' } })
    expect(outcomeOf(text)).toEqual(['refused: jobs must have at least one job'])
  })

  test.each(expected.flatMap(({ pipelines }) => pipelines))('%s is the same after it was written as YAML and read again', (name) => {
    const config = readReal(realPipeline(name))
    const again = readPipeline(dumpYaml(config as unknown as Json)).config
    expect(again).toEqual(config)
    expect(diffPipelines(config, again)).toEqual({ groups: [], jobs: [], resources: [], resource_types: [] })
  })

  test('what their samples leave open are credentials', () => {
    const config = readReal(realPipeline('stack-mysql/pipeline/pipeline.yml (aws)'))
    expect(varsIn(config as unknown as Json).map(({ text }) => text)).toEqual([
      'admin-api-key.key',
      'aws',
      'ssh_catalog.ssh_key',
      'basic_config.username',
      'basic_config.password',
      'acme-shop-prod.ssh_key',
    ])
  })
})
