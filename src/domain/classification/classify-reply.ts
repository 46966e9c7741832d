import { oneLine, type Evidence, type RecipientVerdict } from "./classification.js";
import { judgeReply } from "./judge-reply.js";
import { classOfReason, isDead, isOurs } from "./reason-class.js";
import type { SmtpPhase } from "./reply-rule.js";
import { replyCodeIn, statusIn } from "./status-codes.js";

export type ReplyClassification = Pick<
  RecipientVerdict,
  "status" | "replyCode" | "reason" | "class" | "hard" | "ours" | "diagnostic"
> & { evidence: Evidence };

/**
 * Judges a reply that a server gave to our own sending ("550 5.1.1 … unknown") by the same rules as reports. `phase` is
 * the command it answered, RCPT when not given. A 4xx reply is never final: whatever it says, the address is not dead.
 */
export function classifyReply(line: string, phase: SmtpPhase = "rcpt"): ReplyClassification {
  const [status, replyCode] = [statusIn(line), replyCodeIn(line)];
  const { reason, evidence } = judgeReply({ text: line, status, replyCode, phase });
  const forNow =
    isDead(reason) && (replyCode.startsWith("4") || (replyCode === "" && status.startsWith("4")));
  return {
    status,
    replyCode,
    reason,
    class: forNow ? "temporary" : classOfReason(reason),
    hard: isDead(reason) && !forNow,
    ours: isOurs(reason),
    diagnostic: oneLine(line),
    evidence,
  };
}
