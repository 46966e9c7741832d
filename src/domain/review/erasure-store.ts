import type { Db } from "../../platform/db.js";
import { jsonWithoutWord, withoutWord } from "../../platform/erasing.js";

/** Columns of text that staff and signatories fill in, in which a person may be named. */
const TEXTS: Record<string, readonly string[]> = {
  information_requests: ["question", "answer"],
  review_notes: ["note"],
  screening_rules: ["note"],
  bulk_invalidations: ["summary"],
  signer_mails: ["subject", "body_md"],
};

/** Takes words out of what was written in the review, and the person's address out of lists and filters. */
export async function wipePerson(
  db: Db,
  person: { words: readonly string[]; email: string | null },
): Promise<void> {
  if (person.email !== null) {
    await db("screening_rules").where({ kind: "address", pattern: person.email.toLowerCase() }).delete();
  }
  for (const word of person.words) {
    for (const [table, columns] of Object.entries(TEXTS)) {
      await db(table)
        .whereRaw(`position(lower(?) in lower(concat_ws(' ', ${columns.join(", ")}))) > 0`, [word])
        .update(Object.fromEntries(columns.map((column) => [column, withoutWord(db, column, word)])));
    }
    await db("bulk_invalidations")
      .whereRaw("position(lower(?) in lower(filter::text)) > 0", [word])
      .update({ filter: jsonWithoutWord(db, "filter", word) });
  }
}
