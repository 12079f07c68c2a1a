import { describe, expect, test } from 'vitest'
import { drawState } from './draw.ts'

describe('older states', () => {
  test('format 3 is drawn as format 4 is', () => {
    const old = {
      version: 3,
      modules: [
        {
          path: ['root'],
          resources: {
            'aws_vpc.main': {
              type: 'aws_vpc',
              primary: { id: 'vpc-0a1b2c3d', attributes: { id: 'vpc-0a1b2c3d', 'tags.%': '1', 'tags.Name': 'main' } },
            },
          },
        },
        {
          path: ['root', 'web'],
          resources: {
            'aws_instance.front.0': machine3('i-00000001', { 'vpc_security_group_ids.#': '1', 'vpc_security_group_ids.17': 'sg-0000000a' }),
            'aws_instance.front.1': { ...machine3('i-00000002', {}), depends_on: ['aws_security_group.open'] },
            'aws_security_group.open': {
              type: 'aws_security_group',
              primary: {
                attributes: {
                  id: 'sg-0000000a',
                  'ingress.#': '1',
                  'ingress.42.cidr_blocks.#': '1',
                  'ingress.42.cidr_blocks.0': '0.0.0.0/0',
                },
              },
            },
            'data.aws_ami.ubuntu': { type: 'aws_ami', primary: { attributes: { id: 'ami-1' } } },
          },
        },
      ],
    }
    const { nodes, edges, config } = drawState(old)
    expect(nodes.map(({ id }) => id)).toEqual([
      'internet',
      'aws_vpc.main',
      'module.web.aws_instance.front[0]',
      'module.web.aws_instance.front[1]',
    ])
    expect(edges.map(({ id }) => id)).toEqual([
      'internet -> module.web.aws_instance.front[0]',
      'internet -> module.web.aws_instance.front[1]',
    ])
    expect(config['aws_vpc.main']).toMatchObject({ attributes: { tags: { Name: 'main' } } })
  })

  const machine3 = (id: string, more: object) => ({ type: 'aws_instance', primary: { id, attributes: { id, ...more } } })

  test.each([
    [null],
    [1],
    ['x'],
    [[]],
    [{}],
    [{ version: 4 }],
    [{ version: 4, resources: [null, 1, {}, { type: 'aws_instance' }] }],
    [{ version: 3, modules: [{ path: 1, resources: [] }] }],
  ])('from %j nothing is drawn', (document) => expect(drawState(document)).toEqual({ nodes: [], edges: [], config: {} }))
})
