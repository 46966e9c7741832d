import { readAbuseReport } from "./abuse-report.js";
import { readAutoReply } from "./auto-reply.js";
import { CLASSES, type Classification, type MailClass, type RecipientVerdict } from "./classification.js";
import { readDeliveryReport } from "./delivery-report.js";
import { headersOf, type IncomingMail } from "./incoming-mail.js";
import { readUnsubscribeRequest } from "./unsubscribe-request.js";

/**
 * Says what an incoming mail is. In this order: abuse report, delivery report, auto-reply, request to unsubscribe, a
 * person's reply. Pure: the same mail always gets the same answer.
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
  const nothing = mail.text.trim() === "" && mail.subject === "" && mail.from === undefined;
  return {
    ...about(mail, new Map()),
    class: unsubscribe ? "unsubscribe_request" : nothing ? "unclassified" : "human_reply",
    recipients: [],
    autoReply: undefined,
    evidence: unsubscribe ? [unsubscribe] : [],
  };
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
