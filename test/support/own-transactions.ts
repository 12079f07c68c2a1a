/** Who opens transactions without a request, and why: a list to think about before it grows. */
export const ownTransactions = [
  'src/domains/accounts/mail.ts', // a job
  'src/domains/accounts/outbox.ts', // a job, and the development page
  'src/domains/billing/sync.ts', // a job
  'src/domains/billing/warnings.ts', // a job
  'src/domains/cloud-cost-imports/command.ts', // a command
  'src/domains/cloud-cost-imports/due.ts', // a job
  'src/domains/cloud-cost-imports/run.ts', // a job
  'src/domains/cloud-costs/installation-rates.ts', // a command, and a job
  'src/domains/cloud-costs/report-mail.ts', // a job
  'src/domains/code-generation/import.ts', // a command
  'src/domains/components/recover.ts', // a job
  'src/domains/cost-anomalies/watch.ts', // a job
  'src/domains/cost-budgets/letters.ts', // a job
  'src/domains/cost-budgets/watch.ts', // a job
  'src/domains/cost-estimation/books/books.ts', // a command
  'src/domains/cost-estimation/books/starter.ts', // the start of the service
  'src/domains/credentials/rotation.ts', // a command
  'src/domains/identities/identities.ts', // codes of the platform, for a person
  'src/domains/identity-providers/refresh.ts', // a job
  'src/domains/identity-providers/way-out.ts', // a command
  'src/domains/infra-imports/job-context.ts', // a job
  'src/domains/infra-imports/progress.ts', // a job
  'src/domains/infra-imports/run.ts', // a job
  'src/domains/login/session.ts', // an organization's rows for somebody who is not inside one
  'src/domains/marketplace/sync.ts', // a job
  'src/domains/members/mail.ts', // a job
  'src/domains/pipelines/deploy.ts', // a job, which a request may do at once
  'src/domains/pipelines/desired.ts', // asked by that job
  'src/domains/pipelines/engine-ports.ts', // builds
  'src/domains/pipelines/follow.ts', // a job
  'src/domains/second-factors/demand.ts', // ends every way to sign in, whoever asks
  'src/domains/second-factors/mail.ts', // a job
  'src/domains/second-factors/rewrap.ts', // a command
  'src/domains/sessions/tell-organizations.ts', // a job
  'src/domains/sessions/tidy.ts', // a job
  'src/domains/stack-sources/due.ts', // a job
  'src/domains/system/checks.ts', // the database itself is asked
  'src/domains/terraform-state/door.ts', // the token of a state, which is in no organization
  'src/domains/terraform-state/tidy.ts', // a job
]
