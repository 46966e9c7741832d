import type { RecipientFields } from "./delivery-fields.js";
import { addressOf } from "./delivery-fields.js";
import type { IncomingMail } from "./incoming-mail.js";

/** What a sending service tells by mail in JSON instead of RFC 3464 (Amazon SES notifications, as SNS mails them). */
export interface Notification {
  kind: "bounce" | "complaint" | "delivery";
  recipients: RecipientFields[];
  messageId: string | undefined;
}

type Json = Record<string, unknown>;

/** Reads the notification that a mail carries in its text, or undefined. */
export function readNotification(mail: IncomingMail): Notification | undefined {
  const from = mail.text.indexOf("{");
  const to = mail.text.lastIndexOf("}");
  if (from < 0 || to < from || !/"(?:notificationType|eventType|Message)"/.test(mail.text)) return undefined;
  let json = parsed(mail.text.slice(from, to + 1));
  if (typeof json?.["Message"] === "string") json = parsed(json["Message"]);
  if (!json) return undefined;
  const kind = text(json["notificationType"] ?? json["eventType"]).toLowerCase();
  if (kind !== "bounce" && kind !== "complaint" && kind !== "delivery") return undefined;
  const body = object(json[kind]);
  const headers = object(object(json["mail"])["commonHeaders"]);
  const messageId = /<[^<>\s]{1,500}>/.exec(text(headers["messageId"]))?.[0];
  return { kind, recipients: recipientsOf(kind, body), messageId };
}

function recipientsOf(kind: Notification["kind"], body: Json): RecipientFields[] {
  const names = { bounce: "bouncedRecipients", complaint: "complainedRecipients", delivery: "recipients" };
  const list = body[names[kind]];
  if (!Array.isArray(list)) return [];
  return list.slice(0, 200).map((each: unknown) => {
    const entry = object(each);
    const address = addressOf(typeof each === "string" ? each : text(entry["emailAddress"]));
    const type = [body["bounceType"], body["bounceSubType"]]
      .map(text)
      .filter((part) => part !== "")
      .join("/");
    const said = text(entry["diagnosticCode"]) || text(body["smtpResponse"]) || SUB_TYPES[type] || type;
    return {
      finalRecipient: address,
      originalRecipient: address,
      actualRecipient: "",
      action: kind === "delivery" ? "delivered" : text(entry["action"]).toLowerCase(),
      status: /[245]\.\d{1,3}\.\d{1,3}/.exec(text(entry["status"]))?.[0] ?? "",
      diagnostic: said.replace(/^[\w-]{1,20}\s{0,3};\s{0,8}/, ""),
      remoteMta: "",
      category: "",
    };
  });
}

/** Amazon SES, "Bounce types", in words that the rules of replies understand. */
const SUB_TYPES: Readonly<Record<string, string>> = {
  "Permanent/NoEmail": "5.1.1 unknown user",
  "Permanent/Suppressed": "on the suppression list",
  "Permanent/OnAccountSuppressionList": "on the suppression list",
  "Transient/MailboxFull": "5.2.2 mailbox full",
  "Transient/MessageTooLarge": "5.3.4 message too large",
  "Transient/ContentRejected": "5.6.0 message content rejected",
  "Transient/AttachmentRejected": "5.6.0 attachment type not allowed",
};

function parsed(source: string): Json | undefined {
  for (const candidate of [source, source.replace(/\n/g, "")]) {
    try {
      return object(JSON.parse(candidate));
    } catch {
      continue;
    }
  }
  return undefined;
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
