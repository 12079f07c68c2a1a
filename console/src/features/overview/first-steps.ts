/** The way from an empty organization to a running component. Where somebody stands is read from what there is, and not remembered. */
import { useMay } from '@/access/use-may.ts'
import { useAsk, useChange } from '@/api/query.ts'
import type { Data } from '@/api/types.ts'

export const steps = ['credential', 'source', 'repository', 'project', 'environment', 'component'] as const
export type Step = (typeof steps)[number]

/** What the summary says of a step. The credential is not among them: every organization is born with one of its own, which opens no repository. */
const counted = {
  source: 'service_catalog_sources',
  repository: 'config_repositories',
  project: 'projects',
  environment: 'environments',
  component: 'components',
} as const satisfies Record<Exclude<Step, 'credential'>, keyof Data<'getSummary'>>

export interface Progress {
  done: ReadonlySet<Step>
  /** The first that is not done; undefined when all are. */
  next: Step | undefined
}

/** Undefined until it is known. */
export function useProgress(organization: string, summary: Data<'getSummary'>): Progress | undefined {
  const path = { organization_canonical: organization }
  const { allowed } = useMay('listCredentials', path)
  const credentials = useAsk('listCredentials', { path, query: { credential_types: ['ssh', 'basic_auth'] } }, { enabled: allowed })
  if (allowed && credentials.isPending) return undefined
  const reaches = (credentials.data?.data ?? []).length > 0
  const done = new Set(
    steps.filter((step) =>
      // A config repository has one, also where it is not for the caller to see.
      step === 'credential' ? reaches || summary.config_repositories > 0 : (summary[counted[step]] ?? 0) > 0,
    ),
  )
  return { done, next: steps.find((step) => !done.has(step)) }
}

interface Guide {
  /** Organizations whose first steps somebody does not want to see on the overview. */
  first_steps_hidden?: string[]
}

/** What is kept with the account: whether somebody has put the guide aside. Whatever else is kept there stays. */
export function useGuideHidden(organization: string): { hidden: boolean | undefined; hide: (hidden: boolean) => void } {
  const account = useAsk('getUserAccount', {})
  const save = useChange('updateUserGuide', { stale: ['getUserAccount'] })
  const guide = account.data?.data.guide as (Guide & Record<string, unknown>) | undefined
  const list = Array.isArray(guide?.first_steps_hidden) ? guide.first_steps_hidden : []
  return {
    hidden: account.data === undefined ? undefined : list.includes(organization),
    hide(hidden) {
      const others = list.filter((name) => name !== organization)
      save.mutate({ body: { ...guide, first_steps_hidden: hidden ? [...others, organization] : others } })
    },
  }
}
