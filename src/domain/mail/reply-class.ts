/** What a mail server's refusal says: of the one we write to, or of us. */
import { isAddressDead } from "./message.js";

/** address_dead: nobody reads this address. sender_fault: we are refused for our own standing. other: neither. */
export type ReplyClass = "address_dead" | "sender_fault" | "other";

const POLICY = /\b5\.7\.\d+\b/;
const STANDING =
  /spam|block(ed|list)|blacklist|denylist|reputation|\bpolicy\b|\bspf\b|\bdkim\b|\bdmarc\b|relay|\bptr\b|reverse dns|unusual rate/i;

/**
 * The class of an answer of 4xx or 5xx. Greylisting and other requests to come back later say nothing of anybody, so
 * that of the 4xx only those count which name our standing.
 */
export function replyClass(reply: string | null): ReplyClass {
  if (!reply || !/^[45]\d\d/.test(reply)) return "other";
  if (isAddressDead(reply)) return "address_dead";
  if (/gr[ae]y.?list/i.test(reply)) return "other";
  if (reply.startsWith("5") && POLICY.test(reply)) return "sender_fault";
  return STANDING.test(reply) ? "sender_fault" : "other";
}
