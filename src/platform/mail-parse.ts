import PostalMime, { addressParser, decodeWords, type Attachment, type Email } from "postal-mime";

/** A parsed mail; the same shape as `IncomingMail` of the domain. */
export interface ParsedMail {
  headers: { name: string; value: string }[];
  from: { name: string; address: string } | undefined;
  to: { name: string; address: string }[];
  subject: string;
  date: string | undefined;
  messageId: string | undefined;
  inReplyTo: string[];
  references: string[];
  text: string;
  textFrom: "text" | "html" | "none";
  parts: { type: string; filename: string | undefined; text: string }[];
  truncated: boolean;
}

/** Bigger mails are read by their first HEAD_BYTES only. */
export const LARGEST_MAIL = 10 * 1024 * 1024;
const HEAD_BYTES = 512 * 1024;
const LARGEST_TEXT = 256 * 1024;
const MOST_PARTS = 50;
const MOST_HEADERS = 500;
const LONGEST_HEADER = 8 * 1024;
const MOST_IDS = 50;

/**
 * Parses one raw mail into a bounded result. CR, LF and CRLF line ends mean the same; message parts that came along
 * (delivery status, returned mail, feedback report) stay parts. Throws on what no parser can read.
 */
export async function parseMail(bytes: Uint8Array): Promise<ParsedMail> {
  const cut = bytes.length > LARGEST_MAIL;
  const raw = withLineFeeds(cut ? bytes.subarray(0, HEAD_BYTES) : bytes);
  const email = await PostalMime.parse(raw, {
    forceRfc822Attachments: true,
    maxNestingDepth: 50,
    maxHeadersSize: 1024 * 1024,
    attachmentEncoding: "arraybuffer",
  });
  const body = bodyOf(email, raw);
  const headers = email.headers.slice(0, MOST_HEADERS).map(({ key, value }) => ({
    name: key,
    value: decoded(value.slice(0, LONGEST_HEADER)),
  }));
  const headerText = (name: string): string => headers.find((each) => each.name === name)?.value ?? "";
  const parts = email.attachments.slice(0, MOST_PARTS).map((attachment) => partOf(attachment));
  return {
    headers,
    from: mailboxes(headerText("from"))[0],
    to: mailboxes(headerText("to")),
    subject: headerText("subject").replace(/\s+/gu, " ").trim(),
    date: isoDate(headerText("date")),
    messageId: idsIn(headerText("message-id"))[0],
    inReplyTo: idsIn(headerText("in-reply-to")),
    references: idsIn(headerText("references")),
    text: body.text.slice(0, LARGEST_TEXT),
    textFrom: body.from,
    parts,
    truncated:
      cut ||
      body.text.length > LARGEST_TEXT ||
      email.attachments.length > MOST_PARTS ||
      email.headers.length > MOST_HEADERS,
  };
}

/**
 * The mail with plain line feeds, without blank lines and an mbox line ("From …") before it. Long runs of blank lines
 * say nothing and cost a parser much.
 */
function withLineFeeds(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const lines = text
    .replace(/\r\n?/g, "\n")
    .replace(/\n{12,}/g, "\n".repeat(11))
    .replace(/^[\n ]+/, "");
  const mbox = /^>?From [^\n]*\n/.exec(lines)?.[0].length ?? 0;
  return Buffer.from(lines.slice(mbox), "latin1");
}

function decoded(value: string): string {
  return decodeWords(readable(value)).replace(/\s+/gu, " ").trim();
}

/** Raw 8-bit header bytes that postal-mime could not read as UTF-8 stay readable as far as they go. */
function readable(value: string): string {
  return value.replaceAll("\u0000", "");
}

function mailboxes(value: string): { name: string; address: string }[] {
  return addressParser(value, { flatten: true })
    .slice(0, 100)
    .map(({ name, address }) => ({ name, address: address ?? "" }));
}

function isoDate(value: string): string | undefined {
  const time = Date.parse(value.replace(/\([^()]*\)/g, "").trim());
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function idsIn(value: string): string[] {
  return (value.match(/<[^<>\s]{1,500}>/g) ?? []).slice(0, MOST_IDS);
}

function bodyOf(email: Email, raw: Uint8Array): { text: string; from: ParsedMail["textFrom"] } {
  const text = (email.text ?? "").replace(/\r\n?/g, "\n");
  if (text.trim() !== "") return { text, from: "text" };
  const html = htmlToText((email.html ?? "").slice(0, 2 * LARGEST_TEXT));
  if (html !== "") return { text: html, from: "html" };
  // Parts that nobody can tell apart, because the boundary is not the one that was announced.
  const said = email.attachments.length === 0 ? decodeBytes(afterHeaders(raw)).trim() : "";
  return said === "" ? { text: "", from: "none" } : { text: said, from: "text" };
}

function afterHeaders(raw: Uint8Array): Uint8Array {
  const blank = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).indexOf("\n\n");
  return blank < 0 ? new Uint8Array() : raw.subarray(blank + 2, blank + 2 + LARGEST_TEXT);
}

function partOf(attachment: Attachment): ParsedMail["parts"][number] {
  const type = attachment.mimeType.toLowerCase();
  const readableType = /^(?:text|message)\//.test(type) || type === "multipart/report";
  const filename = attachment.filename ?? undefined;
  if (!readableType) return { type, filename, text: "" };
  const { content } = attachment;
  const text =
    typeof content === "string"
      ? content.slice(0, LARGEST_TEXT)
      : decodeBytes(
          new Uint8Array(content instanceof Uint8Array ? content : content).subarray(0, LARGEST_TEXT),
        );
  const lines = text.replace(/\r\n?/g, "\n");
  return { type, filename, text: type === "text/html" ? htmlToText(lines) : lines };
}

/** Text of unknown charset: ISO-2022-JP by its escapes, else UTF-8, else one letter a byte. */
function decodeBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.includes("\u001b$B", 0, "latin1")) return new TextDecoder("iso-2022-jp").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return buffer.toString("latin1");
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

/** What an HTML text says, line by line; no attempt at its looks. */
export function htmlToText(html: string): string {
  const shown = html
    .split(/<(?=(?:script|style|head|title)[\s>])/i)
    .map((piece, index) => (index === 0 ? piece : piece.slice(endOfElement(piece))))
    .join("");
  return shown
    .replace(/\s+/g, " ")
    .replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h[1-6]|\/td|hr|p|div|tr|table)\b[^<>]*>/gi, "\n")
    .replace(/<[^<>]*>/g, "")
    .replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,6});/gi, (whole, name: string) => entity(name) ?? whole)
    .replace(/[^\S\n]+/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}

function endOfElement(piece: string): number {
  const name = /^[a-z]+/i.exec(piece)?.[0] ?? "";
  const end = piece.toLowerCase().indexOf(`</${name.toLowerCase()}`);
  if (end < 0) return piece.length;
  const close = piece.indexOf(">", end);
  return close < 0 ? piece.length : close + 1;
}

function entity(name: string): string | undefined {
  if (!name.startsWith("#")) return ENTITIES[name.toLowerCase()];
  const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
