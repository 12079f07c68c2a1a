import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type InterpolationFacts, templateData } from './keys.ts'
import { renderTemplate } from './template.ts'

const root = fileURLToPath(new URL('../../../../shared/data/stacks', import.meta.url))
const present = existsSync(root)
const files = present
  ? readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('/.git'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({ name: relative(root, file), text: readFileSync(file, 'utf8') }))
      .filter(({ text }) => text.includes('($'))
  : []

const facts: InterpolationFacts = {
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
const useCases = ['default', 'aws', 'azure', 'gcp', 'vmware']

describe.skipIf(!present)('the files of real stacks (in ../shared/data/stacks beside the repository; skipped without them)', () => {
  test('are there', () => {
    expect(files.length).toBeGreaterThan(40)
  })

  test.each(files)('$name is rendered whole, whatever the use case', ({ text }) => {
    for (const useCase of useCases) {
      const rendered = renderTemplate(text, templateData({ ...facts, useCase }))
      expect(rendered.match(/.*(\(\$|\$\)|<no value>).*/g)).toBeNull()
    }
  })

  test.each(files)('$name stays as it is while nothing is known', ({ text }) => {
    expect(renderTemplate(text, {}, { missing: 'keep' })).toBe(text)
  })

  test.each(files)('$name is the same rendered in two steps and in one', ({ text }) => {
    const { useCase, environment, configCredType, ...early } = { ...facts, useCase: 'aws' }
    const first = renderTemplate(text, templateData(early), { missing: 'keep' })
    const all = templateData({ ...early, useCase, environment, configCredType })
    expect(renderTemplate(first, all)).toBe(renderTemplate(text, all))
  })

  test('the credential that fits the type of the repository is taken', () => {
    const pipeline = files.find(({ name }) => name.endsWith('stack-mysql/pipeline/pipeline.yml'))?.text ?? ''
    const rendered = renderTemplate(pipeline, templateData({ ...facts, useCase: 'aws' }))
    expect(rendered).toContain('((ssh_catalog.ssh_key))')
    expect(rendered).toContain('((basic_config.password))')
    expect(rendered).not.toContain('((basic_config.ssh_key))')
  })

  test('the largest pipeline takes milliseconds', () => {
    const largest = files.reduce((a, b) => (b.text.length > a.text.length ? b : a)).text
    const data = templateData({ ...facts, useCase: 'aws' })
    for (let round = 0; round < 50; round++) renderTemplate(largest, data)
    const start = performance.now()
    for (let round = 0; round < 20; round++) renderTemplate(largest, data)
    expect((performance.now() - start) / 20).toBeLessThan(5)
  })
})
