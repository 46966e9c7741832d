import { DAY } from "../../platform/clock.js";
import type { AutoReply, MailClass, RecipientVerdict } from "../classification/classification.js";
import type { HeardEvent } from "../mail/heard-event.js";
import { isProven, knowsOurMail, knowsThread, provesAcceptance, type Match } from "./match.js";

/** Everything that decides what an incoming mail leads to. */
export interface Heard {
  class: MailClass;
  recipients: readonly RecipientVerdict[];
  autoReply: AutoReply | undefined;
  match: Match | undefined;
  /** The sender's address, where it is one. */
  fromEmail: string | undefined;
  now: Date;
  /** Soft failures of the contact since something last got through, this one included. */
  softFailures: number;
  /** Failures of the whole organisation's mail since something last got through, this one included. */
  strikes: { count: number; firstAt: Date } | undefined;
  /** Which of the addresses that a complaint names we have written to. */
  writtenTo: readonly string[];
  /** More has come than people write: nothing is put on anybody's list because of it. */
  isFlood: boolean;
}

/** Tasks that incoming mail makes; their words stand with the other tasks'. */
export type HeardTask =
  | "answer_reply"
  | "mail_refused"
  | "find_contact"
  | "left_company"
  | "organisation_unreachable"
  | "complaint"
  | "answer_challenge";

/** One thing to do because of a mail, and as such kept with it. */
export type Step =
  | { do: "settle" }
  | { do: "event"; event: HeardEvent }
  | { do: "address_invalid" }
  | { do: "left" }
  | { do: "stop"; reason: "replied" | "org_replied" | "bounced" | "unsubscribed" | "removed" }
  | { do: "pause"; until: Date }
  | { do: "suppress"; reason: "unsubscribed" | "complaint"; addresses: readonly string[] }
  | { do: "sender_fault"; reason: string; diagnostic: string }
  | { do: "task"; task: HeardTask; detail: Record<string, string> }
  | { do: "note"; why: NoteReason };

/** Why nothing more is done. */
export type NoteReason =
  | "unproven"
  | "unmatched"
  | "soft"
  | "strike"
  | "already_back"
  | "organisation_only"
  | "acknowledged"
  | "delivered"
  | "own_mail"
  | "flood"
  | "unclassified";

/** How long outreach waits for somebody who is away and does not say until when; and the longest it waits at all. */
const AWAY_DAYS = { unsaid: 7, most: 60 };
/** Soft failures after which a person looks for another way. */
const SOFT_LIMIT = 5;
const STRIKES = { count: 3, days: 3 };

/**
 * What a mail leads to, by the table of the send protocol. Mail can be forged: what only reduces our mail (unsubscribe,
 * complaint, an answer, an absence) is believed, of one address a mail; that an address is dead or its owner gone for
 * good is believed only from who knows our mail. A flood still stops what it stops, but makes no tasks.
 */
export function planSteps(heard: Heard): Step[] {
  // First of all, since the next mail of a sequence is made by it, which the other steps may stop or hold.
  const settled: Step[] = provesAcceptance(heard.match) ? [{ do: "settle" }] : [];
  const all = [...settled, ...stepsByClass(heard)];
  const steps = heard.isFlood ? all.filter((step) => step.do !== "task") : all;
  if (steps.length > 0) return steps;
  return [{ do: "note", why: heard.isFlood ? "flood" : "unmatched" }];
}

function stepsByClass(heard: Heard): Step[] {
  switch (heard.class) {
    case "address_dead":
      return deadAddress(heard);
    case "mailbox_full":
    case "temporary":
    case "greylisted":
    case "delayed":
      return softFailure(heard);
    case "sender_fault":
      return [
        ...events(heard, "bounced"),
        knowsOurMail(heard.match) ? ourFault(heard) : { do: "note", why: "unproven" },
      ];
    case "content":
      return [...events(heard, "bounced"), task("mail_refused", { said: diagnosticOf(heard) })];
    case "org_down":
      return organisationDown(heard);
    case "delivered":
    case "relayed":
      return [...events(heard, heard.class), { do: "note", why: "delivered" }];
    case "complaint":
      return complaint(heard);
    case "auto_reply":
      return [...events(heard, "auto_replied"), ...autoReply(heard)];
    case "challenge_response":
      return [...events(heard, "auto_replied"), task("answer_challenge")];
    case "unsubscribe_request":
      return unsubscribe(heard);
    case "human_reply":
      return humanReply(heard);
    case "unclassified":
      return [{ do: "note", why: "unclassified" }];
  }
}

function deadAddress(heard: Heard): Step[] {
  if (!isProven(heard.match, heard.recipients))
    return [{ do: "note", why: heard.match ? "unproven" : "unmatched" }];
  if (!heard.match?.contactId) return events(heard, "bounced");
  return [
    ...events(heard, "bounced"),
    { do: "address_invalid" },
    { do: "stop", reason: "bounced" },
    task("find_contact", { said: diagnosticOf(heard) }),
  ];
}

function softFailure(heard: Heard): Step[] {
  const isFinal = heard.recipients.some((each) => each.action === "failed");
  const step = events(heard, isFinal ? "bounced" : "delayed");
  if (heard.softFailures < SOFT_LIMIT || !heard.match?.contactId)
    return [...step, { do: "note", why: "soft" }];
  return [...step, task("find_contact", { said: diagnosticOf(heard) })];
}

function ourFault(heard: Heard): Step {
  const reason = heard.recipients[0]?.reason ?? "undefined";
  return { do: "sender_fault", reason, diagnostic: diagnosticOf(heard) };
}

function organisationDown(heard: Heard): Step[] {
  const { strikes, match, now } = heard;
  const lasts = strikes !== undefined && now.getTime() - strikes.firstAt.getTime() >= STRIKES.days * DAY;
  const isOut = match?.organisationId && strikes && strikes.count >= STRIKES.count && lasts;
  return [
    ...events(heard, "bounced"),
    isOut ? task("organisation_unreachable", { said: diagnosticOf(heard) }) : { do: "note", why: "strike" },
  ];
}

function complaint(heard: Heard): Step[] {
  const { match } = heard;
  const addresses = complainants(heard);
  return [
    ...events(heard, "complained"),
    ...(addresses.length > 0 ? [{ do: "suppress", reason: "complaint", addresses } as const] : []),
    ...(match?.contactId ? [{ do: "stop", reason: "unsubscribed" } as const] : []),
    task("complaint"),
  ];
}

/**
 * Whose mail a complaint ends. A report that knows our mail is about that mail's recipient and nobody else; one that
 * knows nothing could name half of our list, so it is believed of a single address that we have written to.
 */
function complainants({ match, recipients, writtenTo }: Heard): string[] {
  const own = match?.message?.toEmail;
  if (match?.kind === "staff") {
    return unique([own, ...recipients.flatMap((each) => [each.originalAddress, each.address])]);
  }
  if (own !== undefined) return [own];
  return writtenTo.length === 1 ? [...writtenTo] : [];
}

function unsubscribe(heard: Heard): Step[] {
  const { match, fromEmail } = heard;
  const addresses = unique([fromEmail, match?.kind === "domain" ? undefined : match?.message?.toEmail]);
  return [
    ...events(heard, "replied"),
    ...(addresses.length > 0 ? [{ do: "suppress", reason: "unsubscribed", addresses } as const] : []),
    ...(match?.contactId ? [{ do: "stop", reason: "unsubscribed" } as const] : []),
  ];
}

function humanReply(heard: Heard): Step[] {
  const { match } = heard;
  if (!match?.organisationId) return [task("answer_reply")];
  return [
    ...events(heard, "replied"),
    { do: "stop", reason: match.contactId ? "replied" : "org_replied" },
    task("answer_reply"),
  ];
}

function autoReply(heard: Heard): Step[] {
  const { autoReply: said, match, now } = heard;
  if (said?.kind === "left_company") return leftCompany(heard, said);
  if (said?.kind !== "out_of_office") return [{ do: "note", why: "acknowledged" }];
  if (!match?.contactId) return [{ do: "note", why: match ? "organisation_only" : "unmatched" }];
  const until = returnOf(said.until, now);
  return until ? [{ do: "pause", until }] : [{ do: "note", why: "already_back" }];
}

/** When somebody who is away may be written to again; undefined when that day has come already. */
export function returnOf(until: string | undefined, now: Date): Date | undefined {
  const day = until === undefined ? Number.NaN : Date.parse(`${until.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(day)) return new Date(now.getTime() + AWAY_DAYS.unsaid * DAY);
  if (day <= now.getTime()) return undefined;
  return new Date(Math.min(day, now.getTime() + AWAY_DAYS.most * DAY));
}

function leftCompany(heard: Heard, said: AutoReply): Step[] {
  const { name = "", email = "" } = said.replacement ?? {};
  const detail = { ...(name ? { name } : {}), ...(email ? { email } : {}) };
  const { match } = heard;
  if (!match?.contactId) return [task("left_company", detail)];
  if (!knowsThread(match)) {
    return [
      { do: "pause", until: new Date(heard.now.getTime() + AWAY_DAYS.unsaid * DAY) },
      task("left_company", detail),
    ];
  }
  return [{ do: "left" }, { do: "stop", reason: "removed" }, task("left_company", detail)];
}

/** A message's events say what was heard of it; a mail that is about no message of ours has none. */
function events(heard: Heard, event: HeardEvent): Step[] {
  return heard.match?.message ? [{ do: "event", event }] : [];
}

function task(kind: HeardTask, detail: Record<string, string> = {}): Step {
  const kept = Object.entries(detail).filter(([, value]) => value !== "");
  return { do: "task", task: kind, detail: Object.fromEntries(kept) };
}

function diagnosticOf({ recipients }: Heard): string {
  const [first] = recipients;
  return first ? [first.status, first.diagnostic].filter(Boolean).join(" ") : "";
}

function unique(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((each): each is string => each !== undefined && each !== ""))];
}
