import type { Db } from "../../platform/db.js";
import type { CandidateFilter } from "./views.js";

/** What a segment chooses by. */
export type SegmentFilter = Omit<CandidateFilter, "contactIds">;

/** A kept filter of contacts. */
export interface SegmentRow {
  id: string;
  name: string;
  filter: SegmentFilter;
  created_by: string | null;
  created_at: Date;
  archived_at: Date | null;
  row_version: number;
}

/** Adds a segment. */
export async function insertSegment(
  db: Db,
  row: Omit<SegmentRow, "archived_at" | "row_version">,
): Promise<void> {
  await db("segments").insert({ ...row, filter: JSON.stringify(row.filter) });
}

/** A segment. */
export async function findSegment(db: Db, id: string): Promise<SegmentRow | undefined> {
  return db<SegmentRow>("segments").where({ id }).first();
}

/** A segment, held for the rest of the transaction. */
export async function lockSegment(db: Db, id: string): Promise<SegmentRow | undefined> {
  return db<SegmentRow>("segments").where({ id }).forUpdate().first();
}

/** Changes a segment. */
export async function setSegment(
  db: Db,
  id: string,
  change: Partial<Pick<SegmentRow, "name" | "filter" | "archived_at">>,
): Promise<void> {
  const { filter, ...rest } = change;
  await db("segments")
    .where({ id })
    .update({
      ...rest,
      ...(filter ? { filter: JSON.stringify(filter) } : {}),
      row_version: db.raw("row_version + 1"),
    });
}

/** Segments in use, by name. */
export async function listSegments(db: Db): Promise<SegmentRow[]> {
  return db<SegmentRow>("segments").whereNull("archived_at").orderByRaw("lower(name), id").limit(500);
}
