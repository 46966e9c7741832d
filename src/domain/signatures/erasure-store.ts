import type { Db } from "../../platform/db.js";

/** Nobody can be reached there (RFC 2606 §2). */
const NOBODY = "erased@erased.invalid";

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
      submitter_name: null,
      submitter_email: null,
      help_offered: null,
      rejection_note: null,
      network_hash: null,
      row_version: db.raw("row_version + 1"),
    });
}
