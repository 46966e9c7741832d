import type { Db } from "../../platform/db.js";
import type { MessagePurpose, MessageState } from "./message.js";

/** The headers of a mail that come from its letter; links in them stand as placeholders. */
export interface MailHeaders {
  from_email?: string | null;
  from_name?: string | null;
  reply_to?: string | null;
  list_unsubscribe?: string | null;
  auto_submitted?: boolean;
}

/** A message as kept: one mail to one address, and how far it has come. */
export interface MessageRow {
  id: string;
  purpose: MessagePurpose;
  send_key: string;
  template: string;
  data: Record<string, unknown>;
  language: string;
  letter_id: string | null;
  organisation_id: string | null;
  contact_id: string | null;
  enrolment_id: string | null;
  step_id: string | null;
  to_email: string;
  to_name: string | null;
  address_hash: Buffer;
  message_id: string;
  headers: MailHeaders;
  state: MessageState;
  state_reason: string | null;
  due_at: Date;
  expires_at: Date;
  claim_token: string | null;
  lease_until: Date | null;
  attempts: number;
  subject: string | null;
  body_text: string | null;
  body_html: string | null;
  body_hash: Buffer | null;
  transport: "smtp" | "capture" | null;
  smtp_reply: string | null;
  sending_at: Date | null;
  finished_at: Date | null;
  created_by: string | null;
  created_at: Date;
  row_version: number;
  /** Null: the mailbox of the settings. */
  mailbox_id: string | null;
  held_reason: string | null;
  /** The reverse-path of the last attempt. */
  envelope_from: string | null;
  /** Message-IDs of the mails this one follows up, the last one first in `in_reply_to`. */
  in_reply_to: string | null;
  thread_references: string[];
  commit_number: string | null;
}

/** What a new message says of itself; the rest begins empty. */
export type NewMessage = Pick<
  MessageRow,
  | "id"
  | "purpose"
  | "send_key"
  | "template"
  | "data"
  | "language"
  | "letter_id"
  | "organisation_id"
  | "contact_id"
  | "enrolment_id"
  | "step_id"
  | "to_email"
  | "to_name"
  | "address_hash"
  | "message_id"
  | "state"
  | "state_reason"
  | "due_at"
  | "expires_at"
  | "created_by"
  | "created_at"
> &
  Partial<Pick<MessageRow, "mailbox_id" | "held_reason" | "in_reply_to" | "thread_references">>;

/** A change of state as it is kept beside the message. */
export interface MessageEventRow {
  id: string;
  message_id: string;
  at: Date;
  kind: string;
  detail: Record<string, unknown>;
}

/** Adds messages and returns the ids of those whose send key was new. */
export async function insertMessages(db: Db, rows: readonly NewMessage[]): Promise<string[]> {
  const added: string[] = [];
  for (let start = 0; start < rows.length; start += 500) {
    const batch = rows.slice(start, start + 500).map((row) => ({ ...row, data: JSON.stringify(row.data) }));
    const ids = (await db("messages").insert(batch).onConflict().ignore().returning("id")) as {
      id: string;
    }[];
    added.push(...ids.map((each) => each.id));
  }
  return added;
}

/** Adds changes of state; the table takes nothing back. */
export async function insertEvents(db: Db, rows: readonly MessageEventRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 1000) {
    const batch = rows.slice(start, start + 1000);
    await db("message_events").insert(batch.map((row) => ({ ...row, detail: JSON.stringify(row.detail) })));
  }
}

/** One message, held for the rest of the transaction. */
export async function lockMessage(db: Db, id: string): Promise<MessageRow | undefined> {
  return db<MessageRow>("messages").where({ id }).forUpdate().first();
}

/** A mailbox that is paused or archived: its queued messages wait. A message without a mailbox goes out of the settings' one. */
const MAILBOX_WAITS = `exists (select 1 from mailboxes b where (b.state = 'paused' or b.archived_at is not null)
  and (b.id = messages.mailbox_id or (messages.mailbox_id is null and b.kind = 'settings')))`;

/**
 * The step of the protocol that claims: due messages nobody holds get a token, a lease and one more attempt. While the
 * one switch is off, outreach is not among them.
 */
export async function claimDueMessages(
  db: Db,
  claim: { token: string; now: Date; leaseUntil: Date; limit: number; workerId: string | null },
): Promise<MessageRow[]> {
  const result = (await db.raw(
    `update messages set state = 'claimed', claim_token = ?, lease_until = ?, worker_id = ?, attempts = attempts + 1,
       row_version = row_version + 1
     where id in (select id from messages where state = 'queued' and held_reason is null and due_at <= ?
                    and not ${MAILBOX_WAITS}
                    and (purpose <> 'outreach' or not exists (select 1 from sending_control where stopped_at is not null))
                  order by due_at, id limit ? for update skip locked)
     returning *`,
    [claim.token, claim.leaseUntil, claim.workerId, claim.now, claim.limit],
  )) as { rows: MessageRow[] };
  return result.rows.sort((a, b) => a.due_at.getTime() - b.due_at.getTime() || (a.id < b.id ? -1 : 1));
}

/** What is stored of a mail at its commit point. */
export interface RenderedMessage {
  id: string;
  subject: string;
  body_text: string;
  body_html: string;
  /** Hex. */
  body_hash: string;
  headers: MailHeaders;
}

/** A rendered mail with the way it goes. */
export interface SendingMessage extends RenderedMessage {
  event_id: string;
  mailbox_id: string;
  envelope_from: string;
  transport: "smtp" | "capture";
}

/**
 * Stores what will be sent and sets `sending`, where id, token and state still match, each with its event in the same
 * statement; returns the ids that did, and the number of its commit point for each.
 */
export async function setSending(
  db: Db,
  mails: readonly SendingMessage[],
  fence: { token: string; now: Date; leaseUntil: Date },
): Promise<Map<string, number>> {
  if (mails.length === 0) return new Map();
  const result = (await db.raw(
    `with v as (
       select * from jsonb_to_recordset(?::jsonb) as v (id uuid, event_id uuid, subject text, body_text text,
         body_html text, body_hash text, headers jsonb, mailbox_id uuid, envelope_from text, transport text)
     ), changed as (
       update messages m set state = 'sending', state_reason = null, subject = v.subject, body_text = v.body_text,
         body_html = v.body_html, body_hash = decode(v.body_hash, 'hex'), headers = v.headers, transport = v.transport,
         mailbox_id = v.mailbox_id, envelope_from = v.envelope_from,
         sending_at = ?, lease_until = ?, commit_number = nextval('send_commits'),
         row_version = m.row_version + 1
       from v where m.id = v.id and m.claim_token = ? and m.state = 'claimed'
       returning m.id, m.commit_number, v.event_id
     ), noted as (
       insert into message_events (id, message_id, at, kind, detail)
       select event_id, id, ?, 'sending', jsonb_build_object('claim', ?::text) from changed
     )
     select id, commit_number from changed`,
    [JSON.stringify(mails), fence.now, fence.leaseUntil, fence.token, fence.now, fence.token],
  )) as { rows: { id: string; commit_number: number }[] };
  return new Map(result.rows.map((row) => [row.id, row.commit_number]));
}

/** A change of state, with what is known about it. */
export interface StateChange {
  id: string;
  state: MessageState;
  reason: string | null;
  /** The claim under which the change was found out; null for changes that need none. */
  token: string | null;
  reply?: string | null;
  dueAt?: Date;
  expiresAt?: Date;
  leaseUntil?: Date;
  /** Set: the message waits until it is let go on. */
  heldReason?: string;
  /** The attempt came to nothing before it began, and isn't counted. */
  uncounted?: boolean;
}

/** A message as it is after a change, without its bodies, and the state it had before. */
export type ChangedMessage = Omit<MessageRow, (typeof BODIES)[number]> & { state_before: MessageState };

const BODIES = ["body_text", "body_html", "body_hash", "headers"] as const;
const CHANGED = (
  "id purpose send_key template data language letter_id organisation_id contact_id enrolment_id step_id to_email " +
  "to_name address_hash message_id state state_reason due_at expires_at claim_token lease_until attempts subject " +
  "transport smtp_reply sending_at finished_at created_by created_at row_version mailbox_id held_reason envelope_from " +
  "in_reply_to thread_references commit_number"
)
  .split(" ")
  .map((column) => `m.${column}`)
  .join(", ");

/**
 * Changes states where the message is still in a state the change may follow on, and under the same claim where one
 * is named, each with its event in the same statement. Returns the rows that changed.
 */
export async function setStates(
  db: Db,
  changes: readonly (StateChange & { eventId: string })[],
  from: readonly MessageState[],
  now: Date,
): Promise<ChangedMessage[]> {
  if (changes.length === 0) return [];
  const values = changes.map((change) => ({
    id: change.id,
    event_id: change.eventId,
    state: change.state,
    reason: change.reason,
    token: change.token,
    reply: change.reply ?? null,
    due_at: change.dueAt ?? null,
    expires_at: change.expiresAt ?? null,
    lease_until: change.leaseUntil ?? null,
    held_reason: change.heldReason ?? null,
    uncounted: change.uncounted ?? false,
  }));
  const result = (await db.raw(
    `with v as (
       select * from jsonb_to_recordset(?::jsonb) as v (id uuid, event_id uuid, state text, reason text, token uuid,
         reply text, due_at timestamptz, expires_at timestamptz, lease_until timestamptz, held_reason text,
         uncounted boolean)
     ), changed as (
       update messages m set state = v.state, state_reason = v.reason, smtp_reply = coalesce(v.reply, m.smtp_reply),
         due_at = coalesce(v.due_at, m.due_at), expires_at = coalesce(v.expires_at, m.expires_at),
         lease_until = coalesce(v.lease_until, m.lease_until), held_reason = v.held_reason,
         attempts = m.attempts - (v.uncounted and m.attempts > 0)::int,
         finished_at = case when v.state in ('sent', 'failed', 'cancelled', 'suppressed', 'expired')
                            then ?::timestamptz end,
         row_version = m.row_version + 1
       from v join messages before on before.id = v.id
       where m.id = v.id and (v.token is null or m.claim_token = v.token)
         and m.state = any (?::text[]) and m.state <> v.state
       returning ${CHANGED}, before.state as state_before, v.event_id, v.reply
     ), noted as (
       insert into message_events (id, message_id, at, kind, detail)
       select event_id, id, ?, state, jsonb_strip_nulls(
         jsonb_build_object('reason', state_reason, 'claim', claim_token, 'reply',
           regexp_replace(reply, '[^[:space:]<>:;,"()]+@[^[:space:]<>:;,"()]+', '[address]', 'g'))) from changed
     )
     select * from changed`,
    [JSON.stringify(values), now, [...from], now],
  )) as { rows: ChangedMessage[] };
  return result.rows;
}

/** Ids of messages whose lease has run out in a state, oldest first, held so that two recoveries don't meet. */
export async function lockLapsed(
  db: Db,
  state: "claimed" | "sending",
  now: Date,
  limit: number,
): Promise<string[]> {
  return db("messages")
    .where({ state })
    .where("lease_until", "<=", now)
    .orderBy("lease_until")
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .pluck("id");
}

/** Ids of messages that some workers have claimed or begun to send, held so that two recoveries don't meet. */
export async function lockMessagesOfWorkers(
  db: Db,
  state: "claimed" | "sending",
  workerIds: readonly string[],
): Promise<string[]> {
  return db("messages")
    .where({ state })
    .whereIn("worker_id", [...workerIds])
    .forUpdate()
    .skipLocked()
    .pluck("id");
}

/**
 * Ids of messages that waited past their time, held so that no worker claims them meanwhile. A draft's time has not
 * begun, and outreach that the one switch holds up is not late.
 */
export async function lockExpired(db: Db, now: Date, limit: number): Promise<string[]> {
  return db("messages")
    .whereIn("state", ["approved", "queued", "blocked"])
    .whereNull("held_reason")
    .whereRaw(
      "(purpose <> 'outreach' or not exists (select 1 from sending_control where stopped_at is not null))",
    )
    .where("expires_at", "<=", now)
    .whereRaw(`not (state = 'queued' and ${MAILBOX_WAITS})`)
    .orderBy("expires_at")
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .pluck("id");
}

/** Ids of the messages of some steps in some states, but for one reason, held for the rest of the transaction. */
export async function lockMessagesOfSteps(
  db: Db,
  stepIds: readonly string[],
  states: readonly MessageState[],
  exceptReason = "",
): Promise<string[]> {
  return db("messages")
    .whereIn("step_id", [...stepIds])
    .whereIn("state", [...states])
    .whereRaw("state_reason is distinct from ?", [exceptReason])
    .forUpdate()
    .pluck("id");
}

/** Messages of some enrolments that have not begun to go out, held for the rest of the transaction. */
export async function lockMessagesOfEnrolments(
  db: Db,
  enrolmentIds: readonly string[],
): Promise<Pick<MessageRow, "id" | "enrolment_id" | "due_at" | "state">[]> {
  return db<MessageRow>("messages")
    .whereIn("enrolment_id", [...enrolmentIds])
    .whereIn("state", ["draft", "approved", "queued", "blocked"])
    .orderBy("id")
    .forUpdate()
    .select("id", "enrolment_id", "due_at", "state");
}

/** Keeps messages from becoming due, or lets them go on where the reason is null. */
export async function setHeld(db: Db, ids: readonly string[], reason: string | null): Promise<void> {
  await db("messages")
    .whereIn("id", [...ids])
    .whereIn("state", ["draft", "approved", "queued", "blocked"])
    .update({ held_reason: reason, row_version: db.raw("row_version + 1") });
}

/** Lets messages that were held go on, each at its new time. */
export async function setFreed(
  db: Db,
  mails: readonly { id: string; dueAt: Date; expiresAt: Date }[],
): Promise<void> {
  if (mails.length === 0) return;
  await db.raw(
    `update messages m set held_reason = null, due_at = v.due_at, expires_at = v.expires_at,
       row_version = m.row_version + 1
     from jsonb_to_recordset(?::jsonb) as v (id uuid, due_at timestamptz, expires_at timestamptz)
     where m.id = v.id and m.state in ('draft', 'approved', 'queued', 'blocked')`,
    [JSON.stringify(mails.map((mail) => ({ id: mail.id, due_at: mail.dueAt, expires_at: mail.expiresAt })))],
  );
}

/** Keeps the words that somebody gave one message in place of its template's. */
export async function setEdited(
  db: Db,
  id: string,
  edited: { subject: string; body: string },
): Promise<void> {
  await db("messages")
    .where({ id })
    .whereIn("state", ["draft", "queued"])
    .update({
      data: db.raw("data || jsonb_build_object('edited', ?::jsonb)", [JSON.stringify(edited)]),
      row_version: db.raw("row_version + 1"),
    });
}
