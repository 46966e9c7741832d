import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { ensureInvitations } from "../invitations/service.js";
import { APPROVE_FIRST, queueOutreach, type OutreachMail } from "../mail/service.js";
import { createTasks } from "../tasks/service.js";
import { answeringStaffId, requirePermission, staffId } from "../team/service.js";
import { queueMailingCommand, saveMailingCommand } from "./commands.js";
import {
  chooseRecipients,
  needsSecondPerson,
  type Choice,
  type MailingState,
  type WrittenBefore,
} from "./mailing.js";
import {
  findMailedLetter,
  staffNames,
  wordsOfLetters,
  type LetterWords,
  type MailedLetter,
} from "./letter-views.js";
import {
  addMailing,
  keepMailingWay,
  keepMailingWords,
  mailingStep,
  mailingWay,
  type MailingWay,
  type MailingWords,
} from "./mailing-words-service.js";
import { firstDue, windowOf } from "./sequence.js";
import {
  findSequence,
  insertEnrolments,
  lockSequence,
  setSequence,
  type KeptRecipients,
  type NewEnrolment,
  type SequenceRow,
} from "./store.js";
import { listRecipients, type Recipient } from "./views.js";
import { expiresAt, placeOf } from "./window.js";
import { wordFor } from "./wording-service.js";

/**
 * Keeps a mailing as it is being written; the id comes with the form, so that the same form sent twice, or from two
 * tabs, is one mailing. Throws conflict once it has been queued, invalid for what can't be kept.
 */
export async function saveMailing(
  ctx: Ctx,
  input: z.input<typeof saveMailingCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "outreach:write");
  const command = parse(saveMailingCommand, input);
  const { id, letter: slug, language, subject, body, mailbox_id, office_hours, ...recipients } = command;
  return transaction(ctx, async (tx) => {
    const letter = await letterBySlug(tx, slug);
    const isNew = await addMailing(tx, { id, letterId: letter.id, subject, recipients });
    const kept = await lockSequence(tx.db, id);
    if (!kept || kept.kind !== "one_off") throw notFound("mailing.unknown");
    if (kept.state !== "draft") {
      if (await isSame(tx, kept, { subject, body, language })) return { id };
      throw conflict("mailing.not_draft");
    }
    await setSequence(tx.db, id, { letter_id: letter.id, name: subject, recipients });
    await keepMailingWords(tx, kept, { subject, body, language });
    await keepMailingWay(tx, id, { mailbox_id, office_hours });
    if (isNew) await record(tx, { action: "mailing.written", letterId: letter.id, subjectId: id });
    return { id };
  });
}

async function isSame(ctx: Ctx, kept: SequenceRow, words: MailingWords): Promise<boolean> {
  const step = await mailingStep(ctx, kept.id);
  const [text] = step?.texts ?? [];
  return text?.subject === words.subject && text.body === words.body && text.language === words.language;
}

async function letterBySlug(ctx: Ctx, slug: string): Promise<MailedLetter> {
  const letter = await findMailedLetter(ctx, { slug });
  if (!letter) throw invalid("mailing.letter", { letter: "errors.mailing.letter" });
  return letter;
}

/** A mailing with its words and with whom it would reach if it were queued now. */
export interface Mailing {
  id: string;
  state: MailingState;
  letter: MailedLetter;
  step: { id: string; subject: string; body: string; language: string };
  recipients: KeptRecipients;
  way: MailingWay;
  writtenBy: string | null;
  writtenById: string | null;
  queuedById: string | null;
  queuedByScript: boolean;
  approvedBy: string | null;
  createdAt: Date;
  queuedAt: Date | null;
}

/** A mailing. Throws not_found. */
export async function findMailing(ctx: Ctx, id: string): Promise<Mailing> {
  requirePermission(ctx, "messages:read");
  const row = await findSequence(ctx.db, id);
  if (!row) throw notFound("mailing.unknown");
  return readMailing(ctx, row);
}

/** A mailing from its row. Throws not_found when it has lost its words. */
export async function readMailing(ctx: Ctx, row: SequenceRow): Promise<Mailing> {
  const step = await mailingStep(ctx, row.id);
  const [text] = step?.texts ?? [];
  const letter = await findMailedLetter(ctx, { id: row.letter_id });
  if (!step || !text || !letter || row.state === "active") throw notFound("mailing.unknown");
  const names = await staffNames(ctx, [row.created_by, row.approved_by]);
  return {
    id: row.id,
    state: row.state,
    letter,
    step: { id: step.id, ...text },
    recipients: row.recipients,
    way: await mailingWay(ctx, row.id),
    writtenBy: names.get(row.created_by ?? "") ?? null,
    writtenById: row.created_by,
    queuedById: row.queued_by,
    queuedByScript: row.queued_by_script,
    approvedBy: names.get(row.approved_by ?? "") ?? null,
    createdAt: row.created_at,
    queuedAt: row.queued_at,
  };
}

/** Who would get a mailing if it were queued now, and who not and why. */
export async function chooseForMailing(ctx: Ctx, mailing: Mailing): Promise<Choice<Recipient>> {
  requirePermission(ctx, "messages:read");
  return choose(ctx, mailing.letter.id, mailing.recipients);
}

async function choose(ctx: Ctx, letterId: string, recipients: KeptRecipients): Promise<Choice<Recipient>> {
  const { contact_ids: contactIds, written, ...filter } = recipients;
  const candidates = await listRecipients(ctx, letterId, { ...filter, contactIds });
  return chooseRecipients(candidates, {
    written: contactIds ? "any" : ((written ?? "never") as WrittenBefore),
    oneEach: contactIds === undefined,
  });
}

/** The words of its letter that a mailing may name. */
export async function letterWordsOf(ctx: Ctx, mailing: Mailing): Promise<LetterWords | undefined> {
  const words = await wordsOfLetters(ctx, [mailing.letter.id], mailing.step.language);
  return words.get(mailing.letter.id);
}

/** A mailing worded for one of its recipients, as it will be at the commit point; or what is missing. */
export function wordForRecipient(
  mailing: Mailing,
  letter: LetterWords | undefined,
  recipient: Recipient,
  invitationLinkId: string | null = null,
): ReturnType<typeof wordFor> {
  const senderName = mailing.writtenBy ?? mailing.letter.sponsorName;
  return wordFor(mailing.step, recipient, { letter, senderName, invitationLinkId });
}

/** What came of queueing a mailing. */
export interface QueuedMailing {
  id: string;
  state: MailingState;
  queued: number;
  /** Wait for a value that is missing. */
  blocked: number;
  leftOut: number;
}

/**
 * Queues a mailing to everybody it reaches now, all or nothing: invitation, enrolment and message each. More than 50
 * wait for a second person. A mailing that has been queued already is answered as it is, nothing is added to it.
 */
export async function queueSavedMailing(ctx: Ctx, id: string): Promise<QueuedMailing> {
  requirePermission(ctx, "outreach:write");
  return transaction(ctx, async (tx) => {
    const row = await lockSequence(tx.db, id);
    if (!row) throw notFound("mailing.unknown");
    const mailing = await readMailing(tx, row);
    if (mailing.state !== "draft") return { id, state: mailing.state, queued: 0, blocked: 0, leftOut: 0 };
    const { chosen, leftOut } = await choose(tx, row.letter_id, row.recipients);
    if (chosen.length === 0) throw invalid("mailing.nobody", { form: "errors.mailing.nobody" });
    const state = needsSecondPerson(chosen.length) ? "waiting" : "queued";
    await setSequence(tx.db, id, { state, ...queuer(tx), queued_at: tx.clock.now() });
    const added = await enrol(tx, mailing, chosen, state);
    const blocked = added.filter((message) => message.state === "blocked");
    const tasks = blocked.map((message) => ({
      kind: "blocked_message" as const,
      letterId: row.letter_id,
      organisationId: message.organisationId,
      contactId: message.contactId,
      subjectId: message.id,
      detail: { reason: "missing" },
    }));
    await createTasks(tx, tasks);
    const queued = added.length - blocked.length;
    const detail = { queued, blocked: blocked.length, left_out: leftOut.length };
    await record(tx, { action: `mailing.${state}`, letterId: row.letter_id, subjectId: id, detail });
    return { id, state, queued, blocked: blocked.length, leftOut: leftOut.length };
  });
}

/** Who answers for putting a mailing in the queue, and whether a script did it. */
function queuer(ctx: Ctx): { queued_by: string | null; queued_by_script: boolean } {
  return { queued_by: answeringStaffId(ctx), queued_by_script: staffId(ctx) === null };
}

async function enrol(ctx: Ctx, mailing: Mailing, chosen: readonly Recipient[], state: "waiting" | "queued") {
  const enrolments: NewEnrolment[] = [];
  const mails: OutreachMail[] = [];
  const letter = await letterWordsOf(ctx, mailing);
  const invitations = await ensureInvitations(ctx, mailing.letter.id, chosen);
  for (const recipient of chosen) {
    const linkId = invitations.get(recipient.contactId)?.linkId ?? "";
    const worded = wordForRecipient(mailing, letter, recipient, linkId);
    const missing = "missing" in worded ? `missing ${worded.missing.join(", ")}` : null;
    const enrolmentId = newId(ctx.clock);
    const round = 1;
    enrolments.push({
      id: enrolmentId,
      sequence_id: mailing.id,
      contact_id: recipient.contactId,
      round,
      state: state === "waiting" ? "pending" : "active",
      state_reason: state === "waiting" ? "approval" : null,
      created_at: ctx.clock.now(),
      kind: "one_off",
      version: 1,
      language: mailing.step.language,
      letter_id: mailing.letter.id,
      organisation_id: recipient.organisationId,
      mailbox_id: mailing.way.mailboxId,
      batch_id: null,
      created_by: answeringStaffId(ctx),
    });
    mails.push({
      sendKey: `${mailing.letter.id}:one-off:${mailing.id}:${recipient.addressHash}:${round}`,
      language: mailing.step.language,
      letterId: mailing.letter.id,
      organisationId: recipient.organisationId,
      contactId: recipient.contactId,
      enrolmentId,
      stepId: mailing.step.id,
      to: { email: recipient.email ?? "", name: recipient.contactName },
      invitationLinkId: linkId,
      mailboxId: mailing.way.mailboxId,
      ...timesFor(ctx, mailing, recipient),
      // A country may want a person to look at each first mail; a whole mailing's approval does not do.
      ...(firstState(recipient) ?? {
        // While a mailing waits, so does a mail with a hole; the commit point asks again.
        state: state === "waiting" ? "draft" : missing ? "blocked" : "queued",
        stateReason: state === "waiting" ? null : missing,
      }),
    });
  }
  await insertEnrolments(ctx.db, enrolments);
  return queueOutreach(ctx, mails);
}

/** When a mail is due and when it is too late: in the recipient's hours where the mailing wants them, else at once. */
function timesFor(
  ctx: Ctx,
  { way }: Mailing,
  recipient: Recipient,
): Pick<OutreachMail, "dueAt" | "expiresAt"> {
  const window = windowOf(way, recipient.country);
  if (window === null) return {};
  const place = placeOf(recipient);
  const dueAt = firstDue(window, place, ctx.clock.now(), 0);
  return { dueAt, expiresAt: expiresAt(window, place, dueAt) };
}

function firstState({ facts }: Recipient): { state: "draft"; stateReason: string } | undefined {
  return facts.firstContact === "approve_each" ? { state: "draft", stateReason: APPROVE_FIRST } : undefined;
}

/** Writes and queues a mailing in one go, for scripts and the demonstration. */
export async function queueMailing(
  ctx: Ctx,
  input: {
    letterSlug: string;
    subject: string;
    body: string;
    language: string;
    contactIds?: readonly string[] | undefined;
    filter?: KeptRecipients | undefined;
    /** Not given: the mailbox of the settings. */
    mailboxId?: string | undefined;
    /** True: in the office hours of each recipient, else at once. */
    officeHours?: boolean | undefined;
  },
): Promise<QueuedMailing> {
  requirePermission(ctx, "outreach:write");
  const command = parse(queueMailingCommand, {
    letter: input.letterSlug,
    language: input.language,
    subject: input.subject,
    body: input.body,
    mailbox_id: input.mailboxId,
    office_hours: input.officeHours,
    ...(input.contactIds ? { contact_ids: input.contactIds } : {}),
    ...(input.filter ? { filter: input.filter } : {}),
  });
  if (!command.contact_ids && !command.filter) {
    throw invalid("mailing.nobody", { contact_ids: "errors.mailing.choose" });
  }
  return transaction(ctx, async (tx) => {
    const letter = await letterBySlug(tx, command.letter);
    const id = newId(tx.clock);
    const recipients = {
      ...command.filter,
      ...(command.contact_ids ? { contact_ids: command.contact_ids } : {}),
    };
    await addMailing(tx, { id, letterId: letter.id, subject: command.subject, recipients });
    await keepMailingWords(tx, { id, letter_id: letter.id }, command);
    await keepMailingWay(tx, id, command);
    await record(tx, { action: "mailing.written", letterId: letter.id, subjectId: id });
    return queueSavedMailing(tx, id);
  });
}
