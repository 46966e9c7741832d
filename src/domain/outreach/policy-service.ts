import type { Ctx } from "../../platform/context.js";
import { placeholdersIn } from "../links/link.js";
import type { MailPolicy, PolicyMessage, StopVerdict } from "../mail/verdict-service.js";
import { getContact, updateContact } from "../organisations/service.js";
import { createTask, settleTasks } from "../tasks/service.js";
import { stopReason } from "./mailing.js";
import { finishEnrolments } from "./store.js";
import { factsOfMessages, wordsOfLetters, type LetterWords, type MessageFacts } from "./views.js";
import { valuesOf, wordMail } from "./wording.js";

/** Outreach's say in the sending of mail: the stop rules and the words at the commit point, and what follows an end. */
export const outreachPolicy: MailPolicy = { mayGoOut, settled };

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
  const links = new Map(messages.map((message) => [message.id, linkIn(message.data["invitation"])]));
  return new Map(
    facts.map((each) => {
      const words = letters.get(each.language)?.get(each.letterId);
      return [each.messageId, judge(each, words, links.get(each.messageId) ?? null)];
    }),
  );
}

function linkIn(value: unknown): string | null {
  return typeof value === "string" ? (placeholdersIn(value)[0] ?? null) : null;
}

function judge(
  facts: MessageFacts,
  letter: LetterWords | undefined,
  invitationLinkId: string | null,
): StopVerdict {
  const reason = stopReason(facts.facts);
  if (reason) return { go: false, to: reason === "suppressed" ? "suppressed" : "cancelled", reason };
  if (facts.sequenceState === "stopped") return { go: false, to: "cancelled", reason: "mailing_stopped" };
  const heard = heardMeanwhile(facts);
  if (heard) return heard;
  if (facts.addressChanged) return { go: false, to: "cancelled", reason: "address_changed" };
  const worded = wordMail(
    facts,
    valuesOf({
      organisationName: facts.person.organisationName,
      contactName: facts.person.contactName,
      letterTitle: letter?.title ?? null,
      letterAddressee: letter?.addressee ?? null,
      invitationLinkId,
      senderName: facts.senderName ?? facts.sponsorName,
    }),
  );
  if ("missing" in worded)
    return { go: false, to: "blocked", reason: `missing ${worded.missing.join(", ")}` };
  return { go: true, data: worded, why: whyOf(facts.person) };
}

/** What was heard after the message was claimed: an answer has ended its enrolment, an absence holds it up. */
function heardMeanwhile({ enrolmentState, enrolmentReason }: MessageFacts): StopVerdict | undefined {
  if (enrolmentState === "finished") {
    return { go: false, to: "cancelled", reason: enrolmentReason ?? "removed" };
  }
  if (enrolmentState !== "paused") return undefined;
  return { go: false, to: "held", reason: enrolmentReason ?? "manual" };
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
    if (isLate(ctx, message)) await settleTasks(ctx, "uncertain_message", message.id);
  }
  const ends = messages.flatMap((message) => {
    const reason = endOf(message);
    return message.enrolment_id && reason ? [{ id: message.enrolment_id, reason }] : [];
  });
  await finishEnrolments(ctx.db, ends, ctx.clock.now());
}

function taskFor(message: PolicyMessage) {
  if (message.state === "uncertain" || message.state === "blocked" || message.state === "expired") {
    return TASKS[message.state];
  }
  return isDead(message) ? "find_contact" : undefined;
}

function isDead(message: PolicyMessage): boolean {
  return message.state === "failed" && message.contact_id !== null && message.state_reason === "address_dead";
}

/** The verdict came after the lease: a task may already ask what became of the message. */
function isLate(ctx: Ctx, { state, lease_until: lease }: PolicyMessage): boolean {
  return (state === "sent" || state === "failed") && lease !== null && lease <= ctx.clock.now();
}

/** Nobody reads this address: the contact says so from now on. It is not suppressed; a new address may be given. */
async function markDead(ctx: Ctx, message: PolicyMessage): Promise<void> {
  if (!message.contact_id) return;
  const contact = await getContact(ctx, message.contact_id);
  if (contact.status !== "active") return;
  await updateContact(ctx, contact.id, { status: "address_invalid", row_version: contact.row_version });
}

/** How an enrolment of one mail ends with that mail; undefined while it has not. */
function endOf(message: PolicyMessage): string | undefined {
  switch (message.state) {
    case "sent":
      return "completed";
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
