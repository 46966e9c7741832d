import type { Db } from "../../platform/db.js";

/** A half-filled form as kept. */
export interface DraftRow {
  id: string;
  letter_id: string;
  invitation_id: string | null;
  language: string;
  /** The form, sealed; null once it has ended or was deleted. */
  sealed: Buffer | null;
  created_at: Date;
  expires_at: Date;
}

/** Adds a half-filled form. */
export async function insertDraft(db: Db, row: DraftRow): Promise<void> {
  await db<DraftRow>("signature_drafts").insert(row);
}

/** A half-filled form by id. */
export async function findDraft(db: Db, id: string): Promise<DraftRow | undefined> {
  return db<DraftRow>("signature_drafts").where({ id }).first();
}

/** Empties a half-filled form. */
export async function wipeDraft(db: Db, id: string): Promise<void> {
  await db<DraftRow>("signature_drafts").where({ id }).update({ sealed: null });
}

/** Empties the forms that have ended. Returns how many. */
export async function wipeEndedDrafts(db: Db, at: Date): Promise<number> {
  return db<DraftRow>("signature_drafts")
    .whereNotNull("sealed")
    .where("expires_at", "<=", at)
    .update({ sealed: null });
}
