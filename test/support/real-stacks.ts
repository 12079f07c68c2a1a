/**
 * The real public stacks of ../shared/data/stacks, as files of one repository. What the collection left out is made up here:
 * Terraform samples (it holds pipelines and forms only), and definitions for the stacks that came without one.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseForms } from '../../src/formats/forms/read.ts'
import type { FormsFile } from '../../src/formats/forms/types.ts'
import { parseStackDefinition } from '../../src/formats/stack-definition/parse.ts'

const folder = new URL('../../../shared/data/stacks/', import.meta.url).pathname
export const stacksAreThere = existsSync(folder)
export const whyNoStacks = 'needs the real stacks in ../shared/data/stacks'

/** Content by path, each stack in a folder of the first level. */
export function realCatalogue(): Record<string, string> {
  const files: Record<string, string> = {}
  for (const [name, path] of stackFolders()) {
    for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue
      const full = join(entry.parentPath, entry.name)
      files[`${name}/${full.slice(path.length + 1)}`] = readFileSync(full, 'utf8')
    }
    const form = files[`${name}/.forms.yml`]
    files[`${name}/.cycloid.yml`] ??= definitionFor(name, form)
    Object.assign(files, samplesFor(name, files[`${name}/.cycloid.yml`] ?? '', form, files))
  }
  return files
}

/** What a scan finds wrong with them: forms that are ahead of their stacks. */
export const realProblems = ['stack-compute-aws', 'stack-compute-azure', 'stack-compute-gcp'].map((directory) => ({
  directory,
  error: '.forms.yml has use cases that .cycloid.yml lacks: cycloid-common',
}))

/** The definitions that really came with a stack. */
export const realDefinitions = (): string[] =>
  stackFolders().flatMap(([name, path]) => (existsSync(join(path, '.cycloid.yml')) ? [name] : []))

function stackFolders(): [name: string, path: string][] {
  const inner = join(folder, 'onboarding-stacks')
  return [...readdirSync(inner).map((name): [string, string] => [name, join(inner, name)]), ['stack-lemp', join(folder, 'stack-lemp')]]
}

function definitionFor(name: string, form: string | undefined): string {
  const useCases = form ? parseForms(form).forms.use_cases.map((useCase) => useCase.name) : ['default']
  const config = useCases.map(
    (key) => `  ${key}:
    name: ${key}
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
      variables: {path: pipeline/variables.sample.yml, destination: '($ .config_root $)/pipeline/variables.yml'}
    terraform:
      main: {path: terraform/main.tf.sample, destination: '($ .config_root $)/terraform/main.tf'}
`,
  )
  return `version: '3'\nname: ${name}\ncanonical: ${name}\nauthor: test\ndescription: made up by the test\nkeywords: []\nconfig:\n${config.join('')}`
}

/** Every file that the definition names and the collection lacks. */
function samplesFor(name: string, definition: string, form: string | undefined, files: Record<string, string>): Record<string, string> {
  const { use_cases } = parseStackDefinition(definition)
  const forms = form ? parseForms(form).forms : { version: '2', use_cases: [] }
  const missing = use_cases.flatMap((useCase) =>
    useCase.files.flatMap((file) => ('path' in file && !(`${name}/${file.path}` in files) ? [{ useCase: useCase.key, ...file }] : [])),
  )
  return Object.fromEntries(
    missing.map(({ useCase, technology, path }) => [
      `${name}/${path}`,
      technology === 'terraform' ? terraformFor(forms, useCase) : `# ${path}\n`,
    ]),
  )
}

/** A module for each that the form's keys name; keys without a module go to the only one. */
function terraformFor(forms: FormsFile, useCase: string): string {
  const groups = forms.use_cases
    .filter(({ name }) => name === useCase)
    .flatMap(({ sections }) => sections.flatMap((section) => section.groups))
  const keys = groups.filter((group) => group.technologies.includes('terraform')).flatMap((group) => group.vars.map(({ key }) => key))
  const named = [...new Set(keys.flatMap((key) => /^module\.([^.]+)\./.exec(key)?.[1] ?? []))]
  const modules = named.length > 0 ? named : ['main']
  return modules
    .map((module) => `# ($ .project $)/($ .environment $)\nmodule "${module}" {\n  source = "./module-${module}"\n}\n`)
    .join('\n')
}
