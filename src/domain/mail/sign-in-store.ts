import { bytesAsText, type Db } from "../../platform/db.js";

/** The rows that a sign-in mail leaves behind; whose they are is found by the statement. */
export interface SignInMail {
  email: string;
  /** Which five minutes: one mail a person in each. */
  slot: number;
  mail: { event_id: string };
  link: object;
}

/**
 * Queues a sign-in mail with its link for whoever works here under an address, and nothing for anybody else: the same
 * statement for both, so that nobody learns who works here.
 */
export async function insertSignInMail(db: Db, { email, slot, mail, link }: SignInMail): Promise<void> {
  await db.raw(
    `with person as (select id, name, email from staff where lower(email) = :email and active),
     mailed as (
       insert into messages (id, purpose, send_key, template, data, language, to_email, to_name, address_hash, message_id,
         state, due_at, expires_at, created_at)
       select m.id, m.purpose, 'sign-in:' || person.id || ':' || :slot::text, m.template,
         m.data || jsonb_build_object('name', person.name), m.language, person.email, person.name, m.address_hash,
         m.message_id, m.state, m.due_at, m.expires_at, m.created_at
         from person, jsonb_populate_record(null::messages, :mail::jsonb) m
       on conflict do nothing returning id, state, created_at),
     noted as (
       insert into message_events (id, message_id, at, kind, detail)
       select (:mail::jsonb ->> 'event_id')::uuid, id, created_at, state, '{}' from mailed)
     insert into links (id, purpose, subject_id, generation, token_hash, created_at, expires_at)
     select l.id, l.purpose, person.id, l.generation, l.token_hash, l.created_at, l.expires_at
       from mailed, person, jsonb_populate_record(null::links, :link::jsonb) l`,
    {
      email: email.toLowerCase(),
      slot,
      mail: JSON.stringify(bytesAsText(mail)),
      link: JSON.stringify(bytesAsText(link)),
    },
  );
}
