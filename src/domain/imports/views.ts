import type { Ctx } from "../../platform/context.js";
import type { Page } from "../../platform/schema.js";
import type { Verdict } from "./row.js";
import type { ImportLineRow, ImportRow } from "./store.js";

/** An import in a list, with its letter and who made it. */
export interface ImportLine extends ImportRow {
  letter_slug: string | null;
  created_by_name: string | null;
}

function lines(ctx: Ctx) {
  return ctx
    .db("imports as i")
    .leftJoin("letters as l", "l.id", "i.letter_id")
    .leftJoin("staff as s", "s.id", "i.created_by")
    .select("i.*", "l.slug as letter_slug", "s.name as created_by_name");
}

/** A row of an import with its verdict. */
export type ImportRowLine = ImportLineRow;

/** Imports, newest first, a page at a time. The caller checks who may see them. */
export async function listImports(
  ctx: Ctx,
  filter: { cursor?: string | undefined; limit: number },
): Promise<Page<ImportLine>> {
  const query = lines(ctx)
    .whereNot("i.state", "reading")
    .orderBy("i.id", "desc")
    .limit(filter.limit + 1);
  if (filter.cursor && /^[0-9a-f-]{36}$/.test(filter.cursor)) void query.where("i.id", "<", filter.cursor);
  const rows = (await query) as ImportLine[];
  const items = rows.slice(0, filter.limit);
  return { items, next: rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null };
}

/** One import, or nothing. */
export async function findImportLine(ctx: Ctx, id: string): Promise<ImportLine | undefined> {
  return (await lines(ctx).where("i.id", id).first()) as ImportLine | undefined;
}

/** The rows of an import in the order of the file, a page at a time. */
export async function listImportRows(
  ctx: Ctx,
  importId: string,
  filter: { verdict?: Verdict | undefined; cursor?: string | undefined; limit: number },
): Promise<Page<ImportLineRow>> {
  const query = ctx
    .db<ImportLineRow>("import_rows")
    .where({ import_id: importId })
    .orderBy("row_number")
    .limit(filter.limit + 1);
  if (filter.verdict) void query.where({ verdict: filter.verdict });
  const after = Number(filter.cursor ?? "0");
  if (Number.isInteger(after) && after > 0 && after < 2_000_000_000)
    void query.where("row_number", ">", after);
  const rows = await query;
  const items = rows.slice(0, filter.limit);
  return { items, next: rows.length > filter.limit ? String(items.at(-1)?.row_number ?? "") : null };
}
