/** The mailbox of the settings, and what is needed to talk to the servers of a mailbox: its secrets, opened. */
import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { readMailbox } from "../../platform/mailer.js";
import type { MailAccount } from "../../platform/mailers.js";
import { SETTINGS_LIMITS, isOwnMachine, type Security } from "./mailbox.js";
import { ensureSettingsRow, mailboxesById, updateMailbox, type MailboxRow } from "./mailbox-store.js";
import type { ReturnPath } from "./verp.js";

/** What of a mailbox is sealed. */
export type SecretColumn = "smtp_password" | "imap_password" | "dkim_key";

/** Seals a secret so that it opens in its own place only. */
export function sealSecret(ctx: Ctx, mailboxId: string, column: SecretColumn, text: string): Buffer {
  return ctx.keys.encrypt(text, `mailbox:${mailboxId}:${column}`);
}

function openSecret(ctx: Ctx, row: MailboxRow, column: SecretColumn): string | null {
  const sealed = row[column];
  return sealed ? ctx.keys.decrypt(sealed, `mailbox:${row.id}:${column}`) : null;
}

/**
 * The mailbox that the settings describe, as a row: made when it is first asked for, and following MAIL_FROM and
 * BOUNCE_DOMAIN. Its limits and its standing are kept. Its envelope sender carries an id only where somebody can read
 * what comes back, since not every server takes `name+id@…`.
 */
export async function settingsMailbox(ctx: Ctx): Promise<MailboxRow> {
  const { mailFrom, bounceDomain, imapUrl } = ctx.settings;
  const from = readMailbox(mailFrom);
  const wanted = { from_email: from.address, from_name: from.name, bounce_domain: bounceDomain ?? null };
  const envelope = { foreign_envelope: bounceDomain !== undefined || imapUrl !== undefined };
  const row = await ensureSettingsRow(ctx.db, {
    id: newId(ctx.clock),
    kind: "settings",
    name: "Mailbox of the settings",
    ...wanted,
    ...envelope,
    cap_day: SETTINGS_LIMITS.day,
    cap_minute: SETTINGS_LIMITS.minute,
    created_at: ctx.clock.now(),
  });
  const isSame = row.from_email === wanted.from_email && row.bounce_domain === wanted.bounce_domain;
  if (isSame && row.from_name === wanted.from_name) return row;
  return updateMailbox(ctx.db, row.id, isSame ? wanted : { ...wanted, ...envelope });
}

/** The mailboxes with some ids, as they are now. */
export async function mailboxesNow(ctx: Ctx, ids: readonly string[]): Promise<Map<string, MailboxRow>> {
  const rows = await mailboxesById(ctx.db, [...new Set(ids)]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** What a mailer needs of a mailbox with an account; undefined for the one of the settings. */
export function mailAccount(ctx: Ctx, row: MailboxRow): MailAccount | undefined {
  if (row.kind === "settings" || !row.smtp_host || !row.smtp_port || !row.smtp_security) return undefined;
  const key = openSecret(ctx, row, "dkim_key");
  return {
    id: row.id,
    version: row.row_version,
    smtp: {
      host: row.smtp_host,
      port: row.smtp_port,
      security: row.smtp_security,
      user: row.smtp_user,
      password: openSecret(ctx, row, "smtp_password"),
    },
    dkim:
      key && row.dkim_domain && row.dkim_selector
        ? { domain: row.dkim_domain, selector: row.dkim_selector, privateKey: key }
        : undefined,
  };
}

/** Where the mail to a mailbox is read. */
export interface ImapAccount {
  host: string;
  port: number;
  security: Security;
  user: string;
  password: string;
  folder: string;
}

/** The IMAP account of a mailbox: of its row, or for the one of the settings of IMAP_URL; undefined where none is set. */
export function imapAccount(ctx: Ctx, row: MailboxRow): ImapAccount | undefined {
  if (row.kind === "settings") return ctx.settings.imapUrl ? readImapUrl(ctx.settings.imapUrl) : undefined;
  if (!row.imap_host || !row.imap_port || !row.imap_security || !row.imap_user) return undefined;
  return {
    host: row.imap_host,
    port: row.imap_port,
    security: row.imap_security,
    user: row.imap_user,
    password: openSecret(ctx, row, "imap_password") ?? "",
    folder: row.imap_folder,
  };
}

/** `imaps://` is TLS from the first byte (993); `imap://` insists on STARTTLS (143) unless it stays on this machine. */
function readImapUrl(text: string): ImapAccount {
  const url = new URL(text);
  const isTls = url.protocol === "imaps:";
  const folder = decodeURIComponent(url.pathname.replace(/^\//, ""));
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (isTls ? 993 : 143) : Number(url.port),
    security: isTls ? "tls" : isOwnMachine(url.hostname) ? "none" : "starttls",
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    folder: folder === "" ? "INBOX" : folder,
  };
}

/** What the envelope sender of a mailbox may be. */
export function returnPathOf(row: MailboxRow): ReturnPath {
  return {
    fromEmail: row.from_email,
    bounceDomain: row.bounce_domain,
    foreignEnvelope: row.foreign_envelope,
  };
}
