import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import { textsOf, type TemplateText } from "./template-store.js";

/** A template of the library with its newest words. */
export interface TemplateLine {
  id: string;
  name: string;
  letter: string | null;
  version: number;
  texts: TemplateText[];
  /** How many sequences that are not stopped use it in their newest version. */
  usedBy: number;
  archived: boolean;
  createdBy: string | null;
  createdAt: Date;
  changedAt: Date;
  rowVersion: number;
}

const LINE = `m.id, m.name, l.slug as letter, v.number as version, ${textsOf("v.id")} as texts,
  (select count(distinct q.id)::int from steps p join template_versions w on w.id = p.template_version_id
     join sequences q on q.id = p.sequence_id
   where w.template_id = m.id and q.state <> 'stopped'
     and p.version = (select max(x.number) from sequence_versions x where x.sequence_id = q.id)) as "usedBy",
  m.archived_at is not null as archived, f.name as "createdBy", m.created_at as "createdAt",
  v.created_at as "changedAt", m.row_version as "rowVersion"`;

function lines(ctx: Ctx) {
  return ctx
    .db("templates as m")
    .joinRaw(
      `join lateral (select id, number, created_at from template_versions v where v.template_id = m.id
         order by number desc limit 1) v on true`,
    )
    .leftJoin("letters as l", "l.id", "m.letter_id")
    .leftJoin("staff as f", "f.id", "m.created_by")
    .where("m.library", true)
    .select(ctx.db.raw(LINE));
}

/** Templates of the library that are not archived, newest first; with a letter, those for it and those for all. */
export async function listTemplates(
  ctx: Ctx,
  filter: { letter?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<Page<TemplateLine>> {
  const query = lines(ctx)
    .whereNull("m.archived_at")
    .orderByRaw("m.created_at desc, m.id desc")
    .limit(filter.limit + 1);
  if (filter.letter) void query.whereRaw("(l.slug = ? or m.letter_id is null)", [filter.letter]);
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw("(m.created_at, m.id) < (?, ?)", [start.at, start.id]);
  const rows = (await query) as TemplateLine[];
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return { items, next: rows.length > filter.limit && last ? writeCursor(last.createdAt, last.id) : null };
}

/** A template of the library. */
export async function templateLine(ctx: Ctx, id: string): Promise<TemplateLine | undefined> {
  return (await lines(ctx).where("m.id", id).first()) as TemplateLine | undefined;
}
