/** Organizations as the tree they are, flattened for a list: children directly below their parent, each level by name. */
import type { Schema } from '@/api/types.ts'

export type Organization = Schema<'Organization'>
type WithParent = Organization & { parent_canonical?: string | undefined }

export interface Branch {
  organization: Organization
  /** 0 for those whose parent the reader cannot reach. */
  depth: number
}

export function treeOf(organizations: readonly WithParent[]): Branch[] {
  const known = new Set(organizations.map(({ canonical }) => canonical))
  const below = new Map<string, WithParent[]>()
  for (const organization of organizations) {
    const parent = organization.parent_canonical ?? ''
    const key = known.has(parent) ? parent : ''
    below.set(key, [...(below.get(key) ?? []), organization])
  }
  const branches = (parent: string, depth: number): Branch[] =>
    (below.get(parent) ?? [])
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .flatMap((organization) => [{ organization, depth }, ...branches(organization.canonical, depth + 1)])
  return branches('', 0)
}

/** What fits the search, with the ancestors of each, so that the tree still makes sense. */
export function searchTree(branches: readonly Branch[], text: string): Branch[] {
  const wanted = text.trim().toLocaleLowerCase()
  if (wanted === '') return [...branches]
  const found: Branch[] = []
  let need = -1
  for (const branch of branches.toReversed()) {
    const { name, canonical } = branch.organization
    if (name.toLocaleLowerCase().includes(wanted) || canonical.includes(wanted)) need = branch.depth
    else if (branch.depth >= need) continue
    else need = branch.depth
    found.push(branch)
  }
  return found.toReversed()
}
