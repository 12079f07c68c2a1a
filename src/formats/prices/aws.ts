/** What the two files of an AWS offer have in common: which products count, where they are, what of them is kept. */

/** Keyed as in the JSON file: `instanceType`, `usagetype`. */
export type AwsAttributes = Readonly<Record<string, string>>

export interface AwsProduct {
  service: string
  family: string
  region: string
  attributes: AwsAttributes
}

/** @returns undefined for what nobody runs on demand: reservations kept free, software that comes along, special capacity */
export function awsProduct(family: string, all: AwsAttributes, offerCode: string): AwsProduct | undefined {
  const { capacitystatus = '', preInstalledSw = '', licenseModel = '', tenancy = '' } = all
  if (family.startsWith('Compute Instance')) {
    if (capacitystatus !== '' && capacitystatus !== 'Used') return undefined
    if (preInstalledSw !== '' && preInstalledSw !== 'NA') return undefined
    if (licenseModel !== '' && licenseModel !== 'No License required') return undefined
    if (!['', 'Shared', 'Dedicated', 'Host'].includes(tenancy)) return undefined
    if ((all.marketoption ?? '') !== '' && all.marketoption !== 'OnDemand') return undefined
  }
  const region = regionOf(all)
  // What is sold from nowhere in particular is told apart by where it goes.
  const wanted = (key: string) => !unwanted.has(key) || (key === 'location' && region === '')
  const attributes = Object.fromEntries(Object.entries(all).filter(([key, value]) => value !== '' && wanted(key)))
  return { service: all.servicecode || offerCode, family, region, attributes }
}

/** `Pre Installed S/W` is `preInstalledSw`, `usageType` is `usagetype`: as the JSON file has it. */
export function attributeName(header: string): string {
  const words = header
    .replace(/[^A-Za-z0-9 ]/g, '')
    .toLowerCase()
    .split(/ +/)
    .filter(Boolean)
  return words.map((word, index) => (index === 0 ? word : `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)).join('')
}

function regionOf({ regionCode = '', usagetype = '', locationType = '' }: AwsAttributes): string {
  if (regionCode !== '') return regionCode === 'aws-global' || regionCode === 'global' ? '' : regionCode
  if (locationType !== '' && locationType !== 'AWS Region') return ''
  const prefix = /^([A-Z]{2,3}\d?)-/.exec(usagetype)?.[1]
  return (prefix === undefined ? undefined : prefixes[prefix]) ?? (locationType === 'AWS Region' ? 'us-east-1' : '')
}

/** Older files have no column for the region; what they call a use begins with it everywhere but in the first region. */
const prefixes: Readonly<Record<string, string>> = {
  USE1: 'us-east-1',
  USE2: 'us-east-2',
  USW1: 'us-west-1',
  USW2: 'us-west-2',
  CAN1: 'ca-central-1',
  EU: 'eu-west-1',
  EUW1: 'eu-west-1',
  EUW2: 'eu-west-2',
  EUW3: 'eu-west-3',
  EUC1: 'eu-central-1',
  EUC2: 'eu-central-2',
  EUN1: 'eu-north-1',
  EUS1: 'eu-south-1',
  EUS2: 'eu-south-2',
  APS1: 'ap-southeast-1',
  APS2: 'ap-southeast-2',
  APS3: 'ap-south-1',
  APN1: 'ap-northeast-1',
  APN2: 'ap-northeast-2',
  APN3: 'ap-northeast-3',
  APE1: 'ap-east-1',
  SAE1: 'sa-east-1',
  MES1: 'me-south-1',
  AFS1: 'af-south-1',
  UGW1: 'us-gov-west-1',
  UGE1: 'us-gov-east-1',
}

/** What a machine is made of: long texts that no estimate asks for, and what stands in a column of its own. */
const unwanted = new Set([
  ...['servicecode', 'servicename', 'location', 'locationType', 'regionCode', 'physicalProcessor', 'processorFeatures'],
  ...['processorArchitecture', 'clockSpeed', 'memory', 'storage', 'networkPerformance', 'dedicatedEbsThroughput', 'ebsOptimized'],
  ...['enhancedNetworkingSupport', 'enhancedNetworkingSupported', 'intelAvxAvailable', 'intelAvx2Available', 'intelTurboAvailable'],
  ...['ecu', 'gpu', 'gpuMemory', 'vcpu', 'normalizationSizeFactor', 'currentGeneration', 'availabilityzone', 'classicnetworkingsupport'],
  ...['vpcnetworkingsupport', 'maxIopsvolume', 'maxIopsBurstPerformance', 'maxThroughputvolume', 'maxVolumeSize', 'groupDescription'],
])
