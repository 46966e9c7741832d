import type { Db } from "../../platform/db.js";
import { jsonWithoutWord, withoutWord } from "../../platform/erasing.js";
import type { MailingState } from "./mailing.js";

/** Whom a mailing is for, as kept with it. */
export interface KeptRecipients {
  q?: string | undefined;
  sector?: string | undefined;
  country?: string | undefined;
  written?: string | undefined;
  contact_ids?: string[] | undefined;
}

/** A mailing as kept. */
export interface SequenceRow {
  id: string;
  letter_id: string;
  name: string;
  kind: "one_off" | "sequence";
  state: MailingState;
  recipients: KeptRecipients;
  created_by: string | null;
  created_at: Date;
  queued_by: string | null;
  queued_at: Date | null;
  approved_by: string | null;
  approved_at: Date | null;
  row_version: number;
}

/** One mail of a sequence as kept; a mailing has one. */
export interface StepRow {
  id: string;
  sequence_id: string;
  position: number;
  step_key: string;
  subject: string;
  body_md: string;
  language: string;
}

/** A contact going through a sequence, as kept. */
export interface EnrolmentRow {
  id: string;
  sequence_id: string;
  contact_id: string;
  round: number;
  state: "pending" | "active" | "paused" | "finished";
  state_reason: string | null;
  created_at: Date;
  finished_at: Date | null;
  paused_until: Date | null;
}

type NewSequence = Pick<
  SequenceRow,
  "id" | "letter_id" | "name" | "kind" | "recipients" | "created_by" | "created_at"
>;

/** Adds a mailing; false when one with this id is there already. */
export async function insertSequence(db: Db, row: NewSequence): Promise<boolean> {
  const added = await db("sequences")
    .insert({ ...row, recipients: JSON.stringify(row.recipients) })
    .onConflict("id")
    .ignore()
    .returning("id");
  return added.length > 0;
}

/** A mailing, held for the rest of the transaction. */
export async function lockSequence(db: Db, id: string): Promise<SequenceRow | undefined> {
  return db<SequenceRow>("sequences").where({ id }).forUpdate().first();
}

/** A mailing. */
export async function findSequence(db: Db, id: string): Promise<SequenceRow | undefined> {
  return db<SequenceRow>("sequences").where({ id }).first();
}

/** Changes a mailing. */
export async function setSequence(db: Db, id: string, change: Partial<SequenceRow>): Promise<void> {
  const { recipients, ...rest } = change;
  await db("sequences")
    .where({ id })
    .update({
      ...rest,
      ...(recipients ? { recipients: JSON.stringify(recipients) } : {}),
      row_version: db.raw("row_version + 1"),
    });
}

/** Puts a step in place of the one at its position. */
export async function putStep(db: Db, row: StepRow): Promise<void> {
  await db("steps")
    .insert(row)
    .onConflict(["sequence_id", "position", "language"])
    .merge(["subject", "body_md"]);
}

/** Takes away the steps of a draft, so that another language can stand in their place. */
export async function deleteSteps(db: Db, sequenceId: string): Promise<void> {
  await db("steps").where({ sequence_id: sequenceId }).delete();
}

/** The steps of a mailing in their order. */
export async function listSteps(db: Db, sequenceId: string): Promise<StepRow[]> {
  return db<StepRow>("steps").where({ sequence_id: sequenceId }).orderBy("position");
}

/** Adds enrolments. */
export async function insertEnrolments(
  db: Db,
  rows: readonly Omit<EnrolmentRow, "finished_at" | "paused_until">[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += 500) {
    await db("enrolments").insert(rows.slice(start, start + 500));
  }
}

/** Lets the enrolments of a mailing go on that waited for approval. */
export async function setEnrolmentsActive(db: Db, sequenceId: string): Promise<void> {
  await db("enrolments")
    .where({ sequence_id: sequenceId, state: "pending" })
    .update({ state: "active", state_reason: null });
}

/** Ends enrolments with their reason. */
export async function finishEnrolments(
  db: Db,
  ends: readonly { id: string; reason: string }[],
  at: Date,
): Promise<void> {
  if (ends.length === 0) return;
  await db.raw(
    `update enrolments e set state = 'finished', state_reason = v.reason, finished_at = ?, paused_until = null
     from jsonb_to_recordset(?::jsonb) as v (id uuid, reason text) where e.id = v.id`,
    [at, JSON.stringify(ends)],
  );
}

/** Enrolments that have not ended, held for the rest of the transaction. */
export async function lockLiveEnrolments(
  db: Db,
  scope: { organisationId: string; contactId?: string | null; letterId?: string | null },
): Promise<Pick<EnrolmentRow, "id" | "contact_id">[]> {
  const query = db("enrolments as e")
    .join("contacts as c", "c.id", "e.contact_id")
    .join("sequences as q", "q.id", "e.sequence_id")
    .where("c.organisation_id", scope.organisationId)
    .whereNot("e.state", "finished")
    .orderBy("e.id")
    .forUpdate("e")
    .select("e.id", "e.contact_id");
  if (scope.contactId) void query.where("e.contact_id", scope.contactId);
  if (scope.letterId) void query.where("q.letter_id", scope.letterId);
  return query;
}

/** Holds enrolments, until a time where one is given. */
export async function pauseEnrolments(
  db: Db,
  ids: readonly string[],
  pause: { reason: string; until: Date | null },
): Promise<void> {
  await db("enrolments")
    .whereIn("id", [...ids])
    .update({ state: "paused", state_reason: pause.reason, paused_until: pause.until });
}

/** Takes words out of the texts and filters of mailings. */
export async function wipeWords(db: Db, words: readonly string[]): Promise<void> {
  for (const word of words) {
    await db("steps")
      .whereRaw("position(lower(?) in lower(concat_ws(' ', subject, body_md))) > 0", [word])
      .update({ subject: withoutWord(db, "subject", word), body_md: withoutWord(db, "body_md", word) });
    await db("sequences")
      .whereRaw("position(lower(?) in lower(concat_ws(' ', name, recipients::text))) > 0", [word])
      .update({ name: withoutWord(db, "name", word), recipients: jsonWithoutWord(db, "recipients", word) });
  }
}
