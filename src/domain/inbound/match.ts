/** How an incoming mail is told to be about a message, a contact or an organisation of ours; surest first. */
export const MATCH_KINDS = ["verp", "returned_id", "thread", "sender", "domain", "staff"] as const;

/** One of the ways. */
export type MatchKind = (typeof MATCH_KINDS)[number];

/** A message of ours that a mail may be about. */
export interface MatchedMessage {
  id: string;
  /** Its Message-ID, with angle brackets. */
  internetId: string;
  toEmail: string;
  subject: string | null;
  contactId: string | null;
  organisationId: string | null;
  letterId: string | null;
  /** The mailbox it went out of. */
  mailboxId: string | null;
  /** It may have reached somebody: it is past its commit point. */
  hasGoneOut: boolean;
  /** Nobody heard whether it was accepted. */
  isUncertain: boolean;
}

/** A contact whose address a mail came from. */
export interface MatchedSender {
  contactId: string;
  organisationId: string;
}

/** What was found for a mail, in the order in which it counts. */
export interface Findings {
  byReturnPath: MatchedMessage | undefined;
  byReturnedId: MatchedMessage | undefined;
  byThread: MatchedMessage | undefined;
  sender: MatchedSender | undefined;
  /** The last mail to the sender's address, where it is not older than `RECENT_DAYS`. */
  lastToSender: MatchedMessage | undefined;
  /** Organisations at the sender's registrable domain. */
  organisationsAtDomain: readonly string[];
}

/** How far back a mail to an address counts as what its owner answers. */
export const RECENT_DAYS = 60;

/** Whom and what a mail is about. */
export interface Match {
  kind: MatchKind;
  message: MatchedMessage | undefined;
  /** The one it is from or about; null where it is a colleague we don't know, or the organisation only. */
  contactId: string | null;
  organisationId: string | null;
  letterId: string | null;
}

/**
 * Chooses among what was found, by the order of the send protocol. `isAbout` says that the mail speaks of the message's
 * recipient, as reports and automatic answers do; else it speaks for its sender, and a colleague's answer counts for the
 * organisation and not for the contact we wrote to. Several organisations at one domain are no match.
 */
export function chooseMatch(found: Findings, isAbout: boolean): Match | undefined {
  const ways: [MatchKind, MatchedMessage | undefined][] = [
    ["verp", found.byReturnPath],
    ["returned_id", found.byReturnedId],
    ["thread", found.byThread],
  ];
  for (const [kind, message] of ways) {
    if (message) return matchBy(kind, message, found.sender, isAbout);
  }
  const { sender, lastToSender } = found;
  if (sender) {
    return {
      kind: "sender",
      message: lastToSender,
      contactId: sender.contactId,
      organisationId: sender.organisationId,
      letterId: lastToSender?.letterId ?? null,
    };
  }
  if (lastToSender) return matchBy("sender", lastToSender, sender, true);
  const [organisationId, ...others] = found.organisationsAtDomain;
  if (!organisationId || others.length > 0) return undefined;
  return { kind: "domain", message: undefined, contactId: null, organisationId, letterId: null };
}

function matchBy(
  kind: MatchKind,
  message: MatchedMessage,
  sender: MatchedSender | undefined,
  isAbout: boolean,
): Match {
  const isColleague = sender !== undefined && sender.organisationId === message.organisationId;
  return {
    kind,
    message,
    contactId: isAbout ? message.contactId : isColleague ? sender.contactId : null,
    organisationId: message.organisationId ?? sender?.organisationId ?? null,
    letterId: message.letterId,
  };
}

/** Whether a report knows something that only the way of our mail knows, and the mail has gone out. */
export function knowsOurMail(match: Match | undefined): boolean {
  if (match?.kind === "staff") return true;
  return (match?.kind === "verp" || match?.kind === "returned_id") && match.message?.hasGoneOut === true;
}

/** Whether a mail knows an id that only our mail could tell it; a sender's address alone proves nothing. */
export function knowsThread(match: Match | undefined): boolean {
  return knowsOurMail(match) || match?.kind === "thread";
}

/**
 * Whether a mail shows that an uncertain message of ours was accepted after all: it knows the return path or the
 * Message-ID, which nobody learns who did not get the message. That it comes from the right address shows nothing.
 */
export function provesAcceptance(match: Match | undefined): boolean {
  const knows = match?.kind === "verp" || match?.kind === "returned_id" || match?.kind === "thread";
  return knows && match.message?.isUncertain === true;
}

/**
 * Whether a report that an address is dead may be believed: anybody can write one, so it has to know something that
 * only the way of our mail knows. The return path does (its id is authenticated); our Message-ID does together with
 * the address that the mail went to. And nothing can come back that has not gone out.
 */
export function isProven(
  match: Match | undefined,
  named: readonly { address: string; originalAddress: string }[],
): boolean {
  if (match?.kind === "staff") return true;
  const message = match?.message;
  if (!match || !message || !knowsOurMail(match)) return false;
  const addresses = named.flatMap((each) => [each.address, each.originalAddress]).filter(Boolean);
  const isNamed = addresses.includes(message.toEmail);
  if (match.kind === "verp") return isNamed || addresses.length === 0;
  return match.kind === "returned_id" && isNamed;
}
