import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'
import { estimateText } from './estimate.ts'
import { findSettings, listBooks, saveSettings } from './queries.ts'
import { checkSettings, viewSettings } from './settings.ts'
import { viewBook } from './view.ts'

export const costEstimation: DomainHandlers<'cost-estimation'> = {
  async costEstimateTfPlan(context, { body }) {
    return { data: await estimateText(context, body.tfplan) }
  },
  costEstimateForm: notImplemented,
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
