import type { Db } from "../../platform/db.js";

/** Empties what names a person in mails from, to or about them, and in every other mail that holds one of their words. */
export async function wipeInbound(
  db: Db,
  person: { contactId: string; organisationId: string; email: string | null; words: readonly string[] },
): Promise<void> {
  const words = person.words.map((word) => `%${word.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`);
  await db.raw(
    `update inbound_mails i set raw = null, from_name = null, from_email = null, reply_to = null, internet_id = null,
       subject = '', headers = '[]', body_text = '', reply_text = '', understood = '{}',
       row_version = row_version + 1
     where contact_id = :contact or from_email = :email or reply_to = :email
       or lower(concat_ws(' ', from_name, internet_id)) like any (:words::text[])
       or message_id in (select id from messages where contact_id = :contact)
       or lower(body_text) like any (:words::text[]) or lower(subject) like any (:words::text[])
       or lower(headers::text) like any (:words::text[]) or lower(understood::text) like any (:words::text[])`,
    { contact: person.contactId, email: person.email, words },
  );
  // What is sealed can't be looked through: a colleague's mail may name the person in what it came with.
  await db.raw(
    `update inbound_mails set raw = null, row_version = row_version + 1 where raw is not null and organisation_id = ?`,
    [person.organisationId],
  );
}
