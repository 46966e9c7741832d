/**
 * A mail that came in, as the classifier sees it: decoded, bounded, and without anything that has to be fetched.
 * `platform/mail-parser.ts` makes one of raw bytes; tests make them by hand.
 */
export interface IncomingMail {
  /** Every header in order, names lower-cased, values unfolded and decoded (RFC 2047). */
  headers: readonly MailHeader[];
  from: MailAddress | undefined;
  to: readonly MailAddress[];
  subject: string;
  /** When it was sent by its own account (ISO 8601, UTC), or undefined when it does not say so understandably. */
  date: string | undefined;
  /** With its angle brackets, as the other ids are. */
  messageId: string | undefined;
  inReplyTo: readonly string[];
  references: readonly string[];
  /** The plain text; made of the HTML when there is no plain text. */
  text: string;
  textFrom: "text" | "html" | "none";
  /** Everything that is not its text, in order. */
  parts: readonly MailPart[];
  /** Whether something was left out because it was too much. */
  truncated: boolean;
}

export interface MailHeader {
  name: string;
  value: string;
}

export interface MailAddress {
  name: string;
  address: string;
}

export interface MailPart {
  /** Lower-cased, as `message/delivery-status`. */
  type: string;
  filename: string | undefined;
  /** What it says; empty for parts that are no text. */
  text: string;
}

/** The first value of a header, or undefined; `name` in lower case. */
export function headerOf(mail: Pick<IncomingMail, "headers">, name: string): string | undefined {
  return mail.headers.find((header) => header.name === name)?.value;
}

/** All values of a header in order. */
export function headersOf(mail: Pick<IncomingMail, "headers">, name: string): string[] {
  return mail.headers.filter((header) => header.name === name).map((header) => header.value);
}
