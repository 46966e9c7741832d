/** The approval queue: mails of steps that a person looks at, one by one, before each goes out. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { parse, type Page } from "../../platform/schema.js";
import { approveMessage, editMessage, waitsForYes } from "../mail/deciding-service.js";
import { settleTasks } from "../tasks/service.js";
import { requirePermission } from "../team/service.js";
import { approveOneMessage } from "./approval-service.js";
import { editedText, whyOf } from "./policy-service.js";
import { listQueue, waitingMail, waitingMails, type QueueLine, type WaitingMail } from "./queue-views.js";
import { approveMailCommand } from "./sequence-commands.js";
import { letterIn, readCourse, textOf, type Course } from "./step-service.js";
import { setPending } from "./store.js";
import { timesFromNow } from "./timing-service.js";
import type { Variable } from "./template.js";
import { listRecipients, type Recipient } from "./views.js";
import { wordFor } from "./wording-service.js";

/** Mails of sequences that wait for approval, the one due first on top, a page at a time. */
export async function browseQueue(
  ctx: Ctx,
  filter: { sequenceId?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<Page<QueueLine>> {
  requirePermission(ctx, "messages:read");
  return listQueue(ctx, filter);
}

/** A waiting mail: its words as they can be edited, and as they would go out. */
export interface ShownWaiting {
  mail: WaitingMail;
  recipient: Recipient;
  sponsor: { name: string; address: string };
  /** With variables; what an edit begins with. */
  words: { subject: string; body: string };
  /** Later mails of a thread keep its subject, so theirs can't be edited. */
  subjectIsFixed: boolean;
  worded:
    | { subject: string; body: string; why: { key: string; args: Record<string, unknown> } }
    | { missing: Variable[] };
}

/** A mail that waits for approval, or `words` in place of its own to see how they would read. Throws not_found. */
export async function showWaiting(
  ctx: Ctx,
  id: string,
  words?: { subject: string; body: string },
): Promise<ShownWaiting> {
  requirePermission(ctx, "messages:read");
  return readWaiting(ctx, id, words);
}

/**
 * Several mails that wait for approval, as they would go out, by id; those that are not there any more are left away.
 * What sequence and letter say is read once for all mails of a version.
 */
export async function showAllWaiting(ctx: Ctx, ids: readonly string[]): Promise<Map<string, ShownWaiting>> {
  requirePermission(ctx, "messages:read");
  const byVersion = new Map<string, WaitingMail[]>();
  for (const mail of await waitingMails(ctx, ids)) {
    const key = `${mail.sequenceId} ${mail.version}`;
    byVersion.set(key, [...(byVersion.get(key) ?? []), mail]);
  }
  const shown = new Map<string, ShownWaiting>();
  for (const mails of byVersion.values()) {
    for (const each of await shownTogether(ctx, mails)) shown.set(each.mail.id, each);
  }
  return shown;
}

/** Mails of one version of a sequence. */
async function shownTogether(ctx: Ctx, mails: readonly WaitingMail[]): Promise<ShownWaiting[]> {
  const [first] = mails;
  const course = first && (await readCourse(ctx, first.sequenceId, first.version));
  if (!course) return [];
  const contactIds = mails.map((mail) => mail.contactId);
  const recipients = await listRecipients(ctx, course.letter.id, { contactIds });
  const byContact = new Map(recipients.map((recipient) => [recipient.contactId, recipient]));
  const shown: ShownWaiting[] = [];
  // The letter's words are read once for each language.
  for (const mail of mails) {
    const recipient = byContact.get(mail.contactId);
    if (recipient) shown.push(await shownWaiting(ctx, course, mail, recipient, undefined));
  }
  return shown;
}

async function readWaiting(
  ctx: Ctx,
  id: string,
  words?: { subject: string; body: string },
): Promise<ShownWaiting> {
  const mail = isUuid(id) ? await waitingMail(ctx, id) : undefined;
  const course = mail && (await readCourse(ctx, mail.sequenceId, mail.version));
  const [recipient] = course
    ? await listRecipients(ctx, course.letter.id, { contactIds: [mail.contactId] })
    : [];
  if (!mail || !course || !recipient) throw notFound("message.unknown");
  return shownWaiting(ctx, course, mail, recipient, words);
}

async function shownWaiting(
  ctx: Ctx,
  course: Course,
  mail: WaitingMail,
  recipient: Recipient,
  given: { subject: string; body: string } | undefined,
): Promise<ShownWaiting> {
  const step = course.steps.find((each) => each.position === mail.position);
  if (!step) throw notFound("message.unknown");
  const { subject, body } = given ?? editedText(mail.data) ?? textOf(course, step, mail.language);
  const worded = wordFor({ subject, body, language: mail.language }, recipient, {
    letter: await letterIn(ctx, course, mail.language),
    senderName: course.senderName,
    invitationLinkId: null,
  });
  const fixed = mail.data["thread_subject"];
  const threaded = typeof fixed === "string" ? { subject: fixed } : {};
  return {
    mail,
    recipient,
    sponsor: { name: course.letter.sponsorName, address: course.letter.sponsorAddress },
    words: { subject, body },
    subjectIsFixed: typeof fixed === "string",
    worded: "missing" in worded ? worded : { ...worded, ...threaded, why: whyOf(recipient) },
  };
}

/**
 * Lets one waiting mail go out, in other words where they are given; at once, or when its hours come. Throws conflict
 * when it does not wait or a value is missing, forbidden where it needs a second person.
 */
export async function approveMail(
  ctx: Ctx,
  id: string,
  input: z.input<typeof approveMailCommand> = {},
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const command = parse(approveMailCommand, input);
  await transaction(ctx, async (tx) => {
    const mail = isUuid(id) ? await waitingMail(tx, id) : undefined;
    if (!mail) throw notFound("message.unknown");
    if (mail.kind !== "sequence") return approveOneMessage(tx, id);
    if (!awaitsYes(mail)) throw conflict("message.not_waiting");
    const { words } = await readWaiting(tx, id);
    const given = { subject: command.subject ?? words.subject, body: command.body ?? words.body };
    const isEdited = given.subject !== words.subject || given.body !== words.body;
    const { worded } = await readWaiting(tx, id, given);
    if ("missing" in worded) throw conflict("message.missing", {}, { missing: worded.missing });
    if (isEdited) await editMessage(tx, id, given);
    await approveMessage(tx, id, await timesFromNow(tx, mail));
    await setPending(tx.db, [mail.enrolmentId], "window");
    await settleTasks(tx, "blocked_message", id);
  });
}

/** Keeps other words for a waiting mail without letting it go. Throws conflict when it does not wait. */
export async function editMail(
  ctx: Ctx,
  id: string,
  input: z.input<typeof approveMailCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const command = parse(approveMailCommand, input);
  await transaction(ctx, async (tx) => {
    const { mail, words } = await readWaiting(tx, id);
    // A mailing is approved as a whole: one of its mails must not say anything else than what was looked at.
    if (!awaitsYes(mail) || mail.kind !== "sequence") throw conflict("message.not_waiting");
    const given = { subject: command.subject ?? words.subject, body: command.body ?? words.body };
    await editMessage(tx, id, given);
  });
}

/** Whether a mail waits for a person's yes. */
export function awaitsYes(mail: { state: string; heldReason: string | null }): boolean {
  return waitsForYes({ state: mail.state, held_reason: mail.heldReason });
}
