/** Doing what a mail leads to, inside the transaction that keeps it. */
import { as, type Ctx } from "../../platform/context.js";
import { parseEmail } from "../../platform/email-address.js";
import { record } from "../activity/service.js";
import { suppress } from "../consent/service.js";
import { noteHeard, settleHeard } from "../mail/heard-service.js";
import { noteSenderFault } from "../mail/mailbox-health-service.js";
import { getContact, markAddressDead, updateContact } from "../organisations/service.js";
import { outreachPolicy } from "../outreach/policy-service.js";
import { pauseOutreach, stopOutreach } from "../outreach/stopping-service.js";
import { createTask } from "../tasks/service.js";
import type { Match } from "./match.js";
import type { Step } from "./plan.js";
import type { DoneStep } from "./inbound-mail.js";

/** The mail that steps are taken for. */
export interface ActingMail {
  id: string;
  mailboxId: string | null;
  class: string;
  match: Match | undefined;
}

/** Takes the steps in their order and says what came of each, for the mail's own page. Belongs in an open transaction. */
export async function takeSteps(ctx: Ctx, mail: ActingMail, steps: readonly Step[]): Promise<DoneStep[]> {
  const acting = as(ctx, { kind: "system", name: "inbound" });
  const done: DoneStep[] = [];
  for (const step of steps) {
    const detail = await takeStep(acting, mail, step);
    done.push({ do: step.do, at: ctx.clock.now().toISOString(), detail });
  }
  return done;
}

async function takeStep(ctx: Ctx, mail: ActingMail, step: Step): Promise<Record<string, unknown>> {
  switch (step.do) {
    case "settle":
      return { settled: await settleUncertain(ctx, mail) };
    case "event":
      return noteEvent(ctx, mail, step.event);
    case "address_invalid":
      return { changed: await killAddress(ctx, mail) };
    case "left":
      return { changed: await setLeft(ctx, mail) };
    case "stop":
      return { reason: step.reason, ended: await stop(ctx, mail, step.reason) };
    case "pause":
      return { until: step.until.toISOString(), held: await pause(ctx, mail, step.until) };
    case "suppress":
      return { reason: step.reason, added: await suppressAll(ctx, mail, step) };
    case "sender_fault":
      return { reason: step.reason, counted: await countFault(ctx, mail, step.diagnostic) };
    case "task":
      return { kind: step.task, made: await makeTask(ctx, mail, step) };
    case "note":
      return { why: step.why };
  }
}

/** An uncertain message of which something was heard was accepted; what follows a mail that went out follows now. */
async function settleUncertain(ctx: Ctx, { match }: ActingMail): Promise<boolean> {
  if (!match?.message) return false;
  const settled = await settleHeard(ctx, match.message.id);
  await outreachPolicy.settled(ctx, settled);
  return settled.length > 0;
}

async function noteEvent(
  ctx: Ctx,
  mail: ActingMail,
  event: Extract<Step, { do: "event" }>["event"],
): Promise<Record<string, unknown>> {
  const message = mail.match?.message;
  if (message) await noteHeard(ctx, message.id, event, { class: mail.class, inbound: mail.id });
  return { event };
}

/** A contact that somebody has given another address or standing meanwhile keeps it. */
async function killAddress(ctx: Ctx, { match }: ActingMail): Promise<boolean> {
  if (!match?.contactId) return false;
  return markAddressDead(ctx, match.contactId, match.message?.toEmail ?? null);
}

/** A contact that somebody has given another standing meanwhile keeps it. */
async function setLeft(ctx: Ctx, { match }: ActingMail): Promise<boolean> {
  if (!match?.contactId) return false;
  const contact = await getContact(ctx, match.contactId);
  if (contact.status !== "active") return false;
  await updateContact(ctx, contact.id, { status: "left", row_version: contact.row_version });
  return true;
}

/** Counts against the mailbox that the refused mail went out of, never against the contact. Only a proven report counts. */
async function countFault(ctx: Ctx, { mailboxId, match }: ActingMail, detail: string): Promise<boolean> {
  const message = match?.message;
  const mailbox = message?.mailboxId ?? mailboxId;
  if (!message || !mailbox || !message.hasGoneOut) return false;
  await noteSenderFault(ctx, mailbox, { messageId: message.id, source: "report", detail: detail || null });
  return true;
}

type StopReason = Extract<Step, { do: "stop" }>["reason"];

/** An answer ends what runs for the whole organisation; everything else only what runs for the contact. */
async function stop(ctx: Ctx, { match }: ActingMail, reason: StopReason): Promise<number> {
  if (!match?.organisationId) return 0;
  const isAnswer = reason === "replied" || reason === "org_replied";
  if (!isAnswer && !match.contactId) return 0;
  const scope = isAnswer
    ? { organisationId: match.organisationId, letterId: match.letterId }
    : { organisationId: match.organisationId, contactId: match.contactId };
  return stopOutreach(ctx, scope, { contactId: match.contactId, reason });
}

async function pause(ctx: Ctx, { match }: ActingMail, until: Date): Promise<number> {
  if (!match?.organisationId || !match.contactId) return 0;
  const scope = { organisationId: match.organisationId, contactId: match.contactId };
  return pauseOutreach(ctx, scope, { reason: "out_of_office", until });
}

async function suppressAll(
  ctx: Ctx,
  { match }: ActingMail,
  step: Extract<Step, { do: "suppress" }>,
): Promise<number> {
  let added = 0;
  for (const address of [...step.addresses].sort()) {
    const email = parseEmail(address);
    if (!email) continue;
    const isNew = await suppress(ctx, {
      email,
      reason: step.reason,
      source: step.reason === "complaint" ? "complaint by mail" : "request by mail",
      organisationId: match?.organisationId ?? null,
      contactId: match?.contactId ?? null,
    });
    if (isNew) added += 1;
  }
  return added;
}

async function makeTask(
  ctx: Ctx,
  { id, match }: ActingMail,
  { task, detail }: Extract<Step, { do: "task" }>,
): Promise<boolean> {
  const subjectId = task === "organisation_unreachable" ? match?.organisationId : id;
  const made = await createTask(ctx, {
    kind: task,
    letterId: match?.letterId ?? null,
    organisationId: match?.organisationId ?? null,
    contactId: match?.contactId ?? null,
    subjectId: subjectId ?? id,
    detail: { ...detail, inbound: id },
  });
  return made !== undefined;
}

/** What came in, as the record calls it; everything that is not here is a report about a delivery. */
const ARRIVALS: Record<string, string> = {
  human_reply: "reply",
  auto_reply: "automatic_reply",
  challenge_response: "automatic_reply",
  unsubscribe_request: "wish_for_no_more_mail",
  complaint: "complaint",
  unclassified: "mail",
};

/** Keeps in the record that something came in, for the timelines of organisation and letter. */
export async function recordHeard(ctx: Ctx, mail: ActingMail): Promise<void> {
  if (!mail.match?.organisationId) return;
  await record(as(ctx, { kind: "system", name: "inbound" }), {
    action: `${ARRIVALS[mail.class] ?? "delivery_report"}.received`,
    letterId: mail.match.letterId,
    organisationId: mail.match.organisationId,
    contactId: mail.match.contactId,
    subjectId: mail.id,
  });
}
