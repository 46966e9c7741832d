import type { Ctx } from "../../platform/context.js";
import type { CsvCell } from "../../platform/csv.js";
import type { Page } from "../../platform/schema.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { mayDo } from "../team/permission.js";
import { requirePermission } from "../team/service.js";
import { searchQuery } from "./commands.js";
import { searchEntries, type FoundEntry } from "./search-views.js";

/** Entries that fit what staff look for, newest first, a page at a time. Throws invalid for a search that is too long. */
export async function findEntries(ctx: Ctx, input: unknown): Promise<Page<FoundEntry>> {
  requirePermission(ctx, "signatures:read");
  return searchEntries(ctx, parse(searchQuery, input));
}

/** The columns of the list that staff take along. */
export const ENTRY_COLUMNS = [
  "id",
  "letter",
  "organisation",
  "display_name",
  "country",
  "sector",
  "kind",
  "visibility",
  "state",
  "signatory_name",
  "signatory_title",
  "signatory_email",
  "rejection_code",
  "door",
  "submitted_at",
  "published_at",
  "tags",
] as const;

/** Columns that hold persons: for those who may take them along. */
const PERSONAL: ReadonlySet<string> = new Set(["signatory_name", "signatory_title", "signatory_email"]);

/** A list to take along: its name carries the moment it was made. */
export interface TakenList {
  name: string;
  columns: readonly string[];
  rows: CsvCell[][];
}

const AT_MOST = 20_000;

/**
 * Takes along what a search shows, at most 20,000 entries, and notes that it was taken; without persons for those who
 * have no contacts:export.
 */
export async function exportEntries(ctx: Ctx, input: unknown): Promise<TakenList> {
  requirePermission(ctx, "signatures:read");
  const search = parse(searchQuery, input);
  const rows: CsvCell[][] = [];
  const persons = mayDo(ctx.actor, "contacts:export");
  const columns = ENTRY_COLUMNS.filter((column) => persons || !PERSONAL.has(column));
  for (let cursor: string | undefined; ;) {
    const { items, next } = await searchEntries(ctx, { ...search, cursor, limit: 200 });
    rows.push(...items.map((entry) => columns.map((column) => cellOf(entry[column]))));
    if (next === null || rows.length >= AT_MOST) break;
    cursor = next;
  }
  await record(ctx, { action: "list.exported", detail: { list: "entries", rows: rows.length } });
  const stamp = ctx.clock.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return { name: `signatures-${stamp}`, columns, rows };
}

function cellOf(value: FoundEntry[keyof FoundEntry]): CsvCell {
  return Array.isArray(value) ? value.join(" ") : value;
}
