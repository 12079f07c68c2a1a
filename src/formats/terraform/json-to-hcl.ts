/** Terraform's JSON syntax as formatted HCL. */
import { FormatError } from '../format-error.ts'
import { isJsonMap, type Json, jsonOfUnknown, shown } from '../json-value.ts'
import { type BlockRule, type BodyRule, nested, topLevel } from './block-rules.ts'
import { type SchemaLookup, topLevelWith } from './schema-rules.ts'
import { assertShort, referenceWords, templateWords } from './template.ts'
import { type Entry, entryLines, hclLines, hclText, indented, isIdentifier, type Line, mapLines } from './write.ts'

/**
 * Terraform's JSON syntax, as a visual editor or `jsonOf` produces it, as HCL in the layout of `terraform fmt`.
 *
 * - Texts are templates, as Terraform reads them: `"${expr}"` alone becomes the bare expression, `$${` stays escaped.
 * - A block's object may always be a list of objects: the block is repeated. So may each level of labels.
 * - Without a provider's schema, an object is an attribute (a map) unless its key is a block that Terraform itself knows, such
 *   as lifecycle, provisioner, connection, dynamic, timeouts, backend, required_providers or validation, or a well-known block of
 *   provider configuration such as features. A list that has only objects becomes repeated blocks in resources, data sources,
 *   providers, backends and what is nested in them; in modules, variables, locals and outputs it is a list.
 * - Values of depends_on, provider, providers, ignore_changes, replace_triggered_by, a variable's type, when, on_failure,
 *   iterator, configuration_aliases, and from and to of moved and import are references, with or without `${}`.
 * - With it, the schema decides; only a key that it does not know is judged by its value.
 * - A text under the key `//` becomes a comment. Attributes come before blocks, otherwise the given order stays.
 *
 * @throws FormatError naming the path of what cannot be Terraform
 */
export function hclOf(config: unknown, schemas?: SchemaLookup): string {
  const rules = schemas ? topLevelWith(schemas) : topLevel
  const json = jsonOfUnknown(config, 'config')
  const lines: Line[][] = []
  let spent = 0
  const spend = (characters: number) => {
    spent += characters
    if (spent > longestText) throw new FormatError(`the configuration becomes longer than ${longestText / 1_000_000} million characters`)
  }
  for (const part of Array.isArray(json) ? json : [json]) {
    if (!isJsonMap(part)) throw new FormatError('the configuration must be an object with keys such as resource and variable')
    for (const [key, value] of Object.entries(part)) {
      if (key === '//') lines.push(commentLines(value))
      else for (const block of topLevelBlocks(rules, key, value, spend)) lines.push(block)
    }
  }
  spend(lines.reduce((sum, block) => sum + sizeOf(block), 0) - spent)
  const text = lines
    .filter(({ length }) => length > 0)
    .map((block) => block.map((line) => line.text).join('\n'))
    .join('\n\n')
  return text === '' ? '' : `${text}\n`
}

const longestText = 8_000_000

/** Called with the length of what was written: labels stand before each of their blocks, so a short configuration may become a long text. */
type Spend = (characters: number) => void

const sizeOf = (lines: readonly Line[]): number => lines.reduce((sum, { text }) => sum + text.length + 1, 0)

function topLevelBlocks(rules: ReadonlyMap<string, BlockRule>, key: string, value: Json, spend: Spend): Line[][] {
  const rule = rules.get(key)
  if (!rule) throw new FormatError(`"${shown(key)}" is no block that Terraform knows; it knows ${[...topLevel.keys()].join(', ')}`)
  return blocksOf(key, rule, value, key, spend)
}

function blocksOf(type: string, { labels, body, bodyOf }: BlockRule, value: Json, path: string, spend: Spend): Line[][] {
  return labelledBodies(value, labels, [], path).map(({ names, json, path }) => {
    const head = [type, ...names.map(hclText)].join(' ')
    spend(head.length + 5)
    const lines = bodyLines(json, bodyOf?.(names) ?? body, path, spend)
    return lines.length > 0 ? [{ text: `${head} {` }, ...indented(lines), { text: '}' }] : [{ text: `${head} {}` }]
  })
}

interface LabelledBody {
  names: string[]
  json: { [key: string]: Json }
  path: string
}

function labelledBodies(value: Json, labels: number, names: string[], path: string): LabelledBody[] {
  // To Terraform, null is a block that is not there.
  if (value === null) return []
  if (Array.isArray(value)) return value.flatMap((item, at) => labelledBodies(item, labels, names, `${path}[${at}]`))
  if (!isJsonMap(value)) throw new FormatError(`${shown(path)} must be an object or a list of objects`)
  if (labels === 0) return [{ names, json: value, path }]
  return Object.entries(value).flatMap(([name, item]) => {
    if (name === '//') return []
    assertShort(name)
    if (!isIdentifier(name)) throw new FormatError(`${shown(path)}: "${shown(name)}" is no name for Terraform (letters, digits, _ and -)`)
    return labelledBodies(item, labels - 1, [...names, name], `${path}.${name}`)
  })
}

function bodyLines(json: { [key: string]: Json }, rule: BodyRule, path: string, spend: Spend): Line[] {
  const comments: Line[] = []
  const attributes: Entry[] = []
  const blocks: Line[][] = []
  for (const [key, value] of Object.entries(json)) {
    const here = `${path}.${key}`
    const block = blockRule(key, value, rule)
    assertShort(key)
    if (key === '//') for (const line of commentLines(value)) comments.push(line)
    else if (!isIdentifier(key)) {
      throw new FormatError(`${shown(path)}: "${shown(key)}" is no name of an attribute (letters, digits, _ and -)`)
    } else if (block) for (const lines of blocksOf(key, block, value, here, spend)) blocks.push(lines)
    else attributes.push({ key, lines: attributeLines(key, value, rule, here) })
  }
  const head = [...comments, ...entryLines(attributes)]
  spend(sizeOf(head))
  const tail = blocks.flatMap((block) => [{ text: '' }, ...block])
  return head.length > 0 ? [...head, ...tail] : tail.slice(1)
}

function blockRule(key: string, value: Json, { blocks, attributes, listsAreBlocks }: BodyRule): BlockRule | undefined {
  if (attributes?.has(key)) return undefined
  return blocks.get(key) ?? (listsAreBlocks && isListOfObjects(value) ? providerBlock : undefined)
}

const providerBlock: BlockRule = { labels: 0, body: nested }

const isListOfObjects = (value: Json): boolean => Array.isArray(value) && value.length > 0 && value.every(isJsonMap)

function attributeLines(key: string, value: Json, rule: BodyRule, path: string): Line[] {
  try {
    if (rule.references.has(key)) return hclLines(value, referenceWords)
    return rule.referencesInMaps.size > 0 && isJsonMap(value) ? mapWithReferences(value, rule) : hclLines(value, templateWords)
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${shown(path)}: ${error.message}`)
    throw error
  }
}

function mapWithReferences(map: { [key: string]: Json }, { referencesInMaps }: BodyRule): Line[] {
  return mapLines(
    Object.entries(map).map(([key, value]) => ({
      key: templateWords.key(key),
      lines: hclLines(value, referencesInMaps.has(key) ? referenceWords : templateWords),
    })),
  )
}

const commentLines = (value: Json): Line[] =>
  typeof value === 'string' ? value.split(/\r\n|[\r\n\u0085\u2028\u2029]/).map((line) => ({ text: `# ${line}`.trimEnd() })) : []
