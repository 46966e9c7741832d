import type { Db } from "../../platform/db.js";
import type { HoldScope, LiveHold } from "./hold.js";

/** A hold as kept. */
export interface HoldRow {
  id: string;
  scope: HoldScope;
  subject_id: string;
  reason: string | null;
  until: Date | null;
  created_by: string | null;
  created_at: Date;
  ended_by: string | null;
  ended_at: Date | null;
}

/** Adds a hold; false when one lies on the same thing already. */
export async function insertHold(db: Db, row: HoldRow): Promise<boolean> {
  const added = await db("outreach_holds")
    .insert(row)
    .onConflict(db.raw("(scope, subject_id) where ended_at is null"))
    .ignore()
    .returning("id");
  return added.length > 0;
}

/** The hold that lies on something, held for the rest of the transaction. */
export async function lockLiveHold(
  db: Db,
  scope: HoldScope,
  subjectId: string,
): Promise<HoldRow | undefined> {
  return db<HoldRow>("outreach_holds")
    .where({ scope, subject_id: subjectId })
    .whereNull("ended_at")
    .forUpdate()
    .first();
}

/** Changes why, or until when, a hold lasts. */
export async function setHold(db: Db, id: string, change: Pick<HoldRow, "reason" | "until">): Promise<void> {
  await db("outreach_holds").where({ id }).update(change);
}

/** Ends a hold. */
export async function endHold(db: Db, id: string, at: Date, by: string | null): Promise<void> {
  await db("outreach_holds").where({ id }).whereNull("ended_at").update({ ended_at: at, ended_by: by });
}

/** Holds that lie on any of some things at a time; one past its date no longer does. */
export async function liveHolds(db: Db, subjectIds: readonly string[], at: Date): Promise<LiveHold[]> {
  if (subjectIds.length === 0) return [];
  return db("outreach_holds")
    .whereIn("subject_id", [...new Set(subjectIds)])
    .whereNull("ended_at")
    .where((query) => void query.whereNull("until").orWhere("until", ">", at))
    .select("scope", "subject_id as subjectId");
}

/** Holds past their date that have not been ended yet. */
export async function listDueHolds(db: Db, at: Date, limit: number): Promise<HoldRow[]> {
  return db<HoldRow>("outreach_holds")
    .whereNull("ended_at")
    .where("until", "<=", at)
    .orderBy("until")
    .limit(limit);
}
