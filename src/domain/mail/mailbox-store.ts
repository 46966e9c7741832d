import type { Db } from "../../platform/db.js";
import {
  HEALTH_WINDOW,
  type HealthCount,
  type MailboxKind,
  type MailboxState,
  type Security,
} from "./mailbox.js";

/** A mailbox as kept; passwords and the key are sealed. */
export interface MailboxRow {
  id: string;
  kind: MailboxKind;
  name: string;
  from_email: string;
  from_name: string | null;
  smtp_host: string | null;
  smtp_port: number | null;
  smtp_security: Security | null;
  smtp_user: string | null;
  smtp_password: Buffer | null;
  imap_host: string | null;
  imap_port: number | null;
  imap_security: Security | null;
  imap_user: string | null;
  imap_password: Buffer | null;
  imap_folder: string;
  dkim_domain: string | null;
  dkim_selector: string | null;
  dkim_key: Buffer | null;
  bounce_domain: string | null;
  foreign_envelope: boolean;
  cap_day: number | null;
  cap_minute: number | null;
  state: MailboxState;
  paused_reason: string | null;
  paused_at: Date | null;
  resumed_at: Date | null;
  created_by: string | null;
  created_at: Date;
  archived_at: Date | null;
  row_version: number;
}

/** What a new mailbox says of itself; the rest begins by default. */
export type NewMailbox = Pick<MailboxRow, "id" | "kind" | "name" | "from_email" | "created_at"> &
  Partial<MailboxRow>;

/** Adds a mailbox with an account. */
export async function insertMailbox(db: Db, row: NewMailbox): Promise<void> {
  await db("mailboxes").insert(row);
}

/** The mailbox of the settings, made when it is not there; two at the same time make one. */
export async function ensureSettingsRow(db: Db, row: NewMailbox): Promise<MailboxRow> {
  const known = await settingsRow(db);
  if (known) return known;
  await db("mailboxes").insert(row).onConflict(db.raw("(kind) where kind = 'settings'")).ignore();
  const made = await settingsRow(db);
  if (!made) throw new Error("the mailbox of the settings could not be made");
  return made;
}

async function settingsRow(db: Db): Promise<MailboxRow | undefined> {
  return db<MailboxRow>("mailboxes").where({ kind: "settings" }).first();
}

/** One mailbox, held for the rest of the transaction. */
export async function lockMailbox(db: Db, id: string): Promise<MailboxRow | undefined> {
  return db<MailboxRow>("mailboxes").where({ id }).forUpdate().first();
}

/** Some mailboxes by their ids. */
export async function mailboxesById(db: Db, ids: readonly string[]): Promise<MailboxRow[]> {
  return db<MailboxRow>("mailboxes").whereIn("id", [...ids]);
}

/** Changes a mailbox and returns it as it is then. */
export async function updateMailbox(db: Db, id: string, change: Partial<MailboxRow>): Promise<MailboxRow> {
  const [row] = await db<MailboxRow>("mailboxes")
    .where({ id })
    .update({ ...change, row_version: db.raw("row_version + 1") as never })
    .returning("*");
  if (!row) throw new Error("the mailbox is gone");
  return row;
}

/** A refusal for our own standing, as kept. */
export interface FaultRow {
  id: string;
  mailbox_id: string;
  message_id: string | null;
  at: Date;
  source: "reply" | "report";
  detail: string | null;
}

/** Adds refusals; the second one about a message is left away. */
export async function insertFaults(db: Db, rows: readonly FaultRow[]): Promise<void> {
  if (rows.length > 0) await db("mailbox_faults").insert(rows).onConflict("message_id").ignore();
}

/**
 * The last outreach mails of a mailbox since it was resumed, and how many of them were refused for our own standing.
 * A refusal whose message nobody knows counts while it is no older than these mails.
 */
export async function countHealth(db: Db, mailboxId: string): Promise<HealthCount> {
  const result = (await db.raw(
    `with last as (
       select m.id, m.sending_at from messages m join mailboxes b on b.id = m.mailbox_id
       where m.mailbox_id = ? and m.purpose = 'outreach' and m.sending_at is not null
         and (b.resumed_at is null or m.sending_at > b.resumed_at)
       order by m.sending_at desc limit ?
     )
     select (select count(*) from last)::int as mails,
       (select count(*) from mailbox_faults f join mailboxes b on b.id = f.mailbox_id
        where f.mailbox_id = ? and (b.resumed_at is null or f.at > b.resumed_at)
          and case when f.message_id is null then f.at >= (select min(sending_at) from last)
                   else f.message_id in (select id from last) end)::int as faults`,
    [mailboxId, HEALTH_WINDOW, mailboxId],
  )) as { rows: HealthCount[] };
  return result.rows[0] ?? { mails: 0, faults: 0 };
}

/** Gives mails that waited for their mailbox the time they would have had. Returns how many. */
export async function postponeWaiting(
  db: Db,
  mailbox: Pick<MailboxRow, "id" | "kind">,
  now: Date,
): Promise<number> {
  return db("messages")
    .where({ state: "queued" })
    .where("due_at", "<", now)
    .where((own) => {
      void own.where({ mailbox_id: mailbox.id });
      if (mailbox.kind === "settings") void own.orWhereNull("mailbox_id");
    })
    .update({ due_at: now, expires_at: db.raw("?::timestamptz + (expires_at - due_at)", [now]) });
}

/** How many mails have not begun to go out of a mailbox. */
export async function countWaiting(db: Db, mailboxId: string): Promise<number> {
  const row = (await db("messages")
    .where({ mailbox_id: mailboxId })
    .whereIn("state", ["draft", "approved", "queued", "claimed", "blocked"])
    .count("* as n")
    .first()) as { n: string } | undefined;
  return Number(row?.n ?? 0);
}
