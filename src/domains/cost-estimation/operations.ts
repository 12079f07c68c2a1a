import type { DomainHandlers } from '../../contract/operation.ts'
import { estimateText } from './estimate.ts'
import { estimateForm } from './form/estimate-form.ts'
import { findSettings, listBooks, saveSettings } from './queries.ts'
import { checkSettings, viewSettings } from './settings.ts'
import { viewBook } from './view.ts'

export const costEstimation: DomainHandlers<'cost-estimation'> = {
  async costEstimateTfPlan(context, { body }) {
    return { data: await estimateText(context, body.tfplan) }
  },
  async costEstimateForm(context, { path, body }) {
    const place = { project: path.project_canonical, environment: path.environment_canonical }
    return { data: await estimateForm(context, place, body) }
  },
  async getPriceBooks({ read }) {
    return { data: (await read(listBooks)).map(viewBook) }
  },
  async getCostEstimationSettings({ read }) {
    return { data: viewSettings(await read(findSettings)) }
  },
  async updateCostEstimationSettings({ write }, { body }) {
    const settings = checkSettings(body)
    return {
      data: await write(async (tx) => {
        await saveSettings(tx, settings)
        return viewSettings(await findSettings(tx))
      }),
    }
  },
}
