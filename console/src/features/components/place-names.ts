import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'

/** What a project and its environment are called; their keys for who may not see that. */
export function usePlaceNames(place: { organization: string; project: string; environment: string }): {
  project: string
  environment: string
} {
  const path = { organization_canonical: place.organization, project_canonical: place.project }
  const { allowed } = useMay('getProject', path)
  const project = useAsk('getProject', { path }, { enabled: allowed }).data?.data
  const environment = project?.environments.find(({ canonical }) => canonical === place.environment)
  return { project: project?.name ?? place.project, environment: environment?.name ?? place.environment }
}
