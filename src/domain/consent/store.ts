import type { Db } from "../../platform/db.js";
import type { FirstContact } from "./first-contact.js";
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

/** Adds a suppression; false when the same address and scope has one already from the same side, the person's or ours. */
export async function insertSuppression(db: Db, row: SuppressionRow): Promise<boolean> {
  const added = await db("suppressions").insert(row).onConflict().ignore().returning("id");
  return added.length > 0;
}

/** One suppression, held for the rest of the transaction. */
export async function lockSuppression(db: Db, id: string): Promise<SuppressionRow | undefined> {
  return db<SuppressionRow>("suppressions").where({ id }).forUpdate().first();
}

/** One suppression. */
export async function findSuppression(db: Db, id: string): Promise<SuppressionRow | undefined> {
  return db<SuppressionRow>("suppressions").where({ id }).first();
}

/** Takes suppressions away by id. */
export async function deleteSuppressions(db: Db, ids: readonly string[]): Promise<void> {
  await db("suppressions")
    .whereIn("id", [...ids])
    .delete();
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

/** A country's rule as staff set it. */
export interface PolicyRow {
  country: string;
  first_contact: FirstContact;
  first_contact_person: FirstContact;
  why: string;
  source: string;
  changed_by: string | null;
  changed_at: Date;
}

/** Puts a rule in place of the one that was there. */
export async function putPolicy(db: Db, row: PolicyRow): Promise<void> {
  await db("country_policies")
    .insert(row)
    .onConflict("country")
    .merge({ ...row, row_version: db.raw("country_policies.row_version + 1") });
}

/** Takes a rule away; false when there was none. */
export async function deletePolicy(db: Db, country: string): Promise<boolean> {
  return (await db("country_policies").where({ country }).delete()) > 0;
}
