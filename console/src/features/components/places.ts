/** Where a component is, as routes and operations name it. */
import { useParams } from '@tanstack/react-router'

export const componentRoute = '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component'

/** As links name it. */
export const componentAddress = '/organizations/$organization/projects/$project/environments/$environment/components/$component'

export interface ComponentPlace {
  organization: string
  project: string
  environment: string
  component: string
}

export const useComponentPlace = (): ComponentPlace => useParams({ from: componentRoute })

export const environmentPath = ({ organization, project, environment }: Omit<ComponentPlace, 'component'>) => ({
  organization_canonical: organization,
  project_canonical: project,
  environment_canonical: environment,
})

export const componentPath = (place: ComponentPlace) => ({ ...environmentPath(place), component_canonical: place.component })
