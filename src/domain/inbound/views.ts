import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import type { MailClass } from "../classification/classification.js";
import type { Heap } from "./commands.js";
import type { MatchKind } from "./match.js";
import { openRaw } from "./raw-mail.js";
import type { DoneStep, Understood } from "./inbound-mail.js";

/** A mail that came in, as a list shows it. */
export interface InboundLine {
  id: string;
  class: MailClass;
  subject: string;
  fromName: string | null;
  fromEmail: string | null;
  /** The beginning of what is new in it. */
  beginning: string;
  organisationId: string | null;
  organisationName: string | null;
  contactId: string | null;
  contactName: string | null;
  messageId: string | null;
  letterSlug: string | null;
  matchKind: MatchKind | null;
  receivedAt: Date;
  handledAt: Date | null;
}

/** A mail with everything that is known of it. */
export interface InboundDetail extends InboundLine {
  mailboxId: string | null;
  mailboxName: string | null;
  size: number;
  cut: boolean;
  internetId: string | null;
  replyTo: string | null;
  sentAt: Date | null;
  headers: { name: string; value: string }[];
  bodyText: string;
  replyText: string;
  understood: Understood;
  actions: DoneStep[];
  handledBy: string | null;
  letterId: string | null;
  messageSubject: string | null;
  messageTo: string | null;
}

const LINE = [
  "i.id",
  "i.class",
  "i.subject",
  "i.from_name as fromName",
  "i.from_email as fromEmail",
  "i.organisation_id as organisationId",
  "o.name as organisationName",
  "i.contact_id as contactId",
  "c.name as contactName",
  "i.message_id as messageId",
  "l.slug as letterSlug",
  "i.match_kind as matchKind",
  "i.received_at as receivedAt",
  "i.handled_at as handledAt",
];

const BEGINNING = "left(regexp_replace(i.reply_text, '\\s+', ' ', 'g'), 200) as beginning";

function lines(ctx: Ctx) {
  return ctx
    .db("inbound_mails as i")
    .leftJoin("organisations as o", "o.id", "i.organisation_id")
    .leftJoin("contacts as c", "c.id", "i.contact_id")
    .leftJoin("letters as l", "l.id", "i.letter_id")
    .select(...LINE, ctx.db.raw(BEGINNING));
}

const REPLIES: readonly MailClass[] = ["human_reply", "unsubscribe_request", "complaint"];
const AUTOMATIC: readonly MailClass[] = ["auto_reply", "challenge_response"];

type Query = ReturnType<typeof lines>;

const NARROW: Record<Heap, (query: Query) => unknown> = {
  reading: (query) => query.whereNull("i.handled_at"),
  unmatched: (query) => query.whereNull("i.match_kind").whereNull("i.handled_at"),
  replies: (query) => query.whereIn("i.class", REPLIES),
  automatic: (query) => query.whereIn("i.class", AUTOMATIC),
  reports: (query) => query.whereNotIn("i.class", [...REPLIES, ...AUTOMATIC, "unclassified"]),
  all: (query) => query,
};

/** Incoming mails of a heap, a page at a time: those to be read oldest first, all others newest first. */
export async function listInbound(
  ctx: Ctx,
  filter: { heap: Heap; class?: MailClass | undefined; cursor?: string | undefined; limit: number },
): Promise<Page<InboundLine>> {
  const isQueue = filter.heap === "reading" || filter.heap === "unmatched";
  const order = isQueue ? "asc" : "desc";
  const query = lines(ctx)
    .orderBy([
      { column: "i.received_at", order },
      { column: "i.id", order },
    ])
    .limit(filter.limit + 1);
  NARROW[filter.heap](query);
  if (filter.class) void query.where("i.class", filter.class);
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw(`(i.received_at, i.id) ${isQueue ? ">" : "<"} (?, ?)`, [start.at, start.id]);
  const rows = (await query) as InboundLine[];
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items,
    next: rows.length > filter.limit && last ? writeCursor(last.receivedAt, last.id) : null,
  };
}

/** How many mails lie in each heap that somebody has to look at. */
export async function countOpenInbound(ctx: Ctx): Promise<{ reading: number; unmatched: number }> {
  const row = (await ctx
    .db("inbound_mails")
    .whereNull("handled_at")
    .select(
      ctx.db.raw("count(*)::int as reading"),
      ctx.db.raw("(count(*) filter (where match_kind is null))::int as unmatched"),
    )
    .first()) as { reading: number; unmatched: number } | undefined;
  return row ?? { reading: 0, unmatched: 0 };
}

/** Persons' replies nobody has read yet, oldest first: those about a letter, and those about none in particular. */
export async function repliesToRead(
  ctx: Ctx,
  letterId: string,
  limit: number,
): Promise<{ items: InboundLine[]; total: number }> {
  const query = lines(ctx)
    .whereNull("i.handled_at")
    .whereIn("i.class", [...REPLIES, "challenge_response"])
    .whereRaw("(i.letter_id = ? or i.letter_id is null)", [letterId])
    .orderBy([{ column: "i.received_at" }, { column: "i.id" }])
    .limit(limit)
    .select(ctx.db.raw("(count(*) over ())::int as total"));
  const rows = (await query) as (InboundLine & { total: number })[];
  return { items: rows, total: rows[0]?.total ?? 0 };
}

/** What came in from or about an organisation, newest first. */
export async function inboundOf(ctx: Ctx, organisationId: string, limit = 50): Promise<InboundLine[]> {
  return (await lines(ctx)
    .where("i.organisation_id", organisationId)
    .orderBy([
      { column: "i.received_at", order: "desc" },
      { column: "i.id", order: "desc" },
    ])
    .limit(limit)) as InboundLine[];
}

/** One mail with everything; undefined for an unknown id. */
export async function inboundDetail(ctx: Ctx, id: string): Promise<InboundDetail | undefined> {
  return (await lines(ctx)
    .leftJoin("messages as m", "m.id", "i.message_id")
    .leftJoin("mailboxes as b", "b.id", "i.mailbox_id")
    .leftJoin("staff as f", "f.id", "i.handled_by")
    .where("i.id", id)
    .select(
      "i.mailbox_id as mailboxId",
      "b.name as mailboxName",
      "i.size",
      "i.cut",
      "i.internet_id as internetId",
      "i.reply_to as replyTo",
      "i.sent_at as sentAt",
      "i.headers",
      "i.body_text as bodyText",
      "i.reply_text as replyText",
      "i.understood",
      "i.actions",
      "f.name as handledBy",
      "i.letter_id as letterId",
      "m.subject as messageSubject",
      "m.to_email as messageTo",
    )
    .first()) as InboundDetail | undefined;
}

/** The raw mail as it came; undefined once it has been dropped. */
export async function rawInbound(ctx: Ctx, id: string): Promise<Buffer | undefined> {
  const row = (await ctx.db("inbound_mails").where({ id }).first("raw")) as
    { raw: Buffer | null } | undefined;
  return row?.raw ? openRaw(ctx, id, row.raw) : undefined;
}

/** Answers that were written to a mail, oldest first. */
export async function answersTo(
  ctx: Ctx,
  inboundId: string,
): Promise<{ id: string; state: string; createdAt: Date; by: string | null; body: string }[]> {
  return ctx
    .db("messages as m")
    .leftJoin("staff as f", "f.id", "m.created_by")
    .where({ "m.purpose": "transactional", "m.template": "answer" })
    .whereRaw("m.send_key like ?", [`answer:${inboundId}:%`])
    .orderBy("m.created_at")
    .select(
      "m.id",
      "m.state",
      "m.created_at as createdAt",
      "f.name as by",
      ctx.db.raw("m.data->>'body' as body"),
    );
}
