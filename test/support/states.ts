/** Terraform states made by hand, and the lines of what is drawn from them. */
import { drawState } from '../../src/domains/infrastructure/graph/draw.ts'

export const instance = (attributes: object, key?: string | number, dependencies: string[] = []) => ({
  ...(key === undefined ? {} : { index_key: key }),
  attributes,
  dependencies,
})

/** Of any provider, whatever its name says. */
export const aws = (type: string, name: string, attributes: object, dependencies: string[] = []) => ({
  mode: 'managed',
  type,
  name,
  provider: `provider["registry.example.com/hashicorp/${type.split('_')[0]}"]`,
  instances: [instance(attributes, undefined, dependencies)] as object[],
})

export const machine = (name: string, group: string) => aws('aws_instance', name, { id: `i-${name}`, vpc_security_group_ids: [group] })

export const group = (name: string, id: string, ...ingress: object[]) =>
  aws('aws_security_group', name, { id, vpc_id: 'vpc-deadbeef', ingress, egress: [{ cidr_blocks: ['0.0.0.0/0'] }] })

export const state = (...resources: object[]) => ({ version: 4, serial: 1, lineage: 'x', terraform_version: '1.9.0', resources })

export const drawn = (...resources: object[]): string[] => drawState(state(...resources)).edges.map(({ id }) => id)
