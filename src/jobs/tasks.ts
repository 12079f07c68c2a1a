/**
 * Work after the answer. A task is a command with ids: it may run twice, or late, and reads what is true when it runs.
 * Everything it needs that is secret is derived again, so that nothing secret waits in the queue.
 */

import { requestPasswordReset, requestVerification, sendPasswordReset, sendVerification } from '../domains/accounts/mail.ts'
import { cancelSubscriptions, reconcile, syncSubscription } from '../domains/billing/sync.ts'
import { warnAll } from '../domains/billing/warnings.ts'
import {
  attributeCosts,
  beginDue as beginDueCostImports,
  clearAllCosts,
  clearCosts,
  recoverLost as recoverLostCostImports,
} from '../domains/cloud-cost-imports/due.ts'
import { runCostImport } from '../domains/cloud-cost-imports/run.ts'
import { fetchRates } from '../domains/cloud-costs/installation-rates.ts'
import { mailAllReports, mailReport } from '../domains/cloud-costs/report-mail.ts'
import { recoverChange, recoverOverdue, removeFiles } from '../domains/components/recover.ts'
import { mailAnomalies } from '../domains/cost-anomalies/letters.ts'
import { watchCosts } from '../domains/cost-anomalies/watch.ts'
import { mailBudget } from '../domains/cost-budgets/letters.ts'
import { watchAllCosts } from '../domains/cost-budgets/watch.ts'
import { refreshProvider, refreshProvidersDue } from '../domains/identity-providers/refresh.ts'
import { failLost, runImport } from '../domains/infra-imports/run.ts'
import { syncAllMarketplace, syncMarketplace } from '../domains/marketplace/sync.ts'
import { sendInvitation } from '../domains/members/mail.ts'
import { catchUp, catchUpAll, removeFromEngine } from '../domains/pipelines/follow.ts'
import { sendLink, tellChange } from '../domains/second-factors/mail.ts'
import { tellFolded, tellOrganizations } from '../domains/sessions/tell-organizations.ts'
import { tidy } from '../domains/sessions/tidy.ts'
import { refreshDue, refreshIfDue } from '../domains/stack-sources/due.ts'
import { tidyLeftStates } from '../domains/terraform-state/tidy.ts'
import type { PipelineAt } from '../engine/types.ts'
import type { Platform } from '../platform.ts'

export interface TaskPayloads {
  'accounts.requestVerification': { email: string }
  'accounts.requestPasswordReset': { email: string }
  'accounts.sendVerification': { tokenId: number }
  'accounts.sendPasswordReset': { tokenId: number }
  'marketplace.sync': { organizationId: number }
  'marketplace.syncAll': Record<string, never>
  'members.sendInvitation': { organizationId: number; memberId: number }
  /** Of a root organization. */
  'billing.sync': { organizationId: number }
  'billing.cancel': { customerId: string }
  'billing.reconcile': Record<string, never>
  'billing.warn': Record<string, never>
  'components.recover': { organizationId: number; componentId: number; change: string }
  'components.recoverOverdue': Record<string, never>
  'components.removeFiles': { organizationId: number; config_repository_id: number; paths: string[] }
  /** After the tag mapping was changed. */
  'costs.attribute': { organizationId: number }
  /** After imports and deletes, and every night. */
  'costs.clear': { organizationId: number }
  'costs.clearAll': Record<string, never>
  'costs.fetchRates': Record<string, never>
  'costs.import': { organizationId: number; importId: number }
  'costs.importDue': Record<string, never>
  'costs.recoverLost': Record<string, never>
  /** After imports: budgets, and what is unusual. */
  'costs.watch': { organizationId: number }
  'costs.watchAll': Record<string, never>
  'costMails.anomalies': Parameters<typeof mailAnomalies>[1]
  'costMails.budget': Parameters<typeof mailBudget>[1]
  'costMails.report': Parameters<typeof mailReport>[1]
  'costMails.reportAll': Record<string, never>
  'identityProviders.refreshDue': Record<string, never>
  'identityProviders.refresh': Parameters<typeof refreshProvider>[1]
  'infraImports.run': Parameters<typeof runImport>[1]
  'infraImports.failLost': Record<string, never>
  'pipelines.catchUp': { organizationId: number; pipelineId: number }
  'pipelines.catchUpAll': Record<string, never>
  'pipelines.remove': PipelineAt & { engineId: number | null }
  'platform.tidy': Record<string, never>
  'secondFactors.sendLink': { challengeId: number }
  'secondFactors.tellChange': Parameters<typeof tellChange>[1]
  'sessions.tellFolded': { userId: number; action: string; confinedTo: number | null }
  'sessions.tellOrganizations': { eventId: number }
  'stackSources.refreshDue': Record<string, never>
  'stackSources.refresh': { organizationId: number; sourceId: number }
  'terraformState.tidy': Record<string, never>
}
export type TaskName = keyof TaskPayloads

export const tasks: { [Name in TaskName]: (platform: Platform, payload: TaskPayloads[Name]) => Promise<void> } = {
  'accounts.requestVerification': requestVerification,
  'accounts.requestPasswordReset': requestPasswordReset,
  'accounts.sendVerification': sendVerification,
  'accounts.sendPasswordReset': sendPasswordReset,
  'marketplace.sync': syncMarketplace,
  'marketplace.syncAll': syncAllMarketplace,
  'members.sendInvitation': sendInvitation,
  'billing.sync': syncSubscription,
  'billing.cancel': cancelSubscriptions,
  'billing.reconcile': reconcile,
  'billing.warn': warnAll,
  'components.recover': recoverChange,
  'components.recoverOverdue': recoverOverdue,
  'components.removeFiles': removeFiles,
  'costs.attribute': attributeCosts,
  'costs.clear': clearCosts,
  'costs.clearAll': clearAllCosts,
  'costs.fetchRates': fetchRates,
  'costs.import': runCostImport,
  'costs.importDue': beginDueCostImports,
  'costs.recoverLost': recoverLostCostImports,
  'costs.watch': watchCosts,
  'costs.watchAll': watchAllCosts,
  'costMails.anomalies': mailAnomalies,
  'costMails.budget': mailBudget,
  'costMails.report': mailReport,
  'costMails.reportAll': mailAllReports,
  'identityProviders.refreshDue': refreshProvidersDue,
  'identityProviders.refresh': refreshProvider,
  'infraImports.run': runImport,
  'infraImports.failLost': failLost,
  'pipelines.catchUp': catchUp,
  'pipelines.catchUpAll': catchUpAll,
  'pipelines.remove': removeFromEngine,
  'platform.tidy': tidy,
  'secondFactors.sendLink': sendLink,
  'secondFactors.tellChange': tellChange,
  'sessions.tellFolded': tellFolded,
  'sessions.tellOrganizations': tellOrganizations,
  'stackSources.refreshDue': refreshDue,
  'stackSources.refresh': refreshIfDue,
  'terraformState.tidy': tidyLeftStates,
}

/** Reconcilers carry nothing and repair whatever a lost command broke. Times are UTC, as cron writes them. */
export const schedule = [
  { task: 'platform.tidy', match: '*/10 * * * *' },
  { task: 'components.recoverOverdue', match: '3,13,23,33,43,53 * * * *' },
  { task: 'pipelines.catchUpAll', match: '7,17,27,37,47,57 * * * *' },
  { task: 'infraImports.failLost', match: '*/5 * * * *' },
  { task: 'billing.reconcile', match: '23 * * * *' },
  { task: 'billing.warn', match: '41 5 * * *' },
  // Each account once in so many hours, see COST_IMPORT_HOURS.
  { task: 'costs.importDue', match: '11 * * * *' },
  { task: 'costs.recoverLost', match: '* * * * *' },
  { task: 'costs.clearAll', match: '29 2 * * *' },
  // The bank publishes in the afternoon.
  { task: 'costs.fetchRates', match: '47 17 * * *' },
  { task: 'costs.watchAll', match: '19 6 * * *' },
  // When the bills of the month before are as good as complete.
  { task: 'costMails.reportAll', match: '41 7 5 * *' },
  { task: 'marketplace.syncAll', match: '41 3 * * *' },
  // Each once a day, when its last reading is older.
  { task: 'identityProviders.refreshDue', match: '37 * * * *' },
  { task: 'stackSources.refreshDue', match: '*/5 * * * *' },
  { task: 'terraformState.tidy', match: '11 4 * * *' },
] as const satisfies readonly { task: TaskName; match: string }[]
