/** The next mail of an enrolment: made when it begins, and each time the mail before has gone out. */
import type { Ctx } from "../../platform/context.js";
import { ensureInvitations } from "../invitations/service.js";
import { APPROVE_FIRST, queueOutreach, type MailThread, type OutreachMail } from "../mail/service.js";
import type { PolicyMessage } from "../mail/verdict-service.js";
import { createTasks } from "../tasks/service.js";
import { chooseLanguage } from "./language-choice.js";
import {
  findMailedLetter,
  staffNames,
  wordsOfLetters,
  type LetterWords,
  type MailedLetter,
} from "./letter-views.js";
import { firstDue, nextDue, readRules, windowOf, type SequenceRules } from "./sequence.js";
import { findVersion, listStepsOf, type StepWithTexts } from "./sequence-store.js";
import {
  findSequence,
  finishEnrolments,
  lockEnrolments,
  setActive,
  setPending,
  type EnrolmentRow,
  type SequenceRow,
} from "./store.js";
import type { TemplateText } from "./template-store.js";
import { listRecipients, type Recipient } from "./views.js";
import { expiresAt, opensAt, placeOf } from "./window.js";
import { wordFor } from "./wording-service.js";

/** A version of a sequence with everything its mails are made from. */
export interface Course {
  sequence: SequenceRow;
  version: number;
  rules: SequenceRules;
  steps: StepWithTexts[];
  letter: MailedLetter;
  senderName: string;
  /** The letter's words by language, as they have been needed so far. */
  words: Map<string, LetterWords | undefined>;
  /** Times that have been reckoned so far; they are the same for everybody in a place. */
  times: Map<string, Date>;
}

/** Reads a version of a sequence. Undefined when it has no steps or its letter is gone. */
export async function readCourse(ctx: Ctx, sequenceId: string, version: number): Promise<Course | undefined> {
  const sequence = await findSequence(ctx.db, sequenceId);
  const kept = await findVersion(ctx.db, sequenceId, version);
  const letter = sequence && (await findMailedLetter(ctx, { id: sequence.letter_id }));
  if (!sequence || !kept || !letter) return undefined;
  const steps = await listStepsOf(ctx.db, [{ sequenceId, version }]);
  const names = await staffNames(ctx, [sequence.created_by]);
  return {
    sequence,
    version,
    rules: readRules(kept.rules),
    steps,
    letter,
    senderName: names.get(sequence.created_by ?? "") ?? letter.sponsorName,
    words: new Map(),
    times: new Map(),
  };
}

/** The text of a step in the language that suits the enrolment best. */
export function textOf(course: Course, step: StepWithTexts, language: string | null): TemplateText {
  const chosen = chooseLanguage(
    step.texts.map((text) => text.language),
    { contact: language, letter: course.letter.defaultLanguage },
  );
  const text = step.texts.find((each) => each.language === chosen);
  if (!text) throw new Error(`the step ${step.id} has no text`);
  return text;
}

/** The letter's words in a language, read once. */
export async function letterIn(ctx: Ctx, course: Course, language: string): Promise<LetterWords | undefined> {
  if (!course.words.has(language)) {
    const words = await wordsOfLetters(ctx, [course.letter.id], language);
    course.words.set(language, words.get(course.letter.id));
  }
  return course.words.get(language);
}

/** One mail that is to be made. */
export interface NextMail {
  enrolment: EnrolmentRow | Omit<EnrolmentRow, "finished_at" | "paused_until" | "row_version">;
  recipient: Recipient;
  step: StepWithTexts;
  dueAt: Date;
  thread?: MailThread | undefined;
}

/**
 * Makes the mails, each in its language, a draft where the step wants each approved, blocked with a task where a value
 * is missing. An enrolment whose mail somebody else at the same address has already had ends.
 */
export async function makeMails(ctx: Ctx, course: Course, nexts: readonly NextMail[]): Promise<void> {
  const recipients = nexts.map((next) => next.recipient);
  const invitations = await ensureInvitations(ctx, course.letter.id, recipients);
  const mails: OutreachMail[] = [];
  // The letter's words are read once for each language.
  for (const next of nexts) {
    const linkId = invitations.get(next.recipient.contactId)?.linkId ?? "";
    mails.push(await mailFor(ctx, course, next, linkId));
  }
  const added = new Map((await queueOutreach(ctx, mails)).map((message) => [message.enrolmentId, message]));
  const blocked = mails.flatMap((mail) => {
    const message = added.get(mail.enrolmentId);
    return message && mail.stateReason?.startsWith("missing ") ? [{ mail, message }] : [];
  });
  await createTasks(
    ctx,
    blocked.map(({ mail, message }) => ({
      kind: "blocked_message",
      letterId: mail.letterId,
      organisationId: mail.organisationId,
      contactId: mail.contactId,
      subjectId: message.id,
      detail: { reason: mail.stateReason },
    })),
  );
  const twice = mails.filter((mail) => !added.has(mail.enrolmentId));
  const ends = twice.map((mail) => ({ id: mail.enrolmentId, reason: "removed" }));
  await finishEnrolments(ctx.db, ends, ctx.clock.now());
}

async function mailFor(ctx: Ctx, course: Course, next: NextMail, linkId: string): Promise<OutreachMail> {
  const { enrolment, recipient, step } = next;
  const text = textOf(course, step, enrolment.language);
  const worded = wordFor(text, recipient, {
    letter: await letterIn(ctx, course, text.language),
    senderName: course.senderName,
    invitationLinkId: linkId,
  });
  const missing = "missing" in worded ? `missing ${worded.missing.join(", ")}` : null;
  const window = windowOf(course.rules, recipient.country);
  const place = placeOf(recipient);
  return {
    sendKey: `${course.letter.id}:${step.step_key}:${recipient.addressHash}:${enrolment.round}`,
    language: text.language,
    letterId: course.letter.id,
    organisationId: recipient.organisationId,
    contactId: recipient.contactId,
    enrolmentId: enrolment.id,
    stepId: step.id,
    to: { email: recipient.email ?? "", name: recipient.contactName },
    invitationLinkId: linkId,
    state: waitsForPerson(step, recipient) ? "draft" : missing ? "blocked" : "queued",
    stateReason: missing ?? (asksFirst(recipient) ? APPROVE_FIRST : null),
    dueAt: next.dueAt,
    expiresAt: onceFor(course, ["expires", place.country, place.zone, next.dueAt.getTime()], () =>
      expiresAt(window, place, next.dueAt),
    ),
    mailboxId: enrolment.mailbox_id,
    heldReason: enrolment.state === "paused" ? enrolment.state_reason : null,
    thread: next.thread,
  };
}

/** Whether a mail to somebody has to be looked at: the step says so, or the law of the country does of a first mail. */
export function waitsForPerson(
  step: Pick<StepWithTexts, "approval">,
  recipient: Pick<Recipient, "facts">,
): boolean {
  return step.approval === "each" || asksFirst(recipient);
}

function asksFirst({ facts }: Pick<Recipient, "facts">): boolean {
  return facts.firstContact === "approve_each";
}

/** When the first mail to somebody is due. */
export function beginsAt(course: Course, recipient: Pick<Recipient, "country" | "timeZone">, at: Date): Date {
  const place = placeOf(recipient);
  return onceFor(course, ["begins", place.country, place.zone, at.getTime()], () =>
    firstDue(windowOf(course.rules, recipient.country), place, at, course.steps[0]?.delay_days ?? 0),
  );
}

/** A time that may have been reckoned for somebody else in the same place: calendars are slow when thousands are enrolled. */
function onceFor(course: Course, key: readonly (string | number | null)[], reckon: () => Date): Date {
  const name = key.join(" ");
  const time = course.times.get(name) ?? reckon();
  course.times.set(name, time);
  return time;
}

/**
 * Takes enrolments on after a mail of theirs has gone out: the next mail is made, or the enrolment is complete. Belongs
 * in the transaction that says that the mail went out, so that nothing is lost between two steps.
 */
export async function continueEnrolments(ctx: Ctx, sent: readonly PolicyMessage[]): Promise<void> {
  const now = ctx.clock.now();
  const passed = sent.map((message) => ({
    message,
    at: message.sending_at ?? now,
    isSent: true,
    thread: threadBelow(message),
  }));
  await takeOn(ctx, passed);
}

/**
 * Takes enrolments on past mails that staff left out, as if each had gone out when it was due, or now where that time is
 * over. The next mail follows up what went out before; after the last one the enrolment ends.
 */
export async function continuePast(
  ctx: Ctx,
  skipped: readonly (PolicyMessage & { due_at: Date })[],
): Promise<void> {
  const now = ctx.clock.now();
  const passed = skipped.map((message) => ({
    message,
    at: message.due_at > now ? message.due_at : now,
    isSent: false,
    thread: threadOf(message),
  }));
  await takeOn(ctx, passed);
}

/** A mail that an enrolment is past. */
interface Passed {
  message: PolicyMessage;
  /** From when the next one's delay counts. */
  at: Date;
  isSent: boolean;
  /** What the next one follows up. */
  thread: MailThread | undefined;
}

async function takeOn(ctx: Ctx, passed: readonly Passed[]): Promise<void> {
  const messages = new Map(passed.map((each) => [each.message.enrolment_id ?? "", each]));
  const enrolments = await lockEnrolments(ctx.db, [...messages.keys()].filter(Boolean));
  const running = enrolments.filter((enrolment) => enrolment.state !== "finished");
  const done: { id: string; reason: string }[] = [];
  const courses = new Map<string, Course | undefined>();
  for (const enrolment of running) {
    if (enrolment.kind === "one_off") {
      done.push({ id: enrolment.id, reason: "completed" });
      continue;
    }
    const key = `${enrolment.sequence_id} ${enrolment.version}`;
    if (!courses.has(key)) courses.set(key, await readCourse(ctx, enrolment.sequence_id, enrolment.version));
    const course = courses.get(key);
    const message = messages.get(enrolment.id);
    const next = course && message ? await nextMail(ctx, course, enrolment, message) : undefined;
    if (!course || !next || !message) {
      done.push({ id: enrolment.id, reason: message && hasBegun(message) ? "completed" : "removed" });
      continue;
    }
    if (enrolment.state === "pending") await sayWhere(ctx, message, next);
    await makeMails(ctx, course, [next]);
  }
  await finishEnrolments(ctx.db, done, ctx.clock.now());
}

/** Whether anything of the enrolment has gone out. */
function hasBegun({ isSent, thread }: Passed): boolean {
  return isSent || thread !== undefined;
}

/** An enrolment begins with its first mail; while that is left out it goes on waiting, for what the next one waits for. */
async function sayWhere(ctx: Ctx, passed: Passed, { enrolment, step, recipient }: NextMail): Promise<void> {
  if (hasBegun(passed)) await setActive(ctx.db, [enrolment.id]);
  else await setPending(ctx.db, [enrolment.id], waitsForPerson(step, recipient) ? "approval" : "window");
}

/** The thread that a mail which went out leaves behind. */
function threadBelow(message: PolicyMessage): MailThread {
  const subject = message.data["thread_subject"];
  return {
    inReplyTo: message.message_id,
    references: [...message.thread_references, message.message_id],
    subject: typeof subject === "string" ? subject : (message.subject ?? ""),
  };
}

/** The thread that a mail stands in; undefined where nothing went out before it. */
function threadOf(message: PolicyMessage): MailThread | undefined {
  const last = message.thread_references.at(-1);
  const subject = message.data["thread_subject"];
  if (!last) return undefined;
  return {
    inReplyTo: last,
    references: message.thread_references,
    subject: typeof subject === "string" ? subject : "",
  };
}

async function nextMail(
  ctx: Ctx,
  course: Course,
  enrolment: EnrolmentRow,
  { message, at: passedAt, thread }: Passed,
): Promise<NextMail | undefined> {
  const at = course.steps.findIndex((step) => step.id === message.step_id);
  const step = at === -1 ? undefined : course.steps[at + 1];
  if (!step) return undefined;
  const [recipient] = await listRecipients(ctx, course.letter.id, { contactIds: [enrolment.contact_id] });
  if (!recipient?.email) return undefined;
  const place = placeOf(recipient);
  const window = windowOf(course.rules, recipient.country);
  const now = ctx.clock.now();
  const dueAt = nextDue(window, place, opensAt(window, place, passedAt), step.delay_days);
  return {
    enrolment,
    recipient,
    step,
    // Late when it took a person some days to say that the mail before had arrived.
    dueAt: dueAt > now ? dueAt : opensAt(window, place, now),
    thread,
  };
}
