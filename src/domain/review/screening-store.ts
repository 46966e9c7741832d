import type { Db } from "../../platform/db.js";
import type { Hint } from "./hint.js";
import type { ScreeningRule } from "./screening.js";

/** A line of the lists as kept. */
export interface ScreeningRow extends ScreeningRule {
  id: string;
  note: string;
  created_by: string | null;
  created_at: Date;
}

/** All lines, newest first. */
export async function listRules(db: Db): Promise<ScreeningRow[]> {
  return db<ScreeningRow>("screening_rules").orderBy("created_at", "desc").orderBy("id", "desc");
}

/** Adds a line; false when there is one for the same thing. */
export async function insertRule(db: Db, row: ScreeningRow): Promise<boolean> {
  return (
    (await db("screening_rules").insert(row).onConflict(["kind", "pattern"]).ignore().returning("id"))
      .length > 0
  );
}

/** Takes a line away; the line, or undefined where there is none. */
export async function deleteRule(db: Db, id: string): Promise<ScreeningRow | undefined> {
  const [row] = (await db("screening_rules").where({ id }).delete().returning("*")) as ScreeningRow[];
  return row;
}

/** Notes what was found about entries, once each. Returns the ids that are new. */
export async function insertScreened(
  db: Db,
  rows: readonly { signature_id: string; hints: Hint[]; looked_at: Date }[],
): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const added = (await db("screened_entries")
    .insert([...rows])
    .onConflict("signature_id")
    .ignore()
    .returning("signature_id")) as { signature_id: string }[];
  return new Set(added.map((row) => row.signature_id));
}

/** Erases where entries came from that were sent in before a moment; at most 5,000 at a time. Returns how many. */
export async function wipeNetworks(db: Db, before: Date): Promise<number> {
  return db("signatures")
    .whereIn(
      "id",
      db("signatures")
        .whereNotNull("network_hash")
        .where("submitted_at", "<", before)
        .limit(5000)
        .select("id"),
    )
    .update({ network_hash: null });
}
