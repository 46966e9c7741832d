import type { Db } from "../../platform/db.js";
import { jsonWithoutWord } from "../../platform/erasing.js";

/** Takes a contact out of import rows; a row that named the address loses the text it came with. */
export async function wipeListRows(
  db: Db,
  person: { organisationId: string; email: string | null; words: readonly string[] },
): Promise<void> {
  if (person.email !== null) {
    await db("import_rows")
      .whereRaw("(position(? in lower(raw::text)) > 0 or position(? in contacts::text) > 0)", [
        person.email,
        person.email,
      ])
      .update({
        raw: "[]",
        contacts: db.raw(
          "coalesce((select jsonb_agg(c) from jsonb_array_elements(contacts) c where c->>'email' is distinct from ?), '[]')",
          [person.email],
        ),
        diff: jsonWithoutContact(db, person.email),
        match: jsonWithoutWord(db, "match", person.email),
        organisation: jsonWithoutWord(db, "organisation", person.email),
      });
  }
  for (const word of person.words) {
    await db("import_rows")
      .where({ organisation_id: person.organisationId })
      .update({
        raw: jsonWithoutWord(db, "raw", word),
        contacts: jsonWithoutWord(db, "contacts", word),
        diff: jsonWithoutWord(db, "diff", word),
        organisation: jsonWithoutWord(db, "organisation", word),
      });
  }
}

function jsonWithoutContact(db: Db, email: string) {
  return db.raw(
    `case when diff->'contacts' is null then diff else jsonb_set(diff, '{contacts}',
       coalesce((select jsonb_agg(c) from jsonb_array_elements(diff->'contacts') c where c->>'email' is distinct from ?), '[]')) end`,
    [email],
  );
}
