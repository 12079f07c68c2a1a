/** What is true of appearances. Every function works in the transaction it is handed. */
import { canonicalOf } from '../../canonical.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { forbidden, invalid, notFound } from '../../errors.ts'
import * as queries from './queries.ts'

export async function getAppearance(tx: OrgTx, canonical: string): Promise<queries.AppearanceRow> {
  const appearance = await queries.findAppearance(tx, canonical)
  if (!appearance) throw notFound(`appearance ${canonical}`)
  return appearance
}

/** It is not active yet. @throws Unauthorized when the parent organization keeps the look to itself */
export async function createAppearance(tx: OrgTx, canonical: string, body: Schema<'NewAppearance'>): Promise<queries.AppearanceRow> {
  if (!(await queries.mayHaveAppearances(tx)))
    throw forbidden('This organization may not have appearances of its own: its parent has to allow it (can_children_create_appearance)')
  return queries.insertAppearance(tx, { canonical, ...fieldsOf(body) })
}

/** Replaces everything; without `is_active` it stays as active as it was, and with `false` the organization has none. */
export async function updateAppearance(tx: OrgTx, canonical: string, body: Schema<'Appearance'>): Promise<queries.AppearanceRow> {
  if (body.canonical !== canonical)
    throw invalid('The canonical of an appearance cannot be changed', [`body.canonical: must be ${canonical}`])
  const fields = fieldsOf(body)
  const present = (await queries.lockAppearances(tx)).find((row) => row.canonical === canonical)
  if (!present) throw notFound(`appearance ${canonical}`)
  const is_active = body.is_active ?? present.is_active
  if (is_active) await queries.deactivateOthers(tx, present.id)
  return queries.updateAppearance(tx, present.id, { ...fields, is_active, updated_at: new Date() })
}

export async function removeAppearance(tx: OrgTx, canonical: string): Promise<void> {
  if (!(await queries.deleteAppearance(tx, canonical))) throw notFound(`appearance ${canonical}`)
}

/** Names may be one letter, or none of ours, and a body cannot give the canonical: "X" becomes `appearance-x`. */
export function appearanceCanonical(name: string): string {
  const canonical = canonicalOf(name, 0)
  return canonical.length >= 3 ? canonical : ['appearance', canonical].filter(Boolean).join('-')
}

function fieldsOf({ name, display_name, tab_title, footer, logo, favicon, color }: Schema<'NewAppearance'>) {
  const problems = Object.entries({ logo, favicon }).flatMap(([field, address]) =>
    !isImageAddress(address)
      ? [`body.${field}: must be an http, https or data:image address`]
      : address.length > longestImage
        ? [`body.${field}: must have at most ${longestImage} characters`]
        : [],
  )
  if (problems.length > 0) throw invalid('An image of the appearance has an address that browsers should not load', problems)
  return { name, display_name, tab_title, footer, logo, favicon, color_r: color.r, color_g: color.g, color_b: color.b }
}

/** An image in its address, of 200 KB: it goes along with every organization that is listed. */
const longestImage = 280_000

/** Consoles put these into pages that anybody may open: no `javascript:`, no `file:`. */
const isImageAddress = (address: string): boolean => /^(?:https?:\/\/|data:image\/)/i.test(address)
