import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import type { HeardEvent } from "./heard-event.js";
import type { MessagePurpose, MessageState } from "./message.js";

/** In whose name a mail about a letter goes out. */
export interface Sponsor {
  name: string;
  address: string;
  email: string;
}

/** The sponsors of some letters, by letter id. */
export async function sponsorsOf(ctx: Ctx, letterIds: readonly string[]): Promise<Map<string, Sponsor>> {
  if (letterIds.length === 0) return new Map();
  const rows: { id: string; sponsor_name: string; sponsor_address: string; sponsor_email: string }[] =
    await ctx
      .db("letters")
      .whereIn("id", [...letterIds])
      .select("id", "sponsor_name", "sponsor_address", "sponsor_email");
  return new Map(
    rows.map((row) => [
      row.id,
      { name: row.sponsor_name, address: row.sponsor_address, email: row.sponsor_email },
    ]),
  );
}

/** A message as a list shows it. */
export interface MessageLine {
  id: string;
  state: MessageState;
  reason: string | null;
  purpose: MessagePurpose;
  subject: string;
  toEmail: string;
  toName: string | null;
  letterId: string | null;
  organisationId: string | null;
  organisationName: string | null;
  contactId: string | null;
  letterSlug: string | null;
  /** The mailing or the sequence it belongs to. */
  mailingId: string | null;
  mailingKind: "one_off" | "sequence" | null;
  /** Why it waits for somebody, or for a day, although it is due. */
  heldReason: string | null;
  transport: "smtp" | "capture" | null;
  attempts: number;
  dueAt: Date;
  createdAt: Date;
  sendingAt: Date | null;
  finishedAt: Date | null;
}

/** What to list; newest first. */
export interface MessageFilter {
  state?: MessageState | undefined;
  letter?: string | undefined;
  mailingId?: string | undefined;
  organisationId?: string | undefined;
  /** Only mails that were kept instead of sent. */
  captured?: boolean | undefined;
  cursor?: string | undefined;
  limit: number;
}

const LINE = [
  "m.id",
  "m.state",
  "m.state_reason as reason",
  "m.purpose",
  "m.to_email as toEmail",
  "m.to_name as toName",
  "m.letter_id as letterId",
  "m.organisation_id as organisationId",
  "o.name as organisationName",
  "m.contact_id as contactId",
  "l.slug as letterSlug",
  "p.sequence_id as mailingId",
  "q.kind as mailingKind",
  "m.held_reason as heldReason",
  "m.transport",
  "m.attempts",
  "m.due_at as dueAt",
  "m.created_at as createdAt",
  "m.sending_at as sendingAt",
  "m.finished_at as finishedAt",
];

function joined(ctx: Ctx) {
  return ctx
    .db("messages as m")
    .leftJoin("organisations as o", "o.id", "m.organisation_id")
    .leftJoin("letters as l", "l.id", "m.letter_id")
    .leftJoin("steps as p", "p.id", "m.step_id")
    .leftJoin("sequences as q", "q.id", "p.sequence_id")
    .joinRaw(
      `left join lateral (select t.subject from template_texts t where t.version_id = p.template_version_id
         order by t.language = m.language desc, t.language limit 1) w on true`,
    )
    .select(...LINE)
    .select(ctx.db.raw("coalesce(m.subject, m.data->>'subject', w.subject, m.template) as subject"));
}

/** Messages, newest first, a page at a time. The caller checks who may see them. */
export async function listMessages(ctx: Ctx, filter: MessageFilter): Promise<Page<MessageLine>> {
  const query = joined(ctx)
    .orderBy([
      { column: "m.created_at", order: "desc" },
      { column: "m.id", order: "desc" },
    ])
    .limit(filter.limit + 1);
  if (filter.state) void query.where("m.state", filter.state);
  if (filter.letter) void query.where("l.slug", filter.letter);
  if (filter.mailingId) void query.where("p.sequence_id", filter.mailingId);
  if (filter.organisationId) void query.where("m.organisation_id", filter.organisationId);
  if (filter.captured) void query.where("m.transport", "capture").whereNotNull("m.sending_at");
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw("(m.created_at, m.id) < (?, ?)", [start.at, start.id]);
  const rows = (await query) as MessageLine[];
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items,
    next: rows.length > filter.limit && last ? writeCursor(last.createdAt, last.id) : null,
  };
}

/** A message with what was stored of it and what happened to it. */
export interface MessageDetail extends MessageLine {
  messageId: string;
  template: string;
  data: Record<string, unknown>;
  language: string;
  headers: {
    from_email?: string | null;
    from_name?: string | null;
    reply_to?: string | null;
    list_unsubscribe?: string | null;
    auto_submitted?: boolean;
  };
  bodyText: string | null;
  bodyHtml: string | null;
  smtpReply: string | null;
  /** The reverse-path of the last attempt. */
  envelopeFrom: string | null;
  leaseUntil: Date | null;
  events: { at: Date; kind: MessageState | HeardEvent; detail: Record<string, unknown> }[];
}

/** One message with everything about it; undefined for an unknown id. The caller checks who may see it. */
export async function messageDetail(ctx: Ctx, id: string): Promise<MessageDetail | undefined> {
  const row = (await joined(ctx)
    .where("m.id", id)
    .select(
      "m.message_id as messageId",
      "m.template",
      "m.data",
      "m.language",
      "m.headers",
      "m.body_text as bodyText",
      "m.body_html as bodyHtml",
      "m.smtp_reply as smtpReply",
      "m.envelope_from as envelopeFrom",
      "m.lease_until as leaseUntil",
    )
    .first()) as Omit<MessageDetail, "events"> | undefined;
  if (!row) return undefined;
  const events = (await ctx
    .db("message_events")
    .where({ message_id: id })
    .orderBy("place")
    .select("at", "kind", "detail")) as MessageDetail["events"];
  return { ...row, events };
}

/** How many messages stand in each state, of one mailing or of all. */
export async function countMessages(ctx: Ctx, mailingId?: string): Promise<Map<MessageState, number>> {
  const query = ctx.db("messages as m").groupBy("m.state").select("m.state").count("* as n");
  if (mailingId) {
    void query.join("steps as p", "p.id", "m.step_id").where("p.sequence_id", mailingId);
  }
  const rows = (await query) as { state: MessageState; n: number }[];
  return new Map(rows.map((row) => [row.state, row.n]));
}

/** The name of the staff member who armed the database; null for the command line, and for one that armed itself. */
export async function armerName(ctx: Ctx, staffId: string | null): Promise<string | null> {
  if (staffId === null) return null;
  const row = await ctx.db("staff").where({ id: staffId }).first<{ name: string } | undefined>("name");
  return row?.name ?? null;
}
