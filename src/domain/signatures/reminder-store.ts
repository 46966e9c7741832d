import type { Db } from "../../platform/db.js";
import { STUCK_STATES, type StuckState } from "./reminder.js";

/** An entry that waits for its own people, since when, and how often they were reminded of it. */
export interface WaitingRow {
  since: Date;
  reminded: number;
  reminded_at: Date | null;
}

/** Signatures that wait for their own people and that it is time to look at, at most `limit`. */
export async function listWaitingIds(db: Db, at: Date, limit: number): Promise<string[]> {
  return db("signatures")
    .whereIn("state", [...STUCK_STATES])
    .whereRaw("(look_again_at is null or look_again_at <= ?)", [at])
    .orderByRaw("look_again_at nulls first")
    .limit(limit)
    .pluck("id");
}

/** Since when a signature is in its state, and what reminders went out since. */
export async function findWaiting(db: Db, id: string, stage: StuckState): Promise<WaitingRow | undefined> {
  const row = (await db("signature_history as h")
    .where({ "h.signature_id": id, "h.to_state": stage })
    .select(db.raw("max(h.at) as since"))
    .first()) as { since: Date | null } | undefined;
  if (!row?.since) return undefined;
  const sent = (await db("signature_reminders")
    .where({ signature_id: id, stage, since: row.since })
    .select(db.raw("count(*)::int as reminded, max(at) as reminded_at"))
    .first()) as { reminded: number; reminded_at: Date | null };
  return { since: row.since, ...sent };
}

/** Notes that a reminder went out. */
export async function insertReminder(
  db: Db,
  row: { id: string; signature_id: string; stage: StuckState; since: Date; number: number; at: Date },
): Promise<void> {
  await db("signature_reminders").insert(row);
}

/** Says when a signature is looked at again; that is no change of the signature. */
export async function setLookAgain(db: Db, id: string, at: Date): Promise<void> {
  await db("signatures").where({ id }).update({ look_again_at: at });
}
