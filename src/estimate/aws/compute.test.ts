import { describe, expect, it } from 'vitest'
import { type BilledRow, billed } from '../../../test/support/billed-parts.ts'

const rows: readonly BilledRow[] = [
  [
    'an instance with its disks',
    'aws_instance',
    {
      instance_type: 'm5.large',
      tenancy: 'dedicated',
      monitoring: true,
      root_block_device: [{ volume_type: 'gp3', volume_size: 20, iops: 4000, throughput: 200 }],
      ebs_block_device: [{ volume_type: 'standard', volume_size: 5 }],
    },
    [
      'Compute: 1 hour every hour < AmazonEC2, Compute Instance, eu-west-1: m5.large, Dedicated, Linux, NA, No License required, Used',
      'Detailed monitoring: 7 metric < AmazonCloudWatch, Metric, eu-west-1: /CW:MetricMonitorUsage$/',
      'Root volume: storage: 20 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
      'Root volume: provisioned IOPS: 1000 IOPS-month < AmazonEC2, System Operation, eu-west-1: gp3, /EBS:VolumeP-IOPS\\.gp3$/',
      'Root volume: provisioned throughput: 75 MiBps-month < AmazonEC2, Provisioned Throughput, eu-west-1: /EBS:VolumeP-Throughput\\.gp3$/',
      'Volume: storage: 5 GB-month < AmazonEC2, Storage, eu-west-1: standard',
    ],
  ],
  [
    'a burstable instance that says nothing else',
    'aws_instance',
    { instance_type: 't3.micro' },
    [
      'Compute: 1 hour every hour < AmazonEC2, Compute Instance, eu-west-1: t3.micro, Shared, Linux, NA, No License required, Used',
      'CPU credits: 0 vCPU-hour assumed < AmazonEC2, CPU Credits, eu-west-1: Linux, /CPUCredits:t3$/',
      'Root volume: storage: 8 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
    ],
  ],
  [
    'a burstable instance that keeps to its share',
    'aws_instance',
    { instance_type: 't3.micro', credit_specification: [{ cpu_credits: 'standard' }] },
    [
      'Compute: 1 hour every hour < AmazonEC2, Compute Instance, eu-west-1: t3.micro, Shared, Linux, NA, No License required, Used',
      'Root volume: storage: 8 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
    ],
  ],
  [
    'an old instance with EBS optimization',
    'aws_instance',
    { instance_type: 'm3.xlarge', ebs_optimized: true, get_password_data: true },
    [
      'Compute: 1 hour every hour < AmazonEC2, Compute Instance, eu-west-1: m3.xlarge, Shared, Windows, NA, No License required, Used',
      'EBS-optimized usage: 1 hour every hour < AmazonEC2, Compute Instance, eu-west-1: m3.xlarge, /EBSOptimized:m3\\.xlarge$/',
      'Root volume: storage: 8 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
    ],
  ],
  [
    'a bare metal instance',
    'aws_instance',
    { instance_type: 'i3en.metal' },
    [
      'Compute: 1 hour every hour < AmazonEC2, Compute Instance (bare metal), eu-west-1: i3en.metal, Shared, Linux, NA, No License required, Used',
      'Root volume: storage: 8 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
    ],
  ],
  [
    'an instance of a template',
    'aws_instance',
    { launch_template: [{}] },
    [
      'Compute: 1 hour every hour < AmazonEC2, Compute Instance, eu-west-1: m5.large, Shared, Linux, NA, No License required, Used',
      'Detailed monitoring: 7 metric < AmazonCloudWatch, Metric, eu-west-1: /CW:MetricMonitorUsage$/',
      'Root volume: storage: 30 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
      'Root volume: provisioned IOPS: 500 IOPS-month < AmazonEC2, System Operation, eu-west-1: gp3, /EBS:VolumeP-IOPS\\.gp3$/',
      'Root volume: provisioned throughput: 125 MiBps-month < AmazonEC2, Provisioned Throughput, eu-west-1: /EBS:VolumeP-Throughput\\.gp3$/',
      'Volume: storage: 100 GB-month < AmazonEC2, Storage, eu-west-1: io1',
      'Volume: provisioned IOPS: 1000 IOPS-month < AmazonEC2, System Operation, eu-west-1: io1, /EBS:VolumeP-IOPS\\.piops$/',
    ],
    {
      others: [
        {
          address: 'aws_launch_template.t',
          values: {
            instance_type: 'm5.large',
            block_device_mappings: [
              { ebs: [{ volume_size: 30, volume_type: 'gp3', iops: 3500, throughput: 250 }] },
              { ebs: [{ volume_size: 100, volume_type: 'io1', iops: 1000 }] },
            ],
            monitoring: [{ enabled: true }],
          },
        },
      ],
      expressions: { 'aws_instance.a': { launch_template: [{ id: { references: ['aws_launch_template.t.id'] } }] } },
    },
  ],
  ['an instance whose type is not known yet', 'aws_instance', {}, ['unknown: instance_type'], { unknown: { instance_type: true } }],
  [
    'a spot instance',
    'aws_spot_instance_request',
    { instance_type: 'c5.large' },
    [
      'Compute (spot): 1 hour every hour spot < AmazonEC2, Compute Instance, eu-west-1: c5.large, Shared, Linux, NA, No License required, Used',
      'Root volume: storage: 8 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
    ],
  ],
  [
    'a dedicated host',
    'aws_ec2_host',
    { instance_type: 'm5.large' },
    ['Dedicated host: 1 hour every hour < AmazonEC2, Dedicated Host, eu-west-1: /HostUsage:m5$/'],
  ],
  [
    'a group of a template',
    'aws_autoscaling_group',
    { desired_capacity: 2, min_size: 1 },
    [
      'Compute: 2 hour every hour < AmazonEC2, Compute Instance, eu-west-1: m5.large, Shared, Linux, NA, No License required, Used',
      'Detailed monitoring: 14 metric < AmazonCloudWatch, Metric, eu-west-1: /CW:MetricMonitorUsage$/',
      'Root volume: storage: 60 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
      'Root volume: provisioned IOPS: 1000 IOPS-month < AmazonEC2, System Operation, eu-west-1: gp3, /EBS:VolumeP-IOPS\\.gp3$/',
      'Root volume: provisioned throughput: 250 MiBps-month < AmazonEC2, Provisioned Throughput, eu-west-1: /EBS:VolumeP-Throughput\\.gp3$/',
      'Volume: storage: 200 GB-month < AmazonEC2, Storage, eu-west-1: io1',
      'Volume: provisioned IOPS: 2000 IOPS-month < AmazonEC2, System Operation, eu-west-1: io1, /EBS:VolumeP-IOPS\\.piops$/',
    ],
    {
      others: [
        {
          address: 'aws_launch_template.t',
          values: {
            instance_type: 'm5.large',
            block_device_mappings: [
              { ebs: [{ volume_size: 30, volume_type: 'gp3', iops: 3500, throughput: 250 }] },
              { ebs: [{ volume_size: 100, volume_type: 'io1', iops: 1000 }] },
            ],
            monitoring: [{ enabled: true }],
          },
        },
      ],
      expressions: { 'aws_autoscaling_group.a': { launch_template: [{ id: { references: ['aws_launch_template.t.id'] } }] } },
    },
  ],
  [
    'a group of a launch configuration, at its least',
    'aws_autoscaling_group',
    { min_size: 3 },
    [
      'Compute: 3 hour every hour < AmazonEC2, Compute Instance, eu-west-1: c5.large, Shared, Linux, NA, No License required, Used',
      'Root volume: storage: 27 GB-month < AmazonEC2, Storage, eu-west-1: gp2',
    ],
    {
      others: [
        {
          address: 'aws_launch_configuration.c',
          values: { instance_type: 'c5.large', enable_monitoring: false, root_block_device: [{ volume_size: 9, volume_type: 'gp2' }] },
        },
      ],
      expressions: { 'aws_autoscaling_group.a': { launch_configuration: { references: ['aws_launch_configuration.c.name'] } } },
    },
  ],
  [
    'a mixed group with weights and spot',
    'aws_autoscaling_group',
    {
      desired_capacity: 10,
      min_size: 1,
      mixed_instances_policy: [
        {
          instances_distribution: [{ on_demand_base_capacity: 2, on_demand_percentage_above_base_capacity: 25 }],
          launch_template: [{ override: [{ instance_type: 'c5.xlarge', weighted_capacity: '2' }] }],
        },
      ],
    },
    [
      'Compute: 2 hour every hour < AmazonEC2, Compute Instance, eu-west-1: c5.xlarge, Shared, Linux, NA, No License required, Used',
      'Compute (spot): 3 hour every hour spot < AmazonEC2, Compute Instance, eu-west-1: c5.xlarge, Shared, Linux, NA, No License required, Used',
    ],
  ],
  ['an empty group', 'aws_autoscaling_group', { desired_capacity: 0, min_size: 0 }, ['free']],
  [
    'a group whose template is elsewhere',
    'aws_autoscaling_group',
    { min_size: 1, launch_template: [{ id: 'lt-1' }] },
    ['unknown: launch_template'],
  ],
  [
    'nodes of Kubernetes',
    'aws_eks_node_group',
    { instance_types: ['m5.large'], disk_size: 50, scaling_config: [{ desired_size: 3, min_size: 1 }] },
    [
      'Compute: 3 hour every hour < AmazonEC2, Compute Instance, eu-west-1: m5.large, Shared, Linux, NA, No License required, Used',
      'Root volume: storage: 150 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
    ],
  ],
  [
    'nodes on spot, as many as usual',
    'aws_eks_node_group',
    { capacity_type: 'SPOT', scaling_config: [{}] },
    [
      'Compute (spot): 15 hour every hour spot < AmazonEC2, Compute Instance, eu-west-1: t3.medium, Shared, Linux, NA, No License required, Used',
      'Root volume: storage: 300 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
    ],
  ],
  ['a volume without a type', 'aws_ebs_volume', { size: 100 }, ['Storage: 100 GB-month < AmazonEC2, Storage, eu-west-1: gp2']],
  [
    'a volume of gp3',
    'aws_ebs_volume',
    { type: 'gp3', size: 100, iops: 5000, throughput: 325 },
    [
      'Storage: 100 GB-month < AmazonEC2, Storage, eu-west-1: gp3',
      'Provisioned IOPS: 2000 IOPS-month < AmazonEC2, System Operation, eu-west-1: gp3, /EBS:VolumeP-IOPS\\.gp3$/',
      'Provisioned throughput: 200 MiBps-month < AmazonEC2, Provisioned Throughput, eu-west-1: /EBS:VolumeP-Throughput\\.gp3$/',
    ],
  ],
  [
    'a volume of io2 through its tiers',
    'aws_ebs_volume',
    { type: 'io2', size: 100, iops: 70000 },
    [
      'Storage: 100 GB-month < AmazonEC2, Storage, eu-west-1: io2',
      'Provisioned IOPS: 32000 IOPS-month < AmazonEC2, System Operation, eu-west-1: io2, /EBS:VolumeP-IOPS\\.io2$/',
      'Provisioned IOPS: 32000 IOPS-month < AmazonEC2, System Operation, eu-west-1: io2, /EBS:VolumeP-IOPS\\.io2\\.tier2$/',
      'Provisioned IOPS: 6000 IOPS-month < AmazonEC2, System Operation, eu-west-1: io2, /EBS:VolumeP-IOPS\\.io2\\.tier3$/',
    ],
  ],
  [
    'a magnetic volume',
    'aws_ebs_volume',
    { type: 'standard', size: 40 },
    [
      'Storage: 40 GB-month < AmazonEC2, Storage, eu-west-1: standard',
      'I/O requests: 0 IO assumed < AmazonEC2, System Operation, eu-west-1: /EBS:VolumeIOUsage$/',
    ],
  ],
  [
    'a snapshot of a volume',
    'aws_ebs_snapshot',
    {},
    ['Snapshot storage: 77 GB-month assumed < AmazonEC2, Storage Snapshot, eu-west-1: /EBS:SnapshotUsage$/'],
    {
      others: [{ address: 'aws_ebs_volume.v', values: { size: 77 } }],
      expressions: { 'aws_ebs_snapshot.a': { volume_id: { references: ['aws_ebs_volume.v.id'] } } },
    },
  ],
  [
    'a cluster of Kubernetes',
    'aws_eks_cluster',
    {},
    ['Cluster: 1 hour every hour < AmazonEKS, Compute, eu-west-1: /AmazonEKS-Hours:perCluster$/'],
  ],
  [
    'pods on Fargate',
    'aws_eks_fargate_profile',
    {},
    [
      'vCPU: 0.25 hour every hour assumed < AmazonEKS, Compute, eu-west-1: /Fargate-vCPU-Hours:perCPU$/',
      'Memory: 0.5 hour every hour assumed < AmazonEKS, Compute, eu-west-1: /Fargate-GB-Hours$/',
    ],
  ],
  [
    'tasks on Fargate',
    'aws_ecs_service',
    { desired_count: 3, launch_type: 'FARGATE' },
    [
      'vCPU: 1.5 hour every hour < AmazonECS, Compute, eu-west-1: /Fargate-ARM-vCPU-Hours:perCPU$/',
      'Memory: 3 hour every hour < AmazonECS, Compute, eu-west-1: /Fargate-ARM-GB-Hours$/',
    ],
    {
      others: [
        { address: 'aws_ecs_task_definition.t', values: { cpu: '512', memory: '1024', runtime_platform: [{ cpu_architecture: 'ARM64' }] } },
      ],
      expressions: { 'aws_ecs_service.a': { task_definition: { references: ['aws_ecs_task_definition.t.arn'] } } },
    },
  ],
  ['tasks on own machines', 'aws_ecs_service', { desired_count: 3, launch_type: 'EC2' }, ['free']],
  [
    'tasks of a definition elsewhere',
    'aws_ecs_service',
    { desired_count: 3, launch_type: 'FARGATE', task_definition: 'x:1' },
    ['unknown: task_definition'],
  ],
  [
    'a function',
    'aws_lambda_function',
    { memory_size: 512, architectures: ['arm64'], ephemeral_storage: [{ size: 1536 }] },
    [
      'Requests: 1000000 request assumed < AWSLambda, Serverless, eu-west-1: AWS-Lambda-Requests-ARM',
      'Duration: 125000 GB-second assumed < AWSLambda, Serverless, eu-west-1: AWS-Lambda-Duration-ARM',
      'Ephemeral storage: 250000 GB-second assumed < AWSLambda, Serverless, eu-west-1: AWS-Lambda-Storage-Duration-ARM',
    ],
  ],
  [
    'a registry',
    'aws_ecr_repository',
    {},
    ['Storage: 1 GB-month assumed < AmazonECR, EC2 Container Registry, eu-west-1: /TimedStorage-ByteHrs$/'],
  ],
]

describe('machines, disks and containers of AWS', () => {
  for (const [title, type, values, parts, more] of rows) {
    it(title, () => expect(billed(type, values, more)).toEqual(parts))
  }
})
