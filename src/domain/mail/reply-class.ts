/** What a mail server's answer to our own sending says: of the one we write to, or of us. */
import { classifyReply } from "../classification/classify-reply.js";
import type { Reason } from "../classification/classification.js";

/**
 * address_dead: nobody reads this address. sender_fault: we are refused for our own standing. content: this mail is refused
 * for what is in it. other: none of these.
 */
export type ReplyClass = "address_dead" | "sender_fault" | "content" | "other";

/**
 * What a 4xx has to say to count against us. Greylisting and limits of pace are worded in many ways, and both only ask
 * us to come back later.
 */
const STANDING: ReadonlySet<Reason> = new Set([
  "authfailure",
  "badreputation",
  "blocked",
  "requireptr",
  "spamdetected",
]);

/** The class of the answer that ended an attempt, by the rules that delivery reports are judged by, too. */
export function replyClass({ reason, reply }: { reason: string; reply: string | null }): ReplyClass {
  if (!reply || !/^[45]\d\d/.test(reply)) return "other";
  const said = classifyReply(reply, reason === "message_refused" ? "data" : "rcpt");
  if (said.class === "address_dead") return said.hard ? "address_dead" : "other";
  if (said.class === "content") return reply.startsWith("5") ? "content" : "other";
  if (said.class !== "sender_fault") return "other";
  if (reply.startsWith("5")) return "sender_fault";
  const isBareCode = said.evidence.rule.startsWith("reply code");
  return STANDING.has(said.reason) && !isBareCode ? "sender_fault" : "other";
}
