/** Who lets whom in: security groups and their rules become connections between what carries the groups. */
import { type Identifiers, isSecurityGroup, type Link, roleOf } from './links.ts'
import { isContainer } from './places.ts'
import { type Attributes, groupedBy, listOf, mapOf, memberOf, push, type StateResource, textsOf } from './state-resources.ts'

export interface Passage {
  /** Undefined: everybody. */
  from: StateResource | undefined
  to: StateResource
  /** The group or rule that says so. */
  via: string
}

interface Rule {
  group: StateResource
  others: ReadonlySet<StateResource>
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
/** Of a whole state. */
const mostPassages = 50_000

export function passagesOf(resources: readonly StateResource[], links: readonly Link[], identifiers: Identifiers): Passage[] {
  const groups = resources.filter(({ type }) => isSecurityGroup(type))
  const rules = resources.flatMap((resource) => rulesOf(resource, identifiers, groups))
  const carried = carriersOf(groups, links)
  const passages: Passage[] = []
  for (const { group, others, self, everybody, out, via } of rules) {
    const here = carried.get(group) ?? []
    const there = [...others].flatMap((other) => carried.get(other) ?? [])
    if (everybody && !out) passages.push(...here.map((to) => ({ from: undefined, to, via })))
    passages.push(...(out ? pairs(here, there, via) : pairs(there, here, via)))
    // All among themselves: one line through them says as much as a line between each two.
    if (self) passages.push(...here.slice(1).flatMap((to, at): Passage[] => (here[at] ? [{ from: here[at], to, via }] : [])))
    if (passages.length > mostPassages) break
  }
  passages.push(...googlePassages(resources, links))
  return passages.filter(({ from, to }) => from !== to)
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
    others: new Set(),
    self: false,
    everybody: false,
    out,
    via: address,
    ...more,
  })
  const member = (name: string) => memberOf(attributes, name)

  if (type === 'aws_security_group' || type === 'aws_default_security_group')
    return (['ingress', 'egress'] as const).map((direction) => {
      const all = listOf(member(direction)).map(mapOf)
      return rule(resource, direction === 'egress', {
        others: new Set(all.flatMap((inner) => groupAt(memberOf(inner, 'security_groups')))),
        self: all.some((inner) => isTrue(memberOf(inner, 'self'))),
        everybody: all.some((inner) => isEverybody(memberOf(inner, 'cidr_blocks'), memberOf(inner, 'ipv6_cidr_blocks'))),
      })
    })
  if (type === 'aws_security_group_rule')
    return groupAt(member('security_group_id')).map((group) =>
      rule(group, member('type') === 'egress', {
        others: new Set(groupAt(member('source_security_group_id'))),
        self: isTrue(member('self')),
        everybody: isEverybody(member('cidr_blocks'), member('ipv6_cidr_blocks')),
      }),
    )
  if (/^aws_vpc_security_group_(in|e)gress_rule$/.test(type))
    return groupAt(member('security_group_id')).map((group) => {
      const others = groupAt(member('referenced_security_group_id'))
      return rule(group, type.includes('egress'), {
        others: new Set(others.filter((other) => other !== group)),
        self: others.includes(group),
        everybody: isEverybody(member('cidr_ipv4'), member('cidr_ipv6')),
      })
    })
  if (type === 'azurerm_network_security_group')
    return listOf(member('security_rule')).some((item) => opens(mapOf(item))) ? [rule(resource, false, { everybody: true })] : []
  // Rules of Azure know their group by its name.
  if (type === 'azurerm_network_security_rule' && opens(attributes)) {
    const names = ['network_security_group_name', 'resource_group_name'].map(member)
    const found = groups.find(({ attributes: of }) => names[0] === memberOf(of, 'name') && names[1] === memberOf(of, 'resource_group_name'))
    return found ? [rule(found, false, { everybody: true })] : []
  }
  return []
}

const opens = (rule: Attributes): boolean =>
  /^inbound$/i.test(String(memberOf(rule, 'direction'))) &&
  /^allow$/i.test(String(memberOf(rule, 'access'))) &&
  isEverybody(memberOf(rule, 'source_address_prefix'), memberOf(rule, 'source_address_prefixes'))

const isTrue = (value: unknown): boolean => value === true || value === 'true'

/** Firewalls of Google speak of tags; without any, of all that is in the network. */
function googlePassages(resources: readonly StateResource[], links: readonly Link[]): Passage[] {
  const firewalls = resources.filter(({ type }) => type === 'google_compute_firewall')
  const networks = groupedBy(
    links.filter(({ from, to }) => from.type === 'google_compute_firewall' && isContainer(to.type)),
    ({ from }) => from,
  )
  const tagged = new Map<string, StateResource[]>()
  for (const resource of resources)
    if (resource.type.startsWith('google_') && roleOf(resource) === 'node')
      for (const tag of new Set(textsOf(memberOf(resource.attributes, 'tags')))) push(tagged, tag, resource)
  const carrying = (tags: unknown): StateResource[] => [...new Set(textsOf(tags).flatMap((tag) => tagged.get(tag) ?? []))]

  const passages: Passage[] = []
  for (const firewall of firewalls) {
    const member = (name: string) => memberOf(firewall.attributes, name)
    if (member('direction') === 'EGRESS' || isTrue(member('disabled')) || listOf(member('allow')).length === 0) continue
    const via = firewall.address
    const aimed = textsOf(member('target_tags')).length > 0
    const targets = aimed ? carrying(member('target_tags')) : (networks.get(firewall) ?? []).map(({ to }) => to)
    if (isEverybody(member('source_ranges'))) passages.push(...targets.map((to) => ({ from: undefined, to, via })))
    passages.push(...pairs(carrying(member('source_tags')), targets, via))
    if (passages.length > mostPassages) break
  }
  return passages
}
