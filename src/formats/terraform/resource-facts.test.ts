import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { categories, factsOf, iconUrl } from './resource-facts.ts'
import { awsNodes, awsServices } from './resource-facts-aws.ts'
import { azurermNodes, azurermServices } from './resource-facts-azurerm.ts'
import { googleNodes, googleServices } from './resource-facts-google.ts'

const icons = fileURLToPath(new URL('../../http/static/icons/', import.meta.url))
const schema = fileURLToPath(new URL('../../../../shared/data/terraform/aws-5.100.0-provider-schema.json.gz', import.meta.url))

describe('facts of a type', () => {
  test.each([
    ['aws_instance', 'aws', 'Compute', 'virtual-machine', 'Virtual machine', 'node'],
    ['aws_s3_bucket', 'aws', 'Storage', 'bucket', 'Bucket', 'node'],
    ['aws_security_group_rule', 'aws', 'Network', 'firewall', 'Security group: rule', 'line'],
    ['aws_lb_target_group_attachment', 'aws', 'Network', 'load-balancer', 'Load balancer: target group attachment', 'line'],
    ['aws_lambda_event_source_mapping', 'aws', 'Serverless', 'function', 'Lambda: event source mapping', 'line'],
    ['aws_iam_role_policy_attachment', 'aws', 'Identity', 'identity', 'IAM: role policy attachment', 'noise'],
    ['aws_iam_role', 'aws', 'Identity', 'identity', 'IAM: role', 'noise'],
    ['aws_s3_bucket_versioning', 'aws', 'Storage', 'bucket', 'S3: bucket versioning', 'noise'],
    ['aws_default_security_group', 'aws', 'Network', 'network', 'Default network: security group', 'noise'],
    ['aws_rds_cluster_instance', 'aws', 'Database', 'database', 'Aurora instance', 'node'],
    ['aws_route53_record', 'aws', 'DNS', 'dns', 'Route 53: record', 'line'],
    ['azurerm_linux_virtual_machine', 'azurerm', 'Compute', 'virtual-machine', 'Linux virtual machine', 'node'],
    ['azurerm_network_interface', 'azurerm', 'Network', 'network', 'Network: interface', 'line'],
    ['azurerm_resource_group', 'azurerm', 'Management', 'management', 'Resource group', 'noise'],
    ['google_container_node_pool', 'google', 'Containers', 'kubernetes', 'Machines of a Kubernetes cluster', 'node'],
    ['google_compute_backend_service', 'google', 'Network', 'load-balancer', 'Load balancer backend: service', 'line'],
    ['google_project_iam_member', 'google', 'Management', 'management', 'Project: iam member', 'noise'],
    ['digitalocean_droplet', 'digitalocean', 'Compute', 'virtual-machine', 'Droplet', 'node'],
    ['openstack_compute_floatingip_associate_v2', 'openstack', 'Network', 'address', 'Compute floatingip associate v2', 'node'],
    ['cloudflare_record', 'cloudflare', 'DNS', 'dns', 'Record', 'line'],
    ['random_id', 'random', 'Other', 'other', 'Id', 'noise'],
    ['null_resource', 'null', 'Other', 'other', 'Resource', 'noise'],
    ['helm_release', 'helm', 'Containers', 'kubernetes', 'Release', 'node'],
    ['weird', 'weird', 'Other', 'other', 'Weird', 'node'],
  ])('%s', (type, provider, category, icon, shortDescription, role) => {
    const facts = factsOf(type)
    expect({ ...facts, role: facts.isNode ? 'node' : facts.isEdge ? 'line' : 'noise' }).toMatchObject({
      provider,
      category,
      icon,
      shortDescription,
      role,
    })
  })

  test('people find a type by the words that they use', () => {
    expect(factsOf('aws_db_instance').keywords).toEqual(expect.arrayContaining(['aws', 'db', 'instance', 'database', 'rds', 'relational']))
    expect(factsOf('aws_db_instance')).toMatchObject({
      description: 'Relational database (RDS, AWS), database',
      important: ['engine', 'engine_version', 'instance_class', 'allocated_storage', 'multi_az'],
    })
  })

  test('whatever a type is called, it has facts, and its icon is one of ours', () => {
    const type = fc.oneof(
      fc.string(),
      fc.string().map((text) => `aws_${text}`),
      fc.constantFrom('', '_', '__proto__', 'aws', 'aws_', 'constructor_x'),
    )
    fc.assert(
      fc.property(type, (text) => {
        const facts = factsOf(text)
        expect(categories).toContain(facts.category)
        expect(existsSync(join(icons, `${facts.icon}.svg`))).toBe(true)
        expect(facts.isNode && facts.isEdge).toBe(false)
      }),
      { seed: 42 },
    )
  })

  test('every category and every icon of the tables exists', () => {
    for (const table of [awsServices, azurermServices, googleServices])
      for (const line of table.trim().split('\n')) {
        const [, category, icon, title] = line.split(' | ')
        expect(categories, line).toContain(category)
        expect(existsSync(join(icons, `${icon}.svg`)), line).toBe(true)
        expect(title, line).toBeTruthy()
      }
    for (const table of [awsNodes, azurermNodes, googleNodes])
      for (const line of table.trim().split('\n')) expect(line.split(' | ').length, line).toBe(3)
  })

  test.skipIf(!existsSync(schema))(`every type of the AWS provider has a category (skipped without ${schema})`, () => {
    const document = JSON.parse(gunzipSync(readFileSync(schema)).toString())
    const [provider] = Object.values<{ resource_schemas: object }>(document.provider_schemas)
    const types = Object.keys(provider?.resource_schemas ?? {})
    expect(types.length).toBeGreaterThan(1000)
    // New services come: some of them are in no table, and no word of theirs says what they are.
    const unknown = types.filter((type) => factsOf(type).category === 'Other')
    expect(unknown.length / types.length).toBeLessThan(0.08)
    for (const line of awsNodes.trim().split('\n')) expect(types).toContain(`aws_${line.split(' | ')[0]}`)
  })
})

describe('icons', () => {
  test.each(readdirSync(icons))('%s is a small drawing in the colour of its text, and loads nothing', (name) => {
    const text = readFileSync(join(icons, name), 'utf8')
    expect(name).toMatch(/^[a-z-]+\.svg$/)
    expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="24" height="24" viewBox="0 0 24 24"/)
    expect(text).toContain('currentColor')
    expect(text.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/script|href|url\(|http|style|on[a-z]+=/i)
    expect(text.length).toBeLessThan(1000)
  })

  test('are at an address that everybody can read', () => {
    expect(iconUrl('https://api.example.com', factsOf('aws_instance'))).toBe('https://api.example.com/static/icons/virtual-machine.svg')
  })
})
