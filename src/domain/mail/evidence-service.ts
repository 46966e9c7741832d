/** What is known about a mail of which nobody knows whether it was accepted. */
import type { Ctx } from "../../platform/context.js";
import { requirePermission } from "../team/service.js";
import { readLogEvidence } from "./mail-log-store.js";
import type { MessageDetail } from "./views.js";

/** One time that the mail was handed to the mail server. */
export interface Attempt {
  begunAt: Date;
  /** Null while it may still run. */
  endedAt: Date | null;
  /** The code of how it ended. */
  reason: string | null;
  /** What the server said, where it said anything. */
  reply: string | null;
}

/** Everything that helps a person to decide. */
export interface Evidence {
  attempts: Attempt[];
  /** The place in the mail server's log where the mail stands as accepted. */
  logEntry: { queueId: string; stamp: string } | undefined;
  /** The logs that are read, and up to when. */
  logs: { host: string; path: string; readAt: Date }[];
  /** Before this time the last attempt could still be running; undefined when that is over. */
  waitsUntil: Date | undefined;
}

/** Gathers the evidence about a message from its history and from the logs. */
export async function evidenceOf(
  ctx: Ctx,
  message: Pick<MessageDetail, "id" | "events" | "leaseUntil">,
): Promise<Evidence> {
  requirePermission(ctx, "messages:read");
  const { entry, logs } = await readLogEvidence(ctx.db, message.id);
  const lease = message.leaseUntil;
  return {
    attempts: attemptsIn(message.events),
    logEntry: entry && { queueId: entry.queue_id, stamp: entry.stamp },
    logs: logs.map((log) => ({ host: log.host, path: log.path, readAt: log.read_at })),
    waitsUntil: lease && lease > ctx.clock.now() ? lease : undefined,
  };
}

function attemptsIn(events: MessageDetail["events"]): Attempt[] {
  const attempts: Attempt[] = [];
  for (const { kind, at, detail } of events) {
    if (kind === "sending") attempts.push({ begunAt: at, endedAt: null, reason: null, reply: null });
    const last = attempts.at(-1);
    if (kind === "sending" || !last || last.endedAt) continue;
    last.endedAt = at;
    last.reason = typeof detail["reason"] === "string" ? detail["reason"] : null;
    last.reply = typeof detail["reply"] === "string" ? detail["reply"] : null;
  }
  return attempts;
}
