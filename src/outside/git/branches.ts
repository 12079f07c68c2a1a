/** What a copy knows of branches: their tips, and when the remote last said so. */
import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface Branches {
  /** Where the tip is kept in the copy. By hash, since `a` may become `a/b` one day. */
  ref(branch: string): string
  /** Where commits are made that have not been pushed yet: a fetch may be writing the other one. */
  draft(branch: string): string
  /** The commit that was the tip when we last looked; its objects are here. */
  known(branch: string): Promise<KnownTip | undefined>
  /** The ref as it is on the disk. */
  onDisk(branch: string): Promise<string | undefined>
  remember(branch: string, commit: string): void
  forget(branch: string): Promise<void>
  /** True when no branch is left. */
  isEmpty(): Promise<boolean>
}

export interface KnownTip {
  readonly commit: string
  /** `performance.now()`; minus infinity when it was before this process. */
  readonly since: number
}

export function openBranches(folder: string): Branches {
  const tips = new Map<string, KnownTip>()
  const hash = (branch: string) => createHash('sha256').update(branch).digest('hex').slice(0, 40)
  const ref = (branch: string) => `refs/tips/${hash(branch)}`
  const onDisk = async (branch: string) => {
    const text = await readFile(join(folder, ref(branch)), 'utf8').catch(() => '')
    return /^[0-9a-f]{40,64}(?=\n$)/.exec(text)?.[0]
  }
  return {
    ref,
    draft: (branch) => `refs/drafts/${hash(branch)}`,
    onDisk,
    async known(branch) {
      const commit = tips.has(branch) ? undefined : await onDisk(branch)
      return tips.get(branch) ?? (commit === undefined ? undefined : { commit, since: Number.NEGATIVE_INFINITY })
    },
    remember(branch, commit) {
      tips.set(branch, { commit, since: performance.now() })
    },
    async forget(branch) {
      tips.delete(branch)
      await rm(join(folder, ref(branch)), { force: true })
    },
    async isEmpty() {
      return (await readdir(join(folder, 'refs/tips')).catch(() => [])).length === 0
    },
  }
}
