import { setTimeout as waitFor } from "node:timers/promises";
import type { App } from "../app.js";
import {
  beginReading,
  endReading,
  isStillWanted,
  keepReading,
  noteReadingFault,
  openCursor,
  readableMailboxes,
  type Reading,
} from "../domain/inbound/reading-service.js";
import { LARGEST_KEPT, takeInMail, type MailReader } from "../domain/inbound/take-in-service.js";
import { MINUTE, SECOND } from "../platform/clock.js";
import type { Ctx } from "../platform/context.js";
import { ImapError, openFolder, type OpenFolder } from "../platform/imap.js";
import { MailParser } from "../platform/mail-parser.js";

/** The part of a worker that reads mailboxes. */
export interface ReadingWorker {
  /** Reads nothing new, lets the mail that is being taken in be finished, and lets go of all mailboxes. */
  stop(): Promise<void>;
}

/** What a test may shorten, in milliseconds. */
export interface ReadingPace {
  /** How often to look whether there is a mailbox to read. */
  lookAround: number;
  /** How often to look for mail where the server says nothing by itself. */
  poll: number;
  /** The first wait after a fault; doubled each time, up to `longestWait`. */
  firstWait: number;
  longestWait: number;
}

const PACE: ReadingPace = {
  lookAround: 15 * SECOND,
  poll: MINUTE,
  firstWait: 5 * SECOND,
  longestWait: 15 * MINUTE,
};
/** A mail larger than this is read by its beginning only: headers and text come first. */
const HEAD = 512 * 1024;

/** Starts reading every mailbox that has an IMAP server and that no other worker reads. */
export function startReading(app: App, pace: ReadingPace = PACE): ReadingWorker {
  const ctx = app.ctx({ kind: "system", name: "worker" });
  const stopping = new AbortController();
  const { signal } = stopping;
  const parser = new MailParser();
  const readers = new Map<string, Promise<void>>();

  async function lookAround(): Promise<void> {
    while (!signal.aborted) {
      try {
        for (const id of await readableMailboxes(ctx)) {
          if (readers.has(id) || signal.aborted) continue;
          const reader = readOne(ctx, parser, id, pace, signal).finally(() => readers.delete(id));
          readers.set(id, reader);
        }
      } catch (error) {
        ctx.log.error({ err: error }, "the mailboxes to read could not be found out; this is tried again");
      }
      await pause(pace.lookAround, signal);
    }
  }
  const looking = lookAround();
  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    stopping.abort();
    await looking;
    await Promise.all(readers.values());
    await parser.close();
  }
  return { stop: () => (stopped ??= stop()) };
}

/** Reads one mailbox, again after faults that pass, until it is refused, taken over, or the worker stops. */
async function readOne(
  ctx: Ctx,
  parser: MailReader,
  mailboxId: string,
  pace: ReadingPace,
  signal: AbortSignal,
): Promise<void> {
  let wait = pace.firstWait;
  while (!signal.aborted) {
    const started = performance.now();
    const goOn = await readOnce(ctx, parser, mailboxId, pace, signal).catch((error: unknown) => {
      ctx.log.error({ err: error, mailbox: mailboxId }, "a mailbox could not be read; this is tried again");
      return true;
    });
    if (!goOn || signal.aborted) return;
    if (performance.now() - started > pace.longestWait) wait = pace.firstWait;
    await pause(wait, signal);
    wait = Math.min(2 * wait, pace.longestWait);
  }
}

/** One connection from beginning to end. Returns whether to try again soon. */
async function readOnce(
  ctx: Ctx,
  parser: MailReader,
  mailboxId: string,
  pace: ReadingPace,
  signal: AbortSignal,
): Promise<boolean> {
  const reading = await beginReading(ctx, mailboxId);
  if (!reading) return false;
  let folder: OpenFolder | undefined;
  try {
    folder = await openFolder(reading.account, signal);
    await readFolder(ctx, parser, reading, folder, pace, signal);
    await endReading(ctx, reading);
    return !signal.aborted;
  } catch (error) {
    if (signal.aborted) {
      await endReading(ctx, reading);
      return false;
    }
    if (!(error instanceof ImapError)) {
      await endReading(ctx, reading).catch(() => undefined);
      throw error;
    }
    ctx.log.warn({ mailbox: mailboxId, fault: error.fault }, "a mailbox could not be read");
    return await noteReadingFault(ctx, reading, error.fault);
  } finally {
    await folder?.close();
  }
}

async function readFolder(
  ctx: Ctx,
  parser: MailReader,
  reading: Reading,
  folder: OpenFolder,
  pace: ReadingPace,
  signal: AbortSignal,
): Promise<void> {
  let last = await openCursor(ctx, reading, folder.uidValidity);
  while (last !== undefined && !signal.aborted) {
    const mails = await folder.list(last, reading.since);
    for (const { uid, size, receivedAt } of mails) {
      if (signal.aborted) return;
      const raw = await folder.fetch(uid, size > LARGEST_KEPT ? HEAD : LARGEST_KEPT);
      if (raw) await takeInMail(ctx, parser, { raw, mailboxId: reading.mailboxId, receivedAt, size });
      last = uid;
      if (!(await keepReading(ctx, reading, last))) return;
    }
    if (mails.length > 0) continue;
    if (!(await keepReading(ctx, reading, last))) return;
    await folder.wait(pace.poll, signal);
    if (!signal.aborted && !(await isStillWanted(ctx, reading))) return;
  }
}

/** Waits, or returns at once when the worker has to stop. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await waitFor(milliseconds, undefined, { signal }).catch(() => undefined);
}
