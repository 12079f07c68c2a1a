/** The drawing of a component, from what Terraform stored last. */
import type { Schema } from '../../contract/operation.ts'
import { ApiError, invalid } from '../../errors.ts'
import { iconUrl } from '../../formats/terraform/resource-facts.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { viewType } from '../code-generation/view.ts'
import { readNewestState } from '../terraform-state/component-state.ts'
import { type DrawnNode, drawState, internet } from './graph/draw.ts'

interface Place {
  project: string
  environment: string
  component: string
}

/** Drawing takes time in which nothing else happens: 3,000 resources took 0.2 s. */
const largestDrawn = 2 * 2 ** 20
const mostDrawn = 3000

/** @throws NotFound without the component, and when Terraform never stored a state of it; Invalid when that is too large to be drawn */
export async function componentGraph(context: OrganizationContext, place: Place): Promise<Schema<'Infrastructure'>> {
  const document = await readNewestState(context, place, largestDrawn)
  if (document === undefined)
    throw new ApiError(
      'NotFoundEntity',
      `Terraform has stored no state of the component ${place.component} here yet: once it has applied the component, there is something to draw`,
    )
  const count = countOf(document)
  if (count > mostDrawn) throw invalid(`The Terraform state has ${count} resources, which are too many to be drawn: up to ${mostDrawn} are`)
  const { nodes, edges, config } = drawState(document)
  const { apiUrl } = context.platform.config
  return { config, graph: { nodes: nodes.map((node) => viewNode(apiUrl, node)), edges } }
}

/** As cheap as it gets: the document may be anybody's. */
function countOf(document: unknown): number {
  const { resources } = (document ?? {}) as { resources?: unknown }
  if (!Array.isArray(resources)) return 0
  return (resources as unknown[]).reduce<number>((sum, resource) => {
    const { instances } = (resource ?? {}) as { instances?: unknown }
    return sum + (Array.isArray(instances) ? instances.length : 0)
  }, 0)
}

const viewNode = (apiUrl: string, { id, canonical, name, type, position }: DrawnNode): Schema<'InfrastructureGraphNode'> => ({
  id,
  canonical,
  name,
  position: [...position],
  resource: id === internet ? everybody(apiUrl) : viewType(apiUrl, type),
})

const everybody = (apiUrl: string): Schema<'TerraformProviderResourceSimple'> => ({
  canonical: internet,
  short_description: 'Internet',
  description: 'Everybody: what it leads to is open to all addresses',
  category: 'Network',
  keywords: ['internet', 'public', 'open'],
  is_node: true,
  is_edge: false,
  image: iconUrl(apiUrl, { icon: 'internet' }),
  attributes: {},
})
