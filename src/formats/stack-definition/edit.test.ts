import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { FormatError } from '../format-error.ts'
import { addTerraformEntry, reduceDefinition, reduceForms } from './edit.ts'

const entry = { path: 'terraform/aws/main.tf', destination: '($ .project $)/main.tf' }
const lines = (...text: string[]) => `${text.join('\n')}\n`

describe('a Terraform entry', () => {
  const definition = lines(
    "version: '3'   # newest",
    'name: Stack',
    'canonical: stack',
    'config:',
    '    aws:',
    '        # shown to people',
    "        name: 'AWS'",
    '        pipeline:',
    '            pipeline: {path: pipeline/pipeline.yml}   # as usual',
    '',
    '    # the other one',
    '    gcp:',
    '        name: "GCP"',
  )
  const added = (indent: string) => [
    `${indent}terraform:`,
    `${indent}  main:`,
    `${indent}    path: terraform/aws/main.tf`,
    `${indent}    destination: ($ .project $)/main.tf`,
  ]

  test('is put behind the rest of its use case, and every other line stays', () => {
    const changed = addTerraformEntry(definition, { useCase: 'aws', ...entry })
    const before = definition.split('\n')
    expect(changed.split('\n')).toEqual([...before.slice(0, 9), ...added('        '), ...before.slice(9)])
    expect(parse(changed).config.aws.terraform).toEqual({ main: entry })
  })

  test('is put at the end of the file, with or without a last line break', () => {
    for (const text of [definition, definition.trimEnd()])
      expect(addTerraformEntry(text, { useCase: 'gcp', ...entry })).toBe(lines(definition.trimEnd(), ...added('        ')))
  })

  test.each([
    ['a block text', lines('config:', '  aws:', '    description: |', '      one', '', '      two', '', '  gcp: {}')],
    ['lists without indentation', lines('config:', '  aws:', '    keys:', '    - a', '    - b', '  gcp:', '    name: x')],
    ['a flow map', lines('config: {aws: {name: AWS}} # short')],
    ['an empty entry', lines('config:', '  aws:', '    terraform: {}', '    name: AWS')],
    ['an entry without a value', lines('config:', '  aws:', '    name: AWS', '    terraform:')],
    ['a quoted use case', lines('config:', '  "aws":', '    name: AWS')],
    ['an alias at the end', lines('x: &x {path: a, destination: b}', 'config:', '  aws:', '    name: AWS', '    raw:', '      a: *x')],
    ['line ends of Windows', 'config:\r\n  aws:\r\n    name: AWS\r\n  gcp:\r\n    name: x\r\n'],
    ['a mark of its end', lines('config:', '  aws:', '    name: AWS', '...')],
  ])('is added after %s without changing what is there', (_, end) => {
    const text = `name: Stack\ncanonical: stack\n${end}`
    const before = parse(text)
    const after = parse(addTerraformEntry(text, { useCase: 'aws', ...entry }))
    expect(after).toEqual({ ...before, config: { ...before.config, aws: { ...before.config.aws, terraform: { main: entry } } } })
  })

  test('of a definition without use cases stands in its config', () => {
    const text = lines('name: a', 'canonical: stack', 'config:', '  pipeline:', '    pipeline: {path: p.yml}', '# the end')
    expect(parse(addTerraformEntry(text, { useCase: 'default', ...entry })).config.terraform).toEqual({ main: entry })
  })

  test('needs its use case', () => {
    expect(() => addTerraformEntry('a: 1\n', { useCase: 'aws', ...entry })).toThrow('there is no use case aws')
    expect(() => addTerraformEntry(definition, { useCase: 'azure', ...entry })).toThrow('there is no use case azure')
  })
})

describe('the definition of a blueprint', () => {
  const stack = { useCase: 'aws', canonical: 'web', name: 'My: web', author: 'ada' }
  const blueprint = lines(
    '# Ours.',
    "name: 'Blueprint'  # for people",
    'canonical: blueprint',
    'author: somebody',
    'template: true',
    'config:',
    '  # cheap',
    '  aws:',
    '    name: AWS # the name',
    '  gcp:',
    '    name: GCP',
  )

  test('keeps one use case, its comments and nothing that makes it a blueprint', () => {
    expect(reduceDefinition(blueprint, stack)).toBe(
      lines(
        '# Ours.',
        "name: 'My: web' # for people",
        'canonical: web',
        'author: ada',
        'config:',
        '  # cheap',
        '  aws:',
        '    name: AWS # the name',
      ),
    )
  })

  test('of the first version has nothing but its one use case', () => {
    const text = lines('name: a', 'canonical: a', 'config:', '  pipeline:', '    pipeline: {path: p.yml}')
    expect(parse(reduceDefinition(text, { ...stack, useCase: 'default' })).config).toEqual({ pipeline: { pipeline: { path: 'p.yml' } } })
  })

  test('says when the use case borrows from another one', () => {
    const text = lines('config:', '  gcp: &base', '    name: GCP', '  aws: *base')
    expect(() => reduceDefinition(text, stack)).toThrow('anchor (&…) of another use case')
  })
})

describe('the form of a blueprint', () => {
  test.each([
    ['the newest format', lines('version: 3 # newest', 'use_cases:', '- name: gcp', '- name: aws # this', '  sections: []'), 'use_cases'],
    ['the oldest format', lines('gcp: {}', 'aws:', '  pipeline: {} # this'), 'aws'],
  ])('keeps one use case of %s', (_, text, key) => {
    const kept = reduceForms(text, 'aws') ?? ''
    expect(kept).toContain('# this')
    expect(kept).not.toContain('gcp')
    expect(parse(kept)).toHaveProperty(key)
  })

  test('goes when it has nothing for the use case', () => {
    expect(reduceForms(lines('use_cases:', '- name: gcp'), 'aws')).toBeUndefined()
    expect(reduceForms(lines('gcp: {}'), 'aws')).toBeUndefined()
    expect(reduceForms('', 'aws')).toBeUndefined()
  })

  test.each([
    ['no YAML', 'a: ['],
    ['no map', '- a'],
    ['nested too deeply', `a: ${'['.repeat(200)}${']'.repeat(200)}`],
    ['too long', 'x'.repeat(2_000_000)],
  ])('that is %s is refused', (_, text) => {
    expect(() => reduceForms(text, 'aws')).toThrow(FormatError)
  })
})
