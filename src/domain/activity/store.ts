import type { Db } from "../../platform/db.js";

/** One act, as it is kept; ids only, so that nothing here has to be erased with a person. */
export interface ActivityRow {
  id: string;
  at: Date;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  action: string;
  letter_id: string | null;
  organisation_id: string | null;
  contact_id: string | null;
  subject_id: string | null;
  detail: Record<string, unknown>;
}

/** Adds acts; the table takes nothing back. */
export async function insertActivity(db: Db, rows: ActivityRow[]): Promise<void> {
  const kept = rows.map((row) => ({ ...row, detail: JSON.stringify(row.detail) }));
  for (let start = 0; start < kept.length; start += 500) {
    await db("activity").insert(kept.slice(start, start + 500));
  }
}
