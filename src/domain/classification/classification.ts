/** What an incoming mail is, in the words that outreach acts on. */
export const CLASSES = [
  "address_dead",
  "mailbox_full",
  "temporary",
  "greylisted",
  "delayed",
  "sender_fault",
  "content",
  "org_down",
  "delivered",
  "relayed",
  "complaint",
  "auto_reply",
  "challenge_response",
  "unsubscribe_request",
  "human_reply",
  "unclassified",
] as const;

export type MailClass = (typeof CLASSES)[number];

/** Why a server said no; the vocabulary that programs for bounces share. */
export const REASONS = [
  "authfailure",
  "badreputation",
  "blocked",
  "contenterror",
  "delivered",
  "emailtoolarge",
  "exceedlimit",
  "expired",
  "failedstarttls",
  "feedback",
  "filtered",
  "greylisted",
  "hasmoved",
  "hostunknown",
  "mailboxfull",
  "mailererror",
  "mesgtoobig",
  "networkerror",
  "norelaying",
  "notaccept",
  "notcompliantrfc",
  "onhold",
  "policyviolation",
  "ratelimited",
  "rejected",
  "relayed",
  "requireptr",
  "securityerror",
  "spamdetected",
  "speeding",
  "suppressed",
  "suspend",
  "syntaxerror",
  "systemerror",
  "systemfull",
  "toomanyconn",
  "undefined",
  "userunknown",
  "vacation",
  "virusdetected",
] as const;

export type Reason = (typeof REASONS)[number];

/** What happened to one recipient of a mail of ours. */
export interface RecipientVerdict {
  /** Lower-cased, without brackets and type; empty when the report names nobody. */
  address: string;
  /** The address we had written to when it was forwarded to `address`, else the same. */
  originalAddress: string;
  /** The enhanced status code (RFC 3463), empty when there is none. */
  status: string;
  /** The three digits of the SMTP reply (RFC 5321 §4.2), empty when there are none. */
  replyCode: string;
  reason: Reason;
  class: MailClass;
  /** What the report says happened (RFC 3464 §2.3.3); `failed` where it does not say. */
  action: "failed" | "delayed" | "delivered" | "relayed" | "expanded";
  /** The address can't be written to any more. */
  hard: boolean;
  /** The fault is on our side: authentication, reputation, content filters, rate. Never the contact's. */
  ours: boolean;
  /** The words of the server, one line, at most 500 characters. */
  diagnostic: string;
}

export type AutoReplyKind = "out_of_office" | "left_company" | "acknowledgement" | "ticket" | "other";

export interface AutoReply {
  kind: AutoReplyKind;
  /** The first day on which the person is back (ISO 8601 date), when the text names one. */
  until: string | undefined;
  /** Who is to be written to instead, when the person has left. */
  replacement: { name: string | undefined; email: string | undefined } | undefined;
}

/** A rule that fired and the words it saw, so that a person can follow the verdict. */
export interface Evidence {
  rule: string;
  saw: string;
}

export interface Classification {
  class: MailClass;
  recipients: readonly RecipientVerdict[];
  autoReply: AutoReply | undefined;
  /** Message-IDs of the mail of ours that this one is about, surest first, with angle brackets. */
  originalMessageIds: readonly string[];
  references: readonly string[];
  /** Addresses that this mail was sent to and that may carry our return path (VERP), as they were written. */
  returnPathCandidates: readonly string[];
  evidence: readonly Evidence[];
}

const LONGEST_SAID = 500;

/** One line of at most 500 characters, for evidence and diagnostics. */
export function oneLine(text: string): string {
  return text
    .slice(0, LONGEST_SAID * 2)
    .replace(/\s+/gu, " ")
    .trim()
    .slice(0, LONGEST_SAID);
}
