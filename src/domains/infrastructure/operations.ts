import type { DomainHandlers } from '../../contract/operation.ts'
import { runningAws } from './aws/operations.ts'
import { componentGraph } from './component-graph.ts'

export const infrastructure: DomainHandlers<'infrastructure'> = {
  ...runningAws,
  async getComponentInfrastructure(context, { path }) {
    const place = { project: path.project_canonical, environment: path.environment_canonical, component: path.component_canonical }
    return { data: await componentGraph(context, place) }
  },
}
