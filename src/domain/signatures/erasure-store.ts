import type { Db } from "../../platform/db.js";
import { ERASED } from "../../platform/erasing.js";

/** Nobody can be reached there (RFC 2606 §2). */
const NOBODY = "erased@erased.invalid";
const NOBODY_ELSE = "second@erased.invalid";

/** The entries of a letter that still hold a person, held for the rest of the transaction. */
export async function lockPersonal(db: Db, letterId: string): Promise<string[]> {
  return db("signatures")
    .where({ letter_id: letterId })
    .whereNot({ signatory_email: NOBODY })
    .orderBy("id")
    .forUpdate()
    .pluck("id");
}

/** How many entries of a letter still hold a person. */
export async function countPersonal(db: Db, letterId: string): Promise<number> {
  const row = (await db("signatures")
    .where({ letter_id: letterId })
    .whereNot({ signatory_email: NOBODY })
    .select(db.raw("count(*)::int as n"))
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}

/** Takes the persons out of entries: the organisation, its statement, states and dates stay. */
export async function wipePersons(db: Db, ids: readonly string[]): Promise<void> {
  await db("signatures")
    .whereIn("id", [...ids])
    .update({
      signatory_name: "",
      signatory_title: "",
      signatory_email: NOBODY,
      contact_name: null,
      contact_email: null,
      second_name: db.raw("case when second_name is null then null else '' end"),
      second_title: db.raw("case when second_title is null then null else '' end"),
      second_email: db.raw("case when second_email is null then null else ? end", [NOBODY_ELSE]),
      submitter_name: null,
      submitter_email: null,
      help_offered: null,
      rejection_note: null,
      network_hash: null,
      waits_as: null,
      row_version: db.raw("row_version + 1"),
    });
}

/**
 * Takes the persons out of what stands behind entries: their officers, files (the hash stays), what colleagues noted of
 * a check, what signatories wrote to us, and the letter's half-filled forms.
 */
export async function wipeBehind(db: Db, letterId: string, ids: readonly string[], at: Date): Promise<void> {
  const entries = [...ids];
  await db("signature_officers")
    .whereIn("signature_id", entries)
    .update({ name: null, title: null, email: null, erased_at: at });
  await db("evidence_files")
    .whereIn("signature_id", entries)
    .update({ name: ERASED, media_type: "text/plain", bytes: Buffer.from(ERASED) });
  await db("signature_words").whereIn("signature_id", entries).update({ body: ERASED });
  await db("signature_drafts").where({ letter_id: letterId }).update({ sealed: null });
  await db.raw("select set_config('countersign.erasing', 'on', true)");
  await db("signature_evidence")
    .whereIn("signature_id", entries)
    .where({ kind: "staff_check" })
    .update({ detail: "{}" });
  await db.raw("select set_config('countersign.erasing', 'off', true)");
}
