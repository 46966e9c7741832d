import { addressOf } from "./delivery-fields.js";
import type { IncomingMail } from "./incoming-mail.js";

/** What a report says of one recipient in plain words. */
export interface TextRecipient {
  address: string;
  /** The lines that belong to it. */
  said: string;
}

/** The words of a report, parted from the mail that it gives back. */
export interface ReportText {
  report: string;
  returned: string;
}

/** Lines after which programs put the mail that came back, or its headers. */
const RETURNED_MAIL =
  /^[\s>*#=_-]{0,40}(?:(?:here |below )?(?:is |this is )?a copy of (?:the|your|my)|below (?:this line )?(?:is|are) |(?:the )?(?:original|unsent|returned|undelivered|your|failed|rejected|bounced|included|attached|copy of) ?(?:message|mail|e-?mail)(?:'s)?(?: headers?| text| body)?(?: follows?| is (?:attached|included|as follows)| attached| below)?[\s:.-]*$|(?:message|mail) (?:headers?|text|body|contents?) ?(?:follows?|is as follows)?[\s:.-]*$|(?:the )?(?:first|following) .{0,30}(?:headers?|lines) of (?:the|your)|start of (?:the )?(?:returned|original|message)|original message headers|included is a copy|forwarded message|message transcript|the text of the original|исходное сообщение|ursprüngliche nachricht)/i;

/** A header that a returned mail opens with; only after a blank line or a separator. */
const RETURNED_HEADER = /^(?:return-path|received|x-originating-ip|dkim-signature|delivered-to)\s?:\s/i;

/** Parts the report from the returned mail that stands in the same text. */
export function splitReport(text: string): ReportText {
  const lines = text.split("\n");
  let seen = false;
  for (const [index, line] of lines.entries()) {
    if (index > 2000) break;
    if (seen && (RETURNED_HEADER.test(line) || isSeparator(line, lines[index + 1] ?? ""))) {
      return { report: lines.slice(0, index).join("\n"), returned: lines.slice(index).join("\n") };
    }
    seen ||= line.trim() !== "";
  }
  return { report: text, returned: "" };
}

function isSeparator(line: string, next: string): boolean {
  if (line.length > 120 || !RETURNED_MAIL.test(line)) return false;
  return /^\W/.test(line) || /[:.-]\s*$/.test(line) || next.trim() === "" || /^[\w-]+:/.test(next);
}

const ADDRESS = "[\\w.+=%#&'*/!?^`{|}~-]{1,64}@[\\w.-]{1,200}[\\w]";
const OPENS_LINE = new RegExp(
  `^[\\s*>"•-]{0,12}(?:to:? |smtp:|rfc822;)?[<"'(\\[]{0,2}(${ADDRESS})[>"')\\]]{0,2}`,
  "i",
);
const AFTER_CODE = new RegExp(
  `^\\s{0,4}[45]\\d\\d[ -](?:[45]\\.\\d\\.\\d{1,3} )?<?(${ADDRESS})>?\\.{3}`,
  "i",
);
const LABELLED = new RegExp(
  `(?:to|recipient|recipients|rcpt to|user ?id|address|addressee|user|mailbox|destinat\\w+|rcpt|for|кому|an|受信者|宛先)(?:\\(s\\))?[\\s:;"'=\\[(-]{1,8}(?:is |was |address )?[<"'(\\[]{0,2}(${ADDRESS})`,
  "i",
);
const ANY = new RegExp(ADDRESS, "gi");
/** Addresses in such places are the sender's or a postmaster's. */
const NOT_RECIPIENT =
  /(?:mail[- ]from|envelope-from|^\s*(?:from|sender|reply-to|cc|by|date|subject|message-?id)|[\s(]from|sent by|send mail to|write to|contact|e-?mail to|please (?:send|forward)|\bf)\s?[:=]{0,2}\s?\[?<?[\w.+=-]{1,64}@[\w.-]{1,200}/gi;

const MOST_RECIPIENTS = 50;

/**
 * The recipients that the words of a report name, each with the lines that follow it. `senders` are addresses that are
 * never meant: our own, the postmaster's.
 */
export function recipientsInText(report: string, senders: ReadonlySet<string>): TextRecipient[] {
  const after = AFTER_MARK.exec(report);
  if (after) {
    const listed = recipientsIn(report.slice(after.index + after[0].length), senders);
    if (listed.length > 0) return listed;
  }
  return recipientsIn(report, senders);
}

/** Reports that repeat the mail's own To before they say who did not get it. */
const AFTER_MARK =
  /(?:did not|could not|cannot|was not|not be|unable to) (?:be )?(?:reach|delivered to|deliver(?:ed)?(?: your message)? to) (?:the |these )?(?:following )?(?:recipient|address)\S{0,4}:?/i;

function recipientsIn(report: string, senders: ReadonlySet<string>): TextRecipient[] {
  const found = new Map<string, string[]>();
  let current: string[] | undefined;
  let pending: string[] = [];
  for (const line of report.split("\n").slice(0, 1500)) {
    if (/^\s{0,4}(?:>>>|<<<|while talking|\.\.\. while)/i.test(line)) pending.push(line);
    const concluded = AFTER_CODE.exec(line);
    const address = recipientOf(line, concluded, senders);
    if (address !== undefined && (found.has(address) || found.size < MOST_RECIPIENTS)) {
      current = found.get(address) ?? [];
      found.set(address, current);
      if (concluded) current.push(...pending);
      pending = [];
    }
    if (current && current.length < 60) current.push(line);
  }
  return [...found].map(([address, lines]) => ({ address, said: lines.join("\n") }));
}

function recipientOf(
  line: string,
  concluded: RegExpExecArray | null,
  senders: ReadonlySet<string>,
): string | undefined {
  if (line.length > 2000 || !line.includes("@")) return undefined;
  const rest = line.replace(NOT_RECIPIENT, " ");
  const raw = concluded?.[1] ?? OPENS_LINE.exec(rest)?.[1] ?? LABELLED.exec(rest)?.[1];
  if (raw === undefined) return undefined;
  const address = addressOf(raw);
  return senders.has(address) || isMachine(address) ? undefined : address;
}

/** Any address in the words at all, for reports that name the recipient in the middle of a sentence. */
export function anyRecipientInText(report: string, senders: ReadonlySet<string>): string | undefined {
  for (const line of report.split("\n").slice(0, 300)) {
    if (line.length > 2000) continue;
    for (const match of line.replace(NOT_RECIPIENT, " ").matchAll(ANY)) {
      const address = addressOf(match[0]);
      if (!senders.has(address) && !isMachine(address)) return address;
    }
  }
  return undefined;
}

function isMachine(address: string): boolean {
  return /^(?:mailer-daemon|mail-daemon|postmaster|post_master|support|abuse|noreply|no-reply|mailerdaemon)@/.test(
    address,
  );
}

/** Header fields of the mail that came back, first values, names lower-cased. */
export function returnedHeaders(mail: IncomingMail, returnedText: string): Map<string, string> {
  const part = mail.parts.find(
    ({ type, text }) => /^(?:message\/(?:rfc822|global)|text\/rfc822-headers)/.test(type) && text !== "",
  );
  return headerFields(part?.text ?? returnedText);
}

function headerFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  let name: string | undefined;
  let started = false;
  for (const line of text.split("\n").slice(0, 400)) {
    const field = /^\s{0,4}([A-Za-z][\w-]{1,60})\s?:\s{0,4}(.*)$/.exec(line);
    if (field && !(name !== undefined && /^\s/.test(line) && started)) {
      name = (field[1] ?? "").toLowerCase();
      started = true;
      if (!fields.has(name)) fields.set(name, (field[2] ?? "").trim());
    } else if (/^\s+\S/.test(line) && name !== undefined) {
      fields.set(name, `${fields.get(name) ?? ""} ${line.trim()}`.slice(0, 4000));
    } else if (started && line.trim() === "" && fields.size > 2) {
      break;
    }
  }
  return fields;
}
