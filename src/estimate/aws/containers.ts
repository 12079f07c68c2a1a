/** Containers and functions. */
import { Decimal } from 'decimal.js'
import type { PlanResource } from '../../formats/terraform/plan.ts'
import { attributesOf, everyHour, one, units } from '../attributes.ts'
import { type BilledPart, type Mapper, type MapperContext, UnknownUntilApply } from '../types.ts'
import { assumed, assumedAs, aws, regionOf, usageType, usageTypes } from './aws.ts'

const eksCluster: Mapper = (_resource, context) => {
  const select = aws('AmazonEKS', 'Compute', regionOf(context), { usagetype: usageType('AmazonEKS-Hours:perCluster') })
  return [everyHour('Cluster', one, select)]
}

/** Both are billed by the hour of one vCPU and one GB. */
function fargateParts(
  tasks: Decimal,
  cores: Decimal,
  gigabytes: Decimal,
  offer: 'AmazonECS' | 'AmazonEKS',
  arm: boolean,
  region: string,
): BilledPart[] {
  const prefix = arm ? 'Fargate-ARM' : 'Fargate'
  const select = (kind: string) => aws(offer, 'Compute', region, { usagetype: usageType(`${prefix}-${kind}`) })
  const details = [`${tasks} × ${cores} vCPU, ${gigabytes} GB`, ...(arm ? ['ARM'] : [])]
  return [
    everyHour('vCPU', tasks.times(cores), select('vCPU-Hours:perCPU'), { details }),
    everyHour('Memory', tasks.times(gigabytes), select('GB-Hours'), { details }),
  ]
}

/** Which pods will run there is not in a plan. */
const fargateProfile: Mapper = (_resource, context) => {
  const [pods, cores, gigabytes] = ['pods', 'vcpu', 'memory_gb'].map((name) => context.usage(name))
  const parts = fargateParts(pods ?? one, cores ?? one, gigabytes ?? one, 'AmazonEKS', false, regionOf(context))
  return parts.map((part) => ({ ...part, usage: true, details: ['usage: pods, vcpu, memory_gb'] }))
}

const ecsService: Mapper = (resource, context) => {
  const service = attributesOf(resource)
  const desired = service.maybeNumber('desired_count') ?? one
  if (!onFargate(resource, context) || desired.isZero()) return []
  const definition = context.referred('task_definition')
  if (definition?.type !== 'aws_ecs_task_definition') throw new UnknownUntilApply('task_definition')
  const task = attributesOf(definition)
  const [cores, gigabytes] = [amount(task.text('cpu'), 1024), amount(task.text('memory'), 1024)]
  if (!cores || !gigabytes) throw new UnknownUntilApply('task_definition.cpu')
  const arm = task.maybeBlock('runtime_platform')?.maybeText('cpu_architecture') === 'ARM64'
  return fargateParts(desired, cores, gigabytes, 'AmazonECS', arm, regionOf(context))
}

/** `1024`, `.5 vCPU`, `2 GB`. */
function amount(text: string | undefined, perUnit: number): Decimal | undefined {
  const [, figure, unit] = /^(\d{0,9}\.?\d{1,9}) ?(vcpu|gb|mb)?$/i.exec(text ?? '') ?? []
  if (figure === undefined) return undefined
  return unit !== undefined && unit.toLowerCase() !== 'mb' ? new Decimal(figure) : new Decimal(figure).div(perUnit)
}

function onFargate(resource: PlanResource, context: MapperContext): boolean {
  const service = attributesOf(resource)
  const type = service.maybeText('launch_type')
  if (type !== undefined) return type === 'FARGATE'
  const own = service.maybeBlocks('capacity_provider_strategy')
  if (own.length > 0) return own.some((one) => /^FARGATE/.test(one.maybeText('capacity_provider') ?? ''))
  const cluster = context.referred('cluster')
  return JSON.stringify(cluster?.values.capacity_providers ?? null).includes('FARGATE')
}

const lambda: Mapper = (resource, context) => {
  const lambdaFunction = attributesOf(resource)
  const region = regionOf(context)
  const memory = (lambdaFunction.maybeNumber('memory_size') ?? new Decimal(128)).div(1024)
  const arm = Array.isArray(resource.values.architectures) && resource.values.architectures[0] === 'arm64'
  const requests = context.usage('monthly_requests')
  const seconds = requests.times(context.usage('request_duration_ms')).div(1000)
  const select = (group: string) => aws('AWSLambda', 'Serverless', region, { group })
  const disk = Decimal.max(0, (lambdaFunction.maybeBlock('ephemeral_storage')?.maybeNumber('size') ?? new Decimal(512)).minus(512)).div(
    1024,
  )
  const names = 'monthly_requests × request_duration_ms'
  const architecture = arm ? ['ARM'] : []
  return [
    assumed('Requests', [context, 'monthly_requests'], units.request, select(arm ? 'AWS-Lambda-Requests-ARM' : 'AWS-Lambda-Requests')),
    assumedAs(
      'Duration',
      [seconds.times(memory), names],
      units.gbSecond,
      select(arm ? 'AWS-Lambda-Duration-ARM' : 'AWS-Lambda-Duration'),
      architecture,
    ),
    ...(disk.greaterThan(0)
      ? [
          assumedAs(
            'Ephemeral storage',
            [seconds.times(disk), names],
            units.gbSecond,
            select(arm ? 'AWS-Lambda-Storage-Duration-ARM' : 'AWS-Lambda-Storage-Duration'),
          ),
        ]
      : []),
  ]
}

const registry: Mapper = (_resource, context) => {
  const select = aws('AmazonECR', 'EC2 Container Registry', regionOf(context), { usagetype: usageTypes('TimedStorage-ByteHrs') })
  return [assumed('Storage', [context, 'storage_gb'], units.gbMonth, select)]
}

export const containers: Readonly<Record<string, Mapper>> = {
  aws_eks_cluster: eksCluster,
  aws_eks_fargate_profile: fargateProfile,
  aws_ecs_service: ecsService,
  aws_lambda_function: lambda,
  aws_ecr_repository: registry,
}
