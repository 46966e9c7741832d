import type { Reason } from "./classification.js";

/** Where in the SMTP session a server said it; undefined when nobody tells. */
export type SmtpPhase = "connect" | "ehlo" | "auth" | "mail" | "rcpt" | "data";

/**
 * One thing that servers say, and what it means. Patterns see lower-cased text on one line; rules that look at codes of
 * a vendor see the addresses of web pages too, all others don't.
 */
export interface ReplyRule {
  reason: Reason;
  /** The standard, the vendor's page, or the program that says it. */
  source: string;
  pattern: RegExp;
}
