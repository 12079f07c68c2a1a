import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { parseStackDefinition } from './parse.ts'

const head = 'name: Web\ncanonical: stack-web\n'
const pipeline = `
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
      variables: {path: pipeline/variables.sample.yml, destination: ($ .project $)/variables.yml}`
const useCase = `config:\n  aws:\n    name: AWS${pipeline}\n`
const whole = `version: '3'\n${head}${useCase}`

const mistake = (text: string): string => {
  try {
    parseStackDefinition(text)
  } catch (error) {
    if (error instanceof FormatError) return error.message
    throw error
  }
  return 'nothing'
}

describe('a stack definition', () => {
  test('says everything that the platform shows and needs', () => {
    const text = `
version: 4
name: Web
canonical: stack-web
description: |
  Two
  lines
author: Ada
keywords: [web, 8080, provider:aws]
image: |
  https://example.com/web.png
status: public
technologies: [{technology: php, version: 7.20}, {technology: s3, version: n/a}]
dependencies: [{ref: 'acme:base', required: true}, {ref: 'acme:extra'}]
template: true
config:
  aws:
    name: On AWS
    description: d
    cloud_provider: aws
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
      variables: {path: ./pipeline//variables.yml, destination: ($ .config_root $)/variables.yml}
    terraform:
      main: {path: terraform/main.tf, destination: tf/main.tf}
    ansible:
      front: {path: a.yml, destination: b.yml}
    raw:
      text: {path: x, destination: y}
    custom:
      site:
        var_path: site/vars.yml
        templates:
          - {paths: [a.txt, b.txt], destination: out}
          - {paths: [c.txt], destination: c/done.txt, config: {destination_is_file: true}}
`
    expect(parseStackDefinition(text)).toEqual({
      version: 4,
      engine: 'template',
      name: 'Web',
      canonical: 'stack-web',
      description: 'Two\nlines\n',
      author: 'Ada',
      keywords: ['web', '8080', 'provider:aws'],
      image: 'https://example.com/web.png',
      visibility: 'shared',
      technologies: [
        { technology: 'php', version: '7.20' },
        { technology: 's3', version: 'n/a' },
      ],
      dependencies: [
        { ref: 'acme:base', required: true },
        { ref: 'acme:extra', required: false },
      ],
      blueprint: true,
      use_cases: [
        {
          key: 'aws',
          name: 'On AWS',
          description: 'd',
          cloud_provider: 'aws',
          files: [
            { technology: 'pipeline', key: 'pipeline', path: 'pipeline/pipeline.yml' },
            { technology: 'pipeline', key: 'variables', path: 'pipeline/variables.yml', destination: '($ .config_root $)/variables.yml' },
            { technology: 'terraform', key: 'main', path: 'terraform/main.tf', destination: 'tf/main.tf' },
            { technology: 'ansible', key: 'front', path: 'a.yml', destination: 'b.yml' },
            { technology: 'raw', key: 'text', path: 'x', destination: 'y' },
            {
              technology: 'custom',
              key: 'site',
              var_path: 'site/vars.yml',
              paths: ['a.txt', 'b.txt'],
              destination: 'out',
              destination_is_file: false,
            },
            {
              technology: 'custom',
              key: 'site',
              var_path: 'site/vars.yml',
              paths: ['c.txt'],
              destination: 'c/done.txt',
              destination_is_file: true,
            },
          ],
        },
      ],
    })
  })

  test('of version 1 has one use case without a name', () => {
    const text = `${head}config:${pipeline.replaceAll('\n    ', '\n  ')}\n  terraform:\n    main: {path: a.tf, destination: b.tf}\n`
    const { version, engine, use_cases } = parseStackDefinition(text)
    expect({ version, engine }).toEqual({ version: 1, engine: 'legacy' })
    expect(use_cases).toMatchObject([
      { key: 'default', name: 'default', files: [{ key: 'pipeline' }, { key: 'variables' }, { key: 'main' }] },
    ])
  })

  test.each<[string, string, object]>([
    ['no version and use cases', '', { version: 3, engine: 'template' }],
    ['version 1 and use cases', 'version: 1\n', { version: 1, engine: 'legacy' }],
    ['version 2', `version: '2'\n`, { version: 2, engine: 'legacy' }],
    ['version 3', 'version: 3\n', { version: 3, engine: 'template' }],
    ['version 4', 'version: "4"\n', { version: 4, engine: 'template' }],
  ])('with %s knows how its tokens are filled in', (_, line, expected) => {
    expect(parseStackDefinition(line + head + useCase)).toMatchObject({ ...expected, use_cases: [{ key: 'aws' }] })
  })

  test('may have a use case called pipeline', () => {
    expect(parseStackDefinition(head + useCase.replace('aws:', 'pipeline:')).use_cases.map(({ key }) => key)).toEqual(['pipeline'])
  })

  test.each([
    ['azure', 'azurerm'],
    ['gcp', 'google'],
    ['AWS', 'aws'],
    ['vsphere', 'vsphere'],
    ['moonbase', null],
    ['null', null],
  ])('that names the cloud provider %s means %s', (written, meant) => {
    const text = whole.replace('name: AWS', `name: AWS\n    cloud_provider: ${written}`)
    expect(parseStackDefinition(text).use_cases[0]?.cloud_provider).toBe(meant)
  })

  test.each([
    ['https://example.com/a%20b.png?x=1#y', 'https://example.com/a%20b.png?x=1#y'],
    ['"  https://example.com/a.png\\n"', 'https://example.com/a.png'],
    ['javascript:alert(1)', null],
    ['data:image/png;base64,AAAA', null],
    ['https://example.com/a b.png', null],
    ['https://example.com/a%zz.png', null],
    ['https://exa[mple.com/a.png', null],
    ['icon.png', null],
    ['', null],
  ])('shows the image %s as %s', (written, shown) => {
    expect(parseStackDefinition(`${whole}image: ${written}\n`).image).toBe(shown)
  })

  test('works with anchors and merge keys', () => {
    const text = `${head}base: &base\n  name: Base\n  terraform: {main: {path: a.tf, destination: b.tf}}\nconfig:\n  one: {<<: *base, name: One}\n  two: *base\n`
    expect(parseStackDefinition(text).use_cases).toMatchObject([
      { key: 'one', name: 'One', files: [{ path: 'a.tf' }] },
      { key: 'two', name: 'Base', files: [{ path: 'a.tf' }] },
    ])
  })

  test.each<[string, string, string]>([
    ['nothing', '', 'it must be a map'],
    ['no YAML', 'name: [', 'it is not valid YAML: line 1'],
    ['a key twice', `${whole}name: again\n`, 'line 10: the key "name" stands twice'],
    ['no canonical', whole.replace('canonical: stack-web\n', ''), 'canonical is missing'],
    ['a canonical in capitals', whole.replace('stack-web', 'Stack'), 'canonical must be 3 to 100 lower case'],
    ['no name', whole.replace('name: Web\n', ''), 'name is missing'],
    ['no config', `version: 3\n${head}`, 'config is missing'],
    ['an empty config', `version: 3\n${head}config: {}\n`, 'config must have at least one use case'],
    ['an unknown version', whole.replace("'3'", '5'), 'version must be 1, 2, 3 or 4'],
    ['the shape of version 1 in version 3', `version: 3\n${head}config:\n  pipeline: {pipeline: {path: x}}\n`, 'how version 1 looks'],
    ['a use case that is a text', `version: 3\n${head}config: {aws: x}\n`, 'config.aws must be a use case'],
    ['a use case with a bad key', whole.replace('aws:', 'A W S:'), 'config.A W S must be named by'],
    ['a use case with a key of objects', whole.replace('aws:', '__proto__:'), 'config.__proto__ must be named by'],
    ['a pipeline without its file', whole.replace('{path: pipeline/pipeline.yml}', ''), 'config.aws.pipeline.pipeline must be a map'],
    ['a file without destination', whole.replace(', destination: ($ .project $)/variables.yml', ''), 'variables.destination is missing'],
    ['a path out of the stack', whole.replace('pipeline/pipeline.yml', '../x.yml'), 'pipeline.pipeline.path must be a path below'],
    ['an absolute path', whole.replace('pipeline/pipeline.yml', '/etc/passwd'), 'pipeline.pipeline.path must be a path below'],
    ['a destination above', whole.replace('($ .project $)', '($ .project $)/../..'), 'variables.destination must be a path in'],
    ['keywords in one text', `${whole}keywords: web\n`, 'keywords must be a list of texts'],
    ['a template that is neither', `${whole}template: maybe\n`, 'template must be true or false'],
    ['a NUL', `${whole}author: "a\\0b"\n`, 'line 10: a text holds a character that cannot be stored'],
    ['half a character', `${whole}author: "\\ud800"\n`, 'a text holds a character that cannot be stored'],
    ['an alias to nothing', `${whole}author: *ada\n`, 'the alias "*ada" has no anchor'],
    ['endless nesting', `${whole}x: ${'['.repeat(20_000)}`, 'nested'],
    ['endless text', `${whole}x: ${'y'.repeat(200_000)}`, 'it has more than 131072 characters'],
  ])('with %s is refused, saying where', (_, text, expected) => {
    expect(mistake(text)).toContain(expected)
  })

  test('tells everything that is wrong at once', () => {
    expect(mistake('version: 9\nconfig: {a: {terraform: {main: x}}}\n')).toBe(
      'name is missing; canonical is missing; version must be 1, 2, 3 or 4; config.a.terraform.main must be a map with the path of a file',
    )
  })

  test('cannot grow by aliases', () => {
    const many = Array.from({ length: 190 }, (_, index) => `  u${index}: *big`).join('\n')
    const files = Array.from({ length: 100 }, (_, index) => `    f${index}: {path: a, destination: b}`).join('\n')
    expect(mistake(`${head}big: &big\n  terraform:\n${files}\nconfig:\n${many}\n`)).toContain('more than 5000 entries')
    const long = Array.from({ length: 40 }, (_, index) => `  u${index}: {name: *long}`).join('\n')
    expect(mistake(`${head}long: &long ${'x'.repeat(60_000)}\nconfig:\n${long}\n`)).toContain('texts together')
  })

  test('is either read or refused in words, whatever the text', () => {
    const words = fc.constantFrom(
      'name',
      'canonical',
      'config',
      'version',
      'pipeline',
      'path',
      'a',
      '<<',
      '&a',
      '*a',
      ': ',
      '\n',
      '  ',
      '- ',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 40 }), (parts) => {
        expect(typeof mistake(parts.join(''))).toBe('string')
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})

const folder = new URL('../../../../shared/data/stacks/', import.meta.url)
const directories = existsSync(folder)
  ? [...readdirSync(new URL('onboarding-stacks/', folder)).map((name) => `onboarding-stacks/${name}`), 'stack-lemp'].filter((name) =>
      existsSync(new URL(`${name}/.cycloid.yml`, folder)),
    )
  : []

describe.skipIf(directories.length === 0)('public stacks (../shared/data/stacks; skipped where that folder is missing)', () => {
  test.each(directories)('%s is read, and names a pipeline that it has', (directory) => {
    const definition = parseStackDefinition(readFileSync(new URL(`${directory}/.cycloid.yml`, folder), 'utf8'))
    expect(definition.use_cases.length).toBeGreaterThan(0)
    // Of the repositories only definitions, forms and pipelines are in the folder.
    const paths = definition.use_cases.flatMap(({ files }) =>
      files.flatMap((file) => (file.technology === 'pipeline' && /^pipeline\/[^/]+$/.test(file.path) ? file.path : [])),
    )
    expect(paths.filter((path) => !existsSync(new URL(`${directory}/${path}`, folder)))).toEqual([])
  })
})
