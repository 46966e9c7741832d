import type { Db } from "../../platform/db.js";
import { ERASED, jsonWithoutWord, withoutWord } from "../../platform/erasing.js";
import type { MessageState } from "./message.js";

/** Mails to a contact or its address, held for the rest of the transaction. */
export async function lockMailsTo(
  db: Db,
  person: { contactId: string; addressHash: Buffer | null },
): Promise<{ id: string; state: MessageState }[]> {
  const query = db("messages").where({ contact_id: person.contactId });
  if (person.addressHash) void query.orWhere({ address_hash: person.addressHash });
  return (await query.orderBy("id").forUpdate().select("id", "state")) as {
    id: string;
    state: MessageState;
  }[];
}

/** Mails of signing whose name does not begin with it. */
const OF_SIGNING = ["name-corrected", "statement-decided", "report-confirm"];

/** The mails that came of signing a letter, held for the rest of the transaction. */
export async function lockMailsOfSigning(
  db: Db,
  letterId: string,
): Promise<{ id: string; state: MessageState }[]> {
  return (await db("messages")
    .where({ letter_id: letterId, purpose: "transactional" })
    .whereRaw("(template like 'sign%' or template like 'pledge-%' or template = any(?))", [OF_SIGNING])
    .whereNot({ to_email: NOBODY })
    .orderBy("id")
    .forUpdate()
    .select("id", "state")) as { id: string; state: MessageState }[];
}

/** Nobody can be reached there (RFC 2606 §2). */
const NOBODY = "erased@erased.invalid";

/** Empties mails and what was said of them, and takes the person's words out of mails to colleagues at the same organisation. */
export async function wipeMails(
  db: Db,
  ids: readonly string[],
  person: { organisationId: string; words: readonly string[] },
): Promise<void> {
  await db("messages")
    .whereIn("id", [...ids])
    .update({
      to_email: NOBODY,
      to_name: null,
      subject: ERASED,
      body_text: null,
      body_html: null,
      data: "{}",
      headers: "{}",
      smtp_reply: null,
      row_version: db.raw("row_version + 1"),
    });
  await db("mailbox_faults")
    .whereIn("message_id", [...ids])
    .update({ detail: null });
  for (const word of person.words) {
    await db("mailbox_faults")
      .whereRaw("position(lower(?) in lower(detail)) > 0", [word])
      .update({ detail: withoutWord(db, "detail", word) });
    await db("messages")
      .where({ organisation_id: person.organisationId })
      .whereNotIn("state", ["claimed", "sending"])
      .whereRaw(
        "position(lower(?) in lower(concat_ws(' ', subject, body_text, body_html, data::text))) > 0",
        [word],
      )
      .update({
        subject: withoutWord(db, "subject", word),
        body_text: withoutWord(db, "body_text", word),
        body_html: withoutWord(db, "body_html", word),
        data: jsonWithoutWord(db, "data", word),
      });
  }
}
