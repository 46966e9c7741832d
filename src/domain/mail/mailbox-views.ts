import { DAY, MINUTE } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import { dkimRecord } from "../../platform/dkim-key.js";
import { isUuid } from "../../platform/ids.js";
import { mailAccount } from "./mailbox-account-service.js";
import { HEALTH_WINDOW, healthOf, type MailboxKind, type MailboxState, type Security } from "./mailbox.js";
import { mailboxesById } from "./mailbox-store.js";

/** A mailbox as lists and pages show it: no secret is among it, only whether there is one. */
export interface MailboxLine {
  id: string;
  kind: MailboxKind;
  name: string;
  fromEmail: string;
  fromName: string | null;
  smtpHost: string | null;
  smtpPort: number | null;
  smtpSecurity: Security | null;
  smtpUser: string | null;
  hasSmtpPassword: boolean;
  imapHost: string | null;
  imapPort: number | null;
  imapSecurity: Security | null;
  imapUser: string | null;
  hasImapPassword: boolean;
  imapFolder: string;
  dkimDomain: string | null;
  dkimSelector: string | null;
  bounceDomain: string | null;
  foreignEnvelope: boolean;
  capDay: number | null;
  capMinute: number | null;
  state: MailboxState;
  pausedReason: string | null;
  pausedAt: Date | null;
  createdAt: Date;
  rowVersion: number;
  /** Outreach mails past their commit point in the last 24 hours and 60 seconds. */
  sentDay: number;
  sentMinute: number;
  /** Mails that are queued. */
  waiting: number;
  /** The last outreach mails since it was resumed, at most 50, and how many were refused for our own standing. */
  mails: number;
  faults: number;
  health: "good" | "warning" | "bad";
}

const COLUMNS = `b.id, b.kind, b.name, b.from_email as "fromEmail", b.from_name as "fromName", b.smtp_host as "smtpHost",
  b.smtp_port as "smtpPort", b.smtp_security as "smtpSecurity", b.smtp_user as "smtpUser",
  b.smtp_password is not null as "hasSmtpPassword", b.imap_host as "imapHost", b.imap_port as "imapPort",
  b.imap_security as "imapSecurity", b.imap_user as "imapUser", b.imap_password is not null as "hasImapPassword",
  b.imap_folder as "imapFolder", b.dkim_domain as "dkimDomain", b.dkim_selector as "dkimSelector",
  b.bounce_domain as "bounceDomain", b.foreign_envelope as "foreignEnvelope", b.cap_day as "capDay",
  b.cap_minute as "capMinute", b.state, b.paused_reason as "pausedReason", b.paused_at as "pausedAt",
  b.created_at as "createdAt", b.row_version as "rowVersion"`;

/** The mailboxes in use, the one of the settings first. The caller checks who may see them. */
export async function listMailboxes(ctx: Ctx): Promise<MailboxLine[]> {
  return lines(ctx, null);
}

/** One mailbox in use; undefined for an unknown one. The caller checks who may see it. */
export async function findMailbox(ctx: Ctx, id: string): Promise<MailboxLine | undefined> {
  return isUuid(id) ? (await lines(ctx, id))[0] : undefined;
}

async function lines(ctx: Ctx, id: string | null): Promise<MailboxLine[]> {
  const now = ctx.clock.now().getTime();
  const result = (await ctx.db.raw(
    `select ${COLUMNS}, sent.day as "sentDay", sent.minute as "sentMinute", waits.n as waiting, health.mails, health.faults
     from mailboxes b
     cross join lateral (
       select count(*)::int as day, (count(*) filter (where m.sending_at > ?))::int as minute from messages m
       where m.mailbox_id = b.id and m.purpose = 'outreach' and m.sending_at > ?) sent
     cross join lateral (
       select count(*)::int as n from messages m where m.state = 'queued'
         and (m.mailbox_id = b.id or (m.mailbox_id is null and b.kind = 'settings'))) waits
     cross join lateral (
       select count(*)::int as mails, (count(*) filter (where f.id is not null))::int
         + (select count(*)::int from mailbox_faults g where g.mailbox_id = b.id and g.message_id is null
              and g.at >= min(last.sending_at) and (b.resumed_at is null or g.at > b.resumed_at)) as faults
       from (select m.id, m.sending_at from messages m where m.mailbox_id = b.id and m.purpose = 'outreach'
               and m.sending_at is not null and (b.resumed_at is null or m.sending_at > b.resumed_at)
             order by m.sending_at desc limit ?) last
       left join mailbox_faults f on f.message_id = last.id and f.mailbox_id = b.id
         and (b.resumed_at is null or f.at > b.resumed_at)) health
     where b.archived_at is null and (?::uuid is null or b.id = ?)
     order by b.kind desc, b.created_at, b.id`,
    [new Date(now - MINUTE), new Date(now - DAY), HEALTH_WINDOW, id, id],
  )) as { rows: Omit<MailboxLine, "health">[] };
  return result.rows.map((row) => ({ ...row, health: healthOf(row) }));
}

/** A mailbox that stands still, for the first page of the console. */
export interface PausedMailbox {
  id: string;
  name: string;
  pausedReason: string;
  pausedAt: Date;
}

/** The mailboxes that are paused, the longest first. The caller checks who may see them. */
export async function pausedMailboxes(ctx: Ctx): Promise<PausedMailbox[]> {
  return ctx
    .db("mailboxes")
    .where({ state: "paused" })
    .whereNull("archived_at")
    .orderBy(["paused_at", "id"])
    .select("id", "name", "paused_reason as pausedReason", "paused_at as pausedAt");
}

/** A record that the DNS of the sender's domain needs for a mailbox. */
export interface DnsRecord {
  name: string;
  type: "TXT" | "MX";
  value: string;
}

/** The public half of a mailbox's key, as the DNS has to show it; undefined for a mailbox that signs with none. */
export async function dkimRecordOf(ctx: Ctx, id: string): Promise<DnsRecord | undefined> {
  const [row] = await mailboxesById(ctx.db, [id]);
  const key = row && mailAccount(ctx, row)?.dkim;
  if (!key) return undefined;
  return {
    name: `${key.selector}._domainkey.${key.domain}`,
    type: "TXT",
    value: dkimRecord(key.privateKey),
  };
}
