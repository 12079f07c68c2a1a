/** Sums in one currency, for who tells rather than answers: what is missing is no mistake of a caller. */
import type { CostQuestion, CostStore, CostSum } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { ratesFor } from '../cloud-costs/rates.ts'

type Asked = Omit<CostQuestion, 'rates' | 'currency'> & { currency: string }

/** @throws MissingRate */
export async function sumsIn(tx: OrgTx, costs: CostStore, question: Asked): Promise<CostSum[]> {
  const rates = await ratesFor(tx, question, await costs.currencies(tx, question), question.currency)
  return costs.sums(tx, { ...question, rates })
}
