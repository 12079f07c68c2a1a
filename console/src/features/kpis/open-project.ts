import { isAllowed, resourceOf, useAccess } from '@/access/use-may.ts'
import { operations } from '@/api/operations.ts'

/** Which project to ask the rules about before one is chosen: the first in which a KPI may be made, so that only who may nowhere is barred. */
export function useOpenProject(organization: string, projects: readonly { canonical: string }[]): string {
  const access = useAccess(organization)
  const [, address, permission, target] = operations.createKpi
  const isOpen = (canonical: string) =>
    access &&
    isAllowed(access, permission, target, resourceOf(address, { organization_canonical: organization, project_canonical: canonical }))
  return (projects.find(({ canonical }) => isOpen(canonical)) ?? projects[0])?.canonical ?? ''
}
