import { AccountTx } from '../../db/account-tx.ts'
import type { Mail } from '../../outside/mail.ts'
import type { Platform } from '../../platform.ts'

/** Sends, or keeps in the local outbox where no mail server is configured. */
export async function deliver(platform: Platform, mail: Mail): Promise<void> {
  if (platform.mailer) return platform.mailer.send(mail)
  await AccountTx.write(platform.database, { kind: 'platform' }, ({ db }) =>
    db.insertInto('mails').values({ recipient: mail.to, subject: mail.subject, body: mail.text }).execute(),
  )
}

/** The newest hundred, for the development page. */
export async function listMails(platform: Platform): Promise<(Mail & { sent_at: string })[]> {
  const rows = await AccountTx.read(platform.database, { kind: 'platform' }, ({ db }) =>
    db.selectFrom('mails').selectAll().orderBy('id', 'desc').limit(100).execute(),
  )
  return rows.map(({ recipient, subject, body, created_at }) => ({ to: recipient, subject, text: body, sent_at: created_at.toISOString() }))
}
