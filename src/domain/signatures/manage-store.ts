import type { Db } from "../../platform/db.js";
import { ENDED } from "./signature.js";
import type { SignatureRow } from "./store.js";

/** What a signatory says beside the form: an answer to a question of ours, or why they never signed. */
export interface WordsRow {
  id: string;
  signature_id: string;
  kind: "information" | "dispute";
  body: string;
  at: Date;
}

/** Changes how an entry appears and raises its version, which renews the pages that show it. */
export async function setAppearance(
  db: Db,
  id: string,
  change: Partial<Pick<SignatureRow, "visibility" | "display_name">>,
): Promise<void> {
  await db("signatures")
    .where({ id })
    .update({ ...change, row_version: db.raw("row_version + 1") });
}

/** Notes that a parked entry is disputed. Returns it as it is then. */
export async function setDisputed(db: Db, row: SignatureRow, at: Date): Promise<SignatureRow> {
  const change = { disputed_at: at, row_version: row.row_version + 1 };
  await db("signatures").where({ id: row.id }).update(change);
  return { ...row, ...change };
}

/** Keeps what a signatory says. */
export async function insertWords(db: Db, row: WordsRow): Promise<void> {
  await db("signature_words").insert(row);
}

/** Confirmed entries under a letter whose signatory has this address and that are not over. */
export async function listEntriesOf(db: Db, letterId: string, email: string): Promise<SignatureRow[]> {
  return db<SignatureRow>("signatures")
    .where({ letter_id: letterId })
    .whereRaw("lower(signatory_email) = lower(?)", [email])
    .whereNotIn("state", [...ENDED, "submitted"])
    .orderBy("submitted_at")
    .limit(20);
}
