/** Resources that people enter, and what they may say about those of Terraform. */
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { PageQuery } from '../../db/page.ts'
import { invalid, notFound } from '../../errors.ts'
import { sizeOf } from '../../formats/terraform/state-attributes.ts'
import { holdsOdd } from '../../formats/terraform/state-text.ts'
import { isDeeperThan } from '../json-depth.ts'
import * as queries from './queries.ts'

type Body = Schema<'NewInventoryResource'>

/** Mode of what is entered by hand. */
const byHand = 'custom_resources'
/** Names are indexed: Postgres takes 2,700 bytes. */
const longestName = 255
const deepest = 20
/** Bytes of custom attributes, so that a page of the list always is one answer: Terraform's resources have attributes beside them. */
const largestCustom = { byHand: 12 * 1024, ofTerraform: 4 * 1024 }

export async function getResource(tx: OrgTx, id: number, visible: queries.Seen): Promise<queries.ResourceRow> {
  const found = await queries.findResource(tx, id, visible)
  if (!found) throw unknown(id)
  return found
}

export async function enterResource(tx: OrgTx, body: Body): Promise<{ name: string }> {
  await queries.insertResource(tx, { ...rowOf(body), mode: byHand })
  return { name: body.name }
}

/** Everything of those entered by hand; of Terraform's, what Terraform does not know. */
export async function updateResource(tx: OrgTx, id: number, body: Body, visible: queries.Seen): Promise<queries.ResourceRow> {
  const { name, provider, type, ...figures } = rowOf(body)
  const resource = await lockResource(tx, id, visible)
  if (resource.state_id !== null) {
    assertSize(body.custom_attributes, largestCustom.ofTerraform)
    const wrong = Object.entries({ name, provider, type })
      .map(([field, value]) => [field, value, resource[field as 'name']] as const)
      .filter(([, asked, present]) => asked !== present)
    if (wrong.length > 0)
      throw invalid(
        'A resource of a Terraform state is called as it is there: only its label, its figures and its custom attributes may be changed',
        wrong.map(([field, , present]) => `body.${field}: must be ${present}`),
      )
  }
  await queries.updateResource(tx, id, {
    ...(resource.state_id === null ? { name, provider, type } : {}),
    ...figures,
    updated_at: new Date(),
  })
  return getResource(tx, id, visible)
}

export async function removeResource(tx: OrgTx, id: number, visible: queries.Seen): Promise<{ name: string }> {
  const { name } = await lockResource(tx, id, visible)
  await queries.deleteResource(tx, id)
  return { name }
}

async function lockResource(tx: OrgTx, id: number, visible: queries.Seen) {
  await queries.lockResource(tx, id)
  const found = await queries.findResourceHead(tx, id, visible)
  if (!found) throw unknown(id)
  return found
}

const unknown = (id: number) => notFound(`resource ${id} of the inventory`)

function rowOf({ name, provider, type, label, cpu = 0, memory = 0, storage = 0, custom_attributes = {} }: Body) {
  for (const [field, value] of Object.entries({ name, provider, type, label })) {
    if (value.length > longestName)
      throw invalid(`The ${field} is too long`, [`body.${field}: must have at most ${longestName} characters`])
    if (value === '' && field !== 'label') throw invalid(`The ${field} is missing`, [`body.${field}: must not be empty`])
  }
  for (const [field, value] of Object.entries({ cpu, memory, storage }))
    if (!Number.isSafeInteger(value)) throw invalid(`The figure of ${field} is out of range`, [`body.${field}: must be at most 2^53 - 1`])
  if (isDeeperThan(custom_attributes, deepest))
    throw invalid('The custom attributes are nested too deep', [`body.custom_attributes: must be at most ${deepest} levels deep`])
  if (holdsOdd(custom_attributes))
    throw invalid('The custom attributes hold a character that cannot be stored', [
      'body.custom_attributes: no name and no text in it may hold a NUL character or half of a surrogate pair',
    ])
  assertSize(custom_attributes, largestCustom.byHand)
  return { name, provider, type, label, cpu, memory, storage, custom_attributes: JSON.stringify(custom_attributes) }
}

function assertSize(customAttributes: unknown, most: number): void {
  if (sizeOf(customAttributes ?? {}, most) > most)
    throw invalid('The custom attributes are too large', [`body.custom_attributes: must have at most ${most / 1024} KB`])
}

/** The document declares none of them here, so nobody has read them yet. @throws Invalid */
export function readPageQuery(query: Readonly<Record<string, unknown>>): PageQuery {
  const page: PageQuery = {}
  for (const name of ['page_index', 'page_size'] as const) {
    const text = query[name]
    if (text === undefined) continue
    if (typeof text !== 'string' || !/^\d{1,10}$/.test(text) || Number(text) > 2 ** 32 - 1)
      throw invalid(`${name} is not a number`, [`query.${name}: must be a whole number from 1 to ${2 ** 32 - 1}`])
    page[name] = Number(text)
  }
  if (query['order_by'] !== undefined) page.order_by = query['order_by'] as string
  return page
}
