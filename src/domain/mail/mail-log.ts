/**
 * What the log of a Postfix says about mails of ours. A mail was accepted when the same queue id has both lines:
 * `cleanup[…]: ID: message-id=<…>` and `qmgr[…]: ID: from=<…>, size=…, nrcpt=… (queue active)`. A refused mail has
 * the first only. That a mail is not in the log never proves that it was not accepted.
 */

/** A mail that the log shows as accepted. */
export interface Acceptance {
  messageId: string;
  queueId: string;
  /** The date as the log writes it: `Nov 25 18:34:01` or RFC 3339. */
  stamp: string;
}

/** Queue ids whose message-id line has been read and whose accepted line has not, the oldest first. */
export type PendingIds = Record<string, string>;

const STAMP = String.raw`([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))`;
const LINE = new RegExp(String.raw`^${STAMP} \S+ \S*\/(cleanup|qmgr)\[\d+\]: ([0-9A-Za-z]{5,20}): (.*)$`);
const MESSAGE_ID = /^message-id=(<[^<>\s]{1,300}>)$/;
/** Ours begin with the id of the message; others are not worth remembering. */
const OURS = /^<[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}@/;
const ACCEPTED = /^from=<[^<>]*>, size=\d+, nrcpt=\d+ \(queue active\)$/;
const PENDING_LIMIT = 1000;

/** Reads lines in their order, beginning with what earlier lines left open. */
export function readMailLog(
  text: string,
  pending: PendingIds,
): { acceptances: Acceptance[]; pending: PendingIds } {
  const open = new Map(Object.entries(pending));
  const acceptances: Acceptance[] = [];
  for (const line of text.split("\n")) {
    const [, stamp = "", program, queueId = "", rest = ""] = LINE.exec(line) ?? [];
    if (program === "cleanup") {
      const messageId = MESSAGE_ID.exec(rest)?.[1];
      if (messageId && OURS.test(messageId)) open.set(queueId, messageId);
    } else if (program === "qmgr") {
      const messageId = open.get(queueId);
      if (messageId && ACCEPTED.test(rest)) acceptances.push({ messageId, queueId, stamp });
      // Ids are used again once a mail has left the queue.
      if (messageId && (ACCEPTED.test(rest) || rest === "removed")) open.delete(queueId);
    }
  }
  return { acceptances, pending: Object.fromEntries([...open].slice(-PENDING_LIMIT)) };
}
