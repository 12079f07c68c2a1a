import type { DomainHandlers } from '../../contract/operation.ts'
import { giveLockBack, lockIdOf, readPlanOf, readState, takeLock, writePlan, writeState } from './backend.ts'
import { breakLock, getState, getToken, getVersion, restoreVersion, rotateToken } from './component-state.ts'
import { documentOf } from './documents.ts'
import { viewLock } from './locks.ts'
import { findVersion, listVersions, versionFigures } from './queries.ts'
import type { ComponentPlace } from './tokens.ts'
import { viewSummary, viewVersion } from './view.ts'

export const terraformState: DomainHandlers<'terraform-state'> = {
  async getState(context, { query }) {
    return { type: 'application/json', ...(await readState(context, query.jwt)) }
  },

  async createOrUpdateState(context, { query }) {
    await writeState(context, query.jwt, lockIdOf({ ...query }))
    return undefined
  },

  async getInventoryPlan(context, { query }) {
    return { type: 'application/json', ...(await readPlanOf(context, query.jwt)) }
  },

  async setInventoryPlan(context, { query }) {
    await writePlan(context, query.jwt)
    return undefined
  },

  async lockState(context, { query, body }) {
    return { data: viewLock(await takeLock(context, query.jwt, body)) }
  },

  async unlockState(context, { query, body }) {
    await giveLockBack(context, query.jwt, body)
    // Terraform takes anything but 200 for a failure. It is known by the checksum that it sends with every body, even without one.
    return context.request.header('content-md5') === undefined ? undefined : { status: 200 }
  },

  async getComponentState({ read }, { path }) {
    const data = await read(async (tx) => {
      const state = await getState(tx, placeOf(path))
      const newest = state.version_id === null ? undefined : await findVersion(tx, state.id, state.version_id)
      return viewSummary(state, (await versionFigures(tx, state.id)).versions, newest)
    })
    return { data }
  },

  async breakStateLock(context, { path }) {
    await breakLock(context, placeOf(path))
    return undefined
  },

  async getStateToken(context, { path }) {
    return { data: { jwt: await getToken(context, placeOf(path)) } }
  },

  async rotateStateToken(context, { path }) {
    return { data: { jwt: await rotateToken(context, placeOf(path)) } }
  },

  async listStateVersions({ read }, { path, query }) {
    const { rows, pagination } = await read(async (tx) => listVersions(tx, (await getState(tx, placeOf(path))).id, query))
    return { data: rows.map(viewVersion), pagination }
  },

  async getStateVersion({ read, platform }, { path }) {
    const version = await read((tx) => getVersion(tx, placeOf(path), path.state_version_id))
    return {
      type: 'application/octet-stream',
      fileName: `${path.component_canonical}-${version.serial}.tfstate`,
      body: documentOf(read, platform.master, version),
      length: version.size,
      md5: version.md5,
    }
  },

  async restoreStateVersion(context, { path }) {
    return { data: viewVersion(await restoreVersion(context, placeOf(path), path.state_version_id)) }
  },
}

const placeOf = (path: { project_canonical: string; environment_canonical: string; component_canonical: string }): ComponentPlace => ({
  project: path.project_canonical,
  environment: path.environment_canonical,
  component: path.component_canonical,
})
