import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import type { TaskKind } from "./task.js";

/** A task as a list shows it. */
export interface TaskLine {
  id: string;
  kind: TaskKind;
  letterSlug: string | null;
  organisationId: string | null;
  organisationName: string | null;
  contactId: string | null;
  contactName: string | null;
  subjectId: string | null;
  detail: Record<string, unknown>;
  dueAt: Date;
  createdAt: Date;
  doneAt: Date | null;
  late: boolean;
}

interface Row {
  id: string;
  kind: TaskKind;
  letter_slug: string | null;
  organisation_id: string | null;
  organisation_name: string | null;
  contact_id: string | null;
  contact_name: string | null;
  subject_id: string | null;
  detail: Record<string, unknown>;
  due_at: Date;
  created_at: Date;
  done_at: Date | null;
}

function lines(ctx: Ctx) {
  return ctx
    .db("tasks as t")
    .leftJoin("letters as l", "l.id", "t.letter_id")
    .leftJoin("organisations as o", "o.id", "t.organisation_id")
    .leftJoin("contacts as c", "c.id", "t.contact_id")
    .select("t.*", "l.slug as letter_slug", "o.name as organisation_name", "c.name as contact_name");
}

function toLine(row: Row, at: Date): TaskLine {
  return {
    id: row.id,
    kind: row.kind,
    letterSlug: row.letter_slug,
    organisationId: row.organisation_id,
    organisationName: row.organisation_name,
    contactId: row.contact_id,
    contactName: row.contact_name,
    subjectId: row.subject_id,
    detail: row.detail,
    dueAt: row.due_at,
    createdAt: row.created_at,
    doneAt: row.done_at,
    late: row.done_at === null && row.due_at.getTime() < at.getTime(),
  };
}

/** Which open tasks: all, or those of a letter (by slug) or organisation. */
export interface TaskFilter {
  letter?: string | undefined;
  organisationId?: string | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

/** Open tasks, the one due first on top, a page at a time. The caller checks who may see them. */
export async function openTasks(ctx: Ctx, filter: TaskFilter = {}): Promise<Page<TaskLine>> {
  const limit = filter.limit ?? 50;
  const query = lines(ctx)
    .whereNull("t.done_at")
    .orderBy("t.due_at")
    .orderBy("t.id")
    .limit(limit + 1);
  if (filter.letter) void query.where("l.slug", filter.letter);
  if (filter.organisationId) void query.where("t.organisation_id", filter.organisationId);
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw("(t.due_at, t.id) > (?, ?)", [start.at, start.id]);
  const rows = (await query) as Row[];
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map((row) => toLine(row, ctx.clock.now())),
    next: rows.length > limit && last ? writeCursor(last.due_at, last.id) : null,
  };
}

/** How many tasks are open, and how many of them are late. */
export async function countOpenTasks(ctx: Ctx): Promise<{ open: number; late: number }> {
  const row = (await ctx
    .db("tasks")
    .whereNull("done_at")
    .select(
      ctx.db.raw("count(*)::int as open"),
      ctx.db.raw("(count(*) filter (where due_at < ?))::int as late", [ctx.clock.now()]),
    )
    .first()) as { open: number; late: number } | undefined;
  return row ?? { open: 0, late: 0 };
}

/** All tasks about an organisation, open ones first, for its dossier. */
export async function tasksOf(ctx: Ctx, organisationId: string): Promise<TaskLine[]> {
  const rows = (await lines(ctx)
    .where("t.organisation_id", organisationId)
    .orderByRaw("t.done_at is not null, t.due_at desc, t.id desc")
    .limit(50)) as Row[];
  return rows.map((row) => toLine(row, ctx.clock.now()));
}
