import { setMaxListeners } from "node:events";
import { setTimeout as waitFor } from "node:timers/promises";
import type { App } from "../app.js";
import { commitMail, type Claim, type Sending } from "../domain/mail/commit-service.js";
import { claimDueMail, deliver, releaseClaim } from "../domain/mail/sending-service.js";
import { verdictWriter, type CommittedMail, type VerdictWriter } from "../domain/mail/verdict-service.js";
import { timeWatch } from "../domain/mail/time-step.js";
import { reportWorker } from "../domain/mail/worker-service.js";
import { SECOND } from "../platform/clock.js";
import type { Ctx } from "../platform/context.js";
import { newId } from "../platform/ids.js";
import { ownIdentity } from "../platform/process-identity.js";
import { machineOf, sendingOf, tidyUp, type OfMachine } from "./schedule.js";

/** A running worker. */
export interface Worker {
  /** Commits nothing new, gives running sends 8 seconds, then cuts them off and keeps what is known of them. */
  stop(): Promise<void>;
}

const IDLE = SECOND;
const AFTER_FAULT = 3 * SECOND;
const HOUSEKEEPING_EVERY = 5 * SECOND;
const GRACE = 8 * SECOND;
const FAREWELL = SECOND;
/** Messages claimed at a time; a claim costs nothing when the worker dies. */
const CLAIM = 160;
/** Mails handed to the mail server at a time: several for each connection, so that none waits for the database. */
const ON_THE_WIRE = 60;
/**
 * Mails past their commit point at a time, those whose verdict is being written included. It is what a crash can leave
 * uncertain; a mailbox's limit for a minute keeps it smaller. Fewer mean that connections stand idle during a commit
 * point (docs/performance.md).
 */
export const UNDER_WAY = 160;

/** Starts the loop that looks for due work. It goes on after faults; only `stop` ends it. */
export function runWorker(app: App): Worker {
  const ctx = app.ctx({ kind: "system", name: "worker" });
  const cutOff = new AbortController();
  // Each send under way listens to it.
  setMaxListeners(0, cutOff.signal);
  const stopping = new AbortController();
  const base = sendingOf(app);
  const worker = { id: newId(app.clock), watch: timeWatch(() => performance.now()), halt: undefined };
  const guard = { ...base.guard, worker };
  const sending: Sending = { ...base, guard, signal: cutOff.signal };
  const deliveries = trackDeliveries();
  const loop = keepGoing(ctx, sending, deliveries, stopping.signal, machineOf(app));
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    stopping.abort();
    await loop;
    const timer = setTimeout(() => cutOff.abort(), GRACE);
    await Promise.all(deliveries.running);
    clearTimeout(timer);
    // With the database away this is not worth the wait.
    await Promise.race([report(ctx, sending, true), waitFor(FAREWELL, undefined, { ref: false })]);
  }
  return { stop: () => (stopped ??= stop()) };
}

/** The mails past their commit point, and how many of them the mail server still has to answer. */
interface Deliveries {
  running: Set<Promise<void>>;
  onWire: number;
  /** Resolves when the next mail is answered or settled. */
  change(): Promise<void>;
  changed(): void;
}

function trackDeliveries(): Deliveries {
  const waiting: (() => void)[] = [];
  return {
    running: new Set(),
    onWire: 0,
    change: () => new Promise((resolve) => waiting.push(resolve)),
    changed: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

function begin(
  ctx: Ctx,
  sending: Sending,
  writer: VerdictWriter,
  mail: CommittedMail,
  deliveries: Deliveries,
): void {
  deliveries.onWire += 1;
  const answered = () => {
    deliveries.onWire -= 1;
    deliveries.changed();
  };
  const delivery = deliver(ctx, sending, writer, mail, answered)
    .catch((error: unknown) => ctx.log.error({ err: error, message: mail.id }, "a verdict could not be kept"))
    .finally(() => {
      deliveries.running.delete(delivery);
      deliveries.changed();
    });
  deliveries.running.add(delivery);
}

async function keepGoing(
  ctx: Ctx,
  sending: Sending,
  deliveries: Deliveries,
  stopping: AbortSignal,
  own: OfMachine,
): Promise<void> {
  const writer = verdictWriter(ctx, sending.policy, sending.signal);
  let held: Claim = { token: "", rows: [] };
  /** Taken to a commit point whose answer was lost; nothing of them has begun. */
  const unanswered: Claim[] = [];
  let tidyAt = 0;
  while (!stopping.aborted) {
    try {
      for (const claim of unanswered) await releaseClaim(ctx, claim, "commit_unanswered");
      unanswered.length = 0;
      if (performance.now() >= tidyAt) {
        await report(ctx, sending);
        await tidyUp(ctx, sending, own);
        tidyAt = performance.now() + HOUSEKEEPING_EVERY;
      }
      if (held.rows.length === 0) held = await claimDueMail(ctx, sending, CLAIM);
      if (held.rows.length === 0) await pause(IDLE, stopping);
      if (stopping.aborted) break;
      const room = Math.min(2 * ON_THE_WIRE - deliveries.onWire, UNDER_WAY - deliveries.running.size);
      const part = { token: held.token, rows: held.rows.splice(0, room) };
      unanswered.push(part);
      for (const mail of await commitMail(ctx, sending, part)) {
        begin(ctx, sending, writer, mail, deliveries);
      }
      unanswered.length = 0;
      while (isFull(deliveries) && !stopping.aborted) await deliveries.change();
    } catch (error) {
      if (held.rows.length > 0) unanswered.push(held);
      held = { token: "", rows: [] };
      ctx.log.error({ err: error }, "the worker could not do its work; it tries again");
      await pause(AFTER_FAULT, stopping);
    }
  }
  for (const claim of [...unanswered, held]) {
    await releaseClaim(ctx, claim).catch((error: unknown) =>
      ctx.log.warn({ err: error }, "claimed messages wait for their lease to run out"),
    );
  }
}

/** Says that this worker is there, or that it has stopped; a report that fails costs nothing but the report. */
async function report(ctx: Ctx, { guard }: Sending, stopped = false): Promise<void> {
  if (!guard) return;
  await reportWorker(ctx, guard, ownIdentity(), stopped).catch((error: unknown) =>
    ctx.log.warn({ err: error }, "the worker could not say that it is there"),
  );
}

function isFull({ onWire, running }: Deliveries): boolean {
  return onWire > ON_THE_WIRE || running.size > UNDER_WAY - ON_THE_WIRE;
}

/** Waits, or returns at once when the worker has to stop. */
async function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  await waitFor(milliseconds, undefined, { signal: stopping }).catch(() => undefined);
}
