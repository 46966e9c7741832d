/** One mailer for each mailbox with an account of its own; kept while the mailbox stays as it is. */
import type { Log } from "./log.js";
import {
  captureMailer,
  smtpMailer,
  type DkimKey,
  type Mailer,
  type SmtpOptions,
  type SmtpServer,
} from "./mailer.js";

/** A mailbox as far as its mailer depends on it. `version` changes whenever the rest may have. */
export interface MailAccount {
  id: string;
  version: number;
  smtp: SmtpServer;
  dkim: DkimKey | undefined;
}

/** The ways out of all mailboxes that have an account. */
export interface Mailers {
  /** The mailer of an account, made when it is first asked for and again after a change. */
  for(account: MailAccount): Mailer;
  /** A mailer that nobody keeps, to try an account. */
  once(account: Omit<MailAccount, "id" | "version">): Mailer;
  close(): Promise<void>;
}

/** Opens mailers as they are needed. With `capture` none of them ever talks to a server. */
export function openMailers(log: Log, options: SmtpOptions & { capture?: boolean } = {}): Mailers {
  const { capture = false, ...smtp } = options;
  const kept = new Map<string, { version: number; mailer: Mailer }>();
  const make = (account: Omit<MailAccount, "id" | "version">): Mailer =>
    capture ? captureMailer() : smtpMailer(account.smtp, log, { ...smtp, dkim: account.dkim });
  return {
    for(account) {
      const known = kept.get(account.id);
      if (known?.version === account.version) return known.mailer;
      const mailer = make(account);
      kept.set(account.id, { version: account.version, mailer });
      // Lanes that carry a mail right now end by themselves when it is through.
      void known?.mailer.close();
      return mailer;
    },
    once: make,
    async close() {
      const mailers = [...kept.values()].map(({ mailer }) => mailer);
      kept.clear();
      await Promise.all(mailers.map((mailer) => mailer.close()));
    },
  };
}
