/** A plan of many resources, as a company's is: modules called many times, counts, keys, references, and half of it free. */

interface Resource {
  type: string
  name: string
  values: object
  expressions?: object
}

const shapes: readonly Resource[] = [
  {
    type: 'aws_instance',
    name: 'web',
    values: {
      ami: 'ami-1',
      instance_type: 'm5.large',
      root_block_device: [{ volume_type: 'gp3', volume_size: 50 }],
      tags: { Name: 'web', team: 'shop' },
    },
    expressions: { subnet_id: { references: ['aws_subnet.main[0].id', 'aws_subnet.main[0]', 'aws_subnet.main'] } },
  },
  { type: 'aws_ebs_volume', name: 'data', values: { availability_zone: 'eu-west-1a', type: 'gp3', size: 200, iops: 4000 } },
  {
    type: 'aws_autoscaling_group',
    name: 'workers',
    values: { desired_capacity: 3, min_size: 1, max_size: 9, launch_template: [{ version: '$Latest' }] },
    expressions: { launch_template: [{ id: { references: ['aws_launch_template.workers.id', 'aws_launch_template.workers'] } }] },
  },
  {
    type: 'aws_launch_template',
    name: 'workers',
    values: { instance_type: 't3.large', block_device_mappings: [{ ebs: [{ volume_size: 30 }] }] },
  },
  {
    type: 'aws_db_instance',
    name: 'db',
    values: { instance_class: 'db.t3.large', engine: 'postgres', allocated_storage: 100, storage_type: 'gp3', multi_az: true },
  },
  { type: 'aws_lb', name: 'front', values: { load_balancer_type: 'application' } },
  { type: 'aws_nat_gateway', name: 'out', values: {}, expressions: { allocation_id: { references: ['aws_eip.out.id', 'aws_eip.out'] } } },
  { type: 'aws_eip', name: 'out', values: { domain: 'vpc' } },
  { type: 'aws_elasticache_cluster', name: 'cache', values: { node_type: 'cache.m4.large', engine: 'redis', num_cache_nodes: 1 } },
  { type: 'aws_cloudwatch_metric_alarm', name: 'cpu', values: { period: 60, metric_name: 'CPUUtilization' } },
  { type: 'aws_security_group', name: 'web', values: { name: 'web', ingress: [{ from_port: 443, to_port: 443, protocol: 'tcp' }] } },
  { type: 'aws_subnet', name: 'main', values: { cidr_block: '10.0.0.0/24' } },
  { type: 'aws_iam_role', name: 'web', values: { name: 'web', assume_role_policy: '{"Version":"2012-10-17","Statement":[]}' } },
  { type: 'aws_route_table', name: 'main', values: { route: [{ cidr_block: '0.0.0.0/0' }] } },
]

/** Every resource ten times, by count or by key, in as many calls of one module as it takes. */
export function largePlan(count: number): string {
  const each = 10
  const calls = Math.ceil(count / (shapes.length * each))
  const modules: { address: string; resources: object[] }[] = []
  const changes: object[] = []
  let left = count
  for (let call = 0; call < calls; call++) {
    const address = `module.app["team-${call}"]`
    const resources: object[] = []
    for (const { type, name, values } of shapes) {
      for (let index = 0; index < each && left > 0; index++, left--) {
        const own = { address: `${address}.${type}.${name}[${index}]`, mode: 'managed', type, name, index }
        resources.push({ ...own, provider_name: 'registry.terraform.io/hashicorp/aws', schema_version: 1, values })
        const change = { actions: ['create'], before: null, after: values, after_unknown: { id: true, arn: true }, before_sensitive: false }
        changes.push({ ...own, module_address: address, provider_name: 'registry.terraform.io/hashicorp/aws', change })
      }
    }
    modules.push({ address, resources })
  }
  const configured = shapes.map(({ type, name, expressions = {} }) => ({
    address: `${type}.${name}`,
    mode: 'managed',
    type,
    name,
    provider_config_key: 'aws',
    expressions,
    count_expression: { constant_value: each },
  }))
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    planned_values: { root_module: { child_modules: modules } },
    resource_changes: changes,
    configuration: {
      provider_config: { aws: { name: 'aws', expressions: { region: { references: ['var.region'] } } } },
      root_module: {
        module_calls: {
          app: { source: './app', for_each_expression: { references: ['var.teams'] }, module: { resources: configured } },
        },
        variables: { region: {} },
      },
    },
    variables: { region: { value: 'eu-west-1' } },
  })
}
