import type { LeftOutReason, MailingState } from "../../domain/outreach/mailing.js";
import { isHeardEvent, type HeardEvent } from "../../domain/mail/heard-event.js";
import { messageTone, type MessageState } from "../../domain/mail/message.js";

/** A state as a template shows it: its shape and its words. */
export interface ShownState {
  kind: "ok" | "wait" | "info" | "bad" | "off";
  words: string;
}

const MESSAGE_WORDS: Record<MessageState, string> = {
  draft: "Draft",
  approved: "Approved",
  queued: "Queued",
  claimed: "Queued",
  sending: "Sending",
  sent: "Sent",
  failed: "Failed",
  uncertain: "Uncertain, never resent",
  cancelled: "Cancelled",
  suppressed: "Suppressed",
  expired: "Expired",
  blocked: "Needs a value",
};

const REASON_WORDS: Record<string, string> = {
  accepted: "accepted by the mail server",
  captured: "kept here, not sent",
  unreachable: "the mail server could not be reached",
  timeout: "the mail server did not answer in time",
  later: "the mail server asked us to come back later",
  login_refused: "the mail server refused our login",
  encryption_failed: "no encrypted connection to the mail server",
  sender_refused: "the mail server refused our sender address",
  recipient_refused: "the recipient’s server refused the address",
  message_refused: "the recipient’s server refused the mail",
  sender_fault: "refused for our own standing, not the recipient’s",
  mailbox_paused: "its mailbox is paused",
  address_malformed: "the address is malformed",
  address_dead: "nobody reads this address",
  no_answer: "the connection ended before the server answered",
  no_verdict: "the worker ended before the server answered",
  interrupted: "the worker was stopped while it was sending",
  claim_lapsed: "a worker ended before it began to send",
  worker_stopped: "the worker was stopped before it began to send",
  settled_by_staff: "settled by staff",
  too_late: "waited past its time",
  mailing_stopped: "the mailing was stopped",
  address_changed: "the contact has another address now",
  contact_gone: "the contact is no longer there",
  letter_closed: "the letter takes no answers now",
  contact_inactive: "the contact is not active",
  address_invalid: "the address is known to be dead",
  no_address: "there is no address",
  suppressed: "never write to this address again",
  signed: "the organisation has signed or pledged",
  declined: "the organisation declined",
  answered: "a colleague has answered",
  replied: "they replied",
  org_replied: "a colleague replied",
  bounced: "the address turned out dead",
  out_of_office: "they are away",
};

/** A reason in words; `missing contact.name` names what is missing. */
export function reasonWords(reason: string | null): string {
  if (!reason) return "";
  if (reason.startsWith("missing ")) return `no value for ${reason.slice(8)}`;
  return REASON_WORDS[reason] ?? reason;
}

/** A message's state, with the reason after a colon where the state alone says too little. */
export function messageState({
  state,
  reason,
  transport,
}: {
  state: MessageState;
  reason: string | null;
  transport: "smtp" | "capture" | null;
}): ShownState {
  if (state === "sent" && transport === "capture") return { kind: "ok", words: "Captured, not sent" };
  const tells = state !== "sent" && state !== "uncertain" && state !== "suppressed" && reason;
  const words = MESSAGE_WORDS[state];
  return { kind: messageTone(state), words: tells ? `${words}: ${reasonWords(reason)}` : words };
}

const HEARD_WORDS: Record<HeardEvent, string> = {
  bounced: "Came back",
  delayed: "Delayed, says a report",
  delivered: "Delivered, says a report",
  relayed: "Handed on, says a report",
  replied: "Answered",
  auto_replied: "Answered automatically",
  complained: "Complained about",
};

/** What happened to a message, for its history. */
export function messageEvent(kind: MessageState | HeardEvent): string {
  if (isHeardEvent(kind)) return HEARD_WORDS[kind];
  return kind === "claimed" ? "Taken up by a worker" : MESSAGE_WORDS[kind];
}

/** The name of a message's state. */
export function messageStateName(state: MessageState): string {
  return MESSAGE_WORDS[state];
}

const MAILING_WORDS: Record<MailingState, ShownState> = {
  draft: { kind: "wait", words: "Draft" },
  waiting: { kind: "info", words: "Waits for a second person" },
  queued: { kind: "ok", words: "Queued" },
  stopped: { kind: "off", words: "Stopped" },
};

/** A mailing's state. */
export function mailingState(state: MailingState): ShownState {
  return MAILING_WORDS[state];
}

const LEFT_OUT: Record<LeftOutReason, string> = {
  letter_closed: "The letter is not open for signature",
  contact_inactive: "The contact is not active (left, wrong person, removed)",
  address_invalid: "The address is known to be dead",
  no_address: "There is no address",
  suppressed: "Never to be written to again",
  signed: "The organisation has signed or pledged",
  declined: "The organisation declined",
  answered: "A colleague has answered",
  written_before: "Already written to about this letter",
  never_written: "Not written to about this letter yet",
  one_per_organisation: "A colleague gets or got the mail",
  twice: "The same address is in the list already",
};

/** Why somebody is left out of a mailing. */
export function leftOutWords(reason: LeftOutReason): string {
  return LEFT_OUT[reason];
}
