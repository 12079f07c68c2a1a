import type { DomainHandlers } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { withCurrent } from '../../formats/forms/current.ts'
import { readForms } from '../../formats/forms/read.ts'
import { FetchRefused, fetchJson } from '../../outside/guarded-fetch.ts'
import { previewConfig } from '../components/current.ts'

export const forms: DomainHandlers<'forms'> = {
  async validateFormsFile(_, { body }) {
    const { forms: file, errors } = readForms(body.form_file)
    return {
      data: { errors, forms: { version: file.version, use_cases: file.use_cases.map((useCase) => withCurrent(useCase, nothingSaved)) } },
    }
  },
  async valuesRefForms({ platform }, { body }) {
    try {
      return { data: await fetchJson(platform.guard, body.url) }
    } catch (error) {
      if (error instanceof FetchRefused) throw invalid(error.message, [`body.url: ${error.message}`], error)
      throw error
    }
  },
  async interpolateFormsConfig(context, { path, body }) {
    const place = { project: path.project_canonical, environment: path.environment_canonical }
    return { data: await previewConfig(context, place, body) }
  },
}

const nothingSaved = () => undefined
