import type { Dimension } from '../formats/billing/types.ts'

/** What energy is estimated from: one kind of charge. */
export interface EnergyQuestion {
  readonly dimension: Dimension
  /** FOCUS columns: ConsumedUnit, PricingUnit, SkuMeter, ServiceName, ServiceSubcategory, ChargeDescription, SkuPriceDetails, … */
  readonly focus: Readonly<Record<string, string>>
}

/** Undefined where nothing is known: such costs count as not covered. */
export interface EnergyFactors {
  /** For one ConsumedUnit (or PricingUnit, where nothing was consumed). */
  readonly kwhPerUnit: number
  /** Metric tons of CO2 equivalent for one kWh in that region. */
  readonly co2ePerKwh: number
}
