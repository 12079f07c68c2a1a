import type { DomainHandlers } from '../../../contract/operation.ts'
import { countRunning, listRunning, pageRunning } from './running.ts'

/** The reads of an AWS account, apart from the graph of a component. */
export const runningAws: Omit<DomainHandlers<'infrastructure'>, 'getComponentInfrastructure'> = {
  getRunningInfraAWS: async (context, { query }) => ({ data: await countRunning(context, query) }),
  getRunningInfraAWSBuckets: async (context, { query }) => ({ data: await listRunning(context, 'buckets', query) }),
  getRunningInfraAWSDBInstances: (context, { query }) => pageRunning(context, 'db_instances', query),
  getRunningInfraAWSElasticacheClusters: (context, { query }) => pageRunning(context, 'cache_clusters', query),
  getRunningInfraAWSImages: async (context, { query }) => ({ data: await listRunning(context, 'images', query) }),
  getRunningInfraAWSInstances: (context, { query }) => pageRunning(context, 'instances', query),
  getRunningInfraAWSLoadBalancersV1: (context, { query }) => pageRunning(context, 'load_balancers_v1', query),
  getRunningInfraAWSLoadBalancersV2: (context, { query }) => pageRunning(context, 'load_balancers_v2', query),
  getRunningInfraAWSSecurityGroups: (context, { query }) => pageRunning(context, 'security_groups', query),
  getRunningInfraAWSSnapshots: (context, { query }) => pageRunning(context, 'snapshots', query),
  getRunningInfraAWSSubnets: async (context, { query }) => ({ data: await listRunning(context, 'subnets', query) }),
  getRunningInfraAWSVolumes: async (context, { query }) => ({ data: await listRunning(context, 'volumes', query) }),
  getRunningInfraAWSVPCs: async (context, { query }) => ({ data: await listRunning(context, 'vpcs', query) }),
}
