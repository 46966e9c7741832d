import { readAbuseReport } from "./abuse-report.js";
import { readAutoReply } from "./auto-reply.js";
import { CLASSES, type Classification, type MailClass, type RecipientVerdict } from "./classification.js";
import { readDeliveryReport } from "./delivery-report.js";
import { headersOf, type IncomingMail } from "./incoming-mail.js";
import { readUnsubscribeRequest } from "./unsubscribe-request.js";

/**
 * Says what an incoming mail is. In this order: abuse report, delivery report, auto-reply, request to unsubscribe, a
 * person's reply; what is none of these is unclassified. Pure: the same mail always gets the same answer.
 */
export function classify(mail: IncomingMail): Classification {
  const abuse = readAbuseReport(mail);
  if (abuse) return reported(mail, abuse);
  const report = readDeliveryReport(mail);
  if (report) return reported(mail, report);
  const auto = readAutoReply(mail);
  if (auto) {
    return {
      ...about(mail, new Map()),
      class: auto.challenge ? "challenge_response" : "auto_reply",
      recipients: [],
      autoReply: auto.reply,
      evidence: auto.evidence,
    };
  }
  const unsubscribe = readUnsubscribeRequest(mail);
  const kind = unsubscribe ? "unsubscribe_request" : isFromPerson(mail) ? "human_reply" : "unclassified";
  return {
    ...about(mail, new Map()),
    class: kind,
    recipients: [],
    autoReply: undefined,
    evidence: unsubscribe ? [unsubscribe] : [],
  };
}

/** Names of mailboxes that machines write from. */
const MACHINE =
  /^(?:mailer-?daemon|postmaster|no-?reply|do-?not-?reply|bounces?|daemon|root|nobody)(?:[+-][^@]*)?@/i;

/** A person's mail has a sender who can be answered, says something, and comes neither from a list nor in bulk. */
function isFromPerson(mail: IncomingMail): boolean {
  const address = mail.from?.address ?? "";
  if (!/^[^@\s]+@[^@\s]+$/.test(address) || MACHINE.test(address)) return false;
  const many = headersOf(mail, "precedence").some((value) => /bulk|list|junk/i.test(value));
  if (many || headersOf(mail, "list-id").length > 0 || headersOf(mail, "list-unsubscribe").length > 0)
    return false;
  return mail.text.trim() !== "" || mail.subject !== "" || mail.inReplyTo.length > 0 || mail.parts.length > 0;
}

type Report = NonNullable<ReturnType<typeof readDeliveryReport>>;

function reported(mail: IncomingMail, report: Report): Classification {
  return {
    ...about(mail, report.returned),
    class: gravest(report.recipients),
    recipients: report.recipients,
    autoReply: undefined,
    evidence: report.evidence,
  };
}

/** Of several recipients the class that asks for most, in the order of CLASSES. */
function gravest(recipients: readonly RecipientVerdict[]): MailClass {
  return CLASSES.find((name) => recipients.some((each) => each.class === name)) ?? "unclassified";
}

type About = Pick<Classification, "originalMessageIds" | "references" | "returnPathCandidates">;

function about(mail: IncomingMail, returned: ReadonlyMap<string, string>): About {
  const fields = mail.parts
    .filter(({ type }) => /delivery-status|feedback-report/.test(type))
    .map(({ text }) => text);
  const inFields = fields.flatMap((text) => [
    ...text.matchAll(
      /^(?:x-original-message-id|original-message-id|message-id)\s?:\s{0,8}(<[^<>\s]{1,500}>)/gim,
    ),
  ]);
  const ids = [
    ...idsIn(returned.get("message-id") ?? ""),
    ...inFields.map((match) => match[1] ?? ""),
    ...mail.inReplyTo,
    ...[...mail.references].reverse(),
  ];
  const sentTo = [
    "to",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
  ].flatMap((name) => headersOf(mail, name));
  const addresses = sentTo.flatMap(
    (value) => value.slice(0, 2000).match(/[^\s,<>"();:]{1,200}@[^\s,<>"();:]{1,200}/g) ?? [],
  );
  return {
    originalMessageIds: [...new Set(ids.filter((id) => id !== ""))],
    references: [...new Set([...mail.references, ...idsIn(returned.get("references") ?? "")])],
    returnPathCandidates: [...new Set(addresses)],
  };
}

function idsIn(value: string): string[] {
  return value.match(/<[^<>\s]{1,500}>/g) ?? [];
}
