/**
 * One statement that takes submissions in. It writes rows of five concepts, since what makes a submission (the entry,
 * its history, the link, the mail, the record) has to be there together or not at all, and since one way for everybody
 * is what keeps it from telling anything: it never asks whether an organisation has signed (decision 17).
 */
import { bytesAsText, type Db } from "../../platform/db.js";
import type { actToKeep } from "../activity/service.js";
import type { linkToKeep } from "../links/service.js";
import type { mailToKeep } from "../mail/service.js";
import { CONFIRMATIONS_A_DAY, COPIES_AFTER, COUNTED_MAILS, MAILS_A_SIGNATURE } from "./mail-limits.js";
import type { HistoryRow, SignatureRow } from "./store.js";

/** Everything that one submission leaves behind. The history, the record and the mail get the id of the entry here. */
export interface Submission {
  entry: SignatureRow;
  history: Omit<HistoryRow, "signature_id">;
  link: ReturnType<typeof linkToKeep>;
  mail: ReturnType<typeof mailToKeep>;
  activity: ReturnType<typeof actToKeep>;
}

/** The answers of a form and what they are pinned to: the newest win while nobody has confirmed. */
const ANSWERS = [
  "version_id",
  "content_hash",
  "kind",
  "visibility",
  "scope",
  "display_name",
  "country",
  "sector",
  "signatory_name",
  "signatory_title",
  "signatory_email",
  "contact_name",
  "contact_email",
  "submitter_name",
  "submitter_email",
  "second_name",
  "second_title",
  "second_email",
  "meaning_version",
  "meaning_hash",
  "quote",
  "reservation_clause",
  "reservation",
  "help_offered",
  "language",
  "condition_count",
  "condition_class",
  "condition_deadline",
  "network_hash",
] as const;

const ENTRY = [
  "id",
  "letter_id",
  "organisation_id",
  "waits_as",
  "invitation_id",
  "state",
  "submitted_at",
  ...ANSWERS,
] as const;

const SAME_SIGNATORY = "letter_id, waits_as, lower(signatory_email), lower(coalesce(submitter_email, ''))";
const words = (list: readonly string[]): string => list.map((each) => `'${each}'`).join(", ");

/** The statement itself, as knex reads it. Its one parameter is a JSON array of submissions. */
const TAKE_IN = `
with given as materialized (
  select place, e.*, history, link, mail, activity
    from jsonb_to_recordset(?::jsonb) as g(place int, entry jsonb, history jsonb, link jsonb, mail jsonb, activity jsonb),
      jsonb_populate_record(null::signatures, entry) e),
kept as (
  insert into signatures (${ENTRY.join(", ")})
  select ${ENTRY.join(", ")} from given order by ${SAME_SIGNATORY}
  on conflict (${SAME_SIGNATORY}) where state = 'submitted'
  do update set ${ANSWERS.map((column) => `${column} = excluded.${column}`).join(", ")},
    row_version = signatures.row_version + 1
  returning id, submitted_at, letter_id, waits_as, lower(signatory_email) as signatory,
    lower(coalesce(submitter_email, '')) as submitter),
taken as (
  select k.id as entry_id, g.*,
         (select count(*) from unnest(array[${COPIES_AFTER.join(", ")}]) as after
           where g.submitted_at - k.submitted_at >= after * interval '1 millisecond') as copy
    from kept k join given g on g.letter_id = k.letter_id and g.waits_as = k.waits_as
     and lower(g.signatory_email) = k.signatory and lower(coalesce(g.submitter_email, '')) = k.submitter),
said as (
  insert into signature_history (id, signature_id, from_state, to_state, cause, actor_kind, actor_id, at)
  select h.id, entry_id, h.from_state, h.to_state, h.cause, h.actor_kind, h.actor_id, h.at
    from taken, jsonb_populate_record(null::signature_history, history) h),
mailed as (
  insert into messages (id, purpose, send_key, template, data, language, letter_id, organisation_id, contact_id, to_email,
    to_name, address_hash, message_id, state, due_at, expires_at, created_by, created_at)
  select m.id, m.purpose, 'signature-confirm:' || entry_id || ':' || copy, m.template,
    m.data || jsonb_build_object('signature', entry_id), m.language, m.letter_id, m.organisation_id, m.contact_id, m.to_email,
    m.to_name, m.address_hash, m.message_id, m.state, m.due_at, m.expires_at, m.created_by, m.created_at
    from taken, jsonb_populate_record(null::messages, mail) m
   where ${MAILS_A_SIGNATURE} > (
       select count(*) from messages c where c.data \\? 'signature'
          and c.data ->> 'signature' = entry_id::text and c.template in (${words(COUNTED_MAILS)}))
     and (invitation_id is not null or ${CONFIRMATIONS_A_DAY} > (
       select count(*) from messages c where c.address_hash = m.address_hash and c.template = 'signature-confirm'
          and c.data ->> 'door' is distinct from 'invitation' and c.created_at > m.created_at - interval '24 hours'))
  on conflict do nothing returning id, state, created_at),
noted as (
  insert into message_events (id, message_id, at, kind, detail)
  select (taken.mail ->> 'event_id')::uuid, mailed.id, mailed.created_at, mailed.state, '{}'
    from mailed join taken on (taken.mail ->> 'id')::uuid = mailed.id),
linked as (
  insert into links (id, purpose, subject_id, generation, token_hash, created_at, expires_at)
  select l.id, l.purpose, entry_id, l.generation, l.token_hash, l.created_at, l.expires_at
    from mailed join taken on (taken.mail ->> 'id')::uuid = mailed.id, jsonb_populate_record(null::links, link) l),
recorded as (
  insert into activity (id, at, actor_kind, actor_id, actor_name, action, letter_id, organisation_id, contact_id, subject_id, detail)
  select a.id, a.at, a.actor_kind, a.actor_id, a.actor_name, a.action, a.letter_id, a.organisation_id, a.contact_id, entry_id, a.detail
    from taken, jsonb_populate_record(null::activity, activity) a)
select entry_id as id from taken order by place`;

/**
 * Takes submissions in, each with its line of history, its link, its mail and its line of the record, in one statement
 * that is one transaction where none is open. The same signatory's submission for the same organisation renews the
 * answers of the one that waits; its mail goes again as COPIES_AFTER and the mails of the day allow. No two of them may
 * be to the same address. Returns the ids of the entries, in their order.
 */
export async function takeInSubmissions(db: Db, submissions: readonly Submission[]): Promise<string[]> {
  const query = db.raw(TAKE_IN, [takeInParameter(submissions)]);
  // A name keeps the plan: making one takes longer than the work.
  const result = (await query.options({ name: "take-in-submissions" })) as { rows: { id: string }[] };
  return result.rows.map(({ id }) => id);
}

/** Submissions as the parameter of the statement. */
export function takeInParameter(submissions: readonly Submission[]): string {
  const given = submissions.map(({ entry, history, link, mail, activity }, place) => ({
    place,
    entry: bytesAsText(entry),
    history,
    link: bytesAsText(link),
    mail: bytesAsText(mail),
    activity,
  }));
  return JSON.stringify(given);
}
