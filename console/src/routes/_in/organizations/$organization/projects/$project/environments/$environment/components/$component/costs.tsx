import { createFileRoute } from '@tanstack/react-router'
import { type ComponentCostSearch, ComponentCosts } from '@/features/cloud-costs/component-costs.tsx'
import { currencies } from '@/features/cloud-costs/search.ts'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/costs',
)({
  component: Costs,
  validateSearch: (raw: Record<string, unknown>): ComponentCostSearch => {
    const currency = currencies.find((one) => one === raw['currency'])
    return currency ? { currency } : {}
  },
})

function Costs() {
  const { organization, project, environment, component } = Route.useParams()
  const path = {
    organization_canonical: organization,
    project_canonical: project,
    environment_canonical: environment,
    component_canonical: component,
  }
  return <ComponentCosts path={path} search={Route.useSearch()} />
}
