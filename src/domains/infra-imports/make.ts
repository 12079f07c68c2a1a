/** From code to a stack, and from the stack to a component. Each step may have been done by an earlier attempt. */

import { accountOf } from '../../access/actor.ts'
import { canonicalOf } from '../../canonical.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { Snapshot } from '../../outside/git/types.ts'
import { ImportError, type MadeCode } from '../../outside/importer/types.ts'
import { createComponent } from '../components/components.ts'
import { findComponent } from '../components/queries.ts'
import { lockReferredCredential } from '../credentials/queries.ts'
import { findEnvironment, insertEnvironment } from '../environments/queries.ts'
import { createBackend } from '../external-backends/external-backends.ts'
import { createProject } from '../projects/projects.ts'
import { findProject } from '../projects/queries.ts'
import { parseResult } from '../stacks/blueprint.ts'
import { assertPlaceFree, assertSettled, commit, openCatalog, settle } from '../stacks/publish.ts'
import { findStack, updateStack } from '../stacks/queries.ts'
import { getStack, readSettings } from '../stacks/stacks.ts'
import { receiveState } from '../terraform-state/documents.ts'
import { findStateOf, insertState, lockStateOf } from '../terraform-state/queries.ts'
import { storeVersion } from '../terraform-state/versions.ts'
import type { Progress } from './progress.ts'
import { setProject } from './queries.ts'
import { importedStack } from './stack-files.ts'
import type { Credentials, NewImport } from './types.ts'

export async function makeStack(
  context: OrganizationContext,
  body: NewImport,
  provider: string,
  { files: code }: MadeCode,
  progress: Progress,
): Promise<void> {
  const { organization } = context
  const canonical = body.stack.canonical ?? ''
  if (await context.read((tx) => findStack(tx, organization.canonical, canonical))) {
    progress.say(`The stack ${canonical} is there already: it stays as it is\n`)
    return
  }
  const files = importedStack({ ...body.stack, canonical }, provider, code)
  parseResult(files.get('.cycloid.yml')?.toString('utf8') ?? '')
  const catalog = await context.read((tx) => openCatalog(tx, context, { canonical: body.stack.service_catalog_source_canonical }))
  const changes = new Map([...files].map(([path, content]) => [`${canonical}/${path}`, content]))
  const edit = async (tip: Snapshot | null) => {
    if (tip) await assertPlaceFree(tip, canonical)
    return changes
  }
  progress.say(`Committing the stack ${canonical} to the catalog repository ${catalog.canonical}\n`)
  await commit(context, catalog, `Import infrastructure as the stack ${canonical}`, edit)
  await settle(
    context,
    catalog,
    async (tx, refreshed) => {
      const { visibility, team_id } = await readSettings(tx, body.stack)
      const found = await findStack(tx, organization.canonical, canonical)
      assertSettled(catalog, refreshed, canonical, found)
      if (found) await updateStack(tx, found.id, { team_id, ...(visibility ? { visibility } : {}) })
      return getStack(tx, `${organization.canonical}:${canonical}`)
    },
    ({ ref }) => ({
      name: canonical,
      message: `The stack ${ref} was made of infrastructure that exists`,
      tags: { entity: 'service_catalog' },
    }),
  )
}

/** Whoever asked was allowed to use the credential of that time. @throws ImportError for another one of the same canonical */
export function assertSame(canonical: string, id: number | undefined, wanted: number | null): void {
  if (id !== wanted)
    throw new ImportError(
      `The credential ${canonical} is not the one that the import was allowed to use: it was made anew meanwhile. Whoever may use the new one retries the import`,
    )
}

export async function makeComponent(
  context: OrganizationContext,
  body: NewImport,
  credentials: Credentials,
  made: MadeCode,
  progress: Progress,
): Promise<void> {
  const { project, environment, component } = body
  if (!project || !environment || !component) return
  const place = {
    project: project.canonical ?? canonicalOf(project.name, 1),
    environment: environment.canonical ?? canonicalOf(environment.name, 2),
    component: component.canonical ?? canonicalOf(component.name, 2),
  }
  const by = accountOf(context.actor)
  await context.write(
    async (tx) => {
      const found =
        (await findProject(tx, place.project, null)) ??
        (await createProject(
          tx,
          place.project,
          { name: project.name, description: project.description ?? '', config_repository_canonical: project.config_repository_canonical },
          { id: by, caller: null },
        ))
      await setProject(tx, `${context.organization.canonical}:${body.stack.canonical}`, found.id)
      if (!(await findEnvironment(tx, place.project, place.environment)))
        await insertEnvironment(tx, {
          project_id: found.id,
          canonical: place.environment,
          name: environment.name,
          color: environment.color ?? 'default',
        })
    },
    () => ({ name: place.project, tags: { entity: 'project' } }),
  )
  progress.say(`Making the component ${place.project}/${place.environment}/${place.component}\n`)
  if (!(await context.read((tx) => findComponent(tx, place))))
    await createComponent(context, place, {
      name: component.name,
      canonical: place.component,
      service_catalog_ref: `${context.organization.canonical}:${body.stack.canonical}`,
      use_case: 'default',
      cloud_provider_canonical: component.cloud_provider_canonical,
      vars: {},
    })
  if (body.external_backend?.configuration) await makeBackend(context, body, credentials, place)
  if (body.external_backend) {
    if (made.state)
      progress.say('The state of the tool is not written to the external backend: import it there, or begin with an empty one\n')
  } else if (made.state) await keepState(context, place, made.state, progress)
}

async function makeBackend(
  { write }: OrganizationContext,
  { external_backend: backend }: NewImport,
  credentials: Credentials,
  place: { project: string; environment: string; component: string },
): Promise<void> {
  const { configuration, credential_canonical } = backend ?? {}
  if (!configuration) return
  await write(
    async (tx) => {
      if (credential_canonical !== undefined)
        assertSame(credential_canonical, (await lockReferredCredential(tx, credential_canonical))?.id, credentials.backend)
      return createBackend(
        tx,
        {
          purpose: 'remote_tfstate',
          configuration,
          ...(credential_canonical === undefined ? {} : { credential_canonical }),
          project_canonical: place.project,
          environment_canonical: place.environment,
          component_canonical: place.component,
        },
        // Whoever asked was asked for these rights, and for this credential.
        { mayRead: () => true, may: () => true },
      )
    },
    () => ({ name: place.component, tags: { entity: 'external_backend' } }),
  )
}

/** As if Terraform had written it here. */
async function keepState(
  context: OrganizationContext,
  place: { project: string; environment: string; component: string },
  state: Buffer,
  progress: Progress,
): Promise<void> {
  const { platform, read, write, actor } = context
  const component = await read((tx) => findComponent(tx, place))
  if (!component) throw new ImportError('The component is gone already')
  const keeper = { componentId: component.id, place: '', stackRef: null }
  const document = await receiveState(one(state), { most: platform.config.terraform.stateBytes })
  const isNew = await write(
    async (tx) => {
      if ((await findStateOf(tx, keeper))?.version_id) return false
      await insertState(tx, keeper)
      const locked = await lockStateOf(tx, keeper)
      if (!locked) throw new ImportError('The component is gone already')
      await storeVersion(tx, platform.master, locked, document, { author: 'import', user_id: accountOf(actor) })
      return true
    },
    (changed) => (changed ? { name: place.component, tags: { entity: 'inventory' } } : null),
  )
  progress.say(isNew ? 'The state is kept as the first one of the component\n' : 'The component has a state already: it stays\n')
}

async function* one(buffer: Buffer) {
  yield buffer
}
