import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { pageOf } from '../../db/page.ts'
import { conflict, invalid } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { openRemote, readingCredentials, withGit } from '../git.ts'
import { assertEntered } from '../organizations/entered.ts'
import { listStacksOfSource } from '../stacks/queries.ts'
import { findExamples, makeExamples } from './examples.ts'
import { insertSource, listSources, type SourceRow, updateSource } from './queries.ts'
import { isChange, refreshSource, sayChanges, scanRemote, settleFirst } from './refresh.ts'
import type { Scan } from './scan.ts'
import { getSource, lockedSource, placeAfter, readChanges, readNewSource, removeSource, samePlace } from './sources.ts'
import { viewChanges, viewProblem, viewSource, viewSourceInFull } from './view.ts'

export const stackSources: DomainHandlers<'stack-sources'> = {
  async getExampleRepositories(context) {
    await context.read(assertEntered)
    return { data: await findExamples(context) }
  },

  async createExampleRepositories(context) {
    await context.read(assertEntered)
    return { data: await makeExamples(context) }
  },

  async getServiceCatalogSources({ read, visible }, { query }) {
    const { rows } = await read((tx) =>
      listSources(tx, query, visible('organization:service_catalog_source:list', 'organization:service_catalog_source:read')),
    )
    return { data: rows.map(viewSource) }
  },

  /** Everything is looked at before the repository is fetched, and again when it is written: nothing stays of what fails. */
  async createServiceCatalogSource(context, { body }) {
    const { platform, read, write, assertMayCreate } = context
    const canonical = body.canonical ?? canonicalOf(body.name)
    assertMayCreate(canonical)
    const mayRead = readingCredentials(context)
    const remote = await read(async (tx) => {
      await readNewSource(tx, context, canonical, body, mayRead)
      return openRemote(tx, platform, { url: body.url, credential_canonical: body.credential_canonical ?? null })
    })
    const settle = (scan: Scan) =>
      write(async (tx) => {
        const { row: source, onCreate } = await readNewSource(tx, context, canonical, body, mayRead)
        const { id } = await insertSource(tx, { canonical, ...source })
        const done = await settleFirst(tx, { id, canonical }, scan, onCreate)
        return { canonical, changes: done, ...(await inFull(tx, canonical)) }
      })
    const { row, stacks, changes } = await scanRemote(platform, remote, body.branch, true, settle)
    return { data: viewSourceInFull(row, stacks, changes) }
  },

  async getServiceCatalogSource({ read }, { path, query }) {
    const { row, stacks } = await read((tx) => inFull(tx, path.service_catalog_source_canonical))
    return { data: viewSourceInFull(row, pageOf(stacks, query).rows) }
  },

  async updateServiceCatalogSource(context, { path, body }) {
    const { write } = context
    const canonical = path.service_catalog_source_canonical
    const { row, stacks, changes } = await scanElsewhere(context, canonical, body, (before, scan) =>
      write(async (tx) => {
        const now = await lockedSource(tx, canonical)
        if (!samePlace(now, before))
          throw conflict(`The catalog repository ${canonical} was changed meanwhile: read it again and repeat your change`)
        await updateSource(tx, now.id, await readChanges(tx, context, now, body, readingCredentials(context)))
        const done = scan && (await settleFirst(tx, now, scan, {}))
        return { canonical, changes: done, ...(await inFull(tx, canonical)) }
      }),
    )
    return { data: viewSourceInFull(row, stacks, changes) }
  },

  async deleteServiceCatalogSource({ write }, { path }) {
    await write((tx) => removeSource(tx, path.service_catalog_source_canonical))
    return undefined
  },

  async refreshServiceCatalogSource({ platform, read, write }, { path }) {
    const doors: Parameters<typeof refreshSource>[1] = {
      read,
      settle: (run) => write(run, (done) => (isChange(done) ? { message: `${done.canonical} was read again: ${sayChanges(done)}` } : null)),
    }
    const refreshed = await refreshSource(platform, doors, (tx) => getSource(tx, path.service_catalog_source_canonical))
    return { data: { ...viewChanges(refreshed), problems: refreshed.problems.map(viewProblem) } }
  },

  async validateServiceCatalogSource({ platform, read }, { path }) {
    const { source, remote } = await read(async (tx) => {
      const found = await getSource(tx, path.service_catalog_source_canonical)
      return { source: found, remote: await openRemote(tx, platform, found) }
    })
    const branches = await withGit(() => platform.git.branches(remote))
    if (!branches.includes(source.branch)) throw invalid(`The repository can be reached, but has no branch ${source.branch}`)
    return undefined
  },
}

async function inFull(tx: OrgTx, canonical: string) {
  const row = await getSource(tx, canonical)
  return { row, stacks: await listStacksOfSource(tx, row.id) }
}

/** With the scan of the place that an update asks for, when it is another one. */
async function scanElsewhere<T>(
  context: OrganizationContext,
  canonical: string,
  body: Parameters<typeof placeAfter>[1],
  use: (before: SourceRow, scan: Scan | undefined) => Promise<T>,
): Promise<T> {
  const { platform, read } = context
  const { before, remote, branch } = await read(async (tx) => {
    const source = await getSource(tx, canonical)
    await readChanges(tx, context, source, body, readingCredentials(context))
    const place = placeAfter(source, body)
    return { before: source, branch: place.branch, remote: samePlace(source, place) ? undefined : await openRemote(tx, platform, place) }
  })
  return remote ? scanRemote(platform, remote, branch, true, (scan) => use(before, scan)) : use(before, undefined)
}
