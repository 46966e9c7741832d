import type { Db } from "../../platform/db.js";
import { withoutWord } from "../../platform/erasing.js";

interface Person {
  contactId: string;
  organisationId: string;
  email: string | null;
  words: readonly string[];
}

/** Who said it goes; in the organisation's declines the person's words go. */
export async function wipeDeclines(db: Db, person: Person): Promise<void> {
  await db("declines").where({ contact_id: person.contactId }).update({ said_by: null });
  for (const word of person.words) {
    await db("declines")
      .where({ organisation_id: person.organisationId })
      .whereRaw("position(lower(?) in lower(concat_ws(' ', said_by, comment))) > 0", [word])
      .update({ said_by: withoutWord(db, "said_by", word), comment: withoutWord(db, "comment", word) });
  }
}

/** What a person wrote about themselves goes, and who named the person as a better contact keeps no name of it. */
export async function wipeReports(db: Db, person: Person): Promise<void> {
  await db("contact_reports").where({ contact_id: person.contactId }).update({ note: null });
  if (person.email) {
    await db("contact_reports")
      .where({ suggested_email: person.email })
      .update({ suggested_name: null, suggested_email: null, note: null });
  }
  const ofOrganisation = db("contacts").where({ organisation_id: person.organisationId }).select("id");
  for (const word of person.words) {
    await db("contact_reports")
      .whereIn("contact_id", ofOrganisation.clone())
      .whereRaw("position(lower(?) in lower(concat_ws(' ', suggested_name, note))) > 0", [word])
      .update({
        suggested_name: withoutWord(db, "suggested_name", word),
        note: withoutWord(db, "note", word),
      });
  }
}
