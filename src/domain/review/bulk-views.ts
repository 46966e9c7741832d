import type { Ctx } from "../../platform/context.js";
import type { BulkFilter, BulkState } from "./bulk.js";
import { meant } from "./bulk-store.js";

/** What a filter would take off: how many by state, and the first of them. */
export interface BulkCount {
  total: number;
  byState: { state: string; count: number }[];
  sample: { id: string; displayName: string; letter: string; state: string; submittedAt: Date }[];
}

/** Counts before anything is done; changes nothing. */
export async function countMeant(ctx: Ctx, filter: BulkFilter, network: string | null): Promise<BulkCount> {
  const byState = (await meant(ctx.db, filter, network)
    .groupBy("s.state")
    .orderBy("s.state")
    .select("s.state")
    .select(ctx.db.raw("count(*)::int as count"))) as BulkCount["byState"];
  const sample = (await meant(ctx.db, filter, network)
    .join("letters as l", "l.id", "s.letter_id")
    .orderBy("s.submitted_at", "desc")
    .limit(20)
    .select("s.id", "s.display_name as displayName", "l.slug as letter", "s.state")
    .select("s.submitted_at as submittedAt")) as BulkCount["sample"];
  return { total: byState.reduce((sum, { count }) => sum + count, 0), byState, sample };
}

/** A bulk invalidation as lists and its page show it. */
export interface BulkLine {
  id: string;
  summary: string;
  filter: BulkFilter;
  tell_signatories: boolean;
  state: BulkState;
  created_by: string | null;
  started_by: string | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  row_version: number;
  author: string | null;
  /** Entries written down when it was started, and what became of them. */
  items: number;
  invalidated: number;
  discarded: number;
  rejected: number;
  skipped: number;
  restored: number;
  left: number;
}

function lines(ctx: Ctx) {
  const tally = ctx
    .db("bulk_invalidation_items")
    .groupBy("bulk_id")
    .select("bulk_id")
    .select(ctx.db.raw("count(*)::int as items"))
    .select(
      ["invalidated", "discarded", "rejected", "skipped"].map((outcome) =>
        ctx.db.raw(`(count(*) filter (where outcome = '${outcome}'))::int as ${outcome}`),
      ),
    )
    .select(ctx.db.raw("(count(*) filter (where undo_outcome = 'restored'))::int as restored"))
    .select(ctx.db.raw("(count(*) filter (where undo_outcome = 'left'))::int as \"left\""))
    .as("t");
  return ctx
    .db("bulk_invalidations as b")
    .leftJoin("staff as p", "p.id", "b.created_by")
    .leftJoin(tally, "t.bulk_id", "b.id")
    .orderBy("b.created_at", "desc")
    .select<BulkLine[]>("b.*", "p.name as author")
    .select(
      ["items", "invalidated", "discarded", "rejected", "skipped", "restored", "left"].map((name) =>
        ctx.db.raw("coalesce(t.??, 0) as ??", [name, name]),
      ),
    );
}

/** The newest bulk invalidations. */
export async function listBulks(ctx: Ctx, limit = 50): Promise<BulkLine[]> {
  return lines(ctx).limit(limit);
}

/** One by its id. */
export async function bulkDetail(ctx: Ctx, id: string): Promise<BulkLine | undefined> {
  const found: BulkLine[] = await lines(ctx).where("b.id", id);
  return found[0];
}

/** What became of the entries of one that was not as expected: skipped, or left when it was undone. */
export async function oddItems(
  ctx: Ctx,
  id: string,
): Promise<{ id: string; displayName: string; reason: string; undo: boolean }[]> {
  return ctx
    .db("bulk_invalidation_items as i")
    .join("signatures as s", "s.id", "i.signature_id")
    .where("i.bulk_id", id)
    .whereRaw("(i.outcome = 'skipped' or i.undo_outcome = 'left')")
    .orderBy("s.display_name")
    .limit(50)
    .select("s.id", "s.display_name as displayName")
    .select(ctx.db.raw("coalesce(i.undo_reason, i.outcome_reason, '') as reason"))
    .select(ctx.db.raw("i.undo_outcome is not null as undo"));
}

/** The active staff of some roles. */
export async function activeStaff(ctx: Ctx, roles: readonly string[]): Promise<string[]> {
  return ctx
    .db("staff")
    .where({ active: true })
    .whereIn("role", [...roles])
    .pluck("id");
}
