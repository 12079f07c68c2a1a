import type { DomainHandlers } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { withCurrent } from '../../formats/forms/current.ts'
import { readForms } from '../../formats/forms/read.ts'
import { FetchRefused, fetchJson } from '../../outside/guarded-fetch.ts'
import { previewConfig } from '../components/current.ts'
import { plansOfForm } from '../cost-estimation/form/estimate-form.ts'
import { validatePlans } from '../infra-policies/validate.ts'
import { isDeeperThan } from '../json-depth.ts'
import { hidingTokens } from '../terraform-state/hidden.ts'

export const forms: DomainHandlers<'forms'> = hidingTokens<DomainHandlers<'forms'>>({
  async validateFormsFile(_, { body }) {
    const { forms: file, errors } = readForms(body.form_file)
    return {
      data: { errors, forms: { version: file.version, use_cases: file.use_cases.map((useCase) => withCurrent(useCase, nothingSaved)) } },
    }
  },
  async valuesRefForms({ platform }, { body }) {
    const data = await fetchJson(platform.guard, body.url).catch((error: unknown) => {
      if (error instanceof FetchRefused) throw invalid(error.message, [`body.url: ${error.message}`], error)
      throw error
    })
    if (isDeeperThan(data, deepestValues))
      throw invalid('The values at the address are nested too deeply', [
        `body.url: what is there must be nested at most ${deepestValues} deep`,
      ])
    return { data }
  },
  async interpolateFormsConfig(context, { path, body }) {
    const place = { project: path.project_canonical, environment: path.environment_canonical }
    return { data: await previewConfig(context, place, body) }
  },
  async validateFormInfraPolicies(context, { path, body }) {
    const place = { project: path.project_canonical, environment: path.environment_canonical }
    return { data: await validatePlans(context, place, await plansOfForm(context, place, body)) }
  },
})

/** Lists and objects within each other. */
const deepestValues = 100

const nothingSaved = () => undefined
