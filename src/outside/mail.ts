import nodemailer from 'nodemailer'

export interface Mail {
  to: string
  subject: string
  text: string
}

export interface Mailer {
  /** @throws when the server refuses or cannot be reached; the job that sends is tried again. */
  send(mail: Mail): Promise<void>
}

/** Mail through a real server. Without one, the platform keeps an outbox instead: see domains/accounts/outbox.ts. */
export function openSmtpMailer(url: string, from: string): Mailer {
  const transport = nodemailer.createTransport(url, { from })
  return {
    async send(mail) {
      await transport.sendMail(mail)
    },
  }
}
