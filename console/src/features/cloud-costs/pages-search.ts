/** What the addresses of the pages beside the dashboard carry. Apart from the pages, which are loaded when somebody goes there. */
export const anomalyStatuses = ['open', 'expected', 'closed'] as const

export type AnomalyStatus = (typeof anomalyStatuses)[number]

export interface AnomalySearch {
  status?: AnomalyStatus | 'all'
  begin?: string
  end?: string
  anomaly?: number
}

export const rateForms = ['one', 'file'] as const

export interface RatesSearch {
  add?: (typeof rateForms)[number]
}

export const accountTabs = ['imports', 'months', 'linked', 'settings'] as const

export type AccountTab = (typeof accountTabs)[number]

export interface AccountSearch {
  tab?: AccountTab
  /** Number of an import to look at. */
  import?: number
}

export const accountKinds = ['files', 'export', 'child'] as const

export type AccountKind = (typeof accountKinds)[number]

export interface AccountsSearch {
  new?: AccountKind
}
