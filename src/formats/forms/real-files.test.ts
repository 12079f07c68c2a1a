/** The form files of public stacks. Where one has mistakes, they are listed here, each judged to be the file's. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseForms } from './read.ts'
import { computeValues } from './values.ts'
import { readYaml } from './yaml-text.ts'

const root = new URL('../../../../shared/data/stacks/', import.meta.url).pathname
const files = existsSync(root)
  ? readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.forms.yml'))
      .sort()
  : []
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')

/** None of the 21 files has a mistake; a stack that is added with one is listed with it. */
const expected: Record<string, string[]> = {}

describe.skipIf(files.length === 0)('form files of public stacks (shared/data/stacks beside this repository)', () => {
  test.each(files)('%s has the mistakes that are known', (file) => {
    expect(parseForms(textOf(file)).errors).toEqual(expected[file] ?? [])
  })

  test.each(files)('%s loses nothing by being read', (file) => {
    const { forms } = parseForms(textOf(file))
    const written = JSON.stringify(readYaml(textOf(file)).value).split('"key":').length - 1
    expect(forms.use_cases.flatMap(({ sections }) => sections.flatMap(({ groups }) => groups.flatMap(({ vars }) => vars)))).toHaveLength(
      written,
    )
    // The newest format reads as itself.
    expect(parseForms(JSON.stringify(forms)).forms).toEqual(forms)
  })

  test.each(files)('%s is filled in by its defaults, and only what is required is missing', (file) => {
    for (const useCase of parseForms(textOf(file)).forms.use_cases) {
      const { problems, writes, values } = computeValues(useCase, {}, {}, () => 'filled')
      expect([...new Set(problems.map(({ message }) => message))].filter((message) => !message.startsWith('is required'))).toEqual([])
      expect(computeValues(useCase, values, {}, () => 'filled')).toEqual({ problems, writes, values })
    }
  })
})
