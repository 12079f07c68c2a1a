/** New stacks: their files are committed to a catalog repository, and what is read from there is the stack. */
import { nameOf } from '../../access/actor.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { Snapshot } from '../../outside/git/types.ts'
import { bareStack } from './bare.ts'
import { parseResult, stackFromBlueprint } from './blueprint.ts'
import { assertPlaceFree, assertSettled, commit, type OpenCatalog, openCatalog, settle } from './publish.ts'
import { findStack, readAllStackFiles, type StackRow, updateStack } from './queries.ts'
import { assertCanonicalFree, getStack, readSettings } from './stacks.ts'

export async function createBareStack(
  context: OrganizationContext,
  canonical: string,
  body: Schema<'NewServiceCatalog'>,
): Promise<StackRow> {
  const catalog = await context.read((tx) => reserve(tx, context, canonical, body))
  const files = bareStack({ ...body, canonical })
  parseResult(files.get('.cycloid.yml')?.toString('utf8') ?? '')
  return add(context, catalog, { canonical, files, body, message: `Add the stack ${canonical}` })
}

export async function createStackFromBlueprint(
  context: OrganizationContext,
  ref: string,
  body: Schema<'NewServiceCatalogFromTemplate'>,
): Promise<StackRow> {
  const { canonical, name, use_case } = body
  const { catalog, files } = await context.read(async (tx) => {
    const blueprint = await getStack(tx, ref)
    if (!blueprint.is_blueprint)
      throw invalid(`The stack ${ref} is no blueprint: its .cycloid.yml does not say template: true`, [
        'path.service_catalog_ref: must be a blueprint',
      ])
    const useCases = blueprint.definition.use_cases.map(({ key }) => key)
    if (!useCases.includes(use_case))
      throw invalid(`The blueprint ${ref} has no use case ${use_case.slice(0, 100)}`, [
        `body.use_case: must be one of ${useCases.join(', ')}`,
      ])
    return { catalog: await reserve(tx, context, canonical, body), files: await readAllStackFiles(tx, blueprint) }
  })
  const made = await stackFromBlueprint(files, name, {
    stack_usecase: use_case,
    stack_author: body.author || nameOf(context.actor),
    stack_canonical: canonical,
    stack_path: canonical,
    scs_canonical: catalog.canonical,
    scs_cred_path: catalog.credential_path ?? '',
    scs_cred_type: catalog.credential_type ?? '',
    api_url: context.platform.config.apiUrl,
  })
  return add(context, catalog, { canonical, files: made, body, message: `Add the stack ${canonical} from the blueprint ${ref}` })
}

type Wishes = { service_catalog_source_canonical: string; visibility?: string; team_canonical?: string }

/** Everything that can be wrong before anything is written. */
async function reserve(tx: OrgTx, context: OrganizationContext, canonical: string, body: Wishes): Promise<OpenCatalog> {
  await readSettings(tx, body)
  await assertCanonicalFree(tx, canonical)
  return openCatalog(tx, context, { canonical: body.service_catalog_source_canonical })
}

async function add(
  context: OrganizationContext,
  catalog: OpenCatalog,
  { canonical, files, body, message }: { canonical: string; files: ReadonlyMap<string, Buffer>; body: Wishes; message: string },
): Promise<StackRow> {
  const changes = new Map([...files].map(([path, content]) => [`${canonical}/${path}`, content]))
  const edit = async (tip: Snapshot | null) => {
    if (tip) await assertPlaceFree(tip, canonical)
    return changes
  }
  await commit(context, catalog, message, edit, 'body.service_catalog_source_canonical')
  const { organization } = context
  return settle(
    context,
    catalog,
    async (tx, refreshed) => {
      const { visibility, team_id } = await readSettings(tx, body)
      const found = await findStack(tx, organization.canonical, canonical)
      assertSettled(catalog, refreshed, canonical, found)
      // Only of this one: the scan may have found others that were pushed meanwhile.
      if (found) await updateStack(tx, found.id, { team_id, ...(visibility ? { visibility } : {}) })
      return getStack(tx, `${organization.canonical}:${canonical}`)
    },
    ({ ref }) => ({ name: canonical, message: `${nameOf(context.actor)} created the stack ${ref}`, tags: { entity: 'service_catalog' } }),
  )
}
