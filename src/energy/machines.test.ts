import { describe, expect, it } from 'vitest'
import { awsMachine, awsTypeIn } from './aws.ts'
import { azureGrid, azureMachine, azureTypeIn } from './azure.ts'
import { googleMachine } from './google.ts'
import { unitOf } from './units.ts'

describe('machines', () => {
  it.each<[string, number, number]>([
    ['t2.nano', 1, 0.5],
    ['t3.small', 2, 2],
    ['t2.medium', 2, 4],
    ['m4.10xlarge', 40, 160],
    ['c4.8xlarge', 36, 72],
    ['m6g.medium', 1, 4],
    ['r5.24xlarge', 96, 768],
    ['i3.metal', 72, 576],
    ['m7i.metal-24xl', 96, 384],
    ['m7i-flex.xlarge', 4, 16],
    ['cache.r6g.large', 2, 16],
    ['m5.large.search', 2, 8],
    ['x1.16xlarge', 64, 976],
    ['x1e.xlarge', 4, 122],
    ['x2iedn.xlarge', 4, 128],
    ['p4d.24xlarge', 96, 1152],
  ])('%s has %d vCPUs and %d GB', (type, vcpus, memory) => {
    expect(awsMachine(type)).toMatchObject({ vcpus, memory })
  })

  it.each<[string, number, number]>([
    ['Standard_D11_v2', 2, 14],
    ['D11 v2/DS11 v2', 2, 14],
    ['Standard_DS3_v2', 4, 14],
    ['Standard_B2ms', 2, 8],
    ['Standard_E16ds_v5', 16, 128],
    ['Standard_F8s_v2', 8, 16],
    ['Standard_NC4as_T4_v3', 4, 28],
    ['Standard_D4ls_v5', 4, 8],
    ['Standard_D4lds_v5', 4, 8],
    ['Standard_B2ts_v2', 2, 1],
    ['Standard_B4ms', 4, 16],
    ['Standard_A2m_v2', 2, 16],
    ['Standard_M64s', 64, 1024],
    ['Standard_M64ms', 64, 1792],
    ['Standard_M64ls', 64, 512],
  ])('%s of Azure has %d vCPUs and %d GB', (type, vcpus, memory) => {
    expect(azureMachine(type)).toMatchObject({ vcpus, memory })
  })

  it.each<[string, number, number]>([
    ['e2-medium', 1, 4],
    ['n1-standard-4', 4, 15],
    ['n2-highmem-8', 8, 64],
    ['custom-4-16384', 4, 16],
    ['a2-highgpu-2g', 24, 170],
    ['c3-standard-22-lssd', 22, 88],
    ['c3-highcpu-4', 4, 8],
    ['db-n1-highmem-4', 4, 26],
    ['m1-ultramem-40', 40, 960],
    ['m3-ultramem-32', 32, 976],
  ])('%s of Google has %d vCPUs and %d GB', (type, vcpus, memory) => {
    expect(googleMachine(type)).toMatchObject({ vcpus, memory })
  })

  it('are found in sentences', () => {
    expect(awsTypeIn('$0.19152 per on demand linux m7i-flex.xlarge instance hour')).toBe('m7i-flex.xlarge')
    expect(awsTypeIn('$0.023 per gb')).toBe('')
    expect(azureTypeIn('virtual machines dv2/dsv2 series - d11 v2/ds11 v2 - us east 2')).toBe('d11 v2')
  })
})

describe('regions and units', () => {
  it('are known however Azure writes them', () => {
    expect(['eastus2', 'East US 2', 'US East 2'].map(azureGrid)).toEqual(Array(3).fill(0.000379069))
    expect(['EU West', 'West Europe'].map(azureGrid)).toEqual(Array(2).fill(0.0003284))
  })

  it('are brought to what energy is told for', () => {
    expect(unitOf('GB-Mo')).toEqual({ measure: 'gb_month', amount: 1 })
    expect(unitOf('1,000 GB')).toEqual({ measure: 'gb', amount: 1000 })
    expect(unitOf('1/Month')).toEqual({ measure: 'hour', amount: 730 })
    expect(unitOf('seconds')?.amount).toBeCloseTo(1 / 3600)
    expect(unitOf('0 Hours')).toBeUndefined()
    expect(unitOf('__proto__')).toBeUndefined()
  })
})
