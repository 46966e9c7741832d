import type { Db } from "../../platform/db.js";

/** Parked entries of which nobody was told, oldest first, at most 200 at a time. */
export async function listUntold(db: Db): Promise<string[]> {
  return db("signatures")
    .where({ state: "parked" })
    .whereNull("second_told_at")
    .orderBy("confirmed_at")
    .limit(200)
    .pluck("id");
}

/** When the owner of a standing entry was last told of a second one. */
export async function lastTold(db: Db, id: string): Promise<Date | null> {
  const row = (await db("signatures").where({ id }).first("second_told_at")) as
    { second_told_at: Date | null } | undefined;
  return row?.second_told_at ?? null;
}

/** Notes that somebody was told; that is no change of the entry. */
export async function setTold(db: Db, id: string, at: Date): Promise<void> {
  await db("signatures").where({ id }).update({ second_told_at: at });
}
