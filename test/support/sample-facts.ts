/** What tokens in files of stacks stand for, where it does not matter what. */
import type { InterpolationFacts } from '../../src/formats/template/keys.ts'

export const sampleFacts: InterpolationFacts = {
  organization: 'acme',
  project: 'shop',
  environment: 'prod',
  component: 'web',
  stackPath: 'stack-web',
  catalogUrl: 'git@example.com:acme/stacks.git',
  catalogBranch: 'stacks',
  catalogCredType: 'ssh',
  catalogCredPath: 'ssh_catalog',
  configUrl: 'https://example.com/acme/config.git',
  configBranch: 'config',
  configCredType: 'basic_auth',
  configCredPath: 'basic_config',
  configRoot: 'acme/shop/prod/web',
  inventoryJwt: 'a.b.c',
  apiUrl: 'https://api.example.com',
  consoleUrl: 'https://console.example.com',
}
