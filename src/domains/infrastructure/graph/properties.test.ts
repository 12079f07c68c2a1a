/** What holds for every drawing, of whatever state. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../../test/support/random.ts'
import { aws, group, instance, state } from '../../../../test/support/states.ts'
import { type Drawing, drawState } from './draw.ts'

const types = [
  'aws_instance',
  'aws_db_instance',
  'aws_lb',
  'aws_lb_listener',
  'aws_lb_target_group',
  'aws_lb_target_group_attachment',
  'aws_vpc',
  'aws_subnet',
  'aws_security_group',
  'aws_security_group_rule',
  'aws_iam_role',
  'aws_launch_template',
  'aws_network_interface',
  'aws_volume_attachment',
  'random_id',
  'google_compute_firewall',
  'google_compute_instance',
  'somebodys_thing',
]
const identifier = fc.integer({ min: 0, max: 12 }).map((number) => `sg-0000000${number.toString(16)}`)
const reference = fc.constantFrom(...types.flatMap((type) => ['a', 'b'].map((name) => `${type}.${name}`)))
const rule = fc.record(
  { cidr_blocks: fc.constantFrom([], ['0.0.0.0/0']), security_groups: fc.array(identifier, { maxLength: 2 }), self: fc.boolean() },
  { requiredKeys: [] },
)
const attributes = fc.record(
  {
    id: identifier,
    arn: identifier,
    security_group_id: identifier,
    source_security_group_id: identifier,
    vpc_security_group_ids: fc.array(identifier, { maxLength: 3 }),
    ingress: fc.array(rule, { maxLength: 2 }),
    egress: fc.array(rule, { maxLength: 2 }),
    target: identifier,
    type: fc.constantFrom('ingress', 'egress'),
    tags: fc.array(fc.constantFrom('web', 'db'), { maxLength: 2 }),
    source_ranges: fc.constantFrom([], ['0.0.0.0/0']),
    source_tags: fc.constantFrom([], ['web']),
    target_tags: fc.constantFrom([], ['db']),
    allow: fc.constant([{}]),
  },
  { requiredKeys: [] },
)
const key = fc.constantFrom(undefined, 0, 1, 'x', '"', '] ->')
const anInstance = fc
  .tuple(attributes, key, fc.array(reference, { maxLength: 4 }))
  .map(([values, at, dependencies]) => instance(values, at, dependencies) as object)
const resource = fc
  .record({
    type: fc.constantFrom(...types),
    name: fc.constantFrom('a', 'b'),
    module: fc.constantFrom(undefined, 'module.m', 'module.m[0]'),
    instances: fc.array(anInstance, { maxLength: 3 }),
  })
  .map(({ type, name, ...more }) => ({ ...aws(type, name, {}), ...more }))
const resources = fc.array(resource, { maxLength: 25 })

function holds({ nodes, edges, config }: Drawing): void {
  const ids = new Set(nodes.map(({ id }) => id))
  expect(ids.size).toBe(nodes.length)
  expect(new Set(nodes.map(({ position }) => position.join())).size).toBe(nodes.length)
  for (const { position } of nodes) for (const part of position) expect(Number.isSafeInteger(part) && part >= 0).toBe(true)
  expect(new Set(edges.map(({ id }) => id)).size).toBe(edges.length)
  expect(new Set(edges.map(({ source, target }) => JSON.stringify([source, target]))).size).toBe(edges.length)
  for (const { source, target } of edges) {
    expect(ids.has(source) && ids.has(target)).toBe(true)
    expect(source).not.toBe(target)
  }
  expect(Object.keys(config).every((id) => ids.has(id))).toBe(true)
}

describe('every drawing', () => {
  test('has the ends of its lines, no line twice or to itself, and no two things in one place', () => {
    fc.assert(
      fc.property(resources, (list) => holds(drawState(state(...list)))),
      { seed: 42, numRuns: 300 },
    )
  })

  test('is the same in whatever order its state has the resources', () => {
    fc.assert(
      fc.property(
        resources.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          expect(drawState(state(...shuffled))).toEqual(drawState(state(...list)))
        },
      ),
      { seed: 42, numRuns: 200 },
    )
  })

  test('is made of any JSON, however strange', () => {
    fc.assert(
      fc.property(fc.json(), fc.jsonValue(), (text, value) => {
        holds(drawState(JSON.parse(text)))
        holds(
          drawState({
            version: 4,
            resources: [{ ...aws('aws_instance', 'a', {}), instances: [{ attributes: value, dependencies: value, index_key: value }] }],
          }),
        )
        holds(
          drawState({
            version: 3,
            modules: [{ path: value, resources: { 'aws_instance.a': { primary: { attributes: value }, depends_on: value } } }],
          }),
        )
      }),
      { seed: 42, numRuns: 300 },
    )
  })

  test.each(['__proto__', 'constructor', 'x\u0000y', '\ud800'])('survives the name %j', (name) => {
    const document = JSON.parse(
      JSON.stringify(state({ ...aws('aws_instance', name, {}), instances: [instance({ id: name, [name]: name }, name)] })),
    )
    holds(drawState(document))
  })

  test('survives attributes that are nested without end', () => {
    const deep = JSON.parse(`${'{"tags":'.repeat(50_000)}1${'}'.repeat(50_000)}`)
    const document = state(aws('aws_instance', 'a', deep), aws('aws_instance', 'a', deep))
    holds(drawState(document))
    expect(drawState(document).nodes).toHaveLength(1)
  })
})

describe('large states', () => {
  const random = new Random(7)
  const hex = (number: number) => number.toString(16).padStart(8, '0')
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => {
      const name = `r${at}`
      if (at % 20 === 0)
        return group(name, `sg-${hex(at)}`, {
          security_groups: [`sg-${hex(random.integer(0, at))}`],
          cidr_blocks: at % 100 === 0 ? ['0.0.0.0/0'] : [],
        })
      if (at % 20 === 1) return aws('aws_subnet', name, { id: `subnet-${hex(at)}` })
      if (at % 20 === 2) return aws('aws_volume_attachment', name, { instance_id: `i-${hex(at + 2)}`, volume_id: `vol-${hex(at + 1)}` })
      if (at % 20 === 3) return aws('aws_ebs_volume', name, { id: `vol-${hex(at)}` })
      return aws(
        'aws_instance',
        name,
        {
          id: `i-${hex(at)}`,
          subnet_id: `subnet-${hex(20 * random.integer(0, count / 20) + 1)}`,
          vpc_security_group_ids: [`sg-${hex(20 * random.integer(0, count / 20))}`],
          tags: { a: 'b' },
        },
        [`aws_subnet.r${20 * random.integer(0, count / 20) + 1}`],
      )
    })

  test('two thousand resources are drawn in less than 300 ms', () => {
    const document = state(...many(2000))
    const drawing = drawState(document)
    holds(drawing)
    expect(drawing.edges.length).toBeGreaterThan(1500)
    // Of the processor, and the best of three: others use the machine too.
    const took = Math.min(
      ...[1, 2, 3].map(() => {
        const start = process.cpuUsage()
        drawState(document)
        const { user, system } = process.cpuUsage(start)
        return (user + system) / 1000
      }),
    )
    expect(took).toBeLessThan(300)
  })

  test('a chain of thousands, and thousands around one, are drawn', () => {
    const chain = Array.from({ length: 5000 }, (_, at) => aws('aws_instance', `c${at}`, { id: `i-${hex(at)}`, next: `i-${hex(at + 1)}` }))
    const { nodes, edges } = drawState(state(...chain))
    expect(edges).toHaveLength(4999)
    expect(new Set(nodes.map(({ position }) => position[1])).size).toBe(5000)
    const star = drawState(
      state(
        aws('aws_vpc', 'v', { id: 'vpc-00000001' }),
        ...chain.map((one) => ({ ...one, instances: [instance({ id: one.name, vpc_id: 'vpc-00000001' })] })),
      ),
    )
    expect(star.edges).toHaveLength(5000)
    expect(Math.max(...star.nodes.map(({ position }) => position[0]))).toBeLessThan(30_000)
  })

  test('states made to be slow are not', () => {
    const open = group('g', 'sg-00000001', { cidr_blocks: ['0.0.0.0/0'], self: true })
    const carriers = Array.from({ length: 2000 }, (_, at) =>
      aws('aws_instance', `m${at}`, { id: `i-${hex(at)}`, vpc_security_group_ids: ['sg-00000001'], tags: ['t'] }),
    )
    const rules = Array.from({ length: 2000 }, (_, at) =>
      aws('aws_security_group_rule', `r${at}`, {
        type: 'ingress',
        security_group_id: 'sg-00000001',
        source_security_group_id: 'sg-00000001',
      }),
    )
    const attached = carriers.map((_, at) =>
      aws('aws_lb_target_group_attachment', `a${at}`, { target_group_arn: 'arn:tg', target_id: `i-${hex(at)}` }),
    )
    const services = carriers.map((_, at) => aws('aws_ecs_service', `s${at}`, { id: `s${at}`, target_group_arn: 'arn:tg' }))
    const dense = Array.from({ length: 1500 }, (_, at) =>
      aws(
        'aws_sqs_queue',
        `q${at}`,
        {},
        Array.from({ length: 100 }, (_, nth) => `aws_sqs_queue.q${(at + nth) % 1500}`),
      ),
    )
    const start = process.cpuUsage()
    holds(
      drawState(
        state(
          open,
          ...carriers,
          ...rules,
          ...attached,
          ...services,
          aws('aws_lb_target_group', 'tg', { id: 'arn:tg', arn: 'arn:tg' }),
          ...dense,
        ),
      ),
    )
    // Of the processor: others use the machine too.
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(10_000)
  })
})
