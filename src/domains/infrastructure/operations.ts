import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const infrastructure: DomainHandlers<'infrastructure'> = {
  getRunningInfraAWS: notImplemented,
  getRunningInfraAWSBuckets: notImplemented,
  getRunningInfraAWSDBInstances: notImplemented,
  getRunningInfraAWSElasticacheClusters: notImplemented,
  getRunningInfraAWSImages: notImplemented,
  getRunningInfraAWSInstances: notImplemented,
  getRunningInfraAWSLoadBalancersV1: notImplemented,
  getRunningInfraAWSLoadBalancersV2: notImplemented,
  getRunningInfraAWSSecurityGroups: notImplemented,
  getRunningInfraAWSSnapshots: notImplemented,
  getRunningInfraAWSSubnets: notImplemented,
  getRunningInfraAWSVolumes: notImplemented,
  getRunningInfraAWSVPCs: notImplemented,
  getComponentInfrastructure: notImplemented,
}
