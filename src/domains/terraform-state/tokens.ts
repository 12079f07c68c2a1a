/** What opens one Terraform state, and nothing else: it stands in files of pipelines, so it is the same each time it is made. */
import type { StateTokenKey } from '../../access/state-token-key.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { forbidden } from '../../errors.ts'
import * as queries from './queries.ts'

/** Where a component is, or would be. */
export interface ComponentPlace {
  project: string
  environment: string
  component: string
}

export type StateTokenSubject =
  | (ComponentPlace & { organizationId: number; generation: number })
  | { organizationId: number; externalBackendId: number; generation: number }

/** The part of the platform that makes and reads tokens. */
export interface TokenMaker {
  readonly stateTokens: StateTokenKey
}

/** Deterministic: the same subject has the same token, in every process and after every restart. */
export function mintStateToken({ stateTokens }: TokenMaker, subject: StateTokenSubject): string {
  const what =
    'component' in subject
      ? [subject.organizationId, subject.generation, subject.project, subject.environment, subject.component]
      : [subject.organizationId, subject.generation, subject.externalBackendId]
  const text = `state.${Buffer.from(JSON.stringify(what)).toString('base64url')}`
  return `${text}.${stateTokens.sign(text)}`
}

/** @throws Unauthorized for what is no token of ours; whether it is still good, the database says. */
export function readStateToken({ stateTokens }: TokenMaker, token: string): StateTokenSubject {
  const end = token.lastIndexOf('.')
  const text = token.slice(0, end)
  if (end < 0 || token.length > longest || !text.startsWith('state.') || !stateTokens.vouchesFor(text, token.slice(end + 1)))
    throw forbidden('The jwt parameter is not the token of a Terraform state')
  const [organizationId, generation, third, environment, component] = JSON.parse(
    Buffer.from(text.slice('state.'.length), 'base64url').toString(),
  ) as [number, number, ...([number] | [string, string, string])]
  return typeof third === 'number'
    ? { organizationId, generation, externalBackendId: third }
    : { organizationId, generation, project: third, environment: environment ?? '', component: component ?? '' }
}

/** Canonicals have at most 100 characters each. */
const longest = 1000

/**
 * The token of a component's state, whether the component exists already or not; empty when no external backend keeps its state:
 * neither its own, its environment's or project's, nor the organization's default.
 */
export async function inventoryJwtOf(
  tx: OrgTx,
  platform: TokenMaker,
  place: { [K in keyof ComponentPlace]?: ComponentPlace[K] | undefined },
): Promise<string> {
  const { project, environment, component } = place
  if (project === undefined || environment === undefined || component === undefined) return ''
  const whole = { project, environment, component }
  if (!(await queries.hasStateBackend(tx, whole))) return ''
  return componentToken(tx, platform, whole)
}

/** Of the component's state, whatever keeps it. */
export async function componentToken(
  tx: OrgTx,
  platform: TokenMaker,
  { project, environment, component }: ComponentPlace,
): Promise<string> {
  const generation = await queries.generationOf(tx, placeText({ project, environment, component }))
  return mintStateToken(platform, { organizationId: tx.organizationId, project, environment, component, generation })
}

/** What an external backend's answer shows: the token of its component, or its own; empty for other purposes. */
export async function jwtOfBackend(
  tx: OrgTx,
  platform: TokenMaker,
  backend: {
    id: number
    purpose: string
    token_generation: number
    project_canonical: string | null
    environment_canonical: string | null
    component_canonical: string | null
  },
): Promise<string> {
  const { id, purpose, token_generation, project_canonical, environment_canonical, component_canonical } = backend
  if (purpose !== 'remote_tfstate') return ''
  if (project_canonical !== null && environment_canonical !== null && component_canonical !== null)
    return componentToken(tx, platform, { project: project_canonical, environment: environment_canonical, component: component_canonical })
  return mintStateToken(platform, { organizationId: tx.organizationId, externalBackendId: id, generation: token_generation })
}

export function namesOf(place: string): ComponentPlace {
  const [project = '', environment = '', component = ''] = place.split('/')
  return { project, environment, component }
}

export const placeText = ({ project, environment, component }: ComponentPlace): string => `${project}/${environment}/${component}`
