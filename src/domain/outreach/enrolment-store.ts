import type { Db } from "../../platform/db.js";
import type { EnrolmentRow, NewEnrolment } from "./store.js";

/** A batch that waits for a second person, or waited. */
export interface BatchRow {
  id: string;
  sequence_id: string;
  state: "waiting" | "approved" | "dropped";
  enrolled: number;
  left_out: number;
  created_by: string | null;
  by_script: boolean;
  created_at: Date;
  decided_by: string | null;
  decided_at: Date | null;
}

/** Adds enrolments in a sequence; those whose contact goes through one already are left away. Returns the ids added. */
export async function insertSequenceEnrolments(db: Db, rows: readonly NewEnrolment[]): Promise<Set<string>> {
  const added = new Set<string>();
  for (let start = 0; start < rows.length; start += 500) {
    const ids = (await db("enrolments")
      .insert(rows.slice(start, start + 500))
      .onConflict(db.raw("(contact_id) where kind = 'sequence' and state <> 'finished'"))
      .ignore()
      .returning("id")) as { id: string }[];
    for (const { id } of ids) added.add(id);
  }
  return added;
}

/** Adds a batch. */
export async function insertBatch(db: Db, row: BatchRow): Promise<void> {
  await db("enrolment_batches").insert(row);
}

/** How many were enrolled in a sequence since a time on the word of one person, whoever that was each time. */
export async function enrolledAlone(db: Db, sequenceId: string, since: Date): Promise<number> {
  const row = (await db("enrolment_batches")
    .where({ sequence_id: sequenceId, state: "approved", decided_by: null })
    .where("created_at", ">", since)
    .sum("enrolled as n")
    .first()) as { n: string | null } | undefined;
  return Number(row?.n ?? 0);
}

/** A batch, held for the rest of the transaction. */
export async function lockBatch(db: Db, id: string): Promise<BatchRow | undefined> {
  return db<BatchRow>("enrolment_batches").where({ id }).forUpdate().first();
}

/** Says how many a batch enrolled, or what became of it. */
export async function setBatch(
  db: Db,
  id: string,
  change: Partial<Pick<BatchRow, "state" | "enrolled" | "left_out" | "decided_by" | "decided_at">>,
): Promise<void> {
  await db("enrolment_batches").where({ id }).update(change);
}

/** The version of the sequence that the waiting ones of a batch go through; undefined when none waits. */
export async function versionOfWaiting(db: Db, batchId: string): Promise<number | undefined> {
  const row = await db<EnrolmentRow>("enrolments")
    .where({ batch_id: batchId, state: "pending" })
    .first("version");
  return row?.version;
}

/** The enrolments of a batch that wait, held for the rest of the transaction. */
export async function lockWaiting(db: Db, batchId: string): Promise<EnrolmentRow[]> {
  return db<EnrolmentRow>("enrolments")
    .where({ batch_id: batchId, state: "pending" })
    .orderBy("id")
    .forUpdate();
}
