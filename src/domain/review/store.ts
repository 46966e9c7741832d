import type { Db } from "../../platform/db.js";

/** A claim as kept. */
export interface ClaimRow {
  signature_id: string;
  holder_id: string;
  holder_name: string;
  taken_at: Date;
}

/** The claim on an entry, held until the transaction ends. */
export async function lockClaim(db: Db, signatureId: string): Promise<ClaimRow | undefined> {
  return db<ClaimRow>("review_claims").where({ signature_id: signatureId }).forUpdate().first();
}

/** Takes an entry; one statement, so that of two who take it at once only one does. False when somebody else has it. */
export async function putClaim(db: Db, row: ClaimRow, lapsedBefore: Date, over: boolean): Promise<boolean> {
  const query = db("review_claims").insert(row).onConflict("signature_id").merge();
  if (!over) {
    void query.whereRaw("(review_claims.taken_at <= ? or review_claims.holder_id = ?)", [
      lapsedBefore,
      row.holder_id,
    ]);
  }
  return (await query.returning("signature_id")).length > 0;
}

/** Lets an entry go; of anybody, or of one holder. */
export async function deleteClaim(db: Db, signatureId: string, holderId?: string): Promise<void> {
  const query = db("review_claims").where({ signature_id: signatureId });
  if (holderId) void query.where({ holder_id: holderId });
  await query.delete();
}

/** A question to a signatory as kept. */
export interface RequestRow {
  id: string;
  signature_id: string;
  question: string;
  asked_by: string | null;
  asked_at: Date;
  answer: string | null;
  answered_at: Date | null;
}

/** Keeps a question. */
export async function insertRequest(db: Db, row: RequestRow): Promise<void> {
  await db("information_requests").insert(row);
}

/** The newest question about an entry, held until the transaction ends. */
export async function lockNewestRequest(db: Db, signatureId: string): Promise<RequestRow | undefined> {
  return db<RequestRow>("information_requests")
    .where({ signature_id: signatureId })
    .orderBy("asked_at", "desc")
    .orderBy("id", "desc")
    .forUpdate()
    .first();
}

/** The questions about an entry, oldest first. */
export async function listRequests(db: Db, signatureId: string): Promise<RequestRow[]> {
  return db<RequestRow>("information_requests").where({ signature_id: signatureId }).orderBy("asked_at");
}

/** Keeps the answer to a question. */
export async function setAnswered(db: Db, id: string, answer: string, at: Date): Promise<void> {
  await db("information_requests").where({ id }).update({ answer, answered_at: at });
}

/** A note of staff on an entry. */
export interface NoteRow {
  signature_id: string;
  note: string;
  tags: string[];
  changed_by: string | null;
  changed_at: Date;
  row_version: number;
}

/** The note on an entry. */
export async function findNote(db: Db, signatureId: string): Promise<NoteRow | undefined> {
  return db<NoteRow>("review_notes").where({ signature_id: signatureId }).first();
}

/** Writes the note on an entry; false when somebody changed it since `row_version` (0: there was none). */
export async function putNote(db: Db, row: NoteRow): Promise<boolean> {
  if (row.row_version === 0) {
    const added = await db("review_notes")
      .insert({ ...row, row_version: 1 })
      .onConflict("signature_id")
      .ignore()
      .returning("signature_id");
    return added.length > 0;
  }
  const changed = await db("review_notes")
    .where({ signature_id: row.signature_id, row_version: row.row_version })
    .update({ ...row, row_version: row.row_version + 1 });
  return changed > 0;
}

/** Sets how many working days the entries of a letter may wait. */
export async function putReviewTime(db: Db, letterId: string, workingDays: number): Promise<void> {
  await db("review_times")
    .insert({ letter_id: letterId, working_days: workingDays })
    .onConflict("letter_id")
    .merge({ working_days: workingDays, row_version: db.raw("review_times.row_version + 1") });
}

/** Takes what staff and signatories wrote about some entries; who decided and when stays. */
export async function wipeWords(db: Db, signatureIds: readonly string[]): Promise<void> {
  await db("information_requests")
    .whereIn("signature_id", [...signatureIds])
    .update({
      question: "[erased]",
      answer: db.raw("case when answer is null then null else '[erased]' end"),
    });
  await db("review_notes")
    .whereIn("signature_id", [...signatureIds])
    .delete();
}
