/** What people call a type of resource: the inventory, drawings and listings of providers show it. */
import { awsNodes, awsServices } from './resource-facts-aws.ts'
import { azurermNodes, azurermServices } from './resource-facts-azurerm.ts'
import { googleNodes, googleServices } from './resource-facts-google.ts'
import { edgeWords, helperProviders, noiseWords, wordCategories } from './resource-facts-words.ts'

export interface ResourceFacts {
  /** `aws`, `azurerm`, `google`, …: what stands before the first underscore, unless it is known better. */
  provider: string
  /** `Compute`, `Network`, `Database`, … */
  category: string
  shortDescription: string
  description: string
  keywords: readonly string[]
  /** Name of an icon in src/http/static/icons, without `.svg`. */
  icon: string
  /** Is it a thing that a drawing shows, or a line between two (`aws_security_group_rule`)? Neither: noise. */
  isNode: boolean
  isEdge: boolean
  /** Attributes that a person looks at first. */
  important: readonly string[]
}

export const categories = [
  'Compute',
  'Network',
  'Database',
  'Storage',
  'Security',
  'Containers',
  'Serverless',
  'Messaging',
  'Monitoring',
  'DNS',
  'Identity',
  'Analytics',
  'Machine learning',
  'Developer tools',
  'Management',
  'Other',
] as const

/** The URL of its icon. */
export const iconUrl = (apiUrl: string, { icon }: Pick<ResourceFacts, 'icon'>): string => `${apiUrl}/static/icons/${icon}.svg`

/** Of any type, known or not. */
export function factsOf(type: string): ResourceFacts {
  const remembered = memory.get(type)
  if (remembered) return remembered
  const facts = workedOut(type)
  // Types are strangers' words: what is remembered has an end.
  if (memory.size < 5000 && type.length < 200) memory.set(type, facts)
  return facts
}
const memory = new Map<string, ResourceFacts>()

interface Service {
  words: readonly string[]
  category: string
  icon: string
  title: string
}
interface Node {
  title: string
  important: readonly string[]
}

const cells = (table: string): string[][] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))

const cloud = (name: string, services: string, nodes: string) => ({
  name,
  services: new Map(
    cells(services).map(([start = '', category = 'Other', icon = 'other', title = '']): [string, Service] => [
      start,
      { words: start.split('_'), category, icon, title },
    ]),
  ),
  nodes: new Map(
    cells(nodes).map(([type = '', title = '', important = '']): [string, Node] => [
      type,
      { title, important: important.split(' ').filter(Boolean) },
    ]),
  ),
})
type Cloud = ReturnType<typeof cloud>

const clouds: ReadonlyMap<string, Cloud> = new Map([
  ['aws', cloud('AWS', awsServices, awsNodes)],
  ['azurerm', cloud('Azure', azurermServices, azurermNodes)],
  ['google', cloud('Google Cloud', googleServices, googleNodes)],
])
/** Providers that speak of the same things under another name. */
const sameAs: Readonly<Record<string, string>> = { 'google-beta': 'google', awscc: 'aws', azapi: 'azurerm' }

function workedOut(type: string): ResourceFacts {
  const [first = ''] = type.split('_')
  const provider = first === '' ? type : first
  const known = clouds.get(Object.hasOwn(sameAs, provider) ? (sameAs[provider] ?? provider) : provider)
  const rest = type.slice(provider.length + 1)
  const words = rest.split('_').filter(Boolean)
  const service = known && serviceOf(known, words)
  const node = known?.nodes.get(rest)
  const { category, icon } = service ?? categoryOf(provider, words)
  const short = node?.title ?? titleOf(service, words, type)
  return {
    provider,
    category,
    icon,
    shortDescription: short,
    description: descriptionOf(short, service, known?.name ?? capitalized(provider), category),
    keywords: keywordsOf(provider, words, category, service, short),
    important: node?.important ?? [],
    ...roleOf({ provider, rest, isListed: node !== undefined, isKnownCloud: known !== undefined, category }),
  }
}

/** The longest beginning that fits. */
function serviceOf({ services }: Cloud, words: readonly string[]): Service | undefined {
  for (let length = Math.min(words.length, 6); length > 0; length--) {
    const found = services.get(words.slice(0, length).join('_'))
    if (found) return found
  }
  // Younger services grow from older ones by their first word: `redshiftserverless`, `bedrockagent`.
  const [word = ''] = words
  for (let length = word.length - 1; length >= 3; length--) {
    const found = services.get(word.slice(0, length))
    if (found) return { ...found, words: [word] }
  }
  return undefined
}

function categoryOf(provider: string, words: readonly string[]): { category: string; icon: string } {
  const all = [...words, provider]
  // The last words say what it is, the first ones whose: `server_network` is a network.
  for (const word of [...words].reverse().concat(provider)) {
    const found = all.length > 12 ? undefined : wordCategories.find(([pattern]) => pattern.test(word))
    if (found) return { category: found[1], icon: found[2] }
  }
  return { category: 'Other', icon: 'other' }
}

function roleOf(asked: { provider: string; rest: string; isListed: boolean; isKnownCloud: boolean; category: string }): {
  isNode: boolean
  isEdge: boolean
} {
  if (asked.isListed) return { isNode: true, isEdge: false }
  if (helperProviders.has(asked.provider)) return { isNode: false, isEdge: false }
  if (isLine(asked)) return { isNode: false, isEdge: true }
  // Of the clouds we know what to look for. Of others, whatever is neither line nor setting is a thing.
  const isNode = !asked.isKnownCloud && !noiseWords.test(asked.rest) && asked.category !== 'Identity'
  return { isNode, isEdge: false }
}

const isLine = ({ rest, category, isKnownCloud }: { rest: string; category: string; isKnownCloud: boolean }): boolean =>
  (edgeWords.test(rest) ||
    (isKnownCloud && /^(compute_firewall|network_security_group|lambda_permission|eip|public_ip|api_gateway_|apigatewayv2_)/.test(rest))) &&
  category !== 'Identity' &&
  !/(^|_)(iam|policy)(_|$)/.test(rest) &&
  !/^(default_|api_gateway_(account|usage_plan|api_key|client_certificate|model|documentation))/.test(rest)

/** `Lambda: event source mapping` */
function titleOf(service: Service | undefined, words: readonly string[], type: string): string {
  if (!service) return words.length > 0 ? capitalized(words.join(' ')) : capitalized(type)
  const rest = words.slice(service.words.length).join(' ')
  return rest === '' ? service.title : `${service.title}: ${rest}`
}

const descriptionOf = (short: string, service: Service | undefined, provider: string, category: string): string => {
  const of = service && !short.startsWith(service.title) ? `${service.title}, ${provider}` : provider
  return `${short} (${of})${category === 'Other' ? '' : `, ${/^[A-Z]{2}/.test(category) ? category : category.toLowerCase()}`}`
}

const keywordsOf = (
  provider: string,
  words: readonly string[],
  category: string,
  service: Service | undefined,
  short: string,
): string[] => [
  ...new Set(
    [provider, ...words, category, service?.title ?? '', short]
      .flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u))
      .filter((word) => word.length > 1 && !['of', 'the', 'and', 'or', 'for', 'on', 'without'].includes(word)),
  ),
]

const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
