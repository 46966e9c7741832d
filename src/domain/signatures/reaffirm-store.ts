import type { Db } from "../../platform/db.js";

/** One asking of a signatory for a version, as kept. */
export interface ReaffirmationRow {
  signature_id: string;
  version_id: string;
  asked_at: Date;
  reminders: number;
  reaffirmed_at: Date | null;
}

/** An entry that a version of its letter asks for a new yes. */
export interface ToAsk {
  id: string;
  organisation_id: string;
  version_id: string;
}

const LATER = `
  select s.id, s.organisation_id, v.id as version_id
    from signatures s
    join letters l on l.id = s.letter_id and l.state in ('approved', 'gathering', 'open', 'paused', 'closed')
    join letter_versions own on own.id = s.version_id
    join lateral (select id, number from letter_versions where letter_id = s.letter_id and material order by number desc limit 1) v
      on v.number > own.number
   where s.state in ('accepted', 'published', 'held', 'standing', 'needs_reaffirmation')`;

/** Accepted entries pinned to a version before the newest material one that were not asked for it, oldest first. */
export async function listToAsk(db: Db, limit: number): Promise<ToAsk[]> {
  const { rows } = await db.raw<{ rows: ToAsk[] }>(
    `${LATER} and not exists (select from reaffirmations r where r.signature_id = s.id and r.version_id = v.id)
      order by s.id limit :limit`,
    { limit },
  );
  return rows;
}

/** Entries that were asked and are silent, due for a reminder: the first at `firstBefore`, the second at `secondBefore`. */
export async function listToRemind(
  db: Db,
  { firstBefore, secondBefore, limit }: { firstBefore: Date; secondBefore: Date; limit: number },
): Promise<ToAsk[]> {
  const { rows } = await db.raw<{ rows: ToAsk[] }>(
    `${LATER} and s.state = 'needs_reaffirmation' and exists (
       select from reaffirmations r where r.signature_id = s.id and r.version_id = v.id and r.reaffirmed_at is null
          and ((r.reminders = 0 and r.asked_at <= :firstBefore) or (r.reminders = 1 and r.asked_at <= :secondBefore)))
      order by s.id limit :limit`,
    { firstBefore, secondBefore, limit },
  );
  return rows;
}

/** Notes that a signatory was asked for a version; false when that was noted before. */
export async function insertAsking(db: Db, row: ReaffirmationRow): Promise<boolean> {
  const added = await db<ReaffirmationRow>("reaffirmations")
    .insert(row)
    .onConflict()
    .ignore()
    .returning("version_id");
  return added.length > 0;
}

/** Counts a reminder. Returns which one it was. */
export async function countReminder(db: Db, signatureId: string, versionId: string): Promise<number> {
  const rows = await db<ReaffirmationRow>("reaffirmations")
    .where({ signature_id: signatureId, version_id: versionId })
    .where("reminders", "<", 2)
    .increment("reminders", 1)
    .returning("reminders");
  return rows[0]?.reminders ?? 0;
}

/** Notes the new yes on every asking of a signature. */
export async function setReaffirmed(db: Db, signatureId: string, at: Date): Promise<void> {
  await db<ReaffirmationRow>("reaffirmations")
    .where({ signature_id: signatureId })
    .whereNull("reaffirmed_at")
    .update({ reaffirmed_at: at });
}
