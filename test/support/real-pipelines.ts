/** The pipelines of the real public stacks, as a component of each use case gets them: interpolated, with the sample variables. */
import { dirname } from 'node:path'
import { readPipeline } from '../../src/formats/pipeline/read.ts'
import type { PipelineConfig } from '../../src/formats/pipeline/types.ts'
import { fillVars, lookupIn, readVars } from '../../src/formats/pipeline/vars.ts'
import { parseStackDefinition } from '../../src/formats/stack-definition/parse.ts'
import type { UseCase } from '../../src/formats/stack-definition/types.ts'
import { legacyData, templateData } from '../../src/formats/template/keys.ts'
import { renderTemplate, substituteLegacy } from '../../src/formats/template/template.ts'
import { realCatalogue, stacksAreThere } from './real-stacks.ts'
import { sampleFacts } from './sample-facts.ts'

const files = stacksAreThere ? realCatalogue() : {}
/** What the collection really has: the support file makes up what it lacks. */
const isReal = (path: string) => (files[path] ?? '') !== `# ${path.slice(path.indexOf('/') + 1)}\n`
const pipelineFiles = Object.keys(files)
  .filter((path) => /\/pipeline\/(?!variables)[^/]+\.ya?ml$/.test(path) && isReal(path))
  .sort()

export interface RealPipeline {
  /** `stack-mysql/pipeline/pipeline.yml (aws)`: file and use case. */
  name: string
  pipeline: string
  variables: string
}

export const realPipelines: RealPipeline[] = pipelineFiles.flatMap((path) => {
  const stack = path.slice(0, path.indexOf('/'))
  const { engine, use_cases } = parseStackDefinition(files[`${stack}/.cycloid.yml`] ?? '')
  const own = use_cases.filter((useCase) =>
    useCase.files.some((file) => file.technology === 'pipeline' && file.key === 'pipeline' && `${stack}/${file.path}` === path),
  )
  const unnamed: Pick<UseCase, 'key' | 'files'>[] = [{ key: 'default', files: [] }]
  return (own.length > 0 ? own : unnamed).map((useCase) => {
    const named = useCase.files.flatMap((file) =>
      file.technology === 'pipeline' && file.key === 'variables' ? [`${stack}/${file.path}`] : [],
    )
    const beside = ['yml', 'yaml'].map((end) => `${dirname(path)}/variables.sample.${end}`)
    const known = { ...sampleFacts, useCase: useCase.key }
    const filled = (text = '') =>
      engine === 'legacy' ? substituteLegacy(text, legacyData(known)) : renderTemplate(text, templateData(known), { missing: 'print' })
    const variables = [...named, ...beside].find((file) => file in files && isReal(file))
    return { name: `${path} (${useCase.key})`, pipeline: filled(files[path]), variables: filled(files[variables ?? '']) }
  })
})

export const readReal = ({ pipeline, variables }: RealPipeline): PipelineConfig =>
  readPipeline(pipeline, (value) => fillVars(value, lookupIn(readVars(variables)), 'keep')).config

export const realPipeline = (name: string): RealPipeline =>
  realPipelines.find((text) => text.name === name) ?? { name, pipeline: '', variables: '' }
