/** Schemas of what one configuration uses, read before it is looked at. */
import type { OrgTx } from '../../db/organization-tx.ts'
import type { SchemaBlock, SchemaLookup } from '../../formats/terraform/provider-schema.ts'
import { type KnownProviders, requiredProviders, type Use, usesOf } from '../../formats/terraform/validate/validate.ts'
import * as queries from './queries.ts'

function remembered<T>(ask: (name: string) => T): (name: string) => T {
  const answers = new Map<string, T>()
  return (name) => {
    if (!answers.has(name)) answers.set(name, ask(name))
    return answers.get(name) as T
  }
}

interface Loaded {
  providers: queries.ProviderInFull[]
  blocks: queries.FoundBlock[]
}

/** More types than any configuration that a person draws; of the rest nothing is known. */
const mostTypes = 1000

/** For `hclOf`: which provider a type belongs to does not matter there. */
export async function lookupFor(tx: OrgTx, config: unknown): Promise<SchemaLookup> {
  const uses = usesOf(config)
  const names = localNames(config)
  const { providers, blocks } = await load(tx, uses, names)
  const byType = new Map<string, SchemaBlock | undefined>()
  for (const { kind, type, schema } of blocks) if (!byType.has(`${kind} ${type}`)) byType.set(`${kind} ${type}`, schema.block)
  return {
    schemaOf: (kind, type) =>
      kind === 'provider' ? providerNamed(providers, names, type)?.configuration.block : byType.get(`${kind} ${type}`),
  }
}

/** For validation. */
export async function knownProviders(tx: OrgTx, config: unknown): Promise<KnownProviders> {
  const uses = usesOf(config)
  const names = localNames(config)
  const { providers, blocks } = await load(tx, uses, names)
  const of = remembered((localName: string) => providerNamed(providers, names, localName))
  const byPlace = new Map(blocks.map(({ provider, kind, type, schema }) => [`${provider} ${kind} ${type}`, schema.block]))
  const blockOf = (localName: string, kind: 'resource' | 'data', type: string): SchemaBlock | undefined => {
    return byPlace.get(`${of(localName)?.canonical} ${kind} ${type}`)
  }
  const types = new Map<string, string[]>()
  // Only for a type that nobody knows: its neighbours are suggested.
  const lost = uses.filter(({ kind, type, provider }) => kind !== 'provider' && of(provider) && !blockOf(provider, kind, type))
  for (const localName of new Set(lost.map(({ provider }) => provider)))
    for (const kind of ['resource', 'data'] as const) {
      const provider = of(localName)
      if (provider) types.set(`${localName} ${kind}`, await queries.listTypes(tx, provider.id, kind))
    }
  return {
    provider(localName) {
      const provider = of(localName)
      return provider && { configuration: provider.configuration.block ?? {} }
    },
    blockOf,
    typesOf: (localName, kind) => types.get(`${localName} ${kind}`) ?? [],
  }
}

async function load(tx: OrgTx, uses: readonly Use[], names: ReadonlyMap<string, string>): Promise<Loaded> {
  const used = new Set(uses.map(({ provider }) => provider))
  const canonicals = [...used].flatMap((name) => [name, ...candidates(names.get(name))]).filter(isText)
  const typesOf = (kind: 'resource' | 'data') =>
    [...new Set(uses.flatMap((use) => (use.kind === kind && isText(use.type) ? [use.type] : [])))].slice(0, mostTypes)
  return {
    providers: canonicals.length > 0 ? await queries.findProviders(tx, canonicals.slice(0, mostTypes)) : [],
    blocks: (await Promise.all((['resource', 'data'] as const).map((kind) => blocksOf(tx, kind, typesOf(kind))))).flat(),
  }
}

const blocksOf = async (tx: OrgTx, kind: 'resource' | 'data', types: string[]) =>
  types.length > 0 ? queries.findBlocks(tx, kind, types) : []

/** Postgres takes no NUL. */
const isText = (text: string): boolean => !text.includes('\0')

const localNames = (config: unknown): Map<string, string> => requiredProviders(config)

/** `hashicorp/google-beta` is `google-beta`, or with its namespace where that is another's. */
const candidates = (source: string | undefined): string[] => {
  const [namespace = '', name = ''] = (source ?? '').toLowerCase().split('/').slice(-2)
  return name === '' ? [] : [`${namespace}-${name}`, name]
}

function providerNamed(providers: readonly queries.ProviderInFull[], names: ReadonlyMap<string, string>, localName: string) {
  const source = names.get(localName)
  if (source === undefined) return providers.find(({ canonical }) => canonical === localName)
  const wanted = source.toLowerCase()
  return providers.find((one) => one.source.toLowerCase() === wanted || one.source.toLowerCase().endsWith(`/${wanted}`))
}
