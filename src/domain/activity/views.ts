import type { Ctx } from "../../platform/context.js";
import type { Page } from "../../platform/schema.js";

/** A line of the audit page or of a timeline. */
export interface ActivityLine {
  id: string;
  at: Date;
  actorKind: string;
  actorName: string | null;
  action: string;
  letterId: string | null;
  letterSlug: string | null;
  organisationId: string | null;
  organisationName: string | null;
  subjectId: string | null;
  detail: Record<string, unknown>;
}

/** What to list: everything, or what happened to one organisation or letter; newest first. */
export interface ActivityFilter {
  organisationId?: string | undefined;
  letterId?: string | undefined;
  /** The `next` of the page before. */
  cursor?: string | undefined;
  limit: number;
}

interface Row {
  id: string;
  at: Date;
  actor_kind: string;
  actor_name: string | null;
  action: string;
  letter_id: string | null;
  letter_slug: string | null;
  organisation_id: string | null;
  organisation_name: string | null;
  subject_id: string | null;
  detail: Record<string, unknown>;
}

/** Acts, newest first, a page at a time. The caller checks who may see them. */
export async function listActivity(ctx: Ctx, filter: ActivityFilter): Promise<Page<ActivityLine>> {
  const query = ctx
    .db("activity as a")
    .leftJoin("letters as l", "l.id", "a.letter_id")
    .leftJoin("organisations as o", "o.id", "a.organisation_id")
    .select("a.*", "l.slug as letter_slug", "o.name as organisation_name")
    .orderBy([
      { column: "a.at", order: "desc" },
      { column: "a.id", order: "desc" },
    ])
    .limit(filter.limit + 1);
  if (filter.organisationId) void query.where("a.organisation_id", filter.organisationId);
  if (filter.letterId) void query.where("a.letter_id", filter.letterId);
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw("(a.at, a.id) < (?, ?)", [start.at, start.id]);
  const rows = (await query) as Row[];
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map(toLine),
    next: rows.length > filter.limit && last ? `${last.at.toISOString()}_${last.id}` : null,
  };
}

function toLine(row: Row): ActivityLine {
  return {
    id: row.id,
    at: row.at,
    actorKind: row.actor_kind,
    actorName: row.actor_name,
    action: row.action,
    letterId: row.letter_id,
    letterSlug: row.letter_slug,
    organisationId: row.organisation_id,
    organisationName: row.organisation_name,
    subjectId: row.subject_id,
    detail: row.detail,
  };
}

function readCursor(cursor: string | undefined): { at: Date; id: string } | undefined {
  const [time, id] = cursor?.split("_") ?? [];
  if (!time || !id) return undefined;
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? undefined : { at, id };
}
