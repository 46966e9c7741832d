import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import type { DeclineCode } from "./decline-reason.js";
import type { DeclineRow } from "./store.js";

/** A decline as lists and the dossier show it. Its words are private: for staff only. */
export interface DeclineLine extends DeclineRow {
  letterSlug: string;
  organisationName: string;
  contactName: string | null;
  recordedByName: string | null;
  /** Whether it is the organisation's answer today. */
  standing: boolean;
}

interface Row extends DeclineRow {
  letter_slug: string;
  organisation_name: string;
  contact_name: string | null;
  recorded_by_name: string | null;
}

function rows(ctx: Ctx) {
  return ctx
    .db("declines as d")
    .join("letters as l", "l.id", "d.letter_id")
    .join("organisations as o", "o.id", "d.organisation_id")
    .leftJoin("contacts as c", "c.id", "d.contact_id")
    .leftJoin("staff as p", "p.id", "d.recorded_by")
    .select("d.*", "l.slug as letter_slug", "o.name as organisation_name", "c.name as contact_name")
    .select("p.name as recorded_by_name", ctx.db.raw("to_char(d.revisit_on, 'YYYY-MM-DD') as revisit_on"))
    .orderBy("d.created_at", "desc")
    .orderBy("d.id", "desc");
}

function toLine({
  letter_slug,
  organisation_name,
  contact_name,
  recorded_by_name,
  ...row
}: Row): DeclineLine {
  return {
    ...row,
    letterSlug: letter_slug,
    organisationName: organisation_name,
    contactName: contact_name,
    recordedByName: recorded_by_name,
    standing: row.superseded_at === null,
  };
}

/** All declines of an organisation, newest first, for its dossier. */
export async function declinesOf(ctx: Ctx, organisationId: string): Promise<DeclineLine[]> {
  const found = (await rows(ctx).where("d.organisation_id", organisationId).limit(100)) as Row[];
  return found.map(toLine);
}

/** The standing decline of an organisation under a letter, if any. */
export async function standingDeclineOf(
  ctx: Ctx,
  letterId: string,
  organisationId: string,
): Promise<DeclineLine | undefined> {
  const row = (await rows(ctx)
    .where({ "d.letter_id": letterId, "d.organisation_id": organisationId })
    .whereNull("d.superseded_at")
    .first()) as Row | undefined;
  return row && toLine(row);
}

/** Which declines to list. */
export interface DeclineFilter {
  letter?: string | undefined;
  reason?: DeclineCode | undefined;
  organisationId?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Declines, newest first, a page at a time. The caller checks who may see them. */
export async function listDeclines(ctx: Ctx, filter: DeclineFilter): Promise<Page<DeclineLine>> {
  const query = rows(ctx).limit(filter.limit + 1);
  if (filter.letter) void query.where("l.slug", filter.letter);
  if (filter.reason) void query.where("d.reason_code", filter.reason);
  if (filter.organisationId) void query.where("d.organisation_id", filter.organisationId);
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw("(d.created_at, d.id) < (?, ?)", [start.at, start.id]);
  const found = (await query) as Row[];
  const items = found.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map(toLine),
    next: found.length > filter.limit && last ? writeCursor(last.created_at, last.id) : null,
  };
}

/** Standing declines whose day to look again has come, the longest due first. */
export async function revisitsDue(ctx: Ctx, limit = 20): Promise<DeclineLine[]> {
  const today = ctx.clock.now().toISOString().slice(0, 10);
  const found = (await rows(ctx)
    .clearOrder()
    .whereNull("d.superseded_at")
    .where("d.revisit_on", "<=", today)
    .orderBy("d.revisit_on")
    .orderBy("d.id")
    .limit(limit)) as Row[];
  return found.map(toLine);
}

/** An organisation and the letters it may decline, for the form by which staff records a decline. */
export interface DeclinePlace {
  organisation: { id: string; name: string };
  letters: { slug: string; title: string }[];
  contacts: { id: string; name: string }[];
}

/** What the form for a decline heard on the phone offers; undefined for an unknown organisation. */
export async function declinePlace(ctx: Ctx, organisationId: string): Promise<DeclinePlace | undefined> {
  const organisation = (await ctx.db("organisations").where({ id: organisationId }).first("id", "name")) as
    { id: string; name: string } | undefined;
  if (!organisation) return undefined;
  const letters = (await ctx
    .db("letters as l")
    .join("letter_versions as v", "v.letter_id", "l.id")
    .join("letter_translations as t", (join) => {
      join.on("t.version_id", "v.id").andOn("t.language", "l.default_language");
    })
    .whereIn("l.state", ["gathering", "open", "paused", "closed"])
    .distinctOn("l.created_at", "l.id")
    .orderBy([
      { column: "l.created_at", order: "desc" },
      { column: "l.id" },
      { column: "v.number", order: "desc" },
    ])
    .select("l.slug", "t.title")) as { slug: string; title: string }[];
  const contacts = (await ctx
    .db("contacts")
    .where({ organisation_id: organisationId })
    .orderBy("name")
    .limit(50)
    .select("id", ctx.db.raw("coalesce(name, email, '–') as name"))) as { id: string; name: string }[];
  return { organisation, letters, contacts };
}
