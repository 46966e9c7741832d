import { oneLine, type Evidence, type RecipientVerdict } from "./classification.js";
import { addressOf } from "./delivery-fields.js";
import { headerOf, type IncomingMail } from "./incoming-mail.js";
import { readNotification, type Notification } from "./notification-json.js";
import { returnedHeaders, splitReport } from "./report-text.js";

export interface AbuseReport {
  recipients: RecipientVerdict[];
  returned: ReadonlyMap<string, string>;
  evidence: Evidence[];
}

const COMPLAINT = {
  status: "",
  replyCode: "",
  reason: "feedback",
  class: "complaint",
  action: "delivered",
  hard: false,
  ours: false,
} as const;
const FIELD = /^(original-rcpt-to|removal-recipient|feedback-type|original-envelope-id)\s?:\s{0,8}(.*)$/gim;

/**
 * Reads an abuse report (ARF, RFC 5965), including opt-out reports and the form of Hotmail, which sends the mail back
 * without fields. Undefined when it is none, or when it says that a mail was no spam.
 */
export function readAbuseReport(mail: IncomingMail): AbuseReport | undefined {
  const part = mail.parts.find(({ type }) => type === "message/feedback-report")?.text ?? fieldsInText(mail);
  const notified = readNotification(mail);
  if (notified?.kind === "complaint") return notifiedComplaint(mail, notified);
  const complaint =
    /^complaint about message from/i.test(mail.subject) ||
    /^email feedback report for ip/i.test(mail.subject);
  if (part === undefined && !complaint) return undefined;
  const fields = [...(part ?? "").slice(0, 100_000).matchAll(FIELD)].map((match) => ({
    name: (match[1] ?? "").toLowerCase(),
    value: (match[2] ?? "").trim(),
  }));
  const kind = (fields.find(({ name }) => name === "feedback-type")?.value ?? "abuse").toLowerCase();
  if (kind === "not-spam") return undefined;
  const returned = returnedHeaders(mail, splitReport(mail.text).returned);
  const named = fields
    .filter(({ name }) => /rcpt-to|removal-recipient/.test(name))
    .map(({ value }) => addressOf(value));
  const others = [
    headerOf(mail, "x-hmxmroriginalrecipient"),
    returned.get("x-hmxmroriginalrecipient"),
    returned.get("to"),
  ];
  const addresses = named.length > 0 ? named : [addressOf(others.find((each) => each?.includes("@")) ?? "")];
  // A report that our authentication failed is about us; nobody complained.
  const aboutUs = kind === "auth-failure";
  const verdict = {
    ...COMPLAINT,
    class: aboutUs ? ("sender_fault" as const) : COMPLAINT.class,
    ours: aboutUs,
    diagnostic: oneLine(mail.subject),
  };
  return {
    recipients: [...new Set(addresses)].map((address) => ({ address, ...verdict, originalAddress: address })),
    returned,
    evidence: [{ rule: "abuse report (RFC 5965)", saw: `Feedback-Type: ${oneLine(kind)}` }],
  };
}

function notifiedComplaint(mail: IncomingMail, { recipients, messageId }: Notification): AbuseReport {
  return {
    recipients: recipients.map(({ finalRecipient: address }) => ({
      address,
      ...COMPLAINT,
      diagnostic: oneLine(mail.subject),
      originalAddress: address,
    })),
    returned: new Map(messageId === undefined ? [] : [["message-id", messageId]]),
    evidence: [{ rule: "complaint told by a sending service", saw: oneLine(mail.subject) }],
  };
}

/** The fields in the text, of reports whose parts came apart on the way. */
function fieldsInText({ text }: IncomingMail): string | undefined {
  return /^feedback-type\s?:/im.test(text) && /^(?:user-agent|version)\s?:/im.test(text) ? text : undefined;
}
