import type { AutoReply, Evidence } from "./classification.js";
import { headerOf, type IncomingMail } from "./incoming-mail.js";
export function readAutoReply(
  mail: IncomingMail,
): { reply: AutoReply; challenge: boolean; evidence: Evidence[] } | undefined {
  return /^auto/i.test(headerOf(mail, "auto-submitted") ?? "") || /^automatic reply/i.test(mail.subject)
    ? { reply: { kind: "other", until: undefined, replacement: undefined }, challenge: false, evidence: [] }
    : undefined;
}
