/** Which keys of Terraform's JSON syntax are blocks, how many labels they have, and which values are references. */
export interface BodyRule {
  /** Keys that are always blocks. */
  blocks: ReadonlyMap<string, BlockRule>
  /** Other keys become repeated blocks when their value is a list of objects. */
  listsAreBlocks: boolean
  /** Keys that are never blocks, because a schema says so. */
  attributes?: ReadonlySet<string>
  /** Attributes whose texts are expressions without `${`: `depends_on`, `provider`, a variable's `type`. */
  references: ReadonlySet<string>
  /** The same inside the maps of its attributes. */
  referencesInMaps: ReadonlySet<string>
}

export interface BlockRule {
  labels: number
  body: BodyRule
  /** What its labels say of its body: the type of a resource whose schema is known. Undefined: `body`. */
  bodyOf?: (labels: readonly string[]) => BodyRule | undefined
}

function body(blocks: Record<string, BlockRule>, references: string[] = [], referencesInMaps: string[] = []): BodyRule {
  return {
    blocks: new Map(Object.entries(blocks)),
    listsAreBlocks: false,
    references: new Set(references),
    referencesInMaps: new Set(referencesInMaps),
  }
}
const one = (body: BodyRule): BlockRule => ({ labels: 0, body })
const labelled = (labels: number, body: BodyRule): BlockRule => ({ labels, body })

const attributes = body({})

/** What providers define: no schema is at hand, so only lists of objects are taken for blocks. */
export const nested: BodyRule = providerDefined({})

function providerDefined(blocks: Record<string, BlockRule>, references: string[] = []): BodyRule {
  const known = new Map(Object.entries(blocks))
  const rule: BodyRule = { ...body({}, references), blocks: known, listsAreBlocks: true }
  // A dynamic block's content has the rules of the blocks around it.
  const content = Object.keys(blocks).length > 0 ? nested : rule
  known.set('dynamic', labelled(1, body({ content: one(content) }, ['iterator'])))
  return rule
}

const lifecycle = one(
  body({ precondition: one(attributes), postcondition: one(attributes), action_trigger: one(attributes) }, [
    'ignore_changes',
    'replace_triggered_by',
  ]),
)
const connection = one(attributes)
const provisioner = labelled(1, body({ connection }, ['when', 'on_failure']))
const resource = providerDefined({ lifecycle, connection, provisioner, timeouts: one(attributes) }, ['provider', 'depends_on'])

/** Blocks of well-known providers' configuration that people write as one object. */
const providerBlocks = [
  'features',
  'assume_role',
  'assume_role_with_web_identity',
  'default_tags',
  'ignore_tags',
  'endpoints',
  'kubernetes',
]
const provider = providerDefined(Object.fromEntries(providerBlocks.map((name) => [name, one(nested)])))

export const topLevel: ReadonlyMap<string, BlockRule> = new Map(
  Object.entries({
    terraform: one(
      body(
        {
          backend: labelled(1, nested),
          cloud: one(body({ workspaces: one(attributes) })),
          required_providers: one(body({}, [], ['configuration_aliases'])),
          provider_meta: labelled(1, attributes),
        },
        ['experiments'],
      ),
    ),
    provider: labelled(1, provider),
    variable: labelled(1, body({ validation: one(attributes) }, ['type'])),
    locals: one(attributes),
    data: labelled(2, resource),
    resource: labelled(2, resource),
    ephemeral: labelled(2, resource),
    module: labelled(1, body({}, ['providers', 'depends_on'])),
    output: labelled(1, body({ precondition: one(attributes) }, ['depends_on'])),
    moved: one(body({}, ['from', 'to'])),
    import: one(body({}, ['to', 'provider'])),
    removed: one(body({ lifecycle, connection, provisioner }, ['from'])),
    check: labelled(1, body({ data: labelled(2, resource), assert: one(attributes) })),
  }),
)
