/**
 * A mailbox: an account that mail goes out of, with its limits and its standing. Whoever is refused for spam goes on
 * being refused, and takes the domain's good name along; so a mailbox stops by itself, and a person lets it go on.
 */

import { emailDomain, isSameOrParent } from "../../platform/email-address.js";

/** settings: its server stands in SMTP_URL, and without one its mail is captured. */
export type MailboxKind = "settings" | "account";

/** Whether mail goes out of a mailbox. */
export type MailboxState = "active" | "paused";

/** How the line to a server is protected. */
export const SECURITIES = ["tls", "starttls", "none"] as const;

/** One of the ways. */
export type Security = (typeof SECURITIES)[number];

/** Why a mailbox pauses by itself; whatever else stands as a reason was written by a person. */
export const OWN_PAUSES = ["login_refused", "encryption_failed", "sender_refused", "sender_faults"] as const;

/** One of the reasons. */
export type OwnPause = (typeof OWN_PAUSES)[number];

/** Limits that a new mailbox of the settings begins with, in outreach mails. */
export const SETTINGS_LIMITS = { day: 5000, minute: 600 };

/** Whether a failed send shows that the mailbox itself can't send, whomever it writes to. */
export function mailboxFault(verdict: { kind: string; reason: string }): OwnPause | undefined {
  const isOurs = verdict.kind === "deferred" && verdict.reason !== "sender_faults";
  return isOurs ? OWN_PAUSES.find((reason) => reason === verdict.reason) : undefined;
}

/** How many of the last outreach mails are looked at. */
export const HEALTH_WINDOW = 50;
const WARN_SHARE = 0.03;
const WARN_LEAST = 2;
const PAUSE_SHARE = 0.05;
const PAUSE_LEAST = 3;

/** The last outreach mails of a mailbox, at most 50, and how many of them were refused for our own standing. */
export interface HealthCount {
  mails: number;
  faults: number;
}

/** good; warning: 3 % and two or more; bad: 5 % and three or more, so that one refusal of ten stops nothing. */
export function healthOf({ mails, faults }: HealthCount): "good" | "warning" | "bad" {
  const share = faults / Math.max(mails, 1);
  if (faults >= PAUSE_LEAST && share >= PAUSE_SHARE) return "bad";
  return faults >= WARN_LEAST && share >= WARN_SHARE ? "warning" : "good";
}

/** Whether a password may go to this host in clear: only if it doesn't leave the machine. */
export function isOwnMachine(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);
}

/** What of a mailbox has to fit together. */
export interface MailboxShape {
  from_email: string;
  smtp_host: string | null;
  smtp_security: Security | null;
  smtp_user: string | null;
  imap_host: string | null;
  imap_security: Security | null;
  imap_user: string | null;
  dkim_domain: string | null;
  dkim_selector: string | null;
  bounce_domain: string | null;
}

/** What does not fit in a mailbox, by field, as keys of the sentences. */
export function misfits(box: MailboxShape, hasDkimKey: boolean): Record<string, string> {
  const domain = emailDomain(box.from_email);
  const faults: Record<string, string> = {};
  if (box.smtp_security === "none" && box.smtp_user && !isOwnMachine(box.smtp_host ?? "")) {
    faults["smtp_security"] = "errors.mailbox.password_in_clear";
  }
  if (box.imap_host) {
    if (!box.imap_user) faults["imap_user"] = "errors.field.required";
    if (box.imap_security === "none" && !isOwnMachine(box.imap_host)) {
      faults["imap_security"] = "errors.mailbox.password_in_clear";
    }
  }
  const signs = [box.dkim_domain !== null, box.dkim_selector !== null, hasDkimKey];
  if (signs.some(Boolean) && !signs.every(Boolean)) faults["dkim_domain"] = "errors.mailbox.dkim_all";
  else if (box.dkim_domain && !isSameOrParent(box.dkim_domain, domain)) {
    faults["dkim_domain"] = "errors.mailbox.other_domain";
  }
  if (box.bounce_domain && !isSameOrParent(box.bounce_domain, domain)) {
    faults["bounce_domain"] = "errors.mailbox.other_domain";
  }
  return faults;
}
