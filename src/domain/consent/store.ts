import type { Db } from "../../platform/db.js";
import type { SuppressionReason } from "./suppression.js";

/** A suppression as kept: the keyed hash of the address, so that it outlives the address itself. */
export interface SuppressionRow {
  id: string;
  address_hash: Buffer;
  letter_id: string | null;
  reason: SuppressionReason;
  source: string;
  created_at: Date;
}

/** Adds a suppression; false when the same address and scope has one already. */
export async function insertSuppression(db: Db, row: SuppressionRow): Promise<boolean> {
  const added = await db("suppressions").insert(row).onConflict().ignore().returning("id");
  return added.length > 0;
}

/** All suppressions of some addresses. */
export async function listSuppressionsOf(db: Db, hashes: readonly Buffer[]): Promise<SuppressionRow[]> {
  if (hashes.length === 0) return [];
  return db<SuppressionRow>("suppressions").whereIn("address_hash", [...hashes]);
}

/** Suppressions, newest first, from after the given one. */
export async function listSuppressions(
  db: Db,
  after: { createdAt: Date; id: string } | undefined,
  limit: number,
): Promise<SuppressionRow[]> {
  const query = db<SuppressionRow>("suppressions")
    .orderBy([
      { column: "created_at", order: "desc" },
      { column: "id", order: "desc" },
    ])
    .limit(limit);
  if (after) void query.whereRaw("(created_at, id) < (?, ?)", [after.createdAt, after.id]);
  return query;
}
