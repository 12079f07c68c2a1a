/** An event that a pipeline sent for a KPI. */
export interface Report {
  id: number
  /** Unix seconds. */
  at: number
  tags: readonly { key: string; value: string }[]
}

export const tagOf = ({ tags }: Report, key: string): string | undefined => tags.find((tag) => tag.key === key)?.value
