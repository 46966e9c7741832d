import type { App } from "../app.js";
import {
  claimDueMail,
  commitMail,
  deliver,
  releaseClaim,
  type Claim,
  type Sending,
} from "../domain/mail/sending-service.js";
import { verdictWriter } from "../domain/mail/verdict-service.js";
import { SECOND } from "../platform/clock.js";
import type { Ctx } from "../platform/context.js";
import { housekeeping, sendingOf } from "./schedule.js";

/** A running worker. */
export interface Worker {
  /** Commits nothing new, gives running sends 8 seconds, then cuts them off and keeps what is known of them. */
  stop(): Promise<void>;
}

const IDLE = SECOND;
const AFTER_FAULT = 3 * SECOND;
const HOUSEKEEPING_EVERY = 5 * SECOND;
const GRACE = 8 * SECOND;
/** Messages claimed at a time; a claim costs nothing when the worker dies. */
const CLAIM = 100;
/** Mails past their commit point at a time: twice the connections, so that none of them waits for the database. */
const UNDER_WAY = 20;

/** Starts the loop that looks for due work. It goes on after faults; only `stop` ends it. */
export function runWorker(app: App): Worker {
  const ctx = app.ctx({ kind: "system", name: "worker" });
  const cutOff = new AbortController();
  const stopping = new AbortController();
  const sending: Sending = { ...sendingOf(app), signal: cutOff.signal };
  const running = new Set<Promise<void>>();
  const loop = keepGoing(ctx, sending, running, stopping.signal);
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    stopping.abort();
    await loop;
    const timer = setTimeout(() => cutOff.abort(), GRACE);
    await Promise.all(running);
    clearTimeout(timer);
  }
  return { stop: () => (stopped ??= stop()) };
}

async function keepGoing(
  ctx: Ctx,
  sending: Sending,
  running: Set<Promise<void>>,
  stopping: AbortSignal,
): Promise<void> {
  const writer = verdictWriter(ctx, sending.policy);
  let held: Claim = { token: "", rows: [] };
  let tidyAt = 0;
  while (!stopping.aborted) {
    try {
      if (performance.now() >= tidyAt) {
        for (const tick of housekeeping) await tick.run(ctx, sending);
        tidyAt = performance.now() + HOUSEKEEPING_EVERY;
      }
      if (held.rows.length === 0) held = await claimDueMail(ctx, CLAIM);
      if (held.rows.length === 0) await pause(IDLE, stopping);
      if (stopping.aborted) break;
      const rows = held.rows.splice(0, UNDER_WAY - running.size);
      for (const mail of await commitMail(ctx, sending, { token: held.token, rows })) {
        const delivery = deliver(ctx, sending, writer, mail)
          .catch((error: unknown) =>
            ctx.log.error({ err: error, message: mail.id }, "a verdict could not be kept"),
          )
          .finally(() => running.delete(delivery));
        running.add(delivery);
      }
      while (running.size > UNDER_WAY / 2 && !stopping.aborted) await Promise.race(running);
    } catch (error) {
      held = { token: "", rows: [] };
      ctx.log.error({ err: error }, "the worker could not do its work; it tries again");
      await pause(AFTER_FAULT, stopping);
    }
  }
  await releaseClaim(ctx, held).catch((error: unknown) =>
    ctx.log.warn({ err: error }, "claimed messages wait for their lease to run out"),
  );
}

/** Waits, or returns at once when the worker has to stop. */
function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    stopping.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
