import type { Kysely } from '@rollcall/database'
import type { Logger } from '@rollcall/http-kit'
import { createTransport } from 'nodemailer'
import { randomText } from '../ids.ts'
import type { LogWriter } from '../logs/log-writer.ts'
import type { TenantSchema } from '../schema.ts'
import { compose } from './compose.ts'
import type { Message } from './compose.ts'

/** Auth0's names of its templates; `sms` is a text message, which goes to a telephone. */
export type MailKind =
  | 'verify_email'
  | 'reset_email'
  | 'welcome_email'
  | 'blocked_account'
  | 'user_invitation'
  | 'passwordless_email'
  | 'sms'

export interface Mail extends Message {
  kind: MailKind
  to: string
  userId?: string | undefined
}

export interface MailSettings {
  /** `smtp://user:password@host:587`; without it mail is kept, to be read at /mailbox. */
  smtpUrl?: string | undefined
  /** Whom mail comes from: `Rollcall <no-reply@example.com>` */
  from?: string | undefined
}

export interface Mailer {
  /** Whether mail leaves the house. */
  isSent: boolean
  /** Hands a mail over. Nobody waits for it: how long a request took tells nothing of whether there was mail to send. */
  send(mail: Mail): void
  /** The same for work that ends in a mail, if it comes to one. */
  after(work: Promise<unknown>): void
  /** Resolves once all that was handed over has been sent, kept, or reported as failed. */
  flush(): Promise<void>
  close(): Promise<void>
}

export function openMailer(
  { db, now, logs, logger }: { db: Kysely<TenantSchema>; now: () => Date; logs: LogWriter; logger: Logger },
  { smtpUrl, from = 'Rollcall <no-reply@localhost>' }: MailSettings,
): Mailer {
  // A text message has no carrier here: it is kept, whatever becomes of mail.
  const transport = smtpUrl === undefined ? undefined : createTransport(smtpUrl, { from })
  const pending = new Set<Promise<void>>()

  const deliver = async ({ kind, to, ...message }: Mail) => {
    const { text, html } = compose(message)
    if (transport && kind !== 'sms') {
      await transport.sendMail({ to, subject: message.subject, text, html })
      return
    }
    await db
      .insertInto('mails')
      .values({ id: randomText(16), kind, recipient: to, subject: message.subject, body: text, created_at: now() })
      .execute()
  }
  const flush = async () => {
    while (pending.size > 0) await Promise.all(pending)
  }
  const keep = (work: Promise<unknown>, onFailure: (error: unknown) => void) => {
    const kept: Promise<void> = work.then(() => undefined, onFailure).finally(() => pending.delete(kept))
    pending.add(kept)
  }
  return {
    isSent: transport !== undefined,
    send: (mail) => {
      keep(deliver(mail), (error) => {
        logger.error({ err: error, kind: mail.kind }, 'a mail could not be sent')
        logs.write({ type: 'fn', description: `Could not send ${mail.kind}`, user_id: mail.userId, details: { to: mail.to } }) // prettier-ignore
      })
    },
    after: (work) => keep(work, (error) => logger.error({ err: error }, 'a mail could not be prepared')),
    flush,
    close: async () => {
      await flush()
      transport?.close()
    },
  }
}
