/** What people call a type of resource: the inventory, drawings and listings of providers show it. */

export interface ResourceFacts {
  /** `aws`, `azurerm`, `google`, …: what stands before the first underscore, unless it is known better. */
  provider: string
  /** `Compute`, `Network`, `Database`, … */
  category: string
  shortDescription: string
  description: string
  keywords: readonly string[]
  /** Name of an icon in src/http/static/icons, without `.svg`. */
  icon: string
  /** Is it a thing that a drawing shows, or a line between two (`aws_security_group_rule`)? Neither: noise. */
  isNode: boolean
  isEdge: boolean
  /** Attributes that a person looks at first. */
  important: readonly string[]
}

/** Of any type, known or not. */
export function factsOf(type: string): ResourceFacts {
  const [provider = ''] = type.split('_')
  return {
    provider,
    category: 'Other',
    shortDescription: type,
    description: type,
    keywords: [],
    icon: 'other',
    isNode: true,
    isEdge: false,
    important: [],
  }
}

/** The URL of its icon. */
export const iconUrl = (apiUrl: string, { icon }: ResourceFacts): string => `${apiUrl}/static/icons/${icon}.svg`
