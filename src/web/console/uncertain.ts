import { evidenceOf } from "../../domain/mail/evidence-service.js";
import type { ReadMessage } from "../../domain/mail/service.js";
import type { Ctx } from "../../platform/context.js";
import { reasonWords } from "./mail-words.js";

/** What the page of an uncertain message shows, and what its three buttons may do. */
export interface UncertainView {
  attempts: { begunAt: Date; endedAt: Date | null; words: string; reply: string }[];
  log: string;
  logEntry: string;
  waitsUntil: Date | null;
  who: string;
  mailProgramsHint: boolean;
}

/** Puts the evidence about an uncertain message into words. */
export async function uncertainView(
  ctx: Ctx,
  message: ReadMessage,
  mtaLogFile: string | undefined,
): Promise<UncertainView> {
  const evidence = await evidenceOf(ctx, message);
  const newest = evidence.logs.map(({ readAt }) => readAt).sort((a, b) => b.getTime() - a.getTime())[0];
  return {
    attempts: evidence.attempts.map(({ begunAt, endedAt, reason, reply }) => ({
      begunAt,
      endedAt,
      words: endedAt ? reasonWords(reason) || "ended" : "no end is known",
      reply: reply ?? "",
    })),
    log: logWords(newest, mtaLogFile),
    logEntry: evidence.logEntry ? `accepted as ${evidence.logEntry.queueId}, ${evidence.logEntry.stamp}` : "",
    waitsUntil: evidence.waitsUntil ?? null,
    who: message.toName ?? message.toEmail,
    mailProgramsHint: message.purpose === "outreach",
  };
}

function logWords(newest: Date | undefined, file: string | undefined): string {
  if (newest) {
    const time = newest.toISOString().slice(0, 16).replace("T", " ");
    return `Read up to ${time} UTC; the mail is not in it. That does not prove that it was not accepted.`;
  }
  return file === undefined
    ? "Not read by us (MTA_LOG_FILE is not set). Look there for the Message-ID."
    : "Not read yet.";
}
