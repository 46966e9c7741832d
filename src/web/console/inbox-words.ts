import type { MailClass, RecipientVerdict } from "../../domain/classification/classification.js";
import type { Heap } from "../../domain/inbound/commands.js";
import type { MatchKind } from "../../domain/inbound/match.js";
import type { DoneStep } from "../../domain/inbound/inbound-mail.js";
import type { ReadingLine } from "../../domain/inbound/reading-views.js";
import type { ShownState } from "./mail-words.js";

/** What a mail is, in words and as one of the five shapes. */
export const CLASS_WORDS: Record<MailClass, ShownState> = {
  human_reply: { kind: "info", words: "Reply" },
  unsubscribe_request: { kind: "off", words: "Wants no more mail" },
  complaint: { kind: "bad", words: "Complaint" },
  auto_reply: { kind: "wait", words: "Automatic reply" },
  challenge_response: { kind: "info", words: "Asks to be confirmed" },
  address_dead: { kind: "bad", words: "Address is dead" },
  mailbox_full: { kind: "wait", words: "Mailbox is full" },
  temporary: { kind: "wait", words: "Failed for now" },
  greylisted: { kind: "wait", words: "Asked to come back later" },
  delayed: { kind: "wait", words: "Delayed" },
  sender_fault: { kind: "bad", words: "Refused for our own standing" },
  content: { kind: "bad", words: "Refused for what is in it" },
  org_down: { kind: "wait", words: "Their mail is out of reach" },
  delivered: { kind: "ok", words: "Delivered" },
  relayed: { kind: "ok", words: "Handed on" },
  unclassified: { kind: "off", words: "Not understood" },
};

/** The classes as choices of a form. */
export const CLASS_OPTIONS = Object.entries(CLASS_WORDS).map(([value, { words }]) => ({
  value,
  label: words,
}));

/** The heaps as tabs. */
export const HEAP_WORDS: Record<Heap, string> = {
  reading: "To read",
  unmatched: "Nobody we know",
  replies: "Replies",
  automatic: "Automatic",
  reports: "Reports",
  all: "All",
};

const MATCH_WORDS: Record<MatchKind, string> = {
  verp: "The address it came to carries the sealed number of our mail.",
  returned_id: "The mail that came back has the Message-ID of ours.",
  thread: "It answers our mail: our Message-ID stands in its headers.",
  sender: "It came from the contact’s address.",
  domain: "It came from the domain of the organisation; the person is not known to us.",
  staff: "Somebody of us said so.",
};

/** How a mail was told to be about somebody. */
export function matchWords(kind: MatchKind | null): string {
  return kind ? MATCH_WORDS[kind] : "It names no mail of ours, and its sender is nobody we know.";
}

const NOTES: Record<string, string> = {
  unproven: "Nothing else was done: the report does not prove that it is about a mail of ours.",
  unmatched: "Nothing else was done: it is about nobody we know.",
  soft: "Counted as a failure for now; what gets through resets the count.",
  strike: "Counted against the organisation’s mail; three over three days make a task.",
  already_back: "Nothing was held up: the day of return has passed.",
  organisation_only: "Nothing was held up: it is not from a contact of ours.",
  acknowledged: "Nothing follows from an acknowledgement.",
  delivered: "Nothing follows: the mail arrived.",
  flood: "Too much came in a day from this sender, or from unknown ones: no task was made.",
  own_mail: "This is our own mail.",
  unclassified: "Nothing was done: a person has to say what it is.",
};

const STOPS: Record<string, string> = {
  replied: "they replied",
  org_replied: "the organisation replied",
  bounced: "the address is dead",
  unsubscribed: "they want no more mail",
  removed: "they have left",
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number => (typeof value === "number" ? value : 0);

/** What was done because of a mail, as a sentence. */
export function stepWords({ do: step, detail }: DoneStep, day: (iso: string) => string): string {
  switch (step) {
    case "settle":
      return detail["settled"]
        ? "Nobody knew whether our mail was accepted: this shows that it was. It counts as sent."
        : "Our mail was settled already.";
    case "event":
      return `Noted at our mail: ${text(detail["event"]).replaceAll("_", " ")}.`;
    case "address_invalid":
      return detail["changed"] ? "The contact’s address is marked dead." : "The contact was left as it is.";
    case "left":
      return detail["changed"] ? "The contact is marked as having left." : "The contact was left as it is.";
    case "stop": {
      const ended = count(detail["ended"]);
      const why = STOPS[text(detail["reason"])] ?? text(detail["reason"]);
      return ended === 0
        ? "No outreach was running."
        : `Outreach was stopped for ${ended} ${ended === 1 ? "contact" : "contacts"}: ${why}.`;
    }
    case "pause": {
      const held = count(detail["held"]);
      return `${held === 0 ? "Nothing was running that had to wait" : "Outreach to them waits"} until ${day(text(detail["until"]))}.`;
    }
    case "suppress":
      return count(detail["added"]) > 0
        ? "The address is never written to again."
        : "The address was already never to be written to again.";
    case "sender_fault":
      return detail["counted"]
        ? "Counted against our mailbox; the contact is untouched."
        : "The contact is untouched. It counts against no mailbox, since it is about no mail of ours.";
    case "task":
      return detail["made"] ? "A task was made." : "The task is open already.";
    case "note":
      return NOTES[text(detail["why"])] ?? "Nothing follows.";
    default:
      return step;
  }
}

/** One recipient of a report, in a line. */
export function recipientWords(recipient: RecipientVerdict): string {
  const { address, status, replyCode, diagnostic, reason } = recipient;
  return [
    address || "An address that is not named",
    [replyCode, status].filter(Boolean).join(" "),
    reason,
    diagnostic,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** How reading a mailbox stands. */
export function readingState({ state, reason }: ReadingLine): ShownState {
  if (state === "paused") {
    return {
      kind: "bad",
      words: reason === "folder_missing" ? "The folder is not there" : "Our login was refused",
    };
  }
  if (state === "reading") return { kind: "ok", words: "Being read" };
  if (reason) return { kind: "wait", words: "Out of reach, tried again by itself" };
  return { kind: "wait", words: "Not being read now" };
}
