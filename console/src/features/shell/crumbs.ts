import type shell from './messages/en.json'
import { places } from './sections.ts'

export interface Crumb {
  /** Where it leads; absent where there is no such page. */
  to?: string
  /** Of a sentence, for what is always called the same. */
  key?: `places.${keyof (typeof shell)['places']}` | `crumbs.${keyof (typeof shell)['crumbs']}`
  /** As the address has it, until the name is known. */
  name: string
}

/** Words of addresses that stand before a name and have no page of their own. */
const bare = new Set(['environments', 'components', 'jobs', 'builds', 'resources'])

const fixed: Readonly<Record<string, Crumb['key']>> = {
  account: 'crumbs.account',
  activity: 'crumbs.activity',
  security: 'crumbs.security',
  '+new': 'crumbs.new',
  settings: 'crumbs.settings',
  configure: 'crumbs.configure',
  costs: 'crumbs.costs',
  infrastructure: 'crumbs.infrastructure',
  state: 'crumbs.state',
  config: 'crumbs.config',
  accounts: 'crumbs.accounts',
  budgets: 'crumbs.budgets',
  anomalies: 'crumbs.anomalies',
  tags: 'crumbs.tags',
  rates: 'crumbs.rates',
  kpis: 'places.kpis',
}

/** @param path `/organizations/acme/projects/web/settings` */
export function crumbsOf(path: string): Crumb[] {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
  const crumbs: Crumb[] = []
  const below = parts[0] === 'organizations' ? 2 : 0
  if (below === 2 && parts.length < 3) return []
  let named = false
  for (let at = below; at < parts.length; at++) {
    const part = parts[at] ?? ''
    const to = `/${parts
      .slice(0, at + 1)
      .map(encodeURIComponent)
      .join('/')}`
    const place = at === below && below === 2 ? places.find((known) => known.to === `/${part}`) : undefined
    if (place) crumbs.push({ to, key: `places.${place.key}`, name: part })
    else if (!named && bare.has(part)) {
      named = true
      continue
    } else if (!named && part === 'pipelines') {
      // Those of a component stand on the component's own page.
      crumbs.push({ key: 'places.pipelines', name: part })
      named = true
      continue
    } else if (
      !named &&
      fixed[part] &&
      at > below - 1 &&
      (at !== below + 1 || part === '+new' || below === 0 || parts[below] === 'cloud-cost-management')
    )
      crumbs.push({ to, key: fixed[part], name: part })
    else crumbs.push({ to, name: part })
    named = false
  }
  return crumbs
}
