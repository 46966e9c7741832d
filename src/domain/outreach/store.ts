import type { Db } from "../../platform/db.js";
import {
  endReason,
  statesFor,
  type EnrolmentState,
  type PauseReason,
  type PendingReason,
} from "./enrolment.js";
import type { MailingState } from "./mailing.js";
import type { HoldScope } from "./hold.js";
import type { KeptRules } from "./sequence.js";

/** Whom a mailing is for, as kept with it. */
export interface KeptRecipients {
  q?: string | undefined;
  sector?: string | undefined;
  country?: string | undefined;
  region?: string | undefined;
  owner_id?: string | undefined;
  contact_language?: string | undefined;
  written?: string | undefined;
  contact_ids?: string[] | undefined;
}

/** A mailing as kept. */
export interface SequenceRow {
  id: string;
  letter_id: string;
  name: string;
  kind: "one_off" | "sequence";
  /** A mailing's state; a sequence is draft, active or stopped. */
  state: MailingState | "active";
  recipients: KeptRecipients;
  created_by: string | null;
  created_at: Date;
  queued_by: string | null;
  queued_by_script: boolean;
  queued_at: Date | null;
  approved_by: string | null;
  approved_at: Date | null;
  row_version: number;
}

/** A contact going through a sequence, as kept. */
export interface EnrolmentRow {
  id: string;
  sequence_id: string;
  contact_id: string;
  round: number;
  state: EnrolmentState;
  state_reason: string | null;
  created_at: Date;
  finished_at: Date | null;
  paused_until: Date | null;
  kind: "one_off" | "sequence";
  /** The version of the sequence it keeps to. */
  version: number;
  language: string | null;
  letter_id: string | null;
  organisation_id: string | null;
  /** Null: the mailbox of the settings. */
  mailbox_id: string | null;
  batch_id: string | null;
  created_by: string | null;
  row_version: number;
}

/** What a new enrolment says of itself. */
export type NewEnrolment = Omit<EnrolmentRow, "finished_at" | "paused_until" | "row_version">;

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

/** Adds enrolments. */
export async function insertEnrolments(db: Db, rows: readonly NewEnrolment[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 500) {
    await db("enrolments").insert(rows.slice(start, start + 500));
  }
}

/** Lets the enrolments of a mailing go on that waited for approval. */
export async function setEnrolmentsActive(db: Db, sequenceId: string): Promise<void> {
  await db("enrolments")
    .where({ sequence_id: sequenceId, state: "pending" })
    .update({ state: "active", state_reason: null, row_version: db.raw("row_version + 1") });
}

/** Ends enrolments, each for what stopped it. One that has ended keeps its first reason. */
export async function finishEnrolments(
  db: Db,
  ends: readonly { id: string; reason: string }[],
  at: Date,
): Promise<void> {
  if (ends.length === 0) return;
  await db.raw(
    `update enrolments e set state = 'finished', state_reason = v.reason, finished_at = ?, paused_until = null,
       row_version = e.row_version + 1
     from jsonb_to_recordset(?::jsonb) as v (id uuid, reason text) where e.id = v.id and e.state <> 'finished'`,
    [at, JSON.stringify(ends.map(({ id, reason }) => ({ id, reason: endReason(reason) })))],
  );
}

/** Enrolments that have not ended, held for the rest of the transaction. */
export async function lockLiveEnrolments(
  db: Db,
  scope: { organisationId: string; contactId?: string | null; letterId?: string | null },
): Promise<(Pick<EnrolmentRow, "id" | "contact_id"> & { rules: KeptRules })[]> {
  const query = db("enrolments as e")
    .join("contacts as c", "c.id", "e.contact_id")
    .join("sequences as q", "q.id", "e.sequence_id")
    .joinRaw("join sequence_versions v on v.sequence_id = e.sequence_id and v.number = e.version")
    .where("c.organisation_id", scope.organisationId)
    .whereNot("e.state", "finished")
    .orderBy("e.id")
    .forUpdate("e")
    .select("e.id", "e.contact_id", "v.rules");
  if (scope.contactId) void query.where("e.contact_id", scope.contactId);
  if (scope.letterId) void query.where("q.letter_id", scope.letterId);
  return query;
}

const PAUSABLE = {
  live: statesFor("pause"),
  running: ["pending", "active"],
  paused: ["paused"],
} as const;

/** Holds enrolments, until a time where one is given; `running`: those not held for something else, `paused`: those that are. */
export async function pauseEnrolments(
  db: Db,
  ids: readonly string[],
  pause: { reason: PauseReason; until: Date | null },
  which: keyof typeof PAUSABLE = "live",
): Promise<void> {
  await db("enrolments")
    .whereIn("id", [...ids])
    .whereIn("state", [...PAUSABLE[which]])
    .update({
      state: "paused",
      state_reason: pause.reason,
      paused_until: pause.until,
      row_version: db.raw("row_version + 1"),
    });
}

/** An enrolment, held for the rest of the transaction. */
export async function lockEnrolment(db: Db, id: string): Promise<EnrolmentRow | undefined> {
  return db<EnrolmentRow>("enrolments").where({ id }).forUpdate().first();
}

/** Enrolments, held for the rest of the transaction, in one order. */
export async function lockEnrolments(db: Db, ids: readonly string[]): Promise<EnrolmentRow[]> {
  if (ids.length === 0) return [];
  return db<EnrolmentRow>("enrolments")
    .whereIn("id", [...ids])
    .orderBy("id")
    .forUpdate();
}

/** Sets enrolments going, from whatever state that is not the end. */
export async function setActive(db: Db, ids: readonly string[]): Promise<void> {
  await db("enrolments")
    .whereIn("id", [...ids])
    .whereNot("state", "finished")
    .update({
      state: "active",
      state_reason: null,
      paused_until: null,
      row_version: db.raw("row_version + 1"),
    });
}

/** Says why enrolments have not begun yet. */
export async function setPending(db: Db, ids: readonly string[], reason: PendingReason): Promise<void> {
  await db("enrolments")
    .whereIn("id", [...ids])
    .where({ state: "pending" })
    .whereNot("state_reason", reason)
    .update({ state_reason: reason, row_version: db.raw("row_version + 1") });
}

/** SQL that finds the live enrolments that something of a scope concerns. */
const IN_SCOPE: Record<HoldScope, string> = {
  contact: "e.contact_id = ?",
  organisation: "c.organisation_id = ?",
  sequence: "e.sequence_id = ?",
  letter: "q.letter_id = ?",
  mailbox: "coalesce(e.mailbox_id, (select b.id from mailboxes b where b.kind = 'settings')) = ?",
};

/** Live enrolments that something concerns, held for the rest of the transaction, in one order. */
export async function liveEnrolmentsOf(
  db: Db,
  scope: HoldScope,
  subjectId: string,
): Promise<LiveEnrolment[]> {
  return liveEnrolments(db).whereRaw(IN_SCOPE[scope], [subjectId]);
}

/** Some enrolments as far as they are live, held for the rest of the transaction, in one order. */
export async function liveEnrolmentsById(db: Db, ids: readonly string[]): Promise<LiveEnrolment[]> {
  return liveEnrolments(db).whereIn("e.id", [...ids]);
}

/** A live enrolment with what a hold could lie on. */
export interface LiveEnrolment {
  id: string;
  state: EnrolmentState;
  state_reason: string | null;
  paused_until: Date | null;
  contact_id: string;
  organisation_id: string;
  sequence_id: string;
  letter_id: string;
  mailbox_id: string | null;
  country: string | null;
  time_zone: string | null;
  rules: KeptRules;
  kind: "one_off" | "sequence";
  letter_state: string;
}

function liveEnrolments(db: Db) {
  return db("enrolments as e")
    .join("contacts as c", "c.id", "e.contact_id")
    .join("organisations as o", "o.id", "c.organisation_id")
    .join("sequences as q", "q.id", "e.sequence_id")
    .join("letters as l", "l.id", "q.letter_id")
    .joinRaw("join sequence_versions v on v.sequence_id = e.sequence_id and v.number = e.version")
    .whereNot("e.state", "finished")
    .orderBy("e.id")
    .forUpdate("e")
    .select<LiveEnrolment[]>(
      "e.id",
      "e.state",
      "e.state_reason",
      "e.paused_until",
      "e.contact_id",
      "c.organisation_id",
      "e.sequence_id",
      "q.letter_id",
      "o.country",
      "c.time_zone",
      "v.rules",
      "e.kind",
      "l.state as letter_state",
    )
    .select(
      db.raw(
        "coalesce(e.mailbox_id, (select b.id from mailboxes b where b.kind = 'settings')) as mailbox_id",
      ),
    );
}

/** Lets paused enrolments go on. */
export async function resumeEnrolments(db: Db, ids: readonly string[]): Promise<void> {
  await db("enrolments")
    .whereIn("id", [...ids])
    .where({ state: "paused" })
    .update({
      state: "active",
      state_reason: null,
      paused_until: null,
      row_version: db.raw("row_version + 1"),
    });
}
