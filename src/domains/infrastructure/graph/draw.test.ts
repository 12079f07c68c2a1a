import { describe, expect, test } from 'vitest'
import { aws, drawn, group, instance, machine, state } from '../../../../test/support/states.ts'
import { drawState } from './draw.ts'

describe('what is drawn', () => {
  test('things people look for are nodes; policies, random ids, data sources and what comes by itself are not', () => {
    const { nodes } = drawState(
      state(
        aws('aws_instance', 'web', { id: 'i-1' }),
        aws('aws_iam_role', 'web', { id: 'role' }),
        aws('aws_iam_role_policy', 'web', { id: 'role:policy' }),
        aws('aws_s3_bucket', 'files', { id: 'files' }),
        aws('aws_s3_bucket_policy', 'files', { id: 'files', bucket: 'files' }),
        aws('aws_default_route_table', 'main', { id: 'rtb-1' }),
        aws('random_id', 'suffix', { id: 'abc' }),
        aws('null_resource', 'wait', { id: '1' }),
        { ...aws('aws_ami', 'ubuntu', { id: 'ami-1' }), mode: 'data' },
      ),
    )
    expect(nodes.map(({ canonical }) => canonical)).toEqual(['aws_instance.web', 'aws_s3_bucket.files'])
  })

  test('modules, counts and for_each are kept apart, and called as in Terraform', () => {
    const { nodes } = drawState(
      state(
        { ...aws('aws_instance', 'web', { id: 'i-0' }), instances: [instance({ id: 'i-0' }, 0), instance({ id: 'i-1' }, 1)] },
        {
          ...aws('aws_sqs_queue', 'jobs', {}),
          module: 'module.back["eu"]',
          instances: [instance({ id: 'a' }, 'mail'), instance({ id: 'b' }, 'sms')],
        },
      ),
    )
    expect(nodes.map(({ canonical, name }) => [canonical, name])).toEqual([
      ['aws_instance.web[0]', 'web[0]'],
      ['aws_instance.web[1]', 'web[1]'],
      ['module.back["eu"].aws_sqs_queue.jobs["mail"]', 'jobs["mail"]'],
      ['module.back["eu"].aws_sqs_queue.jobs["sms"]', 'jobs["sms"]'],
    ])
  })

  test('an instance that waits to be destroyed is not drawn beside its replacement', () => {
    const web = {
      ...aws('aws_instance', 'web', {}),
      instances: [instance({ id: 'i-2' }), { ...instance({ id: 'i-1' }), deposed: '0a1b2c3d' }],
    }
    expect(drawState(state(web)).config).toMatchObject({ 'aws_instance.web': { attributes: { id: 'i-2' } } })
  })

  test('the configuration has what people look at first, and no secrets', () => {
    const { config } = drawState(
      state({
        ...aws('aws_db_instance', 'main', {}),
        provider: 'provider["registry.example.com/hashicorp/aws"].west',
        instances: [
          {
            attributes: {
              id: 'db-1',
              engine: 'postgres',
              password: 'hunter2',
              multi_az: true,
              engine_version: '16.1',
              tags: { Name: 'main', api_token: 't0ken' },
            },
            sensitive_attributes: [[{ type: 'get_attr', value: 'engine_version' }]],
          },
        ],
      }),
    )
    expect(config).toEqual({
      'aws_db_instance.main': {
        type: 'aws_db_instance',
        name: 'main',
        module: '',
        provider: 'aws',
        attributes: {
          id: 'db-1',
          engine: 'postgres',
          engine_version: '(sensitive)',
          multi_az: true,
          tags: { Name: 'main', api_token: '(sensitive)' },
        },
      },
    })
    expect(JSON.stringify(config)).not.toMatch(/hunter2|t0ken/)
  })
})

describe('lines between things', () => {
  test('an identifier among the attributes is a line; that its network follows from its subnet is not said twice', () => {
    expect(
      drawn(
        aws('aws_vpc', 'main', { id: 'vpc-0a1b2c3d' }),
        aws('aws_subnet', 'a', { id: 'subnet-0a1b2c3d', vpc_id: 'vpc-0a1b2c3d' }),
        aws('aws_instance', 'web', { id: 'i-0a1b2c3d', subnet_id: 'subnet-0a1b2c3d', vpc_id: 'vpc-0a1b2c3d' }, [
          'aws_subnet.a',
          'aws_vpc.main',
        ]),
      ),
    ).toEqual(['aws_instance.web -> aws_subnet.a', 'aws_subnet.a -> aws_vpc.main'])
  })

  test('a name is a reference only where it can mean the thing', () => {
    expect(
      drawn(
        aws('aws_s3_bucket', 'b', { id: 'prod' }),
        aws('aws_lambda_function', 'f', { id: 'f', arn: 'arn:f', stage: 'prod', tags: { bucket: 'prod' } }),
      ),
    ).toEqual([])
    expect(drawn(aws('aws_s3_bucket', 'b', { id: 'prod' }), aws('aws_lambda_function', 'f', { id: 'f', s3_bucket: 'prod' }))).toEqual([
      'aws_lambda_function.f -> aws_s3_bucket.b',
    ])
  })

  test('dependencies that another one explains are left out', () => {
    expect(
      drawn(
        aws('aws_kms_key', 'k', {}),
        aws('aws_db_instance', 'db', {}, ['aws_kms_key.k']),
        aws('aws_lambda_function', 'f', {}, ['aws_db_instance.db', 'aws_kms_key.k', 'aws_iam_role.gone']),
      ),
    ).toEqual(['aws_db_instance.db -> aws_kms_key.k', 'aws_lambda_function.f -> aws_db_instance.db'])
  })

  test('of many instances, the one with the same key is meant', () => {
    const two = (type: string, name: string, ...dependencies: string[]) => ({
      ...aws(type, name, {}),
      instances: [instance({}, 0, dependencies), instance({}, 1, dependencies)],
    })
    expect(
      drawn(
        two('aws_instance', 'web'),
        two('aws_ebs_volume', 'data', 'aws_instance.web'),
        aws('aws_sqs_queue', 'q', {}, ['aws_instance.web']),
      ),
    ).toEqual([
      'aws_ebs_volume.data[0] -> aws_instance.web[0]',
      'aws_ebs_volume.data[1] -> aws_instance.web[1]',
      'aws_sqs_queue.q -> aws_instance.web[0]',
      'aws_sqs_queue.q -> aws_instance.web[1]',
    ])
  })

  test('cycles, what depends on itself, and references to what is gone do no harm', () => {
    expect(
      drawn(
        aws('aws_instance', 'a', { id: 'i-0000000a', peer: 'i-0000000b' }, ['aws_instance.a']),
        aws('aws_instance', 'b', { id: 'i-0000000b', peer: 'i-0000000c' }),
        aws('aws_instance', 'c', { id: 'i-0000000c', peer: 'i-0000000a', subnet_id: 'subnet-deadbeef' }, [
          'aws_subnet.gone',
          'module.gone.aws_vpc.x',
        ]),
      ),
    ).toEqual(['aws_instance.a -> aws_instance.b', 'aws_instance.b -> aws_instance.c', 'aws_instance.c -> aws_instance.a'])
  })

  test('an attachment is a line between what it attaches, and says what it is made of', () => {
    const { edges } = drawState(
      state(
        aws('aws_instance', 'web', { id: 'i-0000000a' }),
        aws('aws_ebs_volume', 'data', { id: 'vol-0000000b' }),
        aws('aws_volume_attachment', 'it', { id: 'vai-1', instance_id: 'i-0000000a', volume_id: 'vol-0000000b' }),
      ),
    )
    expect(edges).toEqual([
      {
        id: 'aws_instance.web -> aws_ebs_volume.data',
        source: 'aws_instance.web',
        target: 'aws_ebs_volume.data',
        canonicals: ['aws_volume_attachment.it'],
      },
    ])
  })

  test('a balancer leads to its machines over listener, target group and attachments', () => {
    const arn = (what: string) => `arn:aws:elasticloadbalancing:eu-west-1:1:${what}`
    const { edges } = drawState(
      state(
        aws('aws_vpc', 'main', { id: 'vpc-0a1b2c3d' }),
        aws('aws_lb', 'front', { id: arn('lb'), arn: arn('lb'), vpc_id: 'vpc-0a1b2c3d' }),
        aws('aws_lb_listener', 'https', {
          id: arn('listener'),
          load_balancer_arn: arn('lb'),
          default_action: [{ target_group_arn: arn('tg') }],
        }),
        aws('aws_lb_target_group', 'web', { id: arn('tg'), arn: arn('tg'), vpc_id: 'vpc-0a1b2c3d' }),
        ...['a', 'b'].flatMap((name) => [
          aws('aws_instance', name, { id: `i-0000000${name}` }),
          aws('aws_lb_target_group_attachment', name, { id: `x${name}`, target_group_arn: arn('tg'), target_id: `i-0000000${name}` }),
        ]),
      ),
    )
    expect(edges.map(({ id }) => id)).toEqual([
      'aws_lb.front -> aws_instance.a',
      'aws_lb.front -> aws_instance.b',
      'aws_lb.front -> aws_vpc.main',
    ])
    expect(edges[0]?.canonicals).toEqual(['aws_lb_listener.https', 'aws_lb_target_group.web', 'aws_lb_target_group_attachment.a'])
  })

  test('what shares a template is not connected by it, and leads to what the template names', () => {
    const shared = aws('aws_ecs_task_definition', 'task', { id: 'task', arn: 'arn:task', secret_arn: 'arn:secret' })
    const service = (name: string) => aws('aws_ecs_service', name, { id: name, task_definition: 'arn:task' })
    expect(drawn(shared, service('one'), service('two'))).toEqual([])
    expect(
      drawn(shared, service('one'), service('two'), aws('aws_secretsmanager_secret', 's', { id: 'arn:secret', arn: 'arn:secret' })),
    ).toEqual(['aws_ecs_service.one -> aws_secretsmanager_secret.s', 'aws_ecs_service.two -> aws_secretsmanager_secret.s'])
  })

  test('a queue leads to the function that it feeds, a zone to what its records name', () => {
    expect(
      drawn(
        aws('aws_sqs_queue', 'jobs', { id: 'https://sqs/jobs', arn: 'arn:jobs' }),
        aws('aws_lambda_function', 'work', { id: 'work', arn: 'arn:work' }),
        aws('aws_lambda_event_source_mapping', 'm', { id: 'm-1', event_source_arn: 'arn:jobs', function_name: 'arn:work' }),
        aws('aws_route53_zone', 'z', { id: 'Z123', zone_id: 'Z123' }),
        aws('aws_lb', 'front', { id: 'arn:lb', dns_name: 'front.elb' }),
        aws('aws_route53_record', 'www', { id: 'Z123_www_A', zone_id: 'Z123' }, ['aws_lb.front', 'aws_route53_zone.z']),
      ),
    ).toEqual(['aws_route53_zone.z -> aws_lb.front', 'aws_sqs_queue.jobs -> aws_lambda_function.work'])
  })

  test('machines that are attached to the same are not connected by that, whoever names whom', () => {
    const machineOf = (name: string, more: object = {}) => aws('aws_instance', name, { id: `i-0000000${name}`, ...more })
    const attached = (name: string) =>
      aws('aws_lb_target_group_attachment', name, { target_group_arn: 'arn:tg', target_id: `i-0000000${name}` })
    const targets = aws('aws_lb_target_group', 'tg', { id: 'arn:tg', arn: 'arn:tg' })
    expect(drawn(targets, machineOf('a'), machineOf('b'), attached('a'), attached('b'))).toEqual([])
    expect(drawn(targets, machineOf('a', { target: 'arn:tg' }), machineOf('b'), attached('a'), attached('b'))).toEqual([])
  })

  test('two networks are connected by their peering', () => {
    const vpc = (name: string, id: string) => aws('aws_vpc', name, { id })
    expect(
      drawn(
        vpc('a', 'vpc-0000000a'),
        vpc('b', 'vpc-0000000b'),
        aws('aws_vpc_peering_connection', 'p', { id: 'pcx-1', vpc_id: 'vpc-0000000a', peer_vpc_id: 'vpc-0000000b' }),
      ),
    ).toEqual(['aws_vpc.a -> aws_vpc.b'])
  })
})

test('a machine behind a group is the same whether the group is named or attached', () => {
  expect(drawn(machine('web', 'sg-0000000a'), group('open', 'sg-0000000a', { cidr_blocks: ['0.0.0.0/0'] }))).toEqual([
    'internet -> aws_instance.web',
  ])
})
