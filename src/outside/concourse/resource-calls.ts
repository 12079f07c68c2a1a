/** Calls about resources. Concourse looks up the number of a version without asking whose it is: only for numbers of this resource. */
import type { Calls } from './calls.ts'
import { decode, isBuild, isResource, isVersion, list } from './decode.ts'
import { pageOf } from './paging.ts'
import { below } from './path.ts'
import type { Build, Page, PipelinePath, Range, Resource, ResourceVersion } from './types.ts'

export interface ResourceCalls {
  listResources(path: PipelinePath): Promise<Resource[]>
  readResource(path: PipelinePath, resource: string): Promise<Resource>
  checkResource(path: PipelinePath, resource: string, from: Record<string, string> | null): Promise<Build>
  /**
   * Newest first; with both bounds oldest first. They are ids of versions, ordered as checks found them, not by id; a bound that
   * is of another resource gives nothing. @param filter key and value, all of them
   */
  listVersions(
    path: PipelinePath,
    resource: string,
    range: Range,
    filter?: readonly (readonly [string, string])[],
  ): Promise<Page<ResourceVersion>>
  /** Twice the same is a server error in Concourse. */
  setVersionEnabled(path: PipelinePath, resource: string, version: number, enabled: boolean): Promise<void>
  pinVersion(path: PipelinePath, resource: string, version: number): Promise<void>
  /** In no order. */
  listBuildsWithVersion(path: PipelinePath, resource: string, version: number, as: 'input_to' | 'output_of'): Promise<Build[]>
  /** Of one that is not pinned is a server error in Concourse. */
  unpinResource(path: PipelinePath, resource: string): Promise<void>
  setPinComment(path: PipelinePath, resource: string, comment: string): Promise<void>
}

export function resourceCalls({ call }: Calls): ResourceCalls {
  const put = async (path: PipelinePath, segments: readonly (string | number)[], json?: object) => {
    await call({ method: 'PUT', path: below(path, 'resources', ...segments), ...(json ? { json } : {}) })
  }
  return {
    listResources: async (path) =>
      decode(await call({ method: 'GET', path: below(path, 'resources') }), list(isResource), 'list of resources'),
    readResource: async (path, resource) =>
      decode(await call({ method: 'GET', path: below(path, 'resources', resource) }), isResource, 'resource'),
    checkResource: async (path, resource, from) =>
      decode(
        await call({ method: 'POST', path: below(path, 'resources', resource, 'check'), json: { from, shallow: false } }),
        isBuild,
        'build',
      ),
    async listVersions(path, resource, { from, to, limit }, filter = []) {
      const filters = filter.map(([key, value]) => ['filter', `${key}:${value}`] as const)
      const query = [['from', from] as const, ['to', to] as const, ['limit', limit] as const, ...filters]
      const answer = await call({ method: 'GET', path: below(path, 'resources', resource, 'versions'), query })
      return pageOf(answer, isVersion, 'list of versions')
    },
    setVersionEnabled: (path, resource, version, enabled) => put(path, [resource, 'versions', version, enabled ? 'enable' : 'disable']),
    pinVersion: (path, resource, version) => put(path, [resource, 'versions', version, 'pin']),
    listBuildsWithVersion: async (path, resource, version, as) =>
      decode(
        await call({ method: 'GET', path: below(path, 'resources', resource, 'versions', version, as) }),
        list(isBuild),
        'list of builds',
      ),
    unpinResource: (path, resource) => put(path, [resource, 'unpin']),
    setPinComment: (path, resource, comment) => put(path, [resource, 'pin_comment'], { pin_comment: comment }),
  }
}
