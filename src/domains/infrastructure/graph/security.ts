/** Who lets whom in: security groups and their rules become connections between what carries the groups. */
import { factsOf } from '../../../formats/terraform/resource-facts.ts'
import { type Identifiers, isSecurityGroup, type Link, roleOf } from './links.ts'
import { isContainer } from './places.ts'
import { type Attributes, groupedBy, listOf, mapOf, memberOf, type StateResource, textsOf } from './state-resources.ts'

export interface Passage {
  /** Undefined: everybody. */
  from: StateResource | undefined
  to: StateResource
  /** The group or rule that says so. */
  via: string
}

interface Rule {
  group: StateResource
  others: StateResource[]
  self: boolean
  everybody: boolean
  out: boolean
  via: string
}

/** Those that are only about groups: they connect nothing else. */
export const isAboutSecurity = (type: string): boolean =>
  isSecurityGroup(type) ||
  /^aws_(security_group_rule|vpc_security_group_(in|e)gress_rule)$/.test(type) ||
  type === 'azurerm_network_security_rule' ||
  type === 'google_compute_firewall'

const everywhere = new Set(['0.0.0.0/0', '::/0', '*', 'Internet', 'internet', '0.0.0.0', 'Any', 'any'])
const isEverybody = (...values: unknown[]): boolean => values.flatMap(textsOf).some((text) => everywhere.has(text))

/** Of a rule between groups that many things carry: more would be a black square, not a drawing. */
const mostPairs = 400

export function passagesOf(resources: readonly StateResource[], links: readonly Link[], identifiers: Identifiers): Passage[] {
  const groups = resources.filter(({ type }) => isSecurityGroup(type))
  const rules = resources.flatMap((resource) => rulesOf(resource, identifiers, groups))
  const carried = carriersOf(groups, links)
  const passages = rules.flatMap(({ group, others, self, everybody, out, via }): Passage[] => {
    const here = carried.get(group) ?? []
    const there = others.flatMap((other) => carried.get(other) ?? [])
    return [
      ...(everybody && !out ? here.map((to) => ({ from: undefined, to, via })) : []),
      ...(out ? pairs(here, there, via) : pairs(there, here, via)),
      // All among themselves: one line through them says as much as a line between each two.
      ...(self ? here.slice(1).flatMap((to, at): Passage[] => (here[at] ? [{ from: here[at], to, via }] : [])) : []),
    ]
  })
  return [...passages, ...resources.flatMap((resource) => googlePassages(resource, resources, links))].filter(({ from, to }) => from !== to)
}

function pairs(from: readonly StateResource[], to: readonly StateResource[], via: string): Passage[] {
  if (from.length * to.length <= mostPairs) return from.flatMap((one) => to.map((other) => ({ from: one, to: other, via })))
  const [first] = from
  const [other] = to
  if (!first || !other) return []
  return [...to.map((target) => ({ from: first, to: target, via })), ...from.slice(1).map((source) => ({ from: source, to: other, via }))]
}

/** What has each group: it names it, or something between that is no thing of its own does. */
function carriersOf(groups: readonly StateResource[], links: readonly Link[]): Map<StateResource, StateResource[]> {
  const incoming = groupedBy(links, ({ to }) => to)
  const outgoing = groupedBy(links, ({ from }) => from)
  return new Map(
    groups.map((group) => {
      const carriers = new Set<StateResource>()
      const seen = new Set<StateResource>([group])
      const waiting = (incoming.get(group) ?? []).map(({ from }) => ({ resource: from, direct: true }))
      for (const { resource, direct } of waiting) {
        if (seen.has(resource) || isAboutSecurity(resource.type)) continue
        seen.add(resource)
        if (roleOf(resource) === 'node') {
          carriers.add(resource)
          continue
        }
        for (const { from } of incoming.get(resource) ?? []) waiting.push({ resource: from, direct: false })
        // A subnet has the group when it is associated with it, not because a network card is in it.
        for (const { to } of outgoing.get(resource) ?? [])
          if (!isContainer(to.type) || (direct && /association$/.test(resource.type))) waiting.push({ resource: to, direct: false })
      }
      return [group, [...carriers].sort((one, other) => (one.address < other.address ? -1 : 1))]
    }),
  )
}

function rulesOf(resource: StateResource, identifiers: Identifiers, groups: readonly StateResource[]): Rule[] {
  const { type, attributes, address } = resource
  const groupAt = (value: unknown): StateResource[] =>
    textsOf(value).flatMap((text) => {
      const found = identifiers.find(text)
      return found && isSecurityGroup(found.type) ? [found] : []
    })
  const rule = (group: StateResource, out: boolean, more: Partial<Rule>): Rule => ({
    group,
    others: [],
    self: false,
    everybody: false,
    out,
    via: address,
    ...more,
  })
  const member = (name: string) => memberOf(attributes, name)

  if (type === 'aws_security_group' || type === 'aws_default_security_group')
    return (['ingress', 'egress'] as const).flatMap((direction) =>
      listOf(member(direction)).map((item) => {
        const inner = mapOf(item)
        return rule(resource, direction === 'egress', {
          others: groupAt(memberOf(inner, 'security_groups')),
          self: isTrue(memberOf(inner, 'self')),
          everybody: isEverybody(memberOf(inner, 'cidr_blocks'), memberOf(inner, 'ipv6_cidr_blocks')),
        })
      }),
    )
  if (type === 'aws_security_group_rule')
    return groupAt(member('security_group_id')).map((group) =>
      rule(group, member('type') === 'egress', {
        others: groupAt(member('source_security_group_id')),
        self: isTrue(member('self')),
        everybody: isEverybody(member('cidr_blocks'), member('ipv6_cidr_blocks')),
      }),
    )
  if (/^aws_vpc_security_group_(in|e)gress_rule$/.test(type))
    return groupAt(member('security_group_id')).map((group) => {
      const others = groupAt(member('referenced_security_group_id'))
      return rule(group, type.includes('egress'), {
        others: others.filter((other) => other !== group),
        self: others.includes(group),
        everybody: isEverybody(member('cidr_ipv4'), member('cidr_ipv6')),
      })
    })
  if (type === 'azurerm_network_security_group')
    return listOf(member('security_rule')).flatMap((item) => (opens(mapOf(item)) ? [rule(resource, false, { everybody: true })] : []))
  // Rules of Azure know their group by its name.
  if (type === 'azurerm_network_security_rule' && opens(attributes)) {
    const names = ['network_security_group_name', 'resource_group_name'].map(member)
    const found = groups.filter(
      (group) => names[0] === memberOf(group.attributes, 'name') && names[1] === memberOf(group.attributes, 'resource_group_name'),
    )
    return found.slice(0, 1).map((group) => rule(group, false, { everybody: true }))
  }
  return []
}

const opens = (rule: Attributes): boolean =>
  /^inbound$/i.test(String(memberOf(rule, 'direction'))) &&
  /^allow$/i.test(String(memberOf(rule, 'access'))) &&
  isEverybody(memberOf(rule, 'source_address_prefix'), memberOf(rule, 'source_address_prefixes'))

const isTrue = (value: unknown): boolean => value === true || value === 'true'

/** Firewalls of Google speak of tags; without any, of all that is in the network. */
function googlePassages(firewall: StateResource, resources: readonly StateResource[], links: readonly Link[]): Passage[] {
  if (firewall.type !== 'google_compute_firewall') return []
  const member = (name: string) => memberOf(firewall.attributes, name)
  if (member('direction') === 'EGRESS' || isTrue(member('disabled')) || listOf(member('allow')).length === 0) return []
  const tagged = (tags: unknown): StateResource[] => {
    const wanted = new Set(textsOf(tags))
    return wanted.size === 0
      ? []
      : resources.filter(
          ({ type, attributes }) =>
            factsOf(type).isNode && type.startsWith('google_') && textsOf(memberOf(attributes, 'tags')).some((tag) => wanted.has(tag)),
        )
  }
  const targets =
    textsOf(member('target_tags')).length > 0
      ? tagged(member('target_tags'))
      : links.flatMap(({ from, to }) => (from === firewall && isContainer(to.type) ? [to] : []))
  const via = firewall.address
  return [
    ...(isEverybody(member('source_ranges')) ? targets.map((to): Passage => ({ from: undefined, to, via })) : []),
    ...pairs(tagged(member('source_tags')), targets, via),
  ]
}
