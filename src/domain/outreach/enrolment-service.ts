/** Enrolling contacts in a sequence, and ending their way through it by hand. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, forbidden, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse, type Page } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { cancelEnrolmentMessages } from "../mail/holding-service.js";
import { answeringStaffId, requirePermission, staffId } from "../team/service.js";
import { mayDecide } from "./approval-service.js";
import {
  insertBatch,
  insertSequenceEnrolments,
  lockBatch,
  lockWaiting,
  setBatch,
  versionOfWaiting,
  type BatchRow,
} from "./enrolment-store.js";
import {
  enrolmentLine,
  listBatches,
  listEnrolmentRecipients,
  listEnrolments,
  roundsOf,
  type BatchLine,
  type EnrolmentFilter,
  type EnrolmentLine,
  type EnrolmentRecipient,
} from "./enrolment-views.js";
import { chooseWhom, currentCourse, firstLanguage, readWhom, waitsForSecond } from "./plan-service.js";
import { endEnrolmentCommand, type enrolCommand } from "./sequence-commands.js";
import { findVersion } from "./sequence-store.js";
import { beginsAt, makeMails, readCourse, waitsForPerson, type Course } from "./step-service.js";
import {
  finishEnrolments,
  lockEnrolment,
  lockSequence,
  setActive,
  setPending,
  type NewEnrolment,
} from "./store.js";
import type { CandidateFilter } from "./views.js";

/** What came of enrolling. */
export interface Enrolled {
  /** `waiting`: more than 50, a second person has to approve. `nobody`: all were left out. */
  state: "enrolled" | "waiting" | "nobody";
  batchId: string | null;
  enrolled: number;
  leftOut: number;
}

/**
 * Enrols contacts in the newest version of a running sequence, which they keep from then on. Who may not be enrolled is
 * left out, as the dry run says. Two callers at once enrol a contact once, and one contact of an organisation. Throws
 * conflict for a sequence that does not run.
 */
export async function enrolContacts(
  ctx: Ctx,
  sequenceId: string,
  input: z.input<typeof enrolCommand>,
): Promise<Enrolled> {
  requirePermission(ctx, "outreach:write");
  return transaction(ctx, async (tx) => {
    const row = isUuid(sequenceId) ? await lockSequence(tx.db, sequenceId) : undefined;
    if (row?.kind !== "sequence") throw notFound("sequence.unknown");
    if (row.state !== "active") throw conflict("sequence.not_active");
    const course = await currentCourse(tx, sequenceId);
    const filter = await readWhom(tx, input);
    const { chosen, leftOut } = await chooseUnderLocks(tx, course, filter);
    if (chosen.length === 0) return { state: "nobody", batchId: null, enrolled: 0, leftOut: leftOut.length };
    const isWaiting = await waitsForSecond(tx, sequenceId, chosen.length);
    const batch = newBatch(tx, course, isWaiting, { enrolled: chosen.length, leftOut: leftOut.length });
    await insertBatch(tx.db, batch);
    const rows = await newEnrolments(tx, course, chosen, batch.id);
    const added = await insertSequenceEnrolments(tx.db, rows);
    if (!isWaiting)
      await begin(
        tx,
        course,
        rows.filter((each) => added.has(each.id)),
        chosen,
      );
    const counts = { enrolled: added.size, left_out: leftOut.length + rows.length - added.size };
    await setBatch(tx.db, batch.id, counts);
    await record(tx, {
      action: isWaiting ? "sequence.enrolment_waiting" : "sequence.enrolled",
      letterId: course.letter.id,
      subjectId: sequenceId,
      detail: { ...counts, version: course.version },
    });
    const state = isWaiting ? "waiting" : "enrolled";
    return { state, batchId: batch.id, enrolled: added.size, leftOut: counts.left_out };
  });
}

/** Chooses, holds the organisations of those chosen, and chooses again: what another has done meanwhile is seen. */
async function chooseUnderLocks(ctx: Ctx, course: Course, filter: CandidateFilter) {
  const first = await chooseWhom(ctx, course, filter);
  await holdLocks(ctx.db, {
    organisation: first.chosen.map((recipient) => recipient.organisationId),
    address: first.chosen.map((recipient) => recipient.addressHash),
  });
  const contactIds = first.chosen.map((recipient) => recipient.contactId);
  const second = await chooseWhom(ctx, course, { contactIds });
  return { chosen: second.chosen, leftOut: [...first.leftOut, ...second.leftOut] };
}

function newBatch(
  ctx: Ctx,
  course: Course,
  isWaiting: boolean,
  counts: { enrolled: number; leftOut: number },
): BatchRow {
  const now = ctx.clock.now();
  return {
    id: newId(ctx.clock),
    sequence_id: course.sequence.id,
    state: isWaiting ? "waiting" : "approved",
    enrolled: counts.enrolled,
    left_out: counts.leftOut,
    created_by: answeringStaffId(ctx),
    by_script: staffId(ctx) === null,
    created_at: now,
    decided_by: null,
    decided_at: isWaiting ? null : now,
  };
}

async function newEnrolments(
  ctx: Ctx,
  course: Course,
  chosen: readonly EnrolmentRecipient[],
  batchId: string,
): Promise<NewEnrolment[]> {
  const contactIds = chosen.map((recipient) => recipient.contactId);
  const rounds = await roundsOf(ctx, course.sequence.id, contactIds);
  return chosen.map((recipient) => ({
    id: newId(ctx.clock),
    sequence_id: course.sequence.id,
    contact_id: recipient.contactId,
    round: (rounds.get(recipient.contactId) ?? 0) + 1,
    state: "pending",
    state_reason: "approval",
    created_at: ctx.clock.now(),
    kind: "sequence",
    version: course.version,
    language: firstLanguage(course, recipient),
    letter_id: course.letter.id,
    organisation_id: recipient.organisationId,
    mailbox_id: course.rules.mailboxId,
    batch_id: batchId,
    created_by: answeringStaffId(ctx),
  }));
}

/** Makes the first mail of each; who waits for hours says so, who waits for an approval too. */
async function begin(
  ctx: Ctx,
  course: Course,
  enrolments: readonly NewEnrolment[],
  recipients: readonly EnrolmentRecipient[],
): Promise<void> {
  const [step] = course.steps;
  if (!step) return;
  const now = ctx.clock.now();
  const byContact = new Map(recipients.map((recipient) => [recipient.contactId, recipient]));
  const nexts = enrolments.flatMap((enrolment) => {
    const recipient = byContact.get(enrolment.contact_id);
    return recipient ? [{ enrolment, recipient, step, dueAt: beginsAt(course, recipient, now) }] : [];
  });
  const alone = nexts.filter(({ recipient }) => !waitsForPerson(step, recipient));
  const late = alone.filter(({ dueAt }) => dueAt > now).map(({ enrolment }) => enrolment.id);
  const due = alone.filter(({ dueAt }) => dueAt <= now).map(({ enrolment }) => enrolment.id);
  await setPending(ctx.db, late, "window");
  await setActive(ctx.db, due);
  await makeMails(ctx, course, nexts);
}

/**
 * A second person lets a large batch begin, with the hours and the stop rules of that moment. Throws forbidden for those
 * who wrote the sequence or enrolled, while somebody else could look at it; conflict when it does not wait.
 */
export async function approveBatch(ctx: Ctx, id: string): Promise<{ begun: number; leftOut: number }> {
  requirePermission(ctx, "outreach:write");
  return transaction(ctx, async (tx) => {
    const batch = await waitingBatch(tx, id);
    const verdict = await judgeBatch(tx, batch);
    if (verdict === "no") throw forbidden("enrolment.own");
    const enrolments = await lockWaiting(tx.db, id);
    await setBatch(tx.db, id, { state: "approved", decided_by: staffId(tx), decided_at: tx.clock.now() });
    const [first] = enrolments;
    const course = first && (await readCourse(tx, batch.sequence_id, first.version));
    const contactIds = enrolments.map((enrolment) => enrolment.contact_id);
    const recipients = course ? await listEnrolmentRecipients(tx, course.letter.id, { contactIds }) : [];
    const reachable = new Set(
      recipients.filter((recipient) => recipient.email).map((recipient) => recipient.contactId),
    );
    const going = enrolments.filter((enrolment) => reachable.has(enrolment.contact_id));
    const lost = enrolments.filter((enrolment) => !reachable.has(enrolment.contact_id));
    const ends = lost.map((enrolment) => ({ id: enrolment.id, reason: "removed" }));
    await finishEnrolments(tx.db, ends, tx.clock.now());
    if (course) await begin(tx, course, going, recipients);
    const detail = { begun: going.length, alone: verdict === "alone" };
    await record(tx, {
      action: "sequence.enrolment_approved",
      letterId: course?.letter.id,
      subjectId: batch.sequence_id,
      detail,
    });
    return { begun: going.length, leftOut: lost.length };
  });
}

/** Takes a batch that waits back; nobody in it has been written to. Throws conflict when it does not wait. */
export async function dropBatch(ctx: Ctx, id: string): Promise<{ dropped: number }> {
  requirePermission(ctx, "outreach:write");
  return transaction(ctx, async (tx) => {
    const batch = await waitingBatch(tx, id);
    const enrolments = await lockWaiting(tx.db, id);
    const ends = enrolments.map((enrolment) => ({ id: enrolment.id, reason: "removed" }));
    await finishEnrolments(tx.db, ends, tx.clock.now());
    await setBatch(tx.db, id, { state: "dropped", decided_by: staffId(tx), decided_at: tx.clock.now() });
    const detail = { dropped: ends.length };
    await record(tx, { action: "sequence.enrolment_dropped", subjectId: batch.sequence_id, detail });
    return { dropped: ends.length };
  });
}

async function waitingBatch(ctx: Ctx, id: string): Promise<BatchRow> {
  const batch = isUuid(id) ? await lockBatch(ctx.db, id) : undefined;
  if (!batch) throw notFound("enrolment.unknown_batch");
  if (batch.state !== "waiting") throw conflict("enrolment.not_waiting");
  return batch;
}

/**
 * Whether the one who asks may approve a batch; `alone`: there is nobody else. A script never lets go what a script
 * enrolled, whoever wrote the words: of the two who look at the people in it, one has to be a person.
 */
export async function judgeBatch(
  ctx: Ctx,
  batch: Pick<BatchRow, "id" | "sequence_id" | "created_by" | "by_script">,
): Promise<"yes" | "alone" | "no"> {
  const number = await versionOfWaiting(ctx.db, batch.id);
  const version = number === undefined ? undefined : await findVersion(ctx.db, batch.sequence_id, number);
  return mayDecide(ctx, {
    writtenBy: version?.created_by ?? null,
    queuedBy: batch.created_by,
    byScript: batch.by_script,
  });
}

/** Batches of a sequence, or all that wait; newest first. */
export async function browseBatches(
  ctx: Ctx,
  filter: { sequenceId?: string; waiting?: boolean },
): Promise<BatchLine[]> {
  requirePermission(ctx, "messages:read");
  return listBatches(ctx, filter);
}

/**
 * Ends one contact's way through a sequence: taken out, or met, or answered in another way. What has not begun to go
 * out is taken back. Throws not_found; one that has ended stays as it ended.
 */
export async function endEnrolment(
  ctx: Ctx,
  id: string,
  input: z.input<typeof endEnrolmentCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const { reason } = parse(endEnrolmentCommand, input);
  await transaction(ctx, async (tx) => {
    const known = isUuid(id) ? await enrolmentLine(tx, id) : undefined;
    if (!known) throw notFound("enrolment.unknown");
    await holdLocks(tx.db, { organisation: [known.organisationId] });
    const row = await lockEnrolment(tx.db, id);
    if (!row || row.state === "finished") return;
    const ends = [{ id, reason }];
    await cancelEnrolmentMessages(tx, ends);
    await finishEnrolments(tx.db, ends, tx.clock.now());
    await record(tx, {
      action: "enrolment.ended",
      letterId: row.letter_id,
      organisationId: known.organisationId,
      contactId: row.contact_id,
      subjectId: id,
      detail: { reason },
    });
  });
}

/** An enrolment. Throws not_found. */
export async function showEnrolment(ctx: Ctx, id: string): Promise<EnrolmentLine> {
  requirePermission(ctx, "messages:read");
  const line = isUuid(id) ? await enrolmentLine(ctx, id) : undefined;
  if (!line) throw notFound("enrolment.unknown");
  return line;
}

/** Enrolments in sequences, newest first, a page at a time. Throws invalid for a sequence that is none. */
export async function browseEnrolments(ctx: Ctx, filter: EnrolmentFilter): Promise<Page<EnrolmentLine>> {
  requirePermission(ctx, "messages:read");
  if (filter.sequenceId && !isUuid(filter.sequenceId)) throw invalid("sequence.unknown");
  return listEnrolments(ctx, filter);
}
