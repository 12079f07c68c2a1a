import { describe, expect, test } from 'vitest'
import { aws, drawn, group, instance, machine, state } from '../../../../test/support/states.ts'
import { drawState } from './draw.ts'

const [a, b] = ['sg-0000000a', 'sg-0000000b']

describe('security groups of AWS', () => {
  test('who is let in by its group has a line to what lets it in', () => {
    const { edges } = drawState(state(machine('web', a), machine('db', b), group('web', a), group('db', b, { security_groups: [a] })))
    expect(edges).toEqual([
      {
        id: 'aws_instance.web -> aws_instance.db',
        source: 'aws_instance.web',
        target: 'aws_instance.db',
        canonicals: ['aws_security_group.db'],
      },
    ])
  })

  test.each([
    ['IPv4', { cidr_blocks: ['10.0.0.0/8', '0.0.0.0/0'] }],
    ['IPv6', { ipv6_cidr_blocks: ['::/0'] }],
  ])('what lets in all addresses (%s) is open to the internet', (_, rule) => {
    const { nodes, edges } = drawState(state(machine('web', a), group('open', a, rule)))
    expect(nodes.map(({ id, name }) => [id, name])).toEqual([
      ['internet', 'Internet'],
      ['aws_instance.web', 'web'],
    ])
    expect(edges.map(({ source, target, canonicals }) => [source, target, canonicals])).toEqual([
      ['internet', 'aws_instance.web', ['aws_security_group.open']],
    ])
  })

  test('what lets in a private network only, or lets all out, is not', () => {
    expect(drawn(machine('web', a), group('inside', a, { cidr_blocks: ['10.0.0.0/8'] }))).toEqual([])
    expect(drawn(machine('web', a), aws('aws_security_group', 'out', { id: a, egress: [{ cidr_blocks: ['0.0.0.0/0'] }] }))).toEqual([])
  })

  test('those that let in each other are tied together, and nothing to itself', () => {
    expect(drawn(machine('one', a), machine('two', a), machine('three', a), group('all', a, { self: true }))).toEqual([
      'aws_instance.one -> aws_instance.three',
      'aws_instance.three -> aws_instance.two',
    ])
    expect(drawn(machine('one', a), group('all', a, { self: true, security_groups: [a] }))).toEqual([])
  })

  test('rules of their own say the same, in and out', () => {
    const rule = (values: object) => aws('aws_security_group_rule', 'r', { id: 'sgrule-1', ...values })
    const things = [machine('web', a), machine('db', b), group('web', a), group('db', b)]
    expect(drawn(...things, rule({ type: 'ingress', security_group_id: b, source_security_group_id: a }))).toEqual([
      'aws_instance.web -> aws_instance.db',
    ])
    expect(drawn(...things, rule({ type: 'egress', security_group_id: a, source_security_group_id: b }))).toEqual([
      'aws_instance.web -> aws_instance.db',
    ])
    expect(drawn(...things, rule({ type: 'ingress', security_group_id: a, cidr_blocks: ['0.0.0.0/0'] }))).toEqual([
      'internet -> aws_instance.web',
    ])
    expect(drawn(...things, rule({ type: 'ingress', security_group_id: 'sg-deadbeef', cidr_blocks: ['0.0.0.0/0'] }))).toEqual([])
  })

  test('so do the newer ones', () => {
    const things = [machine('web', a), machine('db', b), group('web', a), group('db', b)]
    const rule = (way: string, values: object) =>
      aws(`aws_vpc_security_group_${way}_rule`, 'r', { id: 'sgr-1', security_group_id: b, ...values })
    expect(drawn(...things, rule('ingress', { referenced_security_group_id: a }))).toEqual(['aws_instance.web -> aws_instance.db'])
    expect(drawn(...things, rule('egress', { referenced_security_group_id: a }))).toEqual(['aws_instance.db -> aws_instance.web'])
    expect(drawn(...things, rule('ingress', { cidr_ipv4: '0.0.0.0/0' }))).toEqual(['internet -> aws_instance.db'])
  })

  test('a group is carried over launch templates and network cards too', () => {
    expect(
      drawn(
        group('open', a, { cidr_blocks: ['0.0.0.0/0'] }),
        aws('aws_launch_template', 't', { id: 'lt-0000000a', vpc_security_group_ids: [a] }),
        aws('aws_autoscaling_group', 'web', { id: 'web', launch_template: [{ id: 'lt-0000000a' }] }),
        aws('aws_subnet', 's', { id: 'subnet-0000000a' }),
        aws('aws_network_interface', 'n', { id: 'eni-0000000a', security_groups: [a], subnet_id: 'subnet-0000000a' }),
        aws('aws_instance', 'db', { id: 'i-0000000a', network_interface: [{ network_interface_id: 'eni-0000000a' }] }),
      ),
    ).toEqual(['aws_instance.db -> aws_subnet.s', 'internet -> aws_autoscaling_group.web', 'internet -> aws_instance.db'])
  })

  test('a group that hundreds carry does not become a black square', () => {
    const many = (name: string, id: string) => ({
      ...machine(name, id),
      instances: Array.from({ length: 300 }, (_, at) => instance({ id: `i-${name}-${at}`, vpc_security_group_ids: [id] }, at)),
    })
    const { edges } = drawState(state(many('web', a), many('db', b), group('web', a), group('db', b, { security_groups: [a] })))
    expect(edges.length).toBeLessThan(700)
    const ends = new Set(edges.flatMap(({ source, target }) => [source, target]))
    expect(ends.size).toBe(600)
  })
})

describe('groups and firewalls of others', () => {
  const id = (what: string) => `/subscriptions/1/resourceGroups/g/providers/${what}`
  const rule = { direction: 'Inbound', access: 'Allow', source_address_prefix: '*' }
  const azure = (rules: object[], ...more: object[]) =>
    drawn(
      aws('azurerm_network_security_group', 'n', { id: id('nsg'), name: 'n', resource_group_name: 'g', security_rule: rules }),
      aws('azurerm_subnet', 's', { id: id('subnet') }),
      aws('azurerm_network_interface', 'c', { id: id('nic'), ip_configuration: [{ subnet_id: id('subnet') }] }),
      aws('azurerm_linux_virtual_machine', 'web', { id: id('vm'), network_interface_ids: [id('nic')] }),
      ...more,
    )
  const ofCard = aws('azurerm_network_interface_security_group_association', 'a', {
    id: 'x|y',
    network_interface_id: id('nic'),
    network_security_group_id: id('nsg'),
  })
  const ofSubnet = aws('azurerm_subnet_network_security_group_association', 'a', {
    id: id('subnet'),
    subnet_id: id('subnet'),
    network_security_group_id: id('nsg'),
  })
  const inSubnet = 'azurerm_linux_virtual_machine.web -> azurerm_subnet.s'

  test('Azure: of a card it opens the machine, of a subnet the subnet', () => {
    expect(azure([rule], ofCard)).toEqual([inSubnet, 'internet -> azurerm_linux_virtual_machine.web'])
    expect(azure([rule], ofSubnet)).toEqual([inSubnet, 'internet -> azurerm_subnet.s'])
    expect(
      azure(
        [
          { ...rule, access: 'Deny' },
          { ...rule, direction: 'Outbound' },
          { ...rule, source_address_prefix: '10.0.0.0/8' },
        ],
        ofCard,
      ),
    ).toEqual([inSubnet])
  })

  test('Azure: rules of their own know the group by its name', () => {
    const own = (name: string) =>
      aws('azurerm_network_security_rule', 'r', { id: id('rule'), ...rule, network_security_group_name: name, resource_group_name: 'g' })
    expect(azure([], ofCard, own('n'))).toEqual([inSubnet, 'internet -> azurerm_linux_virtual_machine.web'])
    expect(azure([], ofCard, own('other'))).toEqual([inSubnet])
  })

  test('Google: firewalls speak of tags, and without any of the network', () => {
    const link = 'https://www.googleapis.com/compute/v1/projects/p/global/networks/n'
    const things = [
      aws('google_compute_network', 'n', { id: 'projects/p/global/networks/n', self_link: link }),
      aws('google_compute_instance', 'web', { id: 'projects/p/web', tags: ['web'] }),
      aws('google_compute_instance', 'db', { id: 'projects/p/db', tags: ['db'] }),
    ]
    const firewall = (values: object) =>
      aws('google_compute_firewall', 'f', { id: 'projects/p/f', network: link, allow: [{ protocol: 'tcp' }], ...values })
    expect(drawn(...things, firewall({ source_ranges: ['0.0.0.0/0'], target_tags: ['web'] }))).toEqual([
      'internet -> google_compute_instance.web',
    ])
    expect(drawn(...things, firewall({ source_tags: ['web'], target_tags: ['db'] }))).toEqual([
      'google_compute_instance.web -> google_compute_instance.db',
    ])
    expect(drawn(...things, firewall({ source_ranges: ['0.0.0.0/0'] }))).toEqual(['internet -> google_compute_network.n'])
    expect(drawn(...things, firewall({ source_ranges: ['0.0.0.0/0'], disabled: true }))).toEqual([])
    expect(drawn(...things, firewall({ source_ranges: ['0.0.0.0/0'], allow: [], deny: [{ protocol: 'tcp' }] }))).toEqual([])
  })
})
