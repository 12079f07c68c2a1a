/** Beginning an import: everything that can be wrong is said now, because later nobody waits for the answer. */
import { type Actor, accountOf, nameOf } from '../../access/actor.ts'
import { canonicalOf } from '../../canonical.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { ApiError, alreadyExists, forbidden, invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { openImporter } from '../../outside/importer/open.ts'
import type { Importer } from '../../outside/importer/types.ts'
import type { Platform } from '../../platform.ts'
import { providers } from '../cloud-providers/providers.ts'
import { getConfigRepository } from '../config-repositories/config-repositories.ts'
import { assertPossible as assertBackendPossible } from '../external-backends/external-backends.ts'
import { type MayRead, readingCredentials } from '../git.ts'
import { findProject } from '../projects/queries.ts'
import { findCatalog } from '../stacks/queries.ts'
import { assertCanonicalFree, readSettings } from '../stacks/stacks.ts'
import { assertReachable, openAccount, providerOf } from './account.ts'
import * as queries from './queries.ts'
import type { Credentials, ImportRequest, NewImport, Requester } from './types.ts'

/** @throws Invalid where the operator has no tool */
export function importerOf({ config }: Pick<Platform, 'config'>): Importer {
  const { imports, awsEndpoint } = config.terraform
  const importer = openImporter({ ...imports, awsEndpoint })
  if (importer) return importer
  throw invalid(
    'This platform has no tool to import infrastructure: whoever runs it sets TERRACOGNITA_BIN or TERRAFORM_BIN to the path of one',
  )
}

export async function createImport(context: OrganizationContext, given: NewImport): Promise<void> {
  const { organization, actor } = context
  const body = await checked(context, given)
  const ref = `${organization.canonical}:${body.stack.canonical}`
  await context.write(
    async (tx) => {
      const credentials = await assertPossible(tx, context, body)
      await assertNotTaken(tx, body)
      const { id } = await queries.insertImport(tx, {
        stack_ref: ref,
        status: 'importing',
        project_canonical: body.project?.canonical ?? null,
        environment_canonical: body.environment?.canonical ?? null,
        component_canonical: body.component?.canonical ?? null,
        request: requestOf(actor, body, credentials),
        user_id: accountOf(actor),
      })
      await enqueue(tx, 'infraImports.run', { organizationId: organization.id, importId: id, attempt: 1 })
      return { canonical: body.stack.canonical }
    },
    () => ({ name: ref, message: `${nameOf(actor)} started to import infrastructure as the stack ${ref}` }),
  )
}

export function requestOf(actor: Actor, body: NewImport, credentials: Credentials): string {
  const by: Requester =
    actor.kind === 'user'
      ? { kind: 'user', id: actor.id, name: actor.username, ownerId: actor.id }
      : { kind: 'api_key', id: actor.id, name: actor.canonical, ownerId: actor.ownerId }
  return JSON.stringify({ body, by, credentials } satisfies ImportRequest)
}

/** What needs no transaction. */
export async function checked(context: OrganizationContext, given: NewImport): Promise<Complete> {
  importerOf(context.platform)
  const body = withCanonicals(given)
  assertWishes(body)
  assertMay(context, body)
  await assertReachable(context.platform, body.configuration)
  return body
}

type Complete = NewImport & {
  stack: NewImport['stack'] & { canonical: string }
  project?: { canonical: string }
  environment?: { canonical: string }
  component?: { canonical: string }
}

/** What is made later is called now: progress is asked for by these names. */
function withCanonicals(body: NewImport): Complete {
  const { stack, project, environment, component } = body
  return {
    ...body,
    stack: { ...stack, canonical: stack.canonical ?? canonicalOf(stack.name) },
    ...(project ? { project: { ...project, canonical: project.canonical ?? canonicalOf(project.name, 1) } } : {}),
    ...(environment ? { environment: { ...environment, canonical: environment.canonical ?? canonicalOf(environment.name, 2) } } : {}),
    ...(component ? { component: { ...component, canonical: component.canonical ?? canonicalOf(component.name, 2) } } : {}),
  } as Complete
}

const mostWishes = 500
const type = /^[a-z][a-z0-9]*_[a-z0-9_]+$/

function assertWishes({ configuration, include = [], targets = [], tags = [], module_variables: variables = {}, ...body }: Complete): void {
  const prefix = `${providerOf(configuration)}_`
  const isType = (text: string) => text.length <= 100 && type.test(text) && text.startsWith(prefix)
  const typeOf = (target: string) => target.slice(0, Math.max(0, target.indexOf('.')))
  const idOf = (target: string) => target.slice(target.indexOf('.') + 1)
  const problems = [
    ...[include, targets, tags, Object.keys(variables)].flatMap((list, at) =>
      list.length > mostWishes ? [`body.${['include', 'targets', 'tags', 'module_variables'][at]}: at most ${mostWishes}`] : [],
    ),
    ...include.flatMap((one, at) => (isType(one) ? [] : [`body.include[${at}]: must be a type such as ${prefix}…`])),
    ...targets.flatMap((one, at) =>
      isType(typeOf(one)) && /^[^\s\p{C},]{1,500}$/u.test(idOf(one))
        ? []
        : [`body.targets[${at}]: must be type.id, such as ${prefix}….an-id`],
    ),
    ...tags.flatMap((one, at) =>
      /^[^:\p{C},]{1,128}:[^:\p{C},]{0,256}$/u.test(one) && !one.startsWith('-') ? [] : [`body.tags[${at}]: must be NAME:VALUE`],
    ),
    ...Object.entries(variables).flatMap(([one, names]) =>
      isType(one) && names.every((name) => /^[a-z][a-z0-9_.]{0,99}$/.test(name))
        ? []
        : [`body.module_variables.${one.slice(0, 100)}: must be names of arguments of a type`],
    ),
    ...([body.project, body.environment, body.component].filter(Boolean).length % 3 === 0
      ? []
      : ['body.component: project, environment and component are made together: give all three, or none']),
    ...(body.external_backend && !body.component ? ['body.external_backend: needs a component'] : []),
    ...(body.external_backend?.configuration === undefined && body.external_backend
      ? ['body.external_backend.configuration: is missing']
      : []),
    ...(body.component && !providers.some(({ canonical }) => canonical === body.component?.cloud_provider_canonical)
      ? ['body.component.cloud_provider_canonical: unknown cloud provider']
      : []),
  ]
  if (problems.length > 0) throw invalid('The import cannot be done like this', problems.slice(0, 50))
}

/** Asked now, in the name of whoever asks; the work itself is done later, in theirs. */
function assertMay({ may }: OrganizationContext, { stack, project, environment, component, external_backend }: Complete): void {
  const place = [
    project && `project:${project.canonical}`,
    environment && `environment:${environment.canonical}`,
    component && `component:${component.canonical}`,
  ]
  const at = (length: number) => place.slice(0, length).join(':')
  const needs: [string, string][] = [
    ['organization:service_catalog:create', `service_catalog:${stack.canonical}`],
    ...(project ? [['organization:project:create', at(1)] as [string, string]] : []),
    ...(environment ? [['organization:environment:create', at(2)] as [string, string]] : []),
    ...(component ? [['organization:component:create', at(3)] as [string, string]] : []),
    ...(external_backend ? [['organization:external_backend:create', 'external_backend'] as [string, string]] : []),
    ...(external_backend ? [['organization:component:update', at(3)] as [string, string]] : []),
  ]
  for (const [action, resource] of needs)
    if (!may(action, resource)) throw forbidden(`You may not import this: no rule grants you ${action} on ${resource}`)
}

/** Asked in the name of whoever asks. @returns what the work may use later */
export async function assertPossible(tx: OrgTx, context: OrganizationContext, body: Complete): Promise<Credentials> {
  const mayRead = readingCredentials(context)
  const { credentialId } = await openAccount(tx, context.platform, body, mayRead)
  if (!(await findCatalog(tx, { canonical: body.stack.service_catalog_source_canonical })))
    throw notFound(`catalog repository ${body.stack.service_catalog_source_canonical}`)
  await readSettings(tx, body.stack)
  if (body.project) await getConfigRepository(tx, (body.project as NonNullable<NewImport['project']>).config_repository_canonical)
  return { account: credentialId, backend: await backendCredential(tx, body, mayRead) }
}

async function backendCredential(tx: OrgTx, { external_backend }: Complete, mayRead: MayRead): Promise<number | null> {
  const { configuration, ...credential } = external_backend ?? {}
  if (!configuration) return null
  try {
    return await assertBackendPossible(tx, { purpose: 'remote_tfstate', configuration, ...credential }, mayRead)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'Invalid') throw error
    const details = error.details.map((detail) => detail.replace(/^body\./, 'body.external_backend.'))
    throw invalid(error.message, details, error)
  }
}

async function assertNotTaken(tx: OrgTx, { stack, project }: Complete): Promise<void> {
  await assertCanonicalFree(tx, stack.canonical)
  if (!project) return
  const isTaken = (await findProject(tx, project.canonical, null)) ?? (await queries.findOfProject(tx, project.canonical))
  if (isTaken) throw alreadyExists(`a project with the canonical ${project.canonical}, or an import that makes one`)
}
