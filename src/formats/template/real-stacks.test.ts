import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { sampleFacts } from '../../../test/support/sample-facts.ts'
import { templateData } from './keys.ts'
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

const useCases = ['default', 'aws', 'azure', 'gcp', 'vmware']

describe.skipIf(!present)('the files of real stacks (in ../shared/data/stacks beside the repository; skipped without them)', () => {
  test('are there', () => {
    expect(files.length).toBeGreaterThan(40)
  })

  test.each(files)('$name is rendered whole, whatever the use case', ({ text }) => {
    for (const useCase of useCases) {
      const rendered = renderTemplate(text, templateData({ ...sampleFacts, useCase }))
      expect(rendered.match(/.*(\(\$|\$\)|<no value>).*/g)).toBeNull()
    }
  })

  test.each(files)('$name stays as it is while nothing is known', ({ text }) => {
    expect(renderTemplate(text, {}, { missing: 'keep' })).toBe(text)
  })

  test.each(files)('$name is the same rendered in two steps and in one', ({ text }) => {
    const { useCase, environment, configCredType, ...early } = { ...sampleFacts, useCase: 'aws' }
    const first = renderTemplate(text, templateData(early), { missing: 'keep' })
    const all = templateData({ ...early, useCase, environment, configCredType })
    expect(renderTemplate(first, all)).toBe(renderTemplate(text, all))
  })

  test('the credential that fits the type of the repository is taken', () => {
    const pipeline = files.find(({ name }) => name.endsWith('stack-mysql/pipeline/pipeline.yml'))?.text ?? ''
    const rendered = renderTemplate(pipeline, templateData({ ...sampleFacts, useCase: 'aws' }))
    expect(rendered).toContain('((ssh_catalog.ssh_key))')
    expect(rendered).toContain('((basic_config.password))')
    expect(rendered).not.toContain('((basic_config.ssh_key))')
  })

  test('the largest pipeline takes milliseconds', { retry: 2 }, () => {
    const largest = files.reduce((a, b) => (b.text.length > a.text.length ? b : a)).text
    const data = templateData({ ...sampleFacts, useCase: 'aws' })
    for (let round = 0; round < 50; round++) renderTemplate(largest, data)
    const start = performance.now()
    for (let round = 0; round < 20; round++) renderTemplate(largest, data)
    expect((performance.now() - start) / 20).toBeLessThan(5)
  })
})
