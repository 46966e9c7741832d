import type {
  EndReason,
  EnrolmentState,
  PauseReason,
  PendingReason,
} from "../../domain/outreach/enrolment.js";
import type { NotEnrolledReason } from "../../domain/outreach/enrolment-plan.js";
import type { LeftOutReason, MailingState } from "../../domain/outreach/mailing.js";
import type { SequenceState } from "../../domain/outreach/sequence.js";
import { REFUSAL_SENTENCES } from "../../domain/mail/refusal-words.js";
import { isHeardEvent, type HeardEvent } from "../../domain/mail/heard-event.js";
import { TOO_LARGE } from "../../domain/mail/mail-size.js";
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
  content: "refused for its size or for what is in it",
  sender_fault: "refused for our own standing, not the recipient’s",
  mailbox_paused: "its mailbox is paused",
  address_malformed: "the address is malformed",
  address_dead: "nobody reads this address",
  no_answer: "the connection ended before the server answered",
  no_verdict: "the worker ended before the server answered",
  interrupted: "the worker was stopped while it was sending",
  claim_lapsed: "a worker ended before it began to send",
  worker_stopped: "the worker was stopped before it began to send",
  found_in_log: "found as accepted in the mail server’s log",
  commit_unanswered: "the database went away before sending began",
  sending_halted: "sending was halted before it began",
  mark_not_kept: "it could not be written down how far sending had come",
  heard_of: "an answer or a report shows that it was accepted",
  settled_by_staff: "settled by staff",
  too_late: "waited past its time",
  too_large: "longer than the 102 kB that Gmail shows",
  cap: "waits for room under a limit",
  window: "waits for the reader’s office hours",
  window_never_opens: "its sending hours never come",
  contact_distance: "waits, since this person got another mail lately",
  colleague_first: "waits while a colleague is being written to",
  mailing_stopped: "the mailing was stopped",
  address_changed: "the contact has another address now",
  contact_gone: "the contact is no longer there",
  letter_closed: "the letter takes no answers now",
  contact_inactive: "the contact is not active",
  address_invalid: "the address is known to be dead",
  no_address: "there is no address",
  suppressed: "never write to this address again",
  signed: "the organisation has signed or pledged",
  covered_by_parent: "its parent signed for the whole group",
  declined: "the organisation declined",
  answered: "a colleague has answered",
  basis_expired: "what lets us write has to be checked again",
  country_forbids_first_contact: "the country’s rule forbids a first mail without consent",
  approve_first_contact: "the country’s rule asks a person to look at each first mail",
  sending_stopped: "all outreach is stopped",
  rejected_by_staff: "left unsent by staff",
  skipped_by_staff: "left out by staff, the sequence goes on",
  cancelled_by_staff: "cancelled by staff",
  manual: "by staff",
  out_of_office: "the recipient is away",
  org_hold: "the organisation is paused",
  mailbox_unhealthy: "the mailbox is paused",
  letter_paused: "the letter is paused",
  replied: "the contact has replied",
  org_replied: "a colleague has replied",
  meeting: "a meeting was agreed",
  unsubscribed: "the contact asked us to stop",
  bounced: "the address is dead",
  removed: "taken out by staff",
};

/** A reason in words; `missing contact.name` names what is missing. */
export function reasonWords(reason: string | null): string {
  if (!reason) return "";
  if (reason.startsWith("missing ")) return `no value for ${reason.slice(8)}`;
  return REASON_WORDS[reason] ?? reason;
}

/** Why nothing is sent at present, in a sentence. */
export function haltSentence(reason: string | null): string {
  return reason !== null && reason in REFUSAL_SENTENCES
    ? REFUSAL_SENTENCES[reason as keyof typeof REFUSAL_SENTENCES]
    : "Somebody has to look at the database.";
}

/** A message's state, with the reason after a colon where the state alone says too little. */
export function messageState({
  state,
  reason,
  transport,
  heldReason,
}: {
  state: MessageState;
  reason: string | null;
  transport: "smtp" | "capture" | null;
  heldReason?: string | null;
}): ShownState {
  if (state === "sent" && transport === "capture") return { kind: "ok", words: "Captured, not sent" };
  if (state === "queued" && heldReason) return { kind: "info", words: `Paused: ${reasonWords(heldReason)}` };
  const tells = state !== "sent" && state !== "uncertain" && state !== "suppressed" && reason;
  const words = state === "blocked" && reason === TOO_LARGE ? "Too long" : MESSAGE_WORDS[state];
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
  covered_by_parent: "Its parent has signed for the whole group",
  declined: "The organisation declined",
  answered: "A colleague has answered",
  basis_expired: "What lets us write is older than 24 months, or holds no more",
  country_forbids_first_contact: "The country’s rule forbids a first mail without consent",
  written_before: "Already written to about this letter",
  never_written: "Not written to about this letter yet",
  one_per_organisation: "A colleague gets or got the mail",
  twice: "The same address is in the list already",
};

const NOT_ENROLLED: Record<Exclude<NotEnrolledReason, LeftOutReason>, string> = {
  in_sequence: "Goes through a sequence already",
  enrolled_recently: "Was in a sequence about this letter less than 60 days ago",
  organisation_active: "A colleague goes through a sequence now",
  on_hold: "The contact or the organisation is paused",
};

/** Why somebody is not enrolled in a sequence. */
export function notEnrolledWords(reason: NotEnrolledReason): string {
  return reason in NOT_ENROLLED
    ? NOT_ENROLLED[reason as keyof typeof NOT_ENROLLED]
    : LEFT_OUT[reason as LeftOutReason];
}

const ENROLMENT_WORDS: Record<EnrolmentState, ShownState> = {
  pending: { kind: "wait", words: "Not begun" },
  active: { kind: "ok", words: "Under way" },
  paused: { kind: "info", words: "Paused" },
  finished: { kind: "off", words: "Ended" },
};

const ENROLMENT_REASON_WORDS: Record<PendingReason | PauseReason | EndReason, string> = {
  throttle: "waits for its turn in the mailbox",
  window: "waits for the hours of the recipient",
  approval: "waits for approval",
  manual: "by staff",
  out_of_office: "the recipient is away",
  org_hold: "the organisation is paused",
  mailbox_unhealthy: "the mailbox is paused",
  letter_paused: "the letter is paused",
  completed: "all mails went out",
  replied: "a reply came",
  meeting: "a meeting was agreed",
  signed: "the organisation signed",
  covered_by_parent: "its parent signed for the whole group",
  declined: "the organisation declined",
  unsubscribed: "asked us to stop",
  bounced: "the address is dead",
  org_replied: "a colleague replied",
  suppressed: "never to be written to again",
  removed: "taken out",
  failed: "the mail was refused",
  expired: "the mail waited past its time",
};

/** An enrolment's state with its reason after a colon. */
export function enrolmentState(state: EnrolmentState, reason: string | null): ShownState {
  const shown = ENROLMENT_WORDS[state];
  const why = reason && ENROLMENT_REASON_WORDS[reason as EndReason];
  return why ? { ...shown, words: `${shown.words}: ${why}` } : shown;
}

const SEQUENCE_WORDS: Record<SequenceState, ShownState> = {
  draft: { kind: "wait", words: "Draft" },
  active: { kind: "ok", words: "Running" },
  stopped: { kind: "off", words: "Stopped" },
};

/** A sequence's state; one that is held as a whole says so. */
export function sequenceState(state: SequenceState, held: boolean): ShownState {
  return held && state === "active" ? { kind: "info", words: "Paused" } : SEQUENCE_WORDS[state];
}

/** Why somebody is left out of a mailing. */
export function leftOutWords(reason: LeftOutReason): string {
  return LEFT_OUT[reason];
}
