import type { Ctx } from "../../platform/context.js";
import { placeholdersIn } from "../links/link.js";
import type { MailPolicy, PolicyMessage, StopVerdict } from "../mail/verdict-service.js";
import { markAddressDead } from "../organisations/service.js";
import { APPROVE_FIRST } from "../mail/service.js";
import { createTask, settleTasksOf } from "../tasks/service.js";
import { halted, resumed } from "./alarm-service.js";
import { stopReason } from "./mailing.js";
import { isPauseReason } from "./enrolment.js";
import { heldBy, type LiveHold } from "./hold.js";
import { liveHolds } from "./hold-store.js";
import { wordsOfLetters, type LetterWords } from "./letter-views.js";
import { readRules } from "./sequence.js";
import { continueEnrolments } from "./step-service.js";
import { finishEnrolments, pauseEnrolments, setPending } from "./store.js";
import { inGoodTime } from "./timing-service.js";
import { factsOfMessages, type MessageFacts } from "./views.js";
import { wordFor } from "./wording-service.js";

/** Outreach's say in the sending of mail: the stop rules and the words at the commit point, and what follows an end. */
export const outreachPolicy: MailPolicy = { mayGoOut, settled, halted, resumed };

async function mayGoOut(ctx: Ctx, messages: readonly PolicyMessage[]): Promise<Map<string, StopVerdict>> {
  const facts = await factsOfMessages(
    ctx,
    messages.map((message) => message.id),
  );
  const letters = new Map<string, Map<string, LetterWords>>();
  for (const language of new Set(facts.map((each) => each.language))) {
    const ids = facts.filter((each) => each.language === language).map((each) => each.letterId);
    letters.set(language, await wordsOfLetters(ctx, [...new Set(ids)], language));
  }
  const holds = await liveHolds(ctx.db, facts.flatMap(subjectsOf), ctx.clock.now());
  const rows = new Map(messages.map((message) => [message.id, message]));
  const verdicts = new Map(
    facts.map((each) => {
      const words = letters.get(each.language)?.get(each.letterId);
      const data = rows.get(each.messageId)?.data ?? {};
      const verdict = stopVerdict(each, holds) ?? wordsVerdict(each, words, data);
      return [each.messageId, verdict];
    }),
  );
  return inGoodTime(ctx, messages, facts, verdicts);
}

function subjectsOf({ person, sequenceId, mailboxId, letterId }: MessageFacts): string[] {
  return [person.contactId, person.organisationId, sequenceId, letterId, ...(mailboxId ? [mailboxId] : [])];
}

function linkIn(value: unknown): string | null {
  return typeof value === "string" ? (placeholdersIn(value)[0] ?? null) : null;
}

function cancelled(reason: string): StopVerdict {
  return { go: false, to: "cancelled", reason };
}

function held(reason: string): StopVerdict {
  return { go: false, to: "held", reason };
}

/** What ends or holds a mail up, whatever it says; undefined when nothing does. */
function stopVerdict(facts: MessageFacts, holds: readonly LiveHold[]): StopVerdict | undefined {
  const { colleagueEnds } = readRules(facts.rules);
  if (facts.enrolmentState === "finished") return cancelled(facts.enrolmentReason ?? "removed");
  const isWaiting = facts.facts.letterState === "paused";
  const reason = stopReason({
    ...facts.facts,
    letterState: isWaiting ? "open" : facts.facts.letterState,
    answeredByOther: facts.facts.answeredByOther && colleagueEnds,
  });
  if (reason) return { go: false, to: reason === "suppressed" ? "suppressed" : "cancelled", reason };
  if (facts.sequenceState === "stopped") return cancelled("mailing_stopped");
  if (facts.addressChanged) return cancelled("address_changed");
  if (isWaiting) return held("letter_paused");
  if (facts.enrolmentState === "paused") return held(facts.enrolmentReason ?? "manual");
  const hold = heldBy(holds, {
    contact: facts.person.contactId,
    organisation: facts.person.organisationId,
    sequence: facts.sequenceId,
    mailbox: facts.mailboxId,
    letter: facts.letterId,
  });
  if (hold) return held(hold);
  const asksFirst = facts.facts.firstContact === "approve_each" && !facts.approved;
  return asksFirst ? held(APPROVE_FIRST) : undefined;
}

/** The mail in its words, or what they lack. */
function wordsVerdict(
  facts: MessageFacts,
  letter: LetterWords | undefined,
  data: PolicyMessage["data"],
): StopVerdict {
  const text = editedText(data) ?? facts;
  const worded = wordFor({ ...text, language: facts.language }, facts.person, {
    letter,
    senderName: facts.senderName ?? facts.sponsorName,
    invitationLinkId: linkIn(data["invitation"]),
  });
  if ("missing" in worded)
    return { go: false, to: "blocked", reason: `missing ${worded.missing.join(", ")}` };
  const subject = data["thread_subject"];
  const threaded = typeof subject === "string" ? { ...worded, subject } : worded;
  return { go: true, data: threaded, why: whyOf(facts.person) };
}

/** The words that somebody gave this one mail when approving it. */
export function editedText(
  data: Readonly<Record<string, unknown>>,
): { subject: string; body: string } | undefined {
  const edited = data["edited"] as { subject?: unknown; body?: unknown } | undefined;
  if (typeof edited?.subject !== "string" || typeof edited.body !== "string") return undefined;
  return { subject: edited.subject, body: edited.body };
}

/** Why somebody gets a mail: the lawful basis and the source of the address, as one sentence. */
export function whyOf(person: {
  lawfulBasis: string;
  source: string;
  sourceAt: Date;
  organisationName: string;
}): { key: string; args: Record<string, unknown> } {
  return {
    key: `mail.why.${person.lawfulBasis}`,
    args: { organisation: person.organisationName, source: person.source, date: person.sourceAt },
  };
}

const TASKS = {
  uncertain: "uncertain_message",
  blocked: "blocked_message",
  expired: "expired_message",
} as const;

/** States in which a mail that lacked something will not go out any more. */
const OVER: ReadonlySet<string> = new Set(["cancelled", "suppressed", "expired"]);

async function settled(ctx: Ctx, messages: readonly PolicyMessage[]): Promise<void> {
  for (const message of messages) {
    const kind = taskFor(message);
    if (!kind) continue;
    await createTask(ctx, {
      kind,
      letterId: message.letter_id,
      organisationId: message.organisation_id,
      contactId: message.contact_id,
      subjectId: message.id,
      detail: { reason: message.state_reason },
    });
  }
  for (const message of messages) {
    if (isDead(message)) await markDead(ctx, message);
  }
  await settleTasksOf(
    ctx,
    "uncertain_message",
    messages.filter((message) => isCleared(ctx, message)).map(({ id }) => id),
  );
  await settleTasksOf(
    ctx,
    "blocked_message",
    messages.filter(({ state }) => OVER.has(state)).map(({ id }) => id),
  );
  const outreach = messages.filter((message) => message.enrolment_id !== null);
  await continueEnrolments(
    ctx,
    outreach.filter((message) => message.state === "sent"),
  );
  await noteWaiting(
    ctx,
    outreach.filter((message) => message.state === "queued"),
  );
  const ends = outreach.flatMap((message) => {
    const reason = endOf(message);
    return message.enrolment_id && reason ? [{ id: message.enrolment_id, reason }] : [];
  });
  await finishEnrolments(ctx.db, ends, ctx.clock.now());
}

/** A verdict that came late, or the mail server's log, may have answered what a task asks. */
function isCleared(ctx: Ctx, { state, state_before: before, lease_until: lease }: PolicyMessage): boolean {
  if (state !== "sent" && state !== "failed" && state !== "queued") return false;
  return before === "uncertain" || (lease !== null && lease <= ctx.clock.now());
}

const THROTTLED: ReadonlySet<string> = new Set(["cap", "contact_distance", "colleague_first"]);

/** Lets enrolments say what their mail was sent back to the queue for. */
async function noteWaiting(ctx: Ctx, waiting: readonly PolicyMessage[]): Promise<void> {
  const byReason = new Map<string, string[]>();
  for (const { enrolment_id: id, state_reason: reason } of waiting) {
    if (id && reason) byReason.set(reason, [...(byReason.get(reason) ?? []), id]);
  }
  for (const [reason, ids] of byReason) {
    if (isPauseReason(reason)) await pauseEnrolments(ctx.db, ids, { reason, until: null }, "running");
    else if (reason === "window") await setPending(ctx.db, ids, "window");
    else if (reason === APPROVE_FIRST) await setPending(ctx.db, ids, "approval");
    else if (THROTTLED.has(reason)) await setPending(ctx.db, ids, "throttle");
  }
}

function taskFor(message: PolicyMessage) {
  if (message.state === "uncertain" || message.state === "blocked" || message.state === "expired") {
    return TASKS[message.state];
  }
  if (message.state === "failed" && message.state_reason === "content") return "mail_refused";
  return isDead(message) ? "find_contact" : undefined;
}

function isDead(message: PolicyMessage): boolean {
  return message.state === "failed" && message.contact_id !== null && message.state_reason === "address_dead";
}

/** Nobody reads this address: the contact says so from now on. It is not suppressed; a new address may be given. */
async function markDead(ctx: Ctx, message: PolicyMessage): Promise<void> {
  if (message.contact_id) await markAddressDead(ctx, message.contact_id, message.to_email);
}

/** How an enrolment ends with a mail that did not go out; undefined where it does not end. */
function endOf(message: PolicyMessage): string | undefined {
  switch (message.state) {
    case "failed":
      return message.state_reason === "address_dead" ? "bounced" : "failed";
    case "cancelled":
      return message.state_reason ?? "removed";
    case "suppressed":
    case "expired":
      return message.state;
    default:
      return undefined;
  }
}
