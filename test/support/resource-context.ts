/** What a step of a resource is handed, with its log kept. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { ResourceContext } from '../../src/engine/embedded/execute/types.ts'
import type { EnginePolicy } from '../../src/engine/embedded/policy.ts'

export interface TestContext extends ResourceContext {
  readonly lines: string[]
}

export function contextOf(more: Partial<ResourceContext> = {}): TestContext {
  const lines: string[] = []
  return {
    log: (text) => void lines.push(text),
    signal: new AbortController().signal,
    metadata: { BUILD_ID: '7', BUILD_NAME: '3', BUILD_JOB_NAME: 'build', BUILD_PIPELINE_NAME: 'main', BUILD_TEAM_NAME: 'acme' },
    organizationId: 1,
    organization: 'acme',
    lines,
    ...more,
  }
}

/** Folders of one test file, gone with it. */
export function useFolders(): { readonly home: string; make(): Promise<string> } {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'trochoid-resources-')))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  let made = 0
  return {
    home,
    async make() {
      const folder = join(home, String(++made), 'folder')
      await mkdir(folder, { recursive: true })
      return folder
    },
  }
}

export const enginePolicy = (
  workFolder: string,
  more: Omit<Partial<EnginePolicy>, 'limits'> & { limits?: Partial<EnginePolicy['limits']> } = {},
): EnginePolicy => ({
  tasks: 'all',
  images: new Map(),
  resourceTypes: new Map(),
  builds: 4,
  buildsPerOrganization: 0,
  taskUser: undefined,
  checkSeconds: 60,
  workFolder,
  ...more,
  limits: {
    memoryBytes: 512 * 2 ** 20,
    outputBytes: 4 * 2 ** 20,
    seconds: 30,
    diskBytes: 64 * 2 ** 20,
    cacheBytes: 2 ** 20,
    ...more.limits,
  },
})
